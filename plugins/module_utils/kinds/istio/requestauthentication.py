# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""RequestAuthentication: which tokens a workload takes, and where it looks for them."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, POLICIES, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import effect
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.targets import TARGETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import rules

KIND = Kind(
    group="security.istio.io",
    kind="RequestAuthentication",
    plural="requestauthentications",
    versions=("v1", "v1beta1"),
    order=POLICIES,
    installed_by="istio",
    control_plane=ISTIOD,
    policy=True,
    effect=effect.request_authentication,
    references=rules(*TARGETS),
)
