# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GRPCRoute: where gRPC calls go, by service, method and headers."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MESH_ROUTES, Kind, defaults_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import routes

KIND = Kind(
    group="gateway.networking.k8s.io",
    kind="GRPCRoute",
    plural="grpcroutes",
    versions=("v1", "v1alpha2"),
    order=MESH_ROUTES,
    ready=routes.ready,
    defaults=defaults_of(
        {
            **routes.PARENTS,
            **routes.backends("spec.rules[].backendRefs"),
            **routes.mirrors("spec.rules[].backendRefs[].filters"),
            **routes.mirrors("spec.rules[].filters"),
            "spec.rules[].matches[].headers[].type": "Exact",
            "spec.rules[].matches[].method.type": "Exact",
        }
    ),
    references=routes.references(),
)
