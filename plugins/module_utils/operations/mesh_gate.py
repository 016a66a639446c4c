# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judging gates by themselves, for playbooks and workflows that go the steps of a release themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import report
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.gates import Gates
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Side, Sides
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import (
    Outcome,
    Verdict,
    overall,
)

TITLE = "Gates"


def run(task: Task) -> dict:
    """The ``run`` of mesh_gate. Raises MeshError with the verdicts in its details."""
    if not task.params.get("gates"):
        raise MeshError("gates is empty: there is nothing to judge.")
    gates = Gates.of(task, Sides(_side(task.params.get("stable")), _side(task.params.get("canary"))))
    try:
        if task.params["preflight"]:
            problems = gates.preflight()
            if problems:
                raise MeshError(sentence("The gates cannot judge", *problems), problems=problems)
        verdicts, evaluations = _judged(task, gates)
    finally:
        gates.close()
    return _answer(task, verdicts, evaluations)


def _judged(task: Task, gates: Gates) -> tuple[list[Verdict], int]:
    """The verdicts at the end of the duration, or of the first failure; and how many times they were evaluated."""
    duration = task.params["duration"]
    if not duration or task.check:
        return gates.judge(task.params["window"]), 1
    deadline, evaluations = Deadline(duration), 0
    while True:
        over = deadline.is_over
        verdicts, evaluations = gates.judge(deadline.elapsed), evaluations + 1
        outcome = overall(verdicts)
        if over or outcome is Outcome.FAIL:
            return verdicts, evaluations
        task.progress(f"gates: {_summary(verdicts)} ({deadline.left:.0f} s left)")
        deadline.sleep(task.params["interval"])


def _answer(task: Task, verdicts: list[Verdict], evaluations: int) -> dict:
    rows = [verdict.row() for verdict in verdicts]
    answer = {
        "changed": False,
        "outcome": overall(verdicts).value,
        "verdicts": rows,
        "report": report.page(TITLE, rows),
        "evaluations": evaluations,
    }
    bad = [verdict for verdict in verdicts if verdict.outcome.value in task.params["fail_on"]]
    if bad:
        raise MeshError(sentence(*(f"{each.gate}: {each.outcome.value}, {each.message}" for each in bad)), **answer)
    return answer


def _summary(verdicts: list[Verdict]) -> str:
    return ", ".join(f"{verdict.gate} {verdict.outcome.value}" for verdict in verdicts)


def _side(stated: Mapping[str, Any] | None) -> Side:
    side = stated or {}
    return Side(
        side.get("service") or "",
        side.get("namespace") or "",
        tuple(side.get("workloads") or ()),
        side.get("version") or "",
    )
