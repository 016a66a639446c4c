# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sidecar: what a workload's proxy listens on, and which hosts it knows."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_DEFAULT, Kind

KIND = Kind(
    group="networking.istio.io",
    kind="Sidecar",
    plural="sidecars",
    versions=("v1", "v1beta1", "v1alpha3"),
    order=MESH_DEFAULT,
    installed_by="istio",
    control_plane=ISTIOD,
)
