# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mesh of plain Envoys needs beside what the roles install.

Istio's proxies have filters of Istio's own (`istio.stats`); a plain Envoy refuses a listener that names one. The lab's
proxies say in their metadata that they are plain, and one EnvoyFilter takes those filters out for them alone: any other
proxy that asks istiod is answered as everywhere (`lab xds`).
"""

from __future__ import annotations

from .api import Api, ApiError

ROOT_NAMESPACE = "istio-system"
NAME = "meshlab-plain-envoy"
# ISTIO_META_* of the agent's environment becomes the proxy's metadata.
PLAIN_METADATA = {"ISTIO_META_MESHLAB": "plain"}
PATH = f"/apis/networking.istio.io/v1alpha3/namespaces/{ROOT_NAMESPACE}/envoyfilters/{NAME}"


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


def ensure_plain_envoy(api: Api) -> bool:
    """Create the EnvoyFilter where Istio's CRDs and its namespace exist; True when it is there."""
    try:
        if api.get(PATH) is None:
            api.apply(PATH, envoy_filter())
        return True
    except (ApiError, OSError):
        return False  # no CRDs, no namespace, or its webhook is not there yet
