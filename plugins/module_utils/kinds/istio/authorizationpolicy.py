# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AuthorizationPolicy: who may send which requests to a workload."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import (
    ISTIOD,
    POLICIES,
    READY,
    Kind,
    Readiness,
    condition,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import effect
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.targets import TARGETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import rules

# Targets that only a waypoint serves. A Gateway may be an ingress gateway, of which the status says nothing.
_WAYPOINT_TARGETS = {"Service", "ServiceEntry", "GatewayClass"}


def accepted(live: dict) -> Readiness:
    """A policy for services is in force once a waypoint took it; istiod writes that into the status.

    Any other policy is ready when it is stored. Source: istiod's WaypointPolicyStatusCollection. With several targets
    the reason Invalid also stands for targets that may still appear, so it is final only for a single one.
    """
    spec = live.get("spec") or {}
    targets = spec.get("targetRefs") or ([spec["targetRef"]] if spec.get("targetRef") else [])
    if not targets or any(target.get("kind") not in _WAYPOINT_TARGETS for target in targets):
        return READY
    reported = condition(live, "WaypointAccepted")
    if not reported or int(reported.get("observedGeneration") or 0) < live["metadata"].get("generation", 0):
        return Readiness(
            "waiting", "istiod has not attached it to a waypoint yet (waypoints exist only in an ambient mesh)"
        )
    if reported.get("status") == "True":
        return READY
    final = reported.get("reason") == "Invalid" and len(targets) == 1
    return Readiness("failed" if final else "waiting", f"{reported.get('reason')}: {reported.get('message')}")


KIND = Kind(
    group="security.istio.io",
    kind="AuthorizationPolicy",
    plural="authorizationpolicies",
    versions=("v1", "v1beta1"),
    order=POLICIES,
    installed_by="istio",
    control_plane=ISTIOD,
    policy=True,
    effect=effect.authorization_policy,
    ready=accepted,
    references=rules(*TARGETS),
)
