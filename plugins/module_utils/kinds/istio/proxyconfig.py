# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ProxyConfig: settings of a workload's proxy that it reads when it starts."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_DEFAULT, Kind

KIND = Kind(
    group="networking.istio.io",
    kind="ProxyConfig",
    plural="proxyconfigs",
    versions=("v1beta1",),
    order=MESH_DEFAULT,
    installed_by="istio",
    control_plane=ISTIOD,
)
