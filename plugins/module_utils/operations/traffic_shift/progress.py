# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a shift is, read from its journal and written into it: so any run, on any controller node, can go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
    progress = at_step(Progress(), numbers[-1]) if numbers else Progress()
    current = plan.label(progress.step) if numbers else ""
    failed = 0
    for row in state.verdicts:
        if "stopped" in row:  # somebody has looked at it, and goes on
            failed, progress = 0, replace(progress, outcome=None, judged=None, in_a_row=0)
        elif "outcome" in row:
            failed = int(row["failed"])
        if row["step"] == current:
            progress = _with(progress, row)
    return replace(progress, in_all=failed, aborting=ABORT in labels)


def _with(progress: Progress, row: Row) -> Progress:
    time = times.parse(str(row["time"])).timestamp()
    if "proven" in row:
        return at_step(progress, progress.step, time)
    return after_judgement(progress, Outcome(row["outcome"]), time) if "outcome" in row else progress


def proven(proxies: int | None, commit: str = "") -> Row:
    """The row of a step that works; ``proxies``: how many have acknowledged it; ``commit``: the one that is live."""
    return {"proven": True, "proxies": proxies, **({"commit": commit} if commit else {})}


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


def stopped(reason: str) -> Row:
    """The row that says why a run has stopped; the next one counts failures anew."""
    return {"reason": reason, "stopped": True}
