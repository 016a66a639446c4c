# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of the Gateway API without a module of their own: their place in a set, and when they are ready."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import (
    MESH_DEFAULT,
    MESH_GATEWAYS,
    MESH_ROUTES,
    Kind,
    Readiness,
    defaults_of,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import gateway, routes
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api.status import (
    GROUP,
    generation,
    verdict,
)


def class_ready(live: dict) -> Readiness:
    return verdict((live.get("status") or {}).get("conditions"), ("Accepted",), generation(live))


KINDS = (
    Kind(GROUP, "GatewayClass", "gatewayclasses", ("v1", "v1beta1"), False, MESH_DEFAULT, ready=class_ready),
    # After the Gateway that it adds listeners to, before the routes that name them.
    Kind(GROUP, "ListenerSet", "listenersets", ("v1",), order=MESH_GATEWAYS + 1, ready=gateway.ready),
    Kind(
        GROUP,
        "UDPRoute",
        "udproutes",
        ("v1", "v1alpha2"),
        order=MESH_ROUTES,
        ready=routes.ready,
        defaults=defaults_of({**routes.PARENTS, **routes.backends("spec.rules[].backendRefs")}),
        references=routes.references(),
    ),
)
