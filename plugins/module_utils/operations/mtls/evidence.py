# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who sent what to whom with mTLS or without it, by Istio's metrics over a time.

Only the destination's proxy knows: on reporter="source" the label connection_security_policy is always "unknown"
(istio/proxy, istio_stats.cc). A sidecar reports plain text as "none", ztunnel as "unknown"; all but "mutual_tls" is it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.client import Prometheus, Sample
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import promql

PROVEN, PLAIN_TEXT, NO_TRAFFIC, UNKNOWN = "proven", "plain_text", "no_traffic", "unknown"
NOBODY = "unknown"  # the workload of a source without a proxy
RECEIVED = "istio_tcp_received_bytes_total"
_MUTUAL = "mutual_tls"
_WHOM = ("destination_workload_namespace", "destination_workload")
_WHO = ("source_workload_namespace", "source_workload", "source_principal")
_POLICY = "connection_security_policy"
_PASSTHROUGH = "PassthroughCluster"  # where a proxy sends what it knows no Service for, such as calls of pod addresses
_SOURCES = 20  # that are kept of a workload, the busiest first
Key = tuple[str, str]  # namespace and name of a workload


@dataclass
class Tally:
    """Requests and connections that reached a workload. ``plain_bytes``: of connections that were open before."""

    mutual: float = 0.0
    plain: float = 0.0
    plain_bytes: float = 0.0
    sources: dict[tuple[str, str, str], float] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Which of the three classes it is."""
        if self.plain > 0 or self.plain_bytes > 0:
            return PLAIN_TEXT
        return PROVEN if self.mutual > 0 else NO_TRAFFIC

    def rows(self) -> list[dict[str, Any]]:
        """Who sent plain text: ``workload`` (or "unknown"), ``namespace``, ``principal`` and ``count``."""
        busiest = sorted(self.sources.items(), key=lambda item: (-item[1], item[0]))[:_SOURCES]
        return [
            {"workload": name, "namespace": namespace, "principal": principal, "count": round(count)}
            for (namespace, name, principal), count in busiest
        ]


@dataclass
class Evidence:
    """``scraped``: pods (namespace, name) whose metrics are collected, None where that is not known. ``reaches_back``:
    whether there are metrics from the beginning of the time. ``passthrough``: calls (source, address) → count."""

    seconds: int
    tallies: dict[Key, Tally] = field(default_factory=dict)
    scraped: set[Key] | None = None
    reaches_back: bool = True
    passthrough: dict[tuple[str, str], float] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)

    def of(self, namespace: str, name: str) -> Tally:
        """What reached a workload."""
        return self.tallies.get((namespace, name)) or Tally()


def read(prometheus: Prometheus, seconds: int, namespaces: Iterable[str] | None = None) -> Evidence:
    """What metrics have of the last so many seconds, to all namespaces or to these. Raises PrometheusError."""
    chosen = None if namespaces is None else sorted(namespaces)
    place = "" if chosen is None else f",destination_workload_namespace{promql.matcher(chosen or [''])}"
    selector = f'reporter="destination"{place}'
    evidence = Evidence(seconds)

    def asked(query: str) -> list[Sample]:
        evidence.queries.append(query)
        return prometheus.query(query).samples

    for metric in (promql.REQUESTS, promql.OPENED):
        for sample in asked(promql.increases(metric, selector, (*_WHOM, *_WHO, _POLICY), seconds)):
            _count(evidence, sample)
    plain = f'{selector},{_POLICY}!="{_MUTUAL}"'
    for sample in asked(promql.increases(RECEIVED, plain, _WHOM, seconds)):
        if sample.value > 0:
            _tally(evidence, sample).plain_bytes += sample.value
    passing = f'reporter="source",destination_service_name="{_PASSTHROUGH}"'
    labels = ("source_workload_namespace", "source_workload", "destination_service")
    for sample in asked(promql.increases(promql.REQUESTS, passing, labels, seconds)):
        if sample.value > 0:
            source = "/".join(sample.labels.get(label, NOBODY) for label in labels[:2])
            address = sample.labels.get("destination_service", NOBODY)
            evidence.passthrough[source, address] = evidence.passthrough.get((source, address), 0.0) + sample.value
    up = asked("count by (namespace, pod) (up == 1)")
    pods = {(sample.labels.get("namespace", ""), sample.labels.get("pod", "")) for sample in up}
    evidence.scraped = pods if any(pod for _namespace, pod in pods) else None
    evidence.reaches_back = bool(asked(f"count(up offset {seconds}s)"))
    return evidence


def _tally(evidence: Evidence, sample: Sample) -> Tally:
    key = (sample.labels.get(_WHOM[0], ""), sample.labels.get(_WHOM[1], ""))
    return evidence.tallies.setdefault(key, Tally())


def _count(evidence: Evidence, sample: Sample) -> None:
    if not sample.value > 0:
        return
    tally = _tally(evidence, sample)
    if sample.labels.get(_POLICY) == _MUTUAL:
        tally.mutual += sample.value
        return
    tally.plain += sample.value
    namespace, name, principal = (sample.labels.get(label) or NOBODY for label in _WHO)
    tally.sources[namespace, name, principal] = tally.sources.get((namespace, name, principal), 0.0) + sample.value
