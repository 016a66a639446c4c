# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""BackendTLSPolicy: how gateways speak TLS with a service, and which certificates they accept from it."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MESH_SUBSETS, Kind, Readiness
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api.status import (
    about,
    generation,
    verdict,
    worst,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import rules, typed


def ready(live: dict) -> Readiness:
    """Taken, with its authorities, for every place that a controller applies it at (a gateway, or the service)."""
    ancestors = (live.get("status") or {}).get("ancestors") or []
    if not ancestors:
        return Readiness(
            "waiting", "no controller has reported a status. Check that a route refers to the target of the policy"
        )
    return worst(about(_place(ancestor), _judged(ancestor, generation(live))) for ancestor in ancestors)


def _place(ancestor: dict) -> str:
    place = ancestor.get("ancestorRef") or {}
    return f"{place.get('kind', 'Gateway')} {place.get('name')}"


def _judged(ancestor: dict, seen: int) -> Readiness:
    return verdict(ancestor.get("conditions"), ("Accepted", "ResolvedRefs"), seen)


KIND = Kind(
    group="gateway.networking.k8s.io",
    kind="BackendTLSPolicy",
    plural="backendtlspolicies",
    versions=("v1", "v1alpha3"),
    order=MESH_SUBSETS,
    ready=ready,
    references=rules(
        typed("spec.targetRefs[]", "", "Service"),
        typed("spec.validation.caCertificateRefs[]", "", "ConfigMap"),
    ),
)
