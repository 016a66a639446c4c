# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of the Prometheus operator without a module of their own: their place in a set, and which role brings them."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MONITORING, Kind

GROUP = "monitoring.coreos.com"

KINDS = tuple(
    Kind(GROUP, kind, plural, (version,), order=MONITORING, installed_by="monitoring")
    for kind, plural, version in (
        ("Alertmanager", "alertmanagers", "v1"),
        ("AlertmanagerConfig", "alertmanagerconfigs", "v1alpha1"),
        ("Probe", "probes", "v1"),
        ("PrometheusAgent", "prometheusagents", "v1alpha1"),
        ("ScrapeConfig", "scrapeconfigs", "v1alpha1"),
        ("ThanosRuler", "thanosrulers", "v1"),
    )
)
