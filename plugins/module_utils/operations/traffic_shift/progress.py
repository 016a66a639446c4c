# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a shift is, read from its journal and written into it: so any run, on any controller node, can go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import (
    Outcome,
    Verdict,
    overall,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.decide import (
    Progress,
    after_judgement,
    at_step,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import ABORT, Plan

Row = dict[str, Any]


def of(plan: Plan, state: State) -> Progress:
    """The progress of a journal: the steps that it names, which of them were proven, and the judgements."""
    labels = [*(str(step["step"]) for step in state.steps), state.step]
    numbers = [number for label in labels if (number := plan.number(label)) >= 0]
    progress = Progress(in_all=max([int(row.get("failed", 0)) for row in state.verdicts] or [0]))
    if numbers:
        progress = at_step(progress, numbers[-1])
        for row in state.verdicts:
            if row["step"] == plan.label(progress.step):
                progress = _with(progress, row)
    return Progress(**{**vars(progress), "aborting": ABORT in labels})


def _with(progress: Progress, row: Row) -> Progress:
    time = times.parse(str(row["time"])).timestamp()
    if "proven" in row:
        return at_step(progress, progress.step, time)
    if "outcome" in row:
        in_all = max(progress.in_all, int(row.get("failed", 0)))
        judged = after_judgement(progress, Outcome(row["outcome"]), time)
        return Progress(**{**vars(judged), "in_all": in_all})
    return progress


def proven(proxies: int | None) -> Row:
    """The row of a step that works; ``proxies``: how many have acknowledged it."""
    return {"proven": True, "proxies": proxies}


def judgement(progress: Progress, verdicts: Sequence[Verdict]) -> Row:
    """The row of one judgement. ``progress`` has it already."""
    return {
        "outcome": overall(verdicts).value,
        "gates": [verdict.row() for verdict in verdicts],
        "failed": progress.in_all,
    }


def why(reason: str) -> Row:
    """The row that says why a shift goes back."""
    return {"reason": reason}
