# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a shift is, read from its journal and written into it: so any run, on any controller node, can go on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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

_PROXIES = "proxies"
_KEPT = 1000  # names of proxies, of up to about 100 bytes each
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
    if "outcome" not in row:
        return progress
    if progress.proven is None and row.get("since"):
        progress = at_step(progress, progress.step, float(row["since"]))
    return after_judgement(progress, Outcome(row["outcome"]), time)


def proxies(state: State) -> list[str]:
    """The proxies that have acknowledged the last step that was proven."""
    return list(state.facts.get(_PROXIES) or [])


def known(names: Iterable[str]) -> dict[str, Any]:
    """The same as facts of a journal: those of a mesh so large that they would fill it are not kept from run to run."""
    kept = sorted(names)
    return {_PROXIES: kept if len(kept) <= _KEPT else []}


def proven(proxies: int | None, commit: str = "") -> Row:
    """The row of a step that works; ``proxies``: how many have acknowledged it; ``commit``: the one that is live."""
    return {"proven": True, "proxies": proxies, **({"commit": commit} if commit else {})}


def judgement(progress: Progress, verdicts: Sequence[Verdict], window: int, queries: dict[str, str]) -> Row:
    """The row of one judgement. ``progress`` has it already; ``window``: the seconds of metrics behind it.

    A query is long, and the same each time but for its window. So it stands once in ``queries`` ({id: text with
    ``${window}``}, which is added to), and its id in the row. ``since``: when the step was proven, because the row that
    says so may be dropped from the journal of a long step.
    """
    rows = [verdict.row() for verdict in verdicts]
    for row in rows:
        row["query"] = _id_of(row["query"], window, queries)
    return {
        "outcome": overall(verdicts).value,
        "gates": rows,
        "window": window,
        "since": progress.proven,
        "failed": progress.in_all,
    }


def _id_of(query: str, window: int, queries: dict[str, str]) -> str:
    if not query:
        return ""
    text = re.sub(rf"\b{window}s\b", "${window}", query)
    known = next((name for name, each in queries.items() if each == text), "")
    if not known:
        known = f"q{len(queries) + 1}"
        queries[known] = text
    return known


def why(reason: str) -> Row:
    """The row that says why a shift goes back."""
    return {"reason": reason}


def stopped(reason: str) -> Row:
    """The row that says why a run has stopped; the next one counts failures anew."""
    return {"reason": reason, "stopped": True}
