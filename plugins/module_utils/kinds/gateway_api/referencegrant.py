# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ReferenceGrant: what of other namespaces may refer to what of this one."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MESH_DEFAULT, Kind

KIND = Kind(
    group="gateway.networking.k8s.io",
    kind="ReferenceGrant",
    plural="referencegrants",
    versions=("v1", "v1beta1"),
    order=MESH_DEFAULT,
)
