# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""EnvoyFilter: patches to the configuration that Istio makes for Envoy."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_DEFAULT, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import effect
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.targets import TARGETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import rules

KIND = Kind(
    group="networking.istio.io",
    kind="EnvoyFilter",
    plural="envoyfilters",
    versions=("v1alpha3",),
    order=MESH_DEFAULT,
    installed_by="istio",
    control_plane=ISTIOD,
    effect=effect.envoy_filter,
    references=rules(*TARGETS),
)
