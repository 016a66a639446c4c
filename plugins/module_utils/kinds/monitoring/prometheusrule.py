# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PrometheusRule: alerts, and series that Prometheus computes."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MONITORING, Kind


def normalise(declared: dict) -> dict:
    """Expressions that are fractions as text: the API takes text and whole numbers, and to Prometheus all are one.

    Raises MeshError for an expression that YAML has made a truth of (``on``).
    """
    spec = declared.get("spec")
    if not isinstance(spec, dict) or not isinstance(spec.get("groups"), list):
        return declared
    return {**declared, "spec": {**spec, "groups": [_group(group) for group in spec["groups"]]}}


def _group(group):
    if not isinstance(group, dict) or not isinstance(group.get("rules"), list):
        return group
    return {**group, "rules": [_rule(rule) for rule in group["rules"]]}


def _rule(rule):
    expression = rule.get("expr") if isinstance(rule, dict) else None
    if isinstance(expression, bool):
        name = rule.get("alert") or rule.get("record")
        raise MeshError(
            f"expr of the rule {name} must be text or a number, not {str(expression).lower()}, which may have been yes "
            "or no. Put quotes around it."
        )
    return {**rule, "expr": float.__repr__(expression)} if isinstance(expression, float) else rule


KIND = Kind(
    group="monitoring.coreos.com",
    kind="PrometheusRule",
    plural="prometheusrules",
    versions=("v1",),
    order=MONITORING,
    installed_by="monitoring",
    normalise=normalise,
)
