# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates of one task: asked before the first step, and again and again during each."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.client import Prometheus
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.errors import (
    PrometheusError,
    Trouble,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.options import prometheus_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import (
    early,
    live_gates,
    metric_gates,
    options,
    preflight,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.compare import compare
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.metric_gates import Gate
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Sides
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.traffic import Window
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import Outcome, Verdict

_BY_METRICS: dict[str, Callable[[Gate, Window], Verdict]] = {
    "success_rate": metric_gates.success_rate,
    "latency": metric_gates.latency,
    "compare": compare,
    "query": metric_gates.own_query,
}


class Gates:
    """What a task has to say about a canary by the options of the fragment ``gates``. Close it at the end."""

    def __init__(self, task: Task, sides: Sides, gates: list[Gate], prometheus: Prometheus | None, shortest: float):
        self._task, self._sides, self._gates = task, sides, gates
        self._prometheus, self._shortest = prometheus, shortest

    @classmethod
    def of(cls, task: Task, sides: Sides) -> Gates:
        """The gates of a task. Raises MeshError for options that contradict each other. Makes no request."""
        gates = options.gates_of(task, sides)
        prometheus, shortest = None, 0.0
        if any(gate.options["type"] in options.OF_METRICS for gate in gates):
            shortest = options.shortest_window(task)
            prometheus = prometheus_of(task.params["metrics"], lambda: task.session)
        return cls(task, sides, gates, prometheus, shortest)

    def preflight(self) -> list[str]:
        """What would keep the gates from judging, each as a sentence; empty when nothing does."""
        problems = []
        if self._prometheus is not None:
            problems = preflight.problems(self._prometheus, self._sides, self._gates, self._task.params["window"])
        for gate in self._gates:
            if gate.options["type"] in ("object", "application"):
                verdict = self._verdict(gate, None)
                if verdict.reason == live_gates.NOT_SERVED:
                    problems.append(sentence(f"gates: {gate.name}: {verdict.message}"))
        return problems

    def seconds(self, window: float) -> int:
        """The seconds of metrics that are judged, of those that have passed since a step."""
        return int(min(window, self._task.params["window"]))

    def judge(self, window: float) -> list[Verdict]:
        """A verdict of each gate, in their order. ``window``: seconds since proxies have had this step.

        A query, or an object, that cannot be read is a verdict without data. Raises MeshError for what no repetition
        mends: a kind that does not exist, files that cannot be read.
        """
        asked = None
        if self._prometheus is not None:
            asked = Window(self._prometheus, self._sides, self.seconds(window))
        return [self._verdict(gate, asked) for gate in self._gates]

    def _verdict(self, gate: Gate, window: Window | None) -> Verdict:
        kind = gate.options["type"]
        if kind == "url":
            return live_gates.url(gate.name, gate.options)
        if kind == "object":
            return self._of_cluster(gate, live_gates.live_object)
        if kind == "application":
            return self._of_cluster(gate, live_gates.application)
        if window is None or window.seconds < self._shortest:
            return self._early(gate, window)
        try:
            return with_warnings(_BY_METRICS[kind](gate, window), window)
        except PrometheusError as error:
            outcome = Outcome.INCONCLUSIVE if error.trouble is Trouble.SEVERAL else Outcome.NO_DATA
            query = gate.options.get("query") or window.last
            return Verdict(gate.name, outcome, error.trouble.value, error.message.rstrip("."), query)

    def _early(self, gate: Gate, window: Window | None) -> Verdict:
        """A failure, where it is clear already."""
        message = f"metrics say nothing before four scrapes, {self._shortest:g} s"
        nothing = Verdict(gate.name, Outcome.NO_DATA, "window_too_short", message)
        if window is None or window.seconds < self._shortest / options.SCRAPES:
            return nothing
        try:
            if not early.is_clear(gate, window):
                return nothing
            verdict = with_warnings(_BY_METRICS[gate.options["type"]](gate, window), window)
        except PrometheusError:  # it is asked again, and what it says then counts
            return nothing
        return verdict.with_remark("This was clear before four scrapes") if verdict.outcome is Outcome.FAIL else nothing

    def _of_cluster(self, gate: Gate, judge: Callable) -> Verdict:
        try:
            verdict: Verdict = judge(gate.name, gate.options, self._task.resources)
        except ApiError as error:
            return Verdict(gate.name, Outcome.NO_DATA, "unreachable", sentence(error.message).rstrip("."))
        return verdict

    def close(self) -> None:
        """Close connections."""
        if self._prometheus is not None:
            self._prometheus.close()


def with_warnings(verdict: Verdict, window: Window) -> Verdict:
    """The verdict with what Prometheus says about incomplete answers."""
    if not window.warnings:
        return verdict
    return verdict.with_remark(f"Prometheus warns: {'; '.join(sorted(window.warnings))}")
