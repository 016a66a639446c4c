# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PeerAuthentication: whether workloads take mutual TLS, plain text, or both."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, POLICIES, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import effect

KIND = Kind(
    group="security.istio.io",
    kind="PeerAuthentication",
    plural="peerauthentications",
    versions=("v1", "v1beta1"),
    order=POLICIES,
    installed_by="istio",
    control_plane=ISTIOD,
    policy=True,
    effect=effect.peer_authentication,
)
