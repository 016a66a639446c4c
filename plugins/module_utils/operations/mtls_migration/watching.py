# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change is watched: by the connections that are lost, and by gates."""

from __future__ import annotations

import contextlib
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, Stopwatch
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.client import Prometheus
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.errors import PrometheusError
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.gates import Gates
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Side, Sides
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import Outcome, overall
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration import resets

Row = dict[str, Any]
_USUAL = 300  # seconds before a change from which it is known how many connections are usually lost
_GATES_IN_A_ROW = 2  # failed judgements, after which a stage is put back


def usual(prometheus: Prometheus, namespace: str | None) -> float:
    """Connections that are lost in a second without any change. Raises MeshError."""
    try:
        return resets.read(prometheus, namespace, _USUAL).lost / _USUAL
    except PrometheusError as error:
        raise MeshError(sentence(f"metrics: {error.message}")) from None


def look(task: Task, prometheus: Prometheus, namespace: str | None, before: float) -> tuple[str, Row]:
    """Watch for the seconds of the option ``watch``: why the change is to be put back, empty when all is well; and what
    was seen. ``before``: what is ``usual``. Raises MeshError.
    """
    params, watch = task.params, Stopwatch()
    deadline, failed, blind, seen = Deadline(params["watch"]), 0, "", Row()
    side = Side("", namespace or "")
    with contextlib.closing(Gates.of(task, Sides(side, side))) as gates:
        while True:
            over = deadline.is_over
            try:
                lost = resets.read(prometheus, namespace, max(1, int(watch.elapsed)))
                blind, seen = "", resets.row(lost, before)
                if resets.is_rise(lost, before, watch.elapsed, params["max_resets"]):
                    return f"{lost.lost:.0f} requests or connections were lost ({lost.callers})", seen
            except PrometheusError as error:
                blind = error.message
            verdicts = gates.judge(watch.elapsed) if params.get("gates") else []
            bad = [f"{each.gate}: {each.message}" for each in verdicts if each.outcome is Outcome.FAIL]
            failed = failed + 1 if overall(verdicts) is Outcome.FAIL else 0
            if failed >= _GATES_IN_A_ROW or (over and failed):
                return "; ".join(bad), seen
            if over:
                return f"metrics could not be read: {blind}" if blind else "", seen
            deadline.sleep(params["interval"])
