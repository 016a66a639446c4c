# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and requests from inside a pod that really runs, or from this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from . import rootless
from .images import PYTHON
from .processes import clean_environment
from .settings import HERE, Lab, LabError

LAUNCHER = [sys.executable, "-I", str(Path(__file__).with_name("container.py"))]
CALL = HERE / "images" / "call.py"


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
    if origin == "outside":
        argv = [*rootless.enter(lab), PYTHON, str(CALL), json.dumps(wish)]
    else:
        argv = command(lab, origin, [PYTHON, "-c", CALL.read_text(), json.dumps(wish)])
    done = subprocess.run(argv, capture_output=True, text=True, env=clean_environment())
    if done.returncode:
        raise LabError(f"The request from {origin} was not made: {(done.stderr or done.stdout).strip()[-1000:]}")
    return json.loads(done.stdout)
