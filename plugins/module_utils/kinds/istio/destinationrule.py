# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DestinationRule: the subsets of a host, and how clients connect to them."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MESH_SUBSETS, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.propagation import converse

KIND = Kind(
    group="networking.istio.io",
    kind="DestinationRule",
    plural="destinationrules",
    versions=("v1", "v1beta1", "v1alpha3"),
    order=MESH_SUBSETS,
    installed_by="istio",
    control_plane=converse,
)
