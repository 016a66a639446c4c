# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ServiceMonitor: which services Prometheus scrapes, and how."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MONITORING, Kind, defaults_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.monitoring.credentials import scraped

KIND = Kind(
    group="monitoring.coreos.com",
    kind="ServiceMonitor",
    plural="servicemonitors",
    versions=("v1",),
    order=MONITORING,
    installed_by="monitoring",
    defaults=defaults_of(
        {
            "spec.endpoints[].relabelings[].action": "replace",
            "spec.endpoints[].metricRelabelings[].action": "replace",
        }
    ),
    references=scraped("spec.endpoints[]"),
)
