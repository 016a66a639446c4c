# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which lab of this machine has which port base, and with it the ports, bridge and addresses that follow from it.

A claim is a file named by the lab's number, with the lab's folder in it. It counts as long as that folder remembers the
same port base; like the network, claims do not outlive the machine.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import tempfile
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from .settings import DEFAULT_PORT_BASE, PORTS, Lab, LabError

# Higher ports are given to outgoing connections: one that was free may be taken a moment later.
LAST_PORT_BASE = 32600


def folder() -> Path:
    if not os.geteuid():
        return Path("/run/meshlab")
    return Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"meshlab-{os.geteuid()}"


def path(lab: Lab) -> Path:
    return folder() / str(lab.number)


@contextmanager
def alone():
    """One lab claims at a time."""
    folder().mkdir(mode=0o755, parents=True, exist_ok=True)
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def owner(lab: Lab) -> Path | None:
    """The folder of the lab to which this lab's port base belongs, itself or another; None: it is free, or unknown."""
    try:
        claimant = Path(path(lab).read_text())
        stored = json.loads((claimant / "lab.json").read_text())
    except (OSError, ValueError):
        return None
    return claimant if Lab(claimant, stored["port_base"]).number == lab.number else None


def settle(lab: Lab, asked: int | None, report: Callable[[str], None]) -> Lab:
    """The lab with a port base that is its own from now on, remembered in its folder.

    A lab that was not started yet takes another base where the usual one is taken. Raises LabError: the base that was
    asked for, or the one with which the lab was started, is another's.
    """
    with alone():
        if lab.exists():
            other = owner(lab)
            if other not in (None, lab.folder):
                raise LabError(
                    f"Port base {lab.port_base} of the lab in {lab.folder} belongs to the lab in {other} by now. End "
                    f"that one: `lab down --dir {other}`; or forget this one: `lab down --dir {lab.folder}`, after "
                    "which `lab up` takes a free port base."
                )
        elif obstacle := taken(lab):
            if asked:
                raise LabError(f"--port-base {asked} {obstacle}. Leave the option out, and a free one is taken.")
            usual, lab = lab, first_free(lab)
            report(f"port base {usual.port_base} {obstacle}; taking {lab.port_base}")
        lab.remember()
        path(lab).write_text(str(lab.folder))
    return lab


def taken(lab: Lab) -> str:
    """Why a lab that was not started yet cannot have its port base, which is the subject; empty: it can."""
    other = owner(lab)
    if other not in (None, lab.folder):
        base = json.loads((other / "lab.json").read_text())["port_base"]
        if base != lab.port_base:
            return f"would have the pods' addresses {lab.subnet}.* of the lab in {other}"
        return f"belongs to the lab in {other}"
    busy = busy_ports(lab, PORTS)
    return f"cannot be had: a program of this machine listens on port {lab.port(busy[0])}" if busy else ""


def first_free(lab: Lab) -> Lab:
    for base in range(DEFAULT_PORT_BASE, LAST_PORT_BASE, 100):
        candidate = replace(lab, port_base=base)
        if not taken(candidate):
            return candidate
    raise LabError(f"No port base between {DEFAULT_PORT_BASE} and {LAST_PORT_BASE} is free; name one: --port-base N")


def busy_ports(lab: Lab, names: Iterable[str]) -> list[str]:
    """Those of these ports on which somebody listens, or that are closed to us."""
    busy = []
    for name in names:
        try:
            socket.create_server(("127.0.0.1", lab.port(name))).close()
        except OSError:
            busy.append(name)
    return busy


def is_own(lab: Lab, running: bool) -> bool:
    """Whether bridge and namespaces of this number are this lab's. ``running``: its node agent runs.

    A lab that was started before there were claims has none.
    """
    current = owner(lab)
    return running if current is None else current == lab.folder


def release(lab: Lab) -> None:
    with alone():
        if owner(lab) == lab.folder:
            path(lab).unlink(missing_ok=True)
