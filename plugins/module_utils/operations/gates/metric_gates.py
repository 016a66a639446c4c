# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gates on Istio's standard metrics, and on a query of the user: a window of Prometheus's answers -> a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.errors import (
    PrometheusError,
    Trouble,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import (
    histogram,
    promql,
    reporters,
    traffic,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.bounds import Bounds
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.reporters import Finding
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.traffic import Window
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import Outcome, Verdict


@dataclass(frozen=True)
class Gate:
    """``options``: the suboptions of the gate, with their defaults. ``need``: the least number of requests."""

    name: str
    options: Mapping[str, Any]
    bounds: Bounds
    need: int

    @property
    def reporters(self) -> tuple[str, ...]:
        return reporters.of_option(self.options["reporter"])


def success_rate(gate: Gate, window: Window) -> Verdict:
    """The share of requests that succeeded. Raises PrometheusError."""
    findings = [_success(gate, window, reporter) for reporter in gate.reporters]
    protocol = gate.options["protocol"]
    if protocol == "tcp":
        query = traffic.tcp_query(window.sides, gate.reporters, promql.CLOSED, window.seconds)
    else:
        query = traffic.requests_query(window.sides, gate.reporters, protocol, window.seconds)
    return verdict_of(gate.name, reporters.combined(findings), query)


def _success(gate: Gate, window: Window, reporter: str) -> Finding:
    options, need = gate.options, gate.need
    tally = window.requests(
        window.sides.canary, reporter, gate.reporters, options["protocol"], options["count_disconnects"]
    )
    if tally.total <= 0:
        return nothing(reporter, window, f"no {options['protocol']} requests")
    rate = 100.0 * (tally.total - tally.errors) / tally.total
    text = f"{reporter}: {rate:.2f} % of {tally.total:.0f} requests succeeded{reporters.kinds_text(tally.kinds)}"
    if tally.total < need:
        # What is left until there are enough cannot make good for this.
        at_best = 100.0 * (need - tally.errors) / need
        if gate.bounds.outcome(at_best) is Outcome.FAIL:
            text = f"{text}, which even {need} requests without further errors could not make good"
            text = f"{text} ({gate.bounds.text(' %')})"
            return Finding(reporter, Outcome.FAIL, "threshold", text, rate, tally.total, badness=-rate)
        return too_few(reporter, text, tally.total, need, rate)
    outcome = gate.bounds.outcome(rate)
    text = f"{text} ({gate.bounds.text(' %')})"
    return Finding(reporter, outcome, reason_of(outcome), text, rate, tally.total, badness=-rate)


def latency(gate: Gate, window: Window) -> Verdict:
    """A percentile of the durations. Raises PrometheusError."""
    findings = [_latency(gate, window, reporter) for reporter in gate.reporters]
    query = traffic.durations_query(window.sides, gate.reporters, window.seconds)
    return verdict_of(gate.name, reporters.combined(findings), query)


def _latency(gate: Gate, window: Window, reporter: str) -> Finding:
    percentile = float(gate.options["percentile"])
    bounds, counts = histogram.classes(window.durations(window.sides.canary, reporter, gate.reporters))
    total, value = sum(counts), histogram.quantile(percentile / 100, bounds, counts)
    if total <= 0 or math.isnan(value):
        return nothing(reporter, window, "no requests")
    text = f"{reporter}: p{percentile:g} is {value:.1f} ms over {total:.0f} requests"
    if total < gate.need:
        return too_few(reporter, text, total, gate.need, value)
    outcome = gate.bounds.outcome(value)
    text = f"{text} ({gate.bounds.text(' ms')})"
    return Finding(reporter, outcome, reason_of(outcome), text, value, total, badness=value)


def own_query(gate: Gate, window: Window) -> Verdict:
    """The value of the user's PromQL. Raises PrometheusError."""
    expression, counting = (
        promql.filled(gate.options[name], window.sides, window.seconds, f"gates: {name} of {gate.name}")
        if gate.options.get(name)
        else ""
        for name in ("query", "count_query")
    )
    count = _count(window, counting) if counting else None
    if count is not None and count < gate.need:
        message = f"{count:g} requests, fewer than the {gate.need} of min_requests"
        return Verdict(gate.name, Outcome.NO_DATA, "below_min_requests", message, expression, None, count)
    value = window.prometheus.scalar(expression).value
    outcome = gate.bounds.outcome(value)
    behind = f" over {count:g} requests" if count is not None else ""
    message = f"{value:g}{behind} ({gate.bounds.text('')})"
    return Verdict(gate.name, outcome, reason_of(outcome), message, expression, value, count)


def _count(window: Window, query: str) -> float:
    try:
        return window.prometheus.scalar(query).value
    except PrometheusError as error:
        if error.trouble in (Trouble.EMPTY, Trouble.NAN):
            return 0.0
        raise


def reason_of(outcome: Outcome) -> str:
    return {Outcome.PASS: "within_bounds", Outcome.FAIL: "threshold"}.get(outcome, "between_bounds")


def nothing(reporter: str, window: Window, what: str) -> Finding:
    canary = window.sides.canary
    names = ", ".join(canary.workloads) or canary.version
    whom = f"Service {canary.namespace}/{canary.service}" + (f" ({names})" if names else "")
    message = f"{reporter}: {what} to {whom} in {window.seconds} s"
    return Finding(reporter, Outcome.NO_DATA, "empty", message, None, 0.0)


def too_few(reporter: str, text: str, count: float, need: int, value: float | None) -> Finding:
    message = f"{text}, fewer than the {need} of min_requests"
    return Finding(reporter, Outcome.NO_DATA, "below_min_requests", message, value, count)


def verdict_of(name: str, finding: Finding, query: str) -> Verdict:
    return Verdict(name, finding.outcome, finding.reason, finding.message, query, finding.value, finding.requests)
