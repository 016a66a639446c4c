# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab shows to those who use it: programs, files, addresses."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from . import build
from .processes import record
from .settings import HERE, Lab

PROGRAMS = ("kubectl", "helm", "helm3", "istioctl", "argocd", "prometheus", "promtool", "cert-manager")

TOOLS = (*PROGRAMS, build.ROLLOUTS)  # what `lab tool` runs


def link(lab: Lab) -> None:
    """bin/ and files/ of the lab's folder lead into the cache; what was not compiled is at its first use."""
    (lab.folder / "bin").mkdir(exist_ok=True)
    for name in PROGRAMS:
        if build.program(name).exists():
            point(lab.folder / "bin" / name, build.program(name))
        else:
            write_stand_in(lab, name)
    if build.artefacts().exists():
        point(lab.folder / "files", build.artefacts())
    if build.older_istio().exists():
        point(lab.folder / "files-1.30", build.older_istio())
    if build.cert_manager_crds().exists():
        point(lab.folder / "cert-manager-crds.yaml", build.cert_manager_crds())
    if build.rollouts().exists():
        point(lab.folder / "files-rollouts", build.rollouts().parent)


def write_stand_in(lab: Lab, name: str) -> None:
    """In the place of a program that is not compiled: has it compiled, which takes its place, and runs it."""
    words = shlex.join([sys.executable, str(HERE / "lab"), "tool", "--dir", str(lab.folder), name])
    temporary = lab.folder / "bin" / f".{name}.new"
    temporary.unlink(missing_ok=True)  # it may lead into the cache
    temporary.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    temporary.chmod(0o755)
    temporary.replace(lab.folder / "bin" / name)


def point(name: Path, target: Path) -> None:
    if not name.is_symlink() or os.readlink(name) != str(target):
        temporary = name.with_name(f".{name.name}.new")
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        temporary.replace(name)


def variables(lab: Lab) -> dict[str, str]:
    """What `lab env` exports. Addresses are loopback; what stands behind them is there once a role installed it."""
    folder, files = lab.folder, lab.folder / "files"
    values: dict[str, object] = {
        "MESHLAB_DIR": folder,
        "KUBECONFIG": lab.kubeconfig,
        "K8S_AUTH_KUBECONFIG": lab.kubeconfig,
        "MESHLAB_KUBECONFIG": lab.kubeconfig,
        # "some": all but those with a sidecar
        "MESHLAB_REAL_PODS": ("some" if lab.rootless else "yes") if lab.real_pods else "no",
        "MESHLAB_FILES": files,
        "MESHLAB_CHARTS": files / "charts",
        "MESHLAB_ISTIO_CRDS": files / "istio-crds.yaml",
        "MESHLAB_GATEWAY_API_CRDS": files / "gateway-api-crds.yaml",
        "MESHLAB_ARGOCD_MANIFESTS": files / "argocd",
        "MESHLAB_PROMETHEUS_OPERATOR_BUNDLE": files / "prometheus-operator" / "bundle.yaml",
        "MESHLAB_ISTIO_VERSION": build.ISTIO_VERSION,
        # There once `lab build istio-1.30` has run, and `lab up` after it.
        "MESHLAB_OLDER_CHARTS": folder / "files-1.30" / "charts",
        # There once `lab build rollouts-controller` has run.
        "MESHLAB_ROLLOUTS_CRDS": folder / "files-rollouts" / build.rollouts().name,
        "MESHLAB_OLDER_ISTIO_VERSION": build.OLDER_ISTIO_VERSION,
        # There once `lab build cert-manager` has run, and `lab up` after it.
        "MESHLAB_CERT_MANAGER_CRDS": folder / "cert-manager-crds.yaml",
        "MESHLAB_GIT": f"file://{lab.repository}",
        "MESHLAB_GATEWAY_URL": f"http://127.0.0.1:{lab.port('gateway')}",
        "MESHLAB_GATEWAY_HTTPS_URL": f"https://127.0.0.1:{lab.port('gateway-https')}",
        "MESHLAB_GATEWAY_STATUS_URL": f"http://127.0.0.1:{lab.port('gateway-status')}",
        "MESHLAB_ISTIOD_URL": f"http://127.0.0.1:{lab.port('istiod-monitoring')}",
        "MESHLAB_ISTIOD_DEBUG_URL": f"http://127.0.0.1:{lab.port('istiod-debug')}",
        "MESHLAB_PROMETHEUS_URL": f"http://127.0.0.1:{lab.port('prometheus')}",
        "MESHLAB_ARGOCD_URL": f"https://127.0.0.1:{lab.port('argocd')}",
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), "127.0.0.1", "localhost"])),
    }
    for name in PROGRAMS:
        values[f"MESHLAB_{name.upper().replace('-', '_')}"] = folder / "bin" / name
    path = [str(folder / "bin"), *(p for p in os.environ.get("PATH", "").split(os.pathsep) if p != str(folder / "bin"))]
    values["PATH"] = os.pathsep.join(path)
    return {name: str(value) for name, value in values.items()}


def running(lab: Lab) -> list[dict]:
    """The background processes of the lab: name and pid, None when it has ended."""
    return [
        {"name": path.stem, "pid": (record(lab, path.stem) or {}).get("pid")} for path in sorted(lab.run.glob("*.json"))
    ]
