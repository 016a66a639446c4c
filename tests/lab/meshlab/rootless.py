# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab without root: all of it lives in one user namespace, with a network and mounts of its own.

Who makes such a namespace is root in it: bridges, addresses and mounts are allowed there. It knows that one user only,
so every container runs as it. istio-init tells a proxy's traffic from an application's by their users, which cannot be
there: pods with a sidecar are left to kwok.

The first process, `python -m meshlab.rootless FOLDER`, listens on the lab's loopback ports of the machine before it
leaves for the namespace. Its sockets stay where they were made, so that it joins the machine with the lab.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from . import images, packages, relay
from .processes import Program, clean_environment, ensure, record
from .settings import HERE, PORTS, Lab, LabError

NAME = "namespace"
CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000
LEFT_OUT = (
    "without root: pods with a sidecar are pretended, since istio-init tells users apart and a user namespace of ours "
    "has one; istiod, gateways, Argo CD, Prometheus and pods without a sidecar really run"
)
# What the lab does in there; where it fails, the machine forbids it.
TRIAL = "ip link add trial type bridge && mount -t tmpfs trial /run && ip netns add trial"


def forbidden() -> str:
    """Why a person cannot have such a namespace here; empty: they can."""
    missing = packages.lacking(packages.ROOTLESS)
    if missing:
        return f"missing here, Debian's names: {' '.join(dict.fromkeys(missing))}"
    argv = ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c", TRIAL]
    done = subprocess.run(argv, capture_output=True, text=True, env=clean_environment())
    return (done.stderr.strip().splitlines() or ["unshare failed"])[-1] if done.returncode else ""


def first(lab: Lab) -> Program:
    """The process that makes the namespace."""
    state = lab.data / "namespace.state"

    def ready() -> bool:
        with contextlib.suppress(OSError):
            return state.read_text() == str((record(lab, NAME) or {}).get("pid"))
        return False

    argv = [images.PYTHON, "-m", "meshlab.rootless", str(lab.folder)]
    return Program(NAME, argv, ready, {"PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"})


def ensure_namespace(lab: Lab) -> bool:
    """True when it had to be made; what lived in the one before is ended."""
    if not ensure(lab, first(lab)):
        return False
    end_strays(lab)
    return True


def entered(lab: Lab, program: Program) -> Program:
    """The same program where the lab lives. Another namespace makes it another program."""
    return replace(program, argv=[*enter(lab), *program.argv])


def enter(lab: Lab) -> list[str]:
    """The words before a command that is to run where the lab's network is; with root none. Raises LabError."""
    if not lab.rootless:
        return []
    found = record(lab, NAME)
    if not found:
        raise LabError(f"The user namespace of the lab in {lab.folder} has ended; `lab up` repairs it.")
    nsenter = shutil.which("nsenter") or "nsenter"
    return [nsenter, f"--target={found['pid']}", "--user", "--net", "--mount", "--preserve-credentials"]


def end_strays(lab: Lab) -> None:
    """End processes of pods that nobody looks after any more: those whose root lies in the lab's folder of pods."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and (pids := strays(lab)):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def strays(lab: Lab) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or is another person's
            if os.readlink(path / "root").startswith(f"{lab.pods}/"):
                found.append(int(path.name))
    return found


def listeners(lab: Lab) -> list[tuple[socket.socket, relay.Target]]:
    """A socket on each of the lab's loopback ports, and where it leads inside."""
    result = []
    for name in PORTS:
        port = lab.port(name)
        place = (lab.bridge_address if name == "kubelet" else "127.0.0.1", port, None)
        try:
            result.append((socket.create_server(("127.0.0.1", port)), lambda place=place: place))
        except OSError as error:
            sys.exit(f"port {port}: {error.strerror}")
    return result


def make_namespace() -> None:
    """This process moves into a user namespace in which it is root. It must have one thread only."""
    uid, gid = os.geteuid(), os.getegid()
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS):
        sys.exit(f"unshare: {os.strerror(ctypes.get_errno())}")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    for command in ("mount --make-rprivate /", "mount -t tmpfs -o mode=0755 meshlab /run", "ip link set lo up"):
        subprocess.run(command.split(), check=True)


def main() -> None:
    lab = Lab.open(sys.argv[1], None)
    joined = listeners(lab)
    make_namespace()
    (lab.data / "namespace.state").write_text(str(os.getpid()))
    relay.run(joined)


if __name__ == "__main__":
    main()
