# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLSRoute: where TLS connections go, by the name that the client asks for."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MESH_ROUTES, Kind, defaults_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import routes

KIND = Kind(
    group="gateway.networking.k8s.io",
    kind="TLSRoute",
    plural="tlsroutes",
    versions=("v1", "v1alpha3", "v1alpha2"),
    order=MESH_ROUTES,
    ready=routes.ready,
    defaults=defaults_of({**routes.PARENTS, **routes.backends("spec.rules[].backendRefs")}),
    references=routes.references(),
)
