# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""PrometheusRule: alerts, and series that Prometheus computes."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MONITORING, Kind

KIND = Kind(
    group="monitoring.coreos.com",
    kind="PrometheusRule",
    plural="prometheusrules",
    versions=("v1",),
    order=MONITORING,
    installed_by="monitoring",
)
