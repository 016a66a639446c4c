# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus: a Prometheus that the operator runs."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import (
    MONITORING,
    READY,
    Kind,
    Readiness,
    condition,
)


def prometheus_ready(live: dict) -> Readiness:
    """The operator has made what is declared, and all of its pods are up."""
    for name in ("Reconciled", "Available"):
        reported = condition(live, name)
        seen = reported.get("observedGeneration", 0) >= live["metadata"].get("generation", 0)
        if reported.get("status") != "True" or not seen:
            detail = next(
                (reported[key] for key in ("message", "reason", "status") if reported.get(key)), "not reported yet"
            )
            return Readiness("waiting", f"{name}: {detail}")
    return READY


KIND = Kind(
    group="monitoring.coreos.com",
    kind="Prometheus",
    plural="prometheuses",
    versions=("v1",),
    order=MONITORING,
    installed_by="monitoring",
    ready=prometheus_ready,
)
