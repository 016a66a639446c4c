# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What behaves otherwise from one minor version of Istio to the next, by Istio's own upgrade notes. Data.

Each with the switch that brings back the old behaviour, where there is one: an environment variable of istiod, or
``compatibilityVersion`` of the chart, which Istio keeps for some minors.
"""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_problems import minor

_NOTES = "https://istio.io/latest/news/releases/{0}.x/announcing-{0}/upgrade-notes/"


class Change(NamedTuple):
    """``since``: the minor that brought it, as 1.30."""

    since: str
    text: str

    @property
    def source(self) -> str:
        return _NOTES.format(self.since)


CHANGES = (
    Change(
        "1.27",
        "Native sidecars are used where Kubernetes has them: istio-proxy is an init container (ENABLE_NATIVE_SIDECARS)",
    ),
    Change("1.29", "istiod answers /debug on port 15014 to its own namespace only (ENABLE_DEBUG_ENDPOINT_AUTH)"),
    Change("1.29", "Metrics of remaining circuit breaker resources are off unless they are asked for"),
    Change("1.29", "The CNI agent reconciles the iptables rules of ambient pods when it starts"),
    Change(
        "1.30",
        "Of hosts in several namespaces another may be picked (PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE)",
    ),
    Change("1.30", "Debug requests over XDS on port 15010 need authentication"),
    Change("1.30", "The CNI agent honours excludeNamespaces, and its configuration file is readable by root only"),
    Change("1.31", "Unhealthy endpoints are sent to proxies too (PILOT_AUTO_SEND_UNHEALTHY_ENDPOINTS)"),
    Change("1.31", "Gateways that share a port are merged strictly (PILOT_ENABLE_STRICT_GATEWAY_MERGING)"),
    Change("1.31", "The XDS API generator needs the identity of a control plane"),
    Change("1.31", "WorkloadEntries that register themselves need a label for HBONE"),
)


def between(before: str, after: str) -> list[Change]:
    """What changes on the way from one version to another; empty for what is no version, and on the way back."""
    old, new = minor(before), minor(after)
    if old is None or new is None:
        return []
    return [change for change in CHANGES if old < (minor(change.since) or old) <= new]
