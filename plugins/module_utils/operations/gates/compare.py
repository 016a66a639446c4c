# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The canary against the stable side, in the same window: whether it is worse, and not by chance."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import (
    histogram,
    reporters,
    significance,
    traffic,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.metric_gates import (
    Gate,
    nothing,
    verdict_of,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.reporters import Finding
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.traffic import Window
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import Outcome, Verdict

TOLERANCE = {"errors": 0.0, "latency": 56.0}  # percentage points; percent, Vargha and Delaney's "small"


def compare(gate: Gate, window: Window) -> Verdict:
    """Fails when the canary is worse, with the confidence of the gate. Raises PrometheusError."""
    of_errors = gate.options["measure"] == "errors"
    judge = _errors if of_errors else _latency
    findings = [judge(gate, window, reporter) for reporter in gate.reporters]
    if not of_errors:
        query = traffic.durations_query(window.sides, gate.reporters, window.seconds)
    elif gate.options["protocol"] == "tcp":
        query = traffic.tcp_query(window.sides, gate.reporters, traffic.promql.CLOSED, window.seconds)
    else:
        query = traffic.requests_query(window.sides, gate.reporters, gate.options["protocol"], window.seconds)
    return verdict_of(gate.name, reporters.combined(findings), query)


def _errors(gate: Gate, window: Window, reporter: str) -> Finding:
    options = gate.options
    canary, stable = (
        window.requests(side, reporter, gate.reporters, options["protocol"], options["count_disconnects"])
        for side in (window.sides.canary, window.sides.stable)
    )
    if canary.total <= 0:
        return nothing(reporter, window, f"no {options['protocol']} requests")
    text = (
        f"{reporter}: {_share(canary.errors, canary.total)} errors in {canary.total:.0f} requests to the canary"
        f"{reporters.kinds_text(canary.kinds)}, {_share(stable.errors, stable.total)} in {stable.total:.0f} to the "
        "stable side"
    )
    lacking = _lacking(gate, reporter, text, canary.total, stable.total)
    if lacking:
        return lacking
    tolerance = _tolerance(gate)
    errors, total = round(canary.errors), round(canary.total)
    p = significance.more_errors(errors, total, round(stable.errors), round(stable.total), tolerance / 100)
    difference = 100.0 * (canary.errors / canary.total - stable.errors / stable.total)
    return _concluded(gate, reporter, f"{text} (p {p:.3g})", p, difference > tolerance, difference, canary.total)


def _latency(gate: Gate, window: Window, reporter: str) -> Finding:
    canary, stable = (
        window.durations(side, reporter, gate.reporters) for side in (window.sides.canary, window.sides.stable)
    )
    bounds = sorted({*canary, *stable})
    first, second = (_aligned(buckets, bounds) for buckets in (canary, stable))
    if sum(first) <= 0:
        return nothing(reporter, window, "no requests")
    text = f"{reporter}: {sum(first):.0f} requests to the canary, {sum(second):.0f} to the stable side"
    lacking = _lacking(gate, reporter, text, sum(first), sum(second))
    if lacking:
        return lacking
    ranks = significance.greater_counts(first, second)
    effect = 100.0 * ranks.effect
    text = f"{text}; slower in {effect:.1f} % of all pairs (p {ranks.p:.3g})"
    return _concluded(gate, reporter, text, ranks.p, effect > _tolerance(gate), effect, sum(first))


def _aligned(buckets: dict[float, float], bounds: Sequence[float]) -> list[float]:
    """The counts of each class. A bound that one side does not report has as many as the one below."""
    whole, highest = {}, 0.0
    for bound in bounds:
        highest = max(highest, buckets.get(bound, 0.0))
        whole[bound] = highest
    return histogram.classes(whole)[1]


def _lacking(gate: Gate, reporter: str, text: str, canary: float, stable: float) -> Finding | None:
    need = max(1, gate.need)  # nothing cannot be compared, whatever is enough
    if canary < need:
        message = f"{text}: fewer to the canary than the {need} of min_requests"
        return Finding(reporter, Outcome.NO_DATA, "below_min_requests", message, None, canary)
    if stable < need:
        message = f"{text}: fewer to the stable side than the {need} of min_requests"
        return Finding(reporter, Outcome.NO_DATA, "stable_below_min_requests", message, None, canary)
    return None


def _concluded(gate: Gate, reporter: str, text: str, p: float, worse: bool, value: float, count: float) -> Finding:
    """Worse by chance passes: that the canary is not worse cannot be proven by any number of requests."""
    if worse and p < 1 - gate.options["confidence"]:
        return Finding(reporter, Outcome.FAIL, "worse", text, value, count, badness=value)
    return Finding(reporter, Outcome.PASS, "not_worse", text, value, count, badness=value)


def _tolerance(gate: Gate) -> float:
    stated = gate.options.get("tolerance")
    return TOLERANCE[gate.options["measure"]] if stated is None else float(stated)


def _share(errors: float, total: float) -> str:
    return f"{100.0 * errors / total:.2f} %" if total > 0 else "no"
