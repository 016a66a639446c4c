# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""WasmPlugin: a WebAssembly filter in the proxies."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_DEFAULT, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import effect
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.targets import TARGETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import SECRET, named, rules

KIND = Kind(
    group="extensions.istio.io",
    kind="WasmPlugin",
    plural="wasmplugins",
    versions=("v1alpha1",),
    order=MESH_DEFAULT,
    installed_by="istio",
    control_plane=ISTIOD,
    effect=effect.extension,
    references=rules(
        *TARGETS,
        named("spec.imagePullSecret", SECRET),
    ),
)
