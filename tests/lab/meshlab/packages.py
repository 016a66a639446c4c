# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few programs that come from the distribution: installed as root with apt-get, or named."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable

from .processes import clean_environment
from .settings import LabError

# Program → Debian's package. Redis's server is the program redis-check-rdb under another name, so the package that
# would start a service of its own is not needed.
CONTROL_PLANE = {"git": "git"}
REAL_PODS = {"ip": "iproute2", "iptables": "iptables", "redis-check-rdb": "redis-tools"}
ROOTLESS = {"unshare": "util-linux", "nsenter": "util-linux", "ip": "iproute2", "redis-check-rdb": "redis-tools"}
PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def lacking(wanted: dict[str, str]) -> list[str]:
    """The packages of those of these programs that are not there."""
    return [package for name, package in wanted.items() if not shutil.which(name, path=PLACES)]


def ensure(real_pods: bool, report: Callable[[str], None]) -> None:
    """Raises LabError that names what is missing and how to get it."""
    missing = lacking({**CONTROL_PLANE, **(REAL_PODS if real_pods else {})})
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() or not shutil.which("apt-get"):
        raise LabError(f"Missing here (Debian's names): {names}. For example: sudo apt-get install {names}")
    report(f"installing {names} with apt-get")
    env = clean_environment(
        {"DEBIAN_FRONTEND": "noninteractive", **{k: v for k, v in os.environ.items() if k.lower().endswith("_proxy")}}
    )
    install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    for argv in (install, ["apt-get", "update"], install):
        done = subprocess.run(argv, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if argv is install and done.returncode == 0:
            return
    raise LabError(f"`{' '.join(install)}` failed:\n{done.stderr[-1500:]}")
