# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bridge of the lab's own, and one network namespace with an address for each pod that really runs."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time

from .settings import Lab, LabError


def ip(*arguments: str, check: bool = True) -> str:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    if check and done.returncode:
        raise LabError(f"`ip {' '.join(arguments)}`: {done.stderr.strip()}")
    return done.stdout


def exists(link: str) -> bool:
    return subprocess.run(["ip", "link", "show", "dev", link], capture_output=True).returncode == 0


def ensure_bridge(lab: Lab) -> None:
    """The bridge, with its address, and up: an `up` that was ended half-way may have left less."""
    if not exists(lab.bridge):
        ip("link", "add", lab.bridge, "type", "bridge")
    ip("address", "replace", f"{lab.bridge_address}/24", "dev", lab.bridge)
    ip("link", "set", lab.bridge, "up")


def repair_bridge(lab: Lab) -> bool:
    """The bridge, and every running pod attached to it; True when something was amiss."""
    amiss = not exists(lab.bridge)
    ensure_bridge(lab)
    for line in ip("-o", "link", "show", "type", "veth").splitlines():
        link = line.split()[1].partition("@")[0].rstrip(":")
        if link.startswith(veth(lab.bridge, "")) and f" master {lab.bridge} " not in line:
            ip("link", "set", link, "master", lab.bridge, "up", check=False)  # its pod may just be going
            amiss = True
    return amiss


def veth(bridge: str, octet: int | str) -> str:
    """The end on the bridge of the cable to the pod with this last part of its address."""
    return f"ml{bridge.removeprefix('meshlab')}v{octet}"


def remove(lab: Lab) -> None:
    """Every namespace of this lab with all that runs in it, and the bridge."""
    remove_namespaces(lab)
    if exists(lab.bridge):
        ip("link", "delete", lab.bridge)


def remove_namespaces(lab: Lab) -> None:
    for name in namespaces(lab):
        remove_namespace(name)


def namespaces(lab: Lab) -> list[str]:
    names = [line.split()[0] for line in ip("netns", "list", check=False).splitlines() if line]
    return [name for name in names if name.startswith(f"{lab.bridge}-")]


def add_namespace(lab: Lab, octet: int) -> str:
    """The namespace of the pod with this last part of its address."""
    name, outside = f"{lab.bridge}-{octet}", veth(lab.bridge, octet)
    if name in namespaces(lab):
        remove_namespace(name)
    ip("link", "delete", outside, check=False)  # a namespace dies a little after its name
    ip("netns", "add", name)
    ip("link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name)
    ip("link", "set", outside, "master", lab.bridge, "up")
    ip("-n", name, "address", "add", f"{lab.subnet}.{octet}/24", "dev", "eth0")
    ip("-n", name, "link", "set", "lo", "up")
    ip("-n", name, "link", "set", "eth0", "up")
    ip("-n", name, "route", "add", "default", "via", lab.bridge_address)
    if not lab.rootless:  # there every program may take any port
        ip("netns", "exec", name, "sh", "-c", "echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start")
    return name


def remove_namespace(name: str) -> None:
    """End all that runs in it, then delete it; its veth pair goes with it."""
    for _attempt in range(40):
        pids = [int(pid) for pid in ip("netns", "pids", name, check=False).split()]
        if not pids:
            break
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    bridge, _dash, octet = name.rpartition("-")
    ip("link", "delete", veth(bridge, octet), check=False)
    ip("netns", "delete", name, check=False)
