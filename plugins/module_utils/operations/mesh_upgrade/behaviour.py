# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What behaves otherwise from one minor version of Istio to the next, by Istio's own upgrade notes. Data.

Each with the switch that brings back the old behaviour, where there is one: an environment variable of istiod, or
``compatibilityVersion`` of the chart, which Istio keeps for some minors.
"""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_problems import minor

_NOTES = "https://github.com/istio/istio/blob/release-{}/releasenotes/notes/{}.yaml"


class Change(NamedTuple):
    """``since``: the minor that brought it, as 1.30; ``note``: the file of Istio's repository that says so."""

    since: str
    note: str
    text: str

    @property
    def source(self) -> str:
        return _NOTES.format(self.since, self.note)


CHANGES = (
    Change(
        "1.27",
        "native-sidecar-default",
        "Native sidecars are used where Kubernetes has them: istio-proxy is an init container (ENABLE_NATIVE_SIDECARS)",
    ),
    Change("1.27", "54002", "The telemetry providers Lightstep and OpenCensus are gone"),
    Change(
        "1.28",
        "gtw-140",
        "BackendTLSPolicy is read as v1 only, and is effective without PILOT_ENABLE_ALPHA_GATEWAY_API",
    ),
    Change("1.28", "remove-metric-rotation", "METRIC_ROTATION_INTERVAL and METRIC_GRACEFUL_DELETION_INTERVAL are gone"),
    Change("1.28", "57219", "InferencePool is read as v1 only"),
    Change("1.28", "57656", "In ambient, older ztunnels refuse ServiceEntries with resolution NONE"),
    Change("1.28", "57530", "Hosts of mirrored requests have no suffix -shadow any more (DISABLE_SHADOW_HOST_SUFFIX)"),
    Change(
        "1.29",
        "debug-endpoint-authorization",
        "istiod answers /debug on port 15014 to its own namespace only (ENABLE_DEBUG_ENDPOINT_AUTH)",
    ),
    Change(
        "1.29",
        "disable-track-remaining-cb-metrics",
        "Metrics of remaining circuit breaker resources are off (DISABLE_TRACK_REMAINING_CB_METRICS)",
    ),
    Change(
        "1.29",
        "48051",
        "Metrics of proxies are compressed; the annotation sidecar.istio.io/statsCompression is gone",
    ),
    Change(
        "1.29",
        "authz-dry-run-ambient",
        "Older ztunnels enforce AuthorizationPolicies that are a dry run, where ambient has these",
    ),
    Change(
        "1.29",
        "reconcile-iptables-default-true",
        "The CNI agent reconciles the iptables rules of ambient pods when it starts",
    ),
    Change(
        "1.30",
        "sidecar-pick-best-service-namespace",
        "Of hosts in several namespaces another may be picked (PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE)",
    ),
    Change(
        "1.30",
        "statusgen-xds-auth",
        "Debug requests over XDS on port 15010 need authentication (ENABLE_DEBUG_ENDPOINT_AUTH)",
    ),
    Change(
        "1.30", "59295", "The CNI agent honours excludeNamespaces: enrolled pods of such a namespace leave the mesh"
    ),
    Change("1.30", "59075", "The configuration file of the CNI plugin is readable by root only"),
    Change("1.31", "60690", "Unhealthy endpoints are sent to proxies too (PILOT_AUTO_SEND_UNHEALTHY_ENDPOINTS)"),
    Change(
        "1.31",
        "strict-gateway-merging",
        "Istio's Gateways of other namespaces do not join managed Gateways (PILOT_ENABLE_STRICT_GATEWAY_MERGING)",
    ),
    Change(
        "1.31",
        "xds-api-generator-auth",
        "The XDS API generator needs the identity of a control plane (ENABLE_XDS_API_GENERATOR_AUTH)",
    ),
    Change(
        "1.31",
        "60788",
        "WorkloadEntries that registered themselves before have to register again, or to get a label, for HBONE",
    ),
    Change(
        "1.31",
        "wds-reconnect-version-skip",
        "From about 40,000 workloads on, ztunnel cannot reconnect without a larger ISTIO_GPRC_MAXRECVMSGSIZE",
    ),
    Change(
        "1.31",
        "remove-spawn-upstream-span-for-gateway",
        "Gateways make a span of each upstream request (PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY is gone)",
    ),
)


def between(before: str, after: str) -> list[Change]:
    """What changes on the way from one version to another; empty for what is no version, and on the way back."""
    old, new = minor(before), minor(after)
    if old is None or new is None:
        return []
    return [change for change in CHANGES if old < (minor(change.since) or old) <= new]
