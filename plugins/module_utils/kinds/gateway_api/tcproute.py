# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TCPRoute: where the connections to a listener, or to a service of the mesh, go."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MESH_ROUTES, Kind, defaults_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import routes

KIND = Kind(
    group="gateway.networking.k8s.io",
    kind="TCPRoute",
    plural="tcproutes",
    versions=("v1", "v1alpha2"),
    order=MESH_ROUTES,
    ready=routes.ready,
    defaults=defaults_of({**routes.PARENTS, **routes.backends("spec.rules[].backendRefs")}),
    references=routes.references(),
)
