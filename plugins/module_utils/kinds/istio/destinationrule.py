# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DestinationRule: the subsets of a host, and how clients connect to them."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_SUBSETS, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import effect
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import SECRET, hosts, named, rules


def union(live: dict, desired: dict) -> dict | None:
    """What is declared with the live subsets that it has no more, while routes may still name them."""
    before, after = live.get("spec") or {}, desired.get("spec") or {}
    if before.get("host") != after.get("host"):
        return None
    names = {subset.get("name") for subset in after.get("subsets") or []}
    kept = [subset for subset in before.get("subsets") or [] if subset.get("name") not in names]
    if not kept:
        return None
    return {**desired, "spec": {**after, "subsets": [*(after.get("subsets") or []), *kept]}}


KIND = Kind(
    group="networking.istio.io",
    kind="DestinationRule",
    plural="destinationrules",
    versions=("v1", "v1beta1", "v1alpha3"),
    order=MESH_SUBSETS,
    installed_by="istio",
    control_plane=ISTIOD,
    effect=effect.destination_rule,
    union=union,
    references=rules(
        hosts("spec.host"),
        named("spec.trafficPolicy.tls.credentialName", SECRET),
        named("spec.trafficPolicy.portLevelSettings[].tls.credentialName", SECRET),
        named("spec.subsets[].trafficPolicy.tls.credentialName", SECRET),
        named("spec.subsets[].trafficPolicy.portLevelSettings[].tls.credentialName", SECRET),
    ),
)
