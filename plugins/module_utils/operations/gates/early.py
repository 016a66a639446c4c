# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures that are clear before four scrapes: a version that fails every request need not fail that many.

Counts are not exact yet. ``increase()`` extends what lies between two samples to the ends of the window, by less than
1.1 intervals on each side (extrapolatedRate in Prometheus's functions.go), so two samples count as up to 3.2 times what
they show. So a failure is clear when it would also be one with a 3.2th of the counts, and when that is no chance.
Nothing else is judged so early: a version that is good has the whole step to show it.
"""

from __future__ import annotations

import math

from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import histogram, significance
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.metric_gates import Gate
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.traffic import Window

_EXTENDED = 3.2
_CONFIDENCE = 0.99


def is_clear(gate: Gate, window: Window) -> bool:
    """Whether one of the gate's reporters has seen a clear failure. Raises PrometheusError."""
    seen = {"success_rate": _failed, "latency": _slow}.get(gate.options["type"])
    if seen is None:
        return False
    return any(beyond_chance(*seen(gate, window, reporter), gate.need) for reporter in gate.reporters)


def beyond_chance(bad: float, total: float, allowed: float, need: int) -> bool:
    """Whether so many bad ones are more than the share ``allowed`` explains, and than ``need`` requests may have."""
    least = math.floor(bad / _EXTENDED)
    if least <= allowed * need:
        return False
    return significance.at_least(least, max(least, math.ceil(total / _EXTENDED)), allowed) <= 1 - _CONFIDENCE


def _failed(gate: Gate, window: Window, reporter: str) -> tuple[float, float, float]:
    """(requests that failed, all, the share that may fail)"""
    options = gate.options
    tally = window.requests(
        window.sides.canary, reporter, gate.reporters, options["protocol"], options["count_disconnects"]
    )
    return tally.errors, tally.total, 1 - (gate.bounds.fail_below or 0.0) / 100


def _slow(gate: Gate, window: Window, reporter: str) -> tuple[float, float, float]:
    """(requests that certainly took longer than they may, all, the share that may)"""
    bounds, counts = histogram.classes(window.durations(window.sides.canary, reporter, gate.reporters))
    limit = math.inf if gate.bounds.fail_above is None else gate.bounds.fail_above
    slow = sum(count for start, count in zip(bounds, counts[1:]) if start >= limit)
    return slow, sum(counts), 1 - float(gate.options["percentile"]) / 100
