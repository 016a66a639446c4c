# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that outlive the command: started once, known by pid and start time, stopped exactly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .settings import Lab, LabError

# What a spawned program may inherit; never KUBECONFIG, proxies or cloud credentials of the person.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "XDG_CACHE_HOME")
# For Go's garbage collector. By its own settings it takes a third of the processor's time of an idle API server; with
# these it runs less often, and as often as it must near the limit.
COLLECTOR = {"GOGC": "300", "GOMEMLIMIT": "1GiB"}


def collector() -> dict[str, str]:
    """The settings of Go's garbage collector for programs that run for long; the person's own win."""
    return {name: os.environ.get(name, value) for name, value in COLLECTOR.items()}


def clean_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**kept, **(extra or {})}


def start_time(pid: int) -> int | None:
    """Clock ticks since boot when this process began; None when there is none, or only its zombie."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if after_name[0] in "ZX" else int(after_name[19])


@dataclass
class Program:
    """One background process of a lab."""

    name: str
    argv: list[str]
    ready: Callable[[], bool]
    env: dict[str, str] = field(default_factory=dict)
    timeout: float = 60


def record_path(lab: Lab, name: str) -> Path:
    return lab.run / f"{name}.json"


def record(lab: Lab, name: str) -> dict | None:
    """What was started under this name, if exactly that process still runs."""
    try:
        stored = json.loads(record_path(lab, name).read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return stored if start_time(stored["pid"]) == stored["start_time"] else None


def fingerprint(program: Program) -> list:
    """A program whose flags or file changed is another program, and is started anew."""
    return [program.argv, sorted(program.env.items()), os.stat(program.argv[0]).st_mtime_ns]


def ensure(lab: Lab, program: Program) -> bool:
    """Runs and ready afterwards; True when it had to be started. Raises LabError with the log's end."""
    stored = record(lab, program.name)
    if stored and stored["fingerprint"] == json.loads(json.dumps(fingerprint(program))):
        if wait_until(program.ready, 5):
            return False
    stop(lab, program.name)
    spawn(lab, program)
    if wait_until(program.ready, program.timeout, alive=lambda: record(lab, program.name) is not None):
        return True
    state = "is not ready" if record(lab, program.name) else "ended"
    raise LabError(
        f"{program.name} {state} after its start. The end of {log_path(lab, program.name)}:\n"
        + tail(log_path(lab, program.name), 15)
    )


def spawn(lab: Lab, program: Program) -> None:
    lab.run.mkdir(parents=True, exist_ok=True)
    lab.logs.mkdir(parents=True, exist_ok=True)
    log = log_path(lab, program.name)
    if log.exists():
        log.replace(log.with_suffix(".log.1"))
    with log.open("wb") as out:
        child = subprocess.Popen(
            program.argv,
            env=clean_environment({**collector(), **program.env}),
            cwd=lab.folder,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    stored = {
        "name": program.name,
        "pid": child.pid,
        "start_time": start_time(child.pid),
        "fingerprint": fingerprint(program),
    }
    temporary = record_path(lab, program.name).with_suffix(".tmp")
    temporary.write_text(json.dumps(stored))
    temporary.replace(record_path(lab, program.name))
    _children.append(child)


_children: list[subprocess.Popen] = []


def reap() -> None:
    """Collect children that ended, so that none stays a zombie of a long-running caller."""
    _children[:] = [child for child in _children if child.poll() is None]


def stop(lab: Lab, name: str, patience: float = 10) -> bool:
    """End the recorded process and forget it; True when it was running."""
    stored = record(lab, name)
    if stored:
        os.kill(stored["pid"], signal.SIGTERM)
        if not wait_until(lambda: record(lab, name) is None, patience):
            os.kill(stored["pid"], signal.SIGKILL)
            wait_until(lambda: record(lab, name) is None, 5)
    record_path(lab, name).unlink(missing_ok=True)
    return bool(stored)


def wait_until(condition: Callable[[], bool], timeout: float, alive: Callable[[], bool] | None = None) -> bool:
    deadline = time.monotonic() + timeout
    while True:
        reap()
        if condition():
            return True
        if time.monotonic() > deadline or (alive and not alive()):
            return False
        time.sleep(0.05)


def log_path(lab: Lab, name: str) -> Path:
    return lab.logs / f"{name}.log"


def tail(path: Path, lines: int) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return "(no log)"
