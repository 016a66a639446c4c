# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and requests from inside a pod that really runs, or from this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from . import rootless
from .images import PYTHON
from .processes import clean_environment
from .settings import HERE, Lab, LabError

LAUNCHER = [sys.executable, "-I", str(Path(__file__).with_name("container.py"))]
CALL = HERE / "images" / "call.py"
LOAD = HERE / "images" / "load.py"


def pods(lab: Lab) -> list[dict]:
    try:
        return json.loads((lab.data / "pods.state").read_text())["pods"]
    except (FileNotFoundError, ValueError):
        return []


def find(lab: Lab, where: str) -> tuple[dict, dict]:
    """The pod and container of NAMESPACE/POD[/CONTAINER]; POD may be the beginning of a name. Raises LabError."""
    namespace, _slash, rest = where.partition("/")
    name, _slash, wanted = rest.partition("/")
    for pod in pods(lab):
        if pod["namespace"] == namespace and pod["name"].startswith(name):
            for container in pod["containers"]:
                if container["pid"] and container["name"] != "istio-proxy" and wanted in ("", container["name"]):
                    return pod, container
            for container in pod["containers"]:
                if container["pid"] and wanted in ("", container["name"]):
                    return pod, container
    running = sorted(f"{pod['namespace']}/{pod['name']}" for pod in pods(lab))
    raise LabError(f"No process runs for {where}; pods that really run: {', '.join(running) or 'none'}")


def command(lab: Lab, where: str, argv: list[str]) -> list[str]:
    """The argv that runs another one in the pod's network, with its files and as its user."""
    pod, container = find(lab, where)
    return [*rootless.enter(lab), *LAUNCHER, f"{pod['folder']}/{container['name']}.json", *argv]


def call(lab: Lab, origin: str, wish: dict) -> dict:
    """Make requests (see images/call.py) from `outside` (this machine) or NAMESPACE/POD; what came back."""
    done = subprocess.run(script(lab, origin, CALL, wish), capture_output=True, text=True, env=clean_environment())
    if done.returncode:
        raise LabError(f"The request from {origin} was not made: {(done.stderr or done.stdout).strip()[-1000:]}")
    return json.loads(done.stdout)


def load(lab: Lab, origin: str, wish: dict) -> None:
    """Become a steady load (see images/load.py) from there; it ends when its time is over, or by a signal."""
    argv = script(lab, origin, LOAD, wish)
    os.execve(argv[0], argv, clean_environment())


def script(lab: Lab, origin: str, path: Path, wish: dict) -> list[str]:
    """The argv that runs one of our scripts outside or in a pod."""
    if origin == "outside":
        return [*rootless.enter(lab), PYTHON, str(path), json.dumps(wish)]
    return command(lab, origin, [PYTHON, "-c", path.read_text(), json.dumps(wish)])


def behave(lab: Lab, where: str, wish: list[str]) -> dict[str, dict]:
    """Tell every pod whose name begins so (NAMESPACE/POD) how to behave: NAME=VALUE of images/http_server.py.

    Returns what each behaves like now, by pod. Raises LabError: there is none, or it does not understand.
    """
    namespace, _slash, name = where.partition("/")
    names = [pod["name"] for pod in pods(lab) if pod["namespace"] == namespace and pod["name"].startswith(name)]
    if not names:
        find(lab, where)
    answers = {}
    for each in names:
        request = {"url": f"http://127.0.0.1:9080/behaviour?{'&'.join(wish)}"}
        answer = call(lab, f"{namespace}/{each}", request)
        if answer["status"] != 200:
            raise LabError(f"{namespace}/{each} was not told: {answer['body'].strip()}")
        answers[f"{namespace}/{each}"] = json.loads(answer["body"])
    return answers
