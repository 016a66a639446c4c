# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mesh of plain Envoys needs beside what the roles install.

Istio's proxies have filters of Istio's own (`istio.stats`); a plain Envoy refuses a listener that names one. The lab's
proxies say in their metadata that they are plain, and one EnvoyFilter takes those filters out for them alone: any other
proxy that asks istiod is answered as everywhere (`lab xds`).
"""

from __future__ import annotations

import hashlib
import json

from . import metrics
from .api import Api, ApiError

ROOT_NAMESPACE = "istio-system"
NAME = "meshlab-plain-envoy"
# ISTIO_META_* of the agent's environment becomes the proxy's metadata.
PLAIN_METADATA = {"ISTIO_META_MESHLAB": "plain"}
CONTENT = "meshlab/content"  # annotation: a hash of what the lab applied


def removal(kind: str, filter_match: dict) -> dict:
    return {
        "applyTo": kind,
        "patch": {"operation": "REMOVE"},
        "match": {
            "context": "ANY",
            "proxy": {"metadata": {"MESHLAB": "plain"}},
            "listener": {"filterChain": {"filter": filter_match}},
        },
    }


def envoy_filter() -> dict:
    http = {"name": "envoy.filters.network.http_connection_manager", "subFilter": {"name": "istio.stats"}}
    patches = [removal("HTTP_FILTER", http), removal("NETWORK_FILTER", {"name": "istio.stats"})]
    return {
        "apiVersion": "networking.istio.io/v1alpha3",
        "kind": "EnvoyFilter",
        "metadata": {"name": NAME, "namespace": ROOT_NAMESPACE},
        "spec": {"configPatches": patches},
    }


def objects() -> list[tuple[str, dict]]:
    """What the lab keeps in the cluster: path and object."""
    istio = f"/apis/networking.istio.io/v1alpha3/namespaces/{ROOT_NAMESPACE}/envoyfilters"
    monitors = f"/apis/monitoring.coreos.com/v1/namespaces/{ROOT_NAMESPACE}/podmonitors"
    return [
        (f"{istio}/{NAME}", envoy_filter()),
        (f"{istio}/{metrics.NAME}", metrics.envoy_filter(ROOT_NAMESPACE)),
        (f"{monitors}/{metrics.JOB}", metrics.pod_monitor(ROOT_NAMESPACE)),
    ]


def ensure_objects(api: Api) -> bool:
    """Create each where its CRD and namespace exist; True when all are there as this version of the lab has them."""
    complete = True
    for path, obj in objects():
        content = hashlib.sha256(json.dumps(obj).encode()).hexdigest()[:16]
        try:
            live = api.get(path)
            if live is None or (live["metadata"].get("annotations") or {}).get(CONTENT) != content:
                obj["metadata"]["annotations"] = {CONTENT: content}
                api.apply(path, obj)
        except (ApiError, OSError):
            complete = False  # no CRDs, no namespace, or its webhook is not there yet
    return complete
