# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateway: the ports, hosts and certificates of a proxy at the edge of the mesh."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MESH_GATEWAYS, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.propagation import converse

KIND = Kind(
    group="networking.istio.io",
    kind="Gateway",
    plural="gateways",
    versions=("v1", "v1beta1", "v1alpha3"),
    order=MESH_GATEWAYS,
    installed_by="istio",
    control_plane=converse,
)
