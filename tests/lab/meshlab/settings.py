# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one lab is: its folder, its ports, its addresses. Everything else asks here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
DEFAULT_FOLDER = HERE.parent.parent / ".lab"
DEFAULT_PORT_BASE = 16400

# Offset of each loopback port from the lab's port base.
PORTS = {
    "apiserver": 0,
    "etcd": 1,
    "etcd-peer": 2,
    "controller-manager": 3,
    "scheduler": 4,
    "kwok": 5,
    "kubelet": 6,
    "gateway": 10,
    "gateway-https": 11,
    "gateway-status": 12,
    "istiod-debug": 13,
    "istiod-monitoring": 14,
    "prometheus": 15,
    "argocd": 16,
}
KUBERNETES_SERVICE = "10.96.0.1"


class LabError(Exception):
    """Something the person must know or do; the message is complete."""


@dataclass(frozen=True)
class Lab:
    folder: Path
    port_base: int
    real_pods: bool = True  # known images run as processes in namespaces; else kwok pretends every pod
    rootless: bool = False  # all of it lives in a user namespace, and pods with a sidecar are pretended (rootless.py)

    @classmethod
    def open(cls, folder: str | None, port_base: int | None) -> Lab:
        """The lab in this folder; what it was started with is remembered there. Raises LabError."""
        path = Path(folder or os.environ.get("MESHLAB_DIR") or DEFAULT_FOLDER).resolve()
        try:
            stored = json.loads((path / "lab.json").read_text())
        except FileNotFoundError:
            stored = {}
        base = port_base or stored.get("port_base") or DEFAULT_PORT_BASE
        if stored and base != stored["port_base"]:
            raise LabError(f"The lab in {path} uses port base {stored['port_base']}; take it down to change that.")
        if base % 100 or not 1100 <= base <= 65400:
            raise LabError(f"--port-base {base}: a multiple of 100 between 1100 and 65400 is needed.")
        return cls(path, base, stored.get("real_pods", True), stored.get("rootless", False))

    def started_as(self, real_pods: bool, rootless: bool) -> Lab:
        """The same lab as this `up` is to run it. Raises LabError."""
        if self.exists() and self.rootless != rootless:
            lives, would = "in a user namespace", "on the machine itself"
            lives, would = (lives, would) if self.rootless else (would, lives)
            raise LabError(
                f"The lab in {self.folder} lives {lives}, and this `up` would run it {would}: `lab down` first."
            )
        return replace(self, real_pods=real_pods, rootless=rootless)

    @staticmethod
    def can_run_pods() -> bool:
        """Network and mount namespaces need root, and a kernel or container that allows them."""
        if os.geteuid() or not shutil.which("unshare"):
            return False
        return subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True).returncode == 0

    def remember(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        data = {"port_base": self.port_base, "real_pods": self.real_pods, "rootless": self.rootless}
        (self.folder / "lab.json").write_text(json.dumps(data) + "\n")

    def exists(self) -> bool:
        """Whether `up` was here since the last `down`; without it nothing on this machine is this lab's."""
        return (self.folder / "lab.json").exists()

    def forget(self) -> None:
        (self.folder / "lab.json").unlink(missing_ok=True)

    # Names and addresses that several labs on one machine must not share.
    @property
    def number(self) -> int:
        return self.port_base // 100 % 256

    @property
    def bridge(self) -> str:
        return f"meshlab{self.port_base // 100}"

    @property
    def subnet(self) -> str:
        """Addresses of pods that are real processes: 198.18.0.0/15 is kept for tests and routed nowhere."""
        return f"198.18.{self.number}"

    @property
    def bridge_address(self) -> str:
        return f"{self.subnet}.1"

    @property
    def pretended_pods(self) -> str:
        """Addresses of pods that kwok pretends; nothing answers there."""
        return f"198.19.{self.number}.1/24"

    def port(self, name: str) -> int:
        return self.port_base + PORTS[name]

    @property
    def server(self) -> str:
        return f"https://127.0.0.1:{self.port('apiserver')}"

    # Folders and files.
    @property
    def run(self) -> Path:
        return self.folder / "run"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def pki(self) -> Path:
        return self.data / "pki"

    @property
    def pods(self) -> Path:
        return self.folder / "pods"

    @property
    def repository(self) -> Path:
        return self.data / "git" / "mesh.git"

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "kubeconfig"
