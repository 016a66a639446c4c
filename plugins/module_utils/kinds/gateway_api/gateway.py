# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateway of the Gateway API: listeners of a proxy that the controller of its class runs, waypoints among them."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import (
    MESH_GATEWAYS,
    Kind,
    Readiness,
    defaults_of,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api.status import (
    GROUP,
    about,
    generation,
    verdict,
    worst,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import named, rules, typed


def ready(live: dict) -> Readiness:
    """Accepted and programmed as it is now, with every listener that the controller tells of.

    A Gateway with one bad listener among good ones is accepted; it is not what was declared.
    """
    status = live.get("status") or {}
    declared = {listener.get("name") for listener in live["spec"].get("listeners") or []}
    listeners = [listener for listener in status.get("listeners") or [] if listener.get("name") in declared]
    return worst(
        [
            *(about(f"listener {listener['name']}", _listener(listener, generation(live))) for listener in listeners),
            verdict(status.get("conditions"), ("Accepted", "Programmed"), generation(live)),
        ]
    )


def _listener(reported: dict, seen: int) -> Readiness:
    """By what the controller says; a condition that it leaves out is no reason to wait."""
    conditions = [item for item in reported.get("conditions") or [] if item.get("observedGeneration", 0) >= seen]
    names = {item.get("type") for item in conditions}
    wanted = tuple(name for name in ("Accepted", "ResolvedRefs", "Programmed") if name in names)
    return verdict(conditions, wanted, seen)


KIND = Kind(
    group="gateway.networking.k8s.io",
    kind="Gateway",
    plural="gateways",
    versions=("v1", "v1beta1"),
    order=MESH_GATEWAYS,
    ready=ready,
    defaults=defaults_of(
        {
            "spec.addresses[].type": "IPAddress",
            "spec.allowedListeners.namespaces": {"from": "None"},
            "spec.allowedListeners.namespaces.from": "None",
            "spec.listeners[].allowedRoutes": {"namespaces": {"from": "Same"}},
            "spec.listeners[].allowedRoutes.kinds[].group": GROUP,
            "spec.listeners[].allowedRoutes.namespaces": {"from": "Same"},
            "spec.listeners[].allowedRoutes.namespaces.from": "Same",
            "spec.listeners[].tls.certificateRefs[].group": "",
            "spec.listeners[].tls.certificateRefs[].kind": "Secret",
            "spec.listeners[].tls.mode": "Terminate",
            "spec.tls.backend.clientCertificateRef.group": "",
            "spec.tls.backend.clientCertificateRef.kind": "Secret",
            "spec.tls.frontend.default.validation.mode": "AllowValidOnly",
            "spec.tls.frontend.perPort[].tls.validation.mode": "AllowValidOnly",
        }
    ),
    references=rules(
        named("spec.gatewayClassName", (GROUP, "GatewayClass"), cluster_wide=True),
        typed("spec.listeners[].tls.certificateRefs[]", "", "Secret"),
        typed("spec.tls.backend.clientCertificateRef", "", "Secret"),
    ),
)
