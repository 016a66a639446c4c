# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Before the first step: whether metrics will be able to say anything at all."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import few, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.client import Prometheus
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.errors import (
    PrometheusError,
    Trouble,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import promql, traffic
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.metric_gates import Gate
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.options import OF_TRAFFIC
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Sides

_NAMED = 8  # workloads that a message names


def problems(prometheus: Prometheus, sides: Sides, gates: list[Gate], window: int) -> list[str]:
    """Each problem as a sentence; empty when the gates on metrics can judge."""
    try:
        prometheus.query("vector(1)")
    except PrometheusError as error:
        return [sentence(error.message)]
    problems = _of_queries(prometheus, sides, gates, window)
    if any(gate.options["type"] in OF_TRAFFIC for gate in gates):
        problems += _of_traffic(prometheus, sides, gates, window)
    return problems


def _of_queries(prometheus: Prometheus, sides: Sides, gates: list[Gate], window: int) -> list[str]:
    """Queries of the user that Prometheus does not take. That they have no result yet is no problem."""
    problems = []
    for gate in gates:
        for option in ("query", "count_query"):
            if not gate.options.get(option):
                continue
            label = f"gates: {option} of {gate.name}"
            try:
                prometheus.scalar(promql.filled(gate.options[option], sides, window, label))
            except PrometheusError as error:
                if error.trouble not in (Trouble.EMPTY, Trouble.NAN):
                    problems.append(sentence(f"{label}: {error.message}"))
    return problems


def _of_traffic(prometheus: Prometheus, sides: Sides, gates: list[Gate], window: int) -> list[str]:
    apart = indistinguishable(sides)
    if apart:
        return [apart]
    problems: list[str] = []
    for metric, reporters in _metrics(gates).items():
        selector = promql.selector(sides, reporters)
        query = f"count by ({', '.join(promql.PLACE)}) (last_over_time({metric}{{{selector}}}[{window}s]))"
        try:
            series = [sample.labels for sample in prometheus.query(query).samples if _concerns(sample.labels, sides)]
            problems += _unknown_labels(series, sides) if series else [_nothing(prometheus, sides, metric, window)]
        except PrometheusError as error:
            problems.append(sentence(error.message))
    return list(dict.fromkeys(problems))


def _concerns(labels: Mapping[str, str], sides: Sides) -> bool:
    """Not what callers sent to another Service of the same pods, which the query has as well."""
    return any(traffic.names_service(labels, side, sides) for side in (sides.stable, sides.canary))


def _metrics(gates: list[Gate]) -> dict[str, tuple[str, ...]]:
    """The metrics that the gates on traffic use, with the reporters of each."""
    used: dict[str, dict[str, None]] = {}
    for gate in gates:
        if gate.options["type"] in OF_TRAFFIC:
            counts_connections = gate.options["protocol"] == "tcp" and gate.options["type"] != "latency"
            metric = promql.OPENED if counts_connections else promql.REQUESTS
            used.setdefault(metric, {}).update(dict.fromkeys(gate.reporters))
    return {metric: tuple(reporters) for metric, reporters in used.items()}


def indistinguishable(sides: Sides) -> str:
    """Why metrics cannot tell the two sides apart; empty when they can, or when there is only one side."""
    stable, canary = sides.stable, sides.canary
    if not stable.service or stable.service != canary.service or stable.namespace != canary.namespace:
        return ""
    shared = set(stable.workloads) & set(canary.workloads)
    if stable.workloads and canary.workloads and not shared:
        return ""
    versions = stable.version, canary.version
    if all(version not in ("", "unknown", "latest") for version in versions) and versions[0] != versions[1]:
        return ""
    whom = f"workload {sorted(shared)[0]}" if shared else "the same labels"
    return (
        f"Metrics cannot tell the canary from the stable side of Service {canary.namespace}/{canary.service}: both are "
        f"{whom}, and their versions are {stable.version or 'not set'!r} and {canary.version or 'not set'!r}. Give the "
        "pods of each side a label 'version' of its own, or run them as workloads of their own."
    )


def _nothing(prometheus: Prometheus, sides: Sides, metric: str, window: int) -> str:
    where = f"Service {sides.canary.namespace}/{sides.canary.service}"
    if not prometheus.query(f"count({metric})").samples:
        return (
            f"Prometheus at {prometheus.label} has no {metric} at all: it does not scrape the proxies, or Istio's "
            "Telemetry has switched the metric off. The role meshops.lifecycle.monitoring sets up the scraping."
        )
    return (
        f"Prometheus at {prometheus.label} has no {metric} for {where} in the last {window} s: there is no traffic, or "
        "callers and pods have no proxies. Send it some requests, and begin when they are counted."
    )


def _unknown_labels(series: list[Mapping[str, str]], sides: Sides) -> list[str]:
    """The stable side has traffic before a shift begins; metrics that do not know it will not know the canary."""
    stable = sides.stable
    if not stable.service or any(traffic.belongs(labels, stable, sides) for labels in series):
        return []
    seen = sorted({f"{each.get('destination_workload')} ({each.get('destination_version')})" for each in series})
    expected = ", ".join(stable.workloads) or stable.version
    return [
        f"Metrics have no request to the stable side of Service {stable.namespace}/{stable.service} ({expected}); they "
        f"know these workloads (versions): {few(seen, _NAMED)}. Check the labels of the pods, and "
        "who sends requests."
    ]
