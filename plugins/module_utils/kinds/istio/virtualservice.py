# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""VirtualService: how requests to a host are matched, changed and routed."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_ROUTES, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import (
    destinations,
    named,
    rules,
    typed,
)

GATEWAY = ("networking.istio.io", "Gateway")

KIND = Kind(
    group="networking.istio.io",
    kind="VirtualService",
    plural="virtualservices",
    versions=("v1", "v1beta1", "v1alpha3"),
    order=MESH_ROUTES,
    installed_by="istio",
    control_plane=ISTIOD,
    references=rules(
        *(
            destinations(path)
            for path in (
                "spec.http[].route[].destination",
                "spec.http[].mirror",
                "spec.http[].mirrors[].destination",
                "spec.tls[].route[].destination",
                "spec.tcp[].route[].destination",
            )
        ),
        *(
            named(path, GATEWAY, qualified=True, besides=("mesh",))
            for path in (
                "spec.gateways[]",
                "spec.http[].match[].gateways[]",
                "spec.tls[].match[].gateways[]",
                "spec.tcp[].match[].gateways[]",
            )
        ),
        typed("spec.http[].delegate", "networking.istio.io", "VirtualService"),
    ),
)
