# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Container images that have a program here: what lies in them, and how they start.

An image is known by its last path component, whatever registry: `docker.io/istio/pilot:1.31.1` is `pilot`. The tag
counts for Istio alone, of which there are two.
Paths, entry points and users are those of the published images, so that manifests run as they are.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import build, mesh
from .settings import HERE

REDIRECTOR = "istio-init"  # the init container that sends a pod's traffic through its sidecar
PRETEND_LABEL = "meshlab/pretend"  # "true" on a pod: kwok pretends it although its image is known


@dataclass(frozen=True)
class Image:
    entrypoint: list[str] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)  # path in the container → file of this machine
    command: list[str] = field(default_factory=list)  # what runs when the container names no args
    env: dict[str, str] = field(default_factory=dict)
    user: int = 0
    home: str = "/"
    is_proxy: bool = False
    missing: bool = False  # known not to exist: such a pod waits for its image, as on any cluster


# A plain Envoy lacks Istio's own filters; these two are left out by istiod's own switches (see README.md).
PLAIN_ENVOY = {"PILOT_ENABLE_METADATA_EXCHANGE": "false", "PILOT_ENABLE_ALPN_FILTER": "false"}
PYTHON = str(Path(sys.executable).resolve())


def argocd() -> Image:
    names = [
        "argocd",
        "argocd-server",
        "argocd-repo-server",
        "argocd-application-controller",
        "argocd-applicationset-controller",
        "argocd-notifications",
        "argocd-cmp-server",
        "argocd-dex",
    ]
    files = {f"/usr/local/bin/{name}": build.program("argocd") for name in names}
    files["/usr/local/bin/helm"] = build.program("helm")
    for script in ("git-verify-wrapper.sh", "gpg-wrapper.sh"):
        files[f"/usr/local/bin/{script}"] = HERE / "images" / script
    env = {"ARGOCD_GPG_ENABLED": "false", "USER": "argocd"}
    return Image(files=files, user=999, home="/home/argocd", env=env)


def pilot(program: str = "pilot-discovery") -> Image:
    path = "/usr/local/bin/pilot-discovery"
    return Image([path], {path: build.program(program)}, env=PLAIN_ENVOY, user=1337)


def proxy(program: str = "pilot-agent", files_of: Callable[[], Path] = build.artefacts) -> Image:
    """Envoy is the same for every Istio: only one is to be had."""
    files = {
        "/usr/local/bin/pilot-agent": build.program(program),
        "/usr/local/bin/envoy": build.envoy(),
        "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json": files_of() / "envoy_bootstrap_tmpl.json",
    }
    return Image(["/usr/local/bin/pilot-agent"], files, user=1337, env=mesh.PLAIN_METADATA, is_proxy=True)


def python_app(script: str) -> Image:
    return Image([PYTHON, "-u", f"/app/{script}"], {f"/app/{script}": HERE / "images" / script}, user=65534)


IMAGES = {
    "pilot": pilot,
    "proxyv2": proxy,
    "auto": lambda: Image(missing=True),
    "argocd": argocd,
    # Debian's redis-check-rdb is the whole of Redis; its name decides what it does.
    "redis": lambda: Image(
        ["/usr/local/bin/redis-server"], {"/usr/local/bin/redis-server": Path("/usr/bin/redis-check-rdb")}, user=999
    ),
    "prometheus": lambda: Image(["/bin/prometheus"], {"/bin/prometheus": build.program("prometheus")}, user=65534),
    "prometheus-operator": lambda: Image(
        ["/bin/operator"], {"/bin/operator": build.program("prometheus-operator")}, user=65534
    ),
    "prometheus-config-reloader": lambda: Image(
        ["/bin/prometheus-config-reloader"],
        {"/bin/prometheus-config-reloader": build.program("prometheus-config-reloader")},
        user=65534,
    ),
    "meshlab-http": lambda: python_app("http_server.py"),
    "meshlab-grpc": lambda: python_app("grpc_server.py"),
    "meshlab-client": lambda: Image(["/usr/bin/sleep"], command=["infinity"], user=65534),
}
# Images whose program depends on the tag. What is not compiled cannot be pulled: `lab build istio-1.30`.
OLDER = {
    "pilot": lambda: pilot("pilot-discovery-1.30"),
    "proxyv2": lambda: proxy("pilot-agent-1.30", build.older_istio),
}


def pattern() -> str:
    """A regular expression for references of these images."""
    return "(^|/)(" + "|".join(sorted(IMAGES)) + ")(:|@|$)"


def find(reference: str) -> Image | None:
    match = re.search(pattern(), reference)
    if not match:
        return None
    name, tag = match.group(2), reference[match.end() :]
    if name not in OLDER or not tag.startswith("1.30."):
        return IMAGES[name]()
    return OLDER[name]() if build.older_istio().exists() else Image(missing=True)


def is_real(pod: dict, sidecars: bool) -> bool:
    """Whether the node agent runs this pod; else kwok pretends it. kwok.yaml says the same.

    ``sidecars``: whether pods whose traffic istio-init redirects can run, too.
    """
    if pod["metadata"].get("labels", {}).get(PRETEND_LABEL) == "true":
        return False
    spec = pod["spec"]
    if not sidecars and any(c["name"] == REDIRECTOR for c in spec.get("initContainers") or []):
        return False
    lasting = [c for c in spec.get("initContainers") or [] if c.get("restartPolicy") == "Always"]
    return any(re.search(pattern(), c["image"]) for c in spec["containers"] + lasting)
