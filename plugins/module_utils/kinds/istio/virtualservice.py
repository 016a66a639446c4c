# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""VirtualService: how requests to a host are matched, changed and routed."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_ROUTES, Kind

KIND = Kind(
    group="networking.istio.io",
    kind="VirtualService",
    plural="virtualservices",
    versions=("v1", "v1beta1", "v1alpha3"),
    order=MESH_ROUTES,
    installed_by="istio",
    control_plane=ISTIOD,
)
