# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What istiod would send to a proxy with all of Istio's own filters, standing where one of our plain ones stands."""

from __future__ import annotations

import json
import subprocess
import tempfile

from . import build, inside, rootless
from .api import Api
from .processes import clean_environment
from .settings import Lab, LabError


def node(pod: dict, address: str) -> dict:
    """The node that a sidecar of this pod would name, without the mark that makes ours plain."""
    meta, labels = pod["metadata"], pod["metadata"].get("labels") or {}
    domain = f"{meta['namespace']}.svc.cluster.local"
    return {
        "id": f"sidecar~{address}~{meta['name']}.{meta['namespace']}~{domain}",
        "metadata": {
            "NAMESPACE": meta["namespace"],
            "NAME": meta["name"],
            "CLUSTER_ID": "Kubernetes",
            "ISTIO_VERSION": build.ISTIO_VERSION,
            "LABELS": labels,
            "INSTANCE_IPS": address,
            "SERVICE_ACCOUNT": pod["spec"].get("serviceAccountName", "default"),
            "INTERCEPTION_MODE": "REDIRECT",
            "MESH_ID": "cluster.local",
        },
    }


def ask(lab: Lab, where: str, kind: str) -> list[dict]:
    """The listeners or clusters for NAMESPACE/POD. Raises LabError."""
    pod, _container = inside.find(lab, where)
    istiod = next((p for p in inside.pods(lab) if p["name"].startswith("istiod")), None)
    if istiod is None:
        raise LabError("istiod does not run")
    live = Api(lab).get(f"/api/v1/namespaces/{pod['namespace']}/pods/{pod['name']}")
    if live is None:
        raise LabError(f"There is no pod {pod['namespace']}/{pod['name']} any more")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(node(live, pod["address"]), file)
        file.flush()
        argv = [*rootless.enter(lab), str(build.program("xds")), f"{istiod['address']}:15010", file.name, kind]
        done = subprocess.run(argv, capture_output=True, text=True, env=clean_environment())
    if done.returncode:
        raise LabError(f"istiod was not asked: {done.stderr.strip()}")
    return json.loads(done.stdout).get("resources", [])
