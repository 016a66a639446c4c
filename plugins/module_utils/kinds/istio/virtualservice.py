# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""VirtualService: how requests to a host are matched, changed and routed."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_ROUTES, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import (
    destinations,
    named,
    rules,
    typed,
)

GATEWAY = ("networking.istio.io", "Gateway")


def remarks(desired: dict, _live: dict) -> list[str]:
    """Routes whose weights do not sum up to 100, which Istio accepts and takes as proportions."""
    metadata, spec = desired["metadata"], desired.get("spec") or {}
    label = KIND.label(metadata.get("namespace"), metadata["name"])
    warnings = []
    for protocol in ("http", "tls", "tcp"):
        for number, rule in enumerate(spec.get(protocol) or []):
            weights = [_weight(target) for target in rule.get("route") or []]
            if sum(weights) not in (0, 100):
                warnings.append(
                    f"{label}: the weights in spec.{protocol}[{number}].route are {', '.join(map(str, weights))}, in "
                    f"sum {sum(weights)} and not 100. Istio takes them as proportions: {_percentages(weights)}."
                )
    return warnings


def _weight(target: dict) -> int:
    weight = target.get("weight")
    return weight if isinstance(weight, int) else 0


def _percentages(weights: list[int]) -> str:
    return ", ".join(f"{round(100 * weight / sum(weights), 1):g} %" for weight in weights)


KIND = Kind(
    group="networking.istio.io",
    kind="VirtualService",
    plural="virtualservices",
    versions=("v1", "v1beta1", "v1alpha3"),
    order=MESH_ROUTES,
    installed_by="istio",
    control_plane=ISTIOD,
    remarks=remarks,
    references=rules(
        *(
            destinations(path)
            for path in (
                "spec.http[].route[].destination",
                "spec.http[].mirror",
                "spec.http[].mirrors[].destination",
                "spec.tls[].route[].destination",
                "spec.tcp[].route[].destination",
            )
        ),
        *(
            named(path, GATEWAY, qualified=True, besides=("mesh",))
            for path in (
                "spec.gateways[]",
                "spec.http[].match[].gateways[]",
                "spec.tls[].match[].gateways[]",
                "spec.tcp[].match[].gateways[]",
            )
        ),
        typed("spec.http[].delegate", "networking.istio.io", "VirtualService"),
    ),
)
