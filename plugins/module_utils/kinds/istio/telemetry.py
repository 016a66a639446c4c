# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Telemetry: which metrics, traces and access logs the proxies make, and where they go."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_DEFAULT, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.targets import TARGETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import rules

KIND = Kind(
    group="telemetry.istio.io",
    kind="Telemetry",
    plural="telemetries",
    versions=("v1", "v1alpha1"),
    order=MESH_DEFAULT,
    installed_by="istio",
    control_plane=ISTIOD,
    references=rules(*TARGETS),
)
