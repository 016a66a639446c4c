# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a shift: JSON for programs, and a Markdown table for people."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import files
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import report as table
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import Plan

Record = dict[str, Any]
_NO_GATE = ("", "", "", "")  # the cells of an event that is no verdict


def of(plan: Plan, state: State, phase: str) -> Record:
    """Everything that the journal knows. ``phase``: progressing, promoted, aborted, stopped or taken_over."""
    selection = plan.selection
    steps = [*state.steps, {"step": state.step, "started": state.step_started, "ended": None}]
    return {
        "object": state.subject.label,
        "route": selection.label,
        "from": selection.stable.label,
        "to": selection.canary.label,
        "phase": phase,
        "started": state.started,
        "ended": None if phase in ("progressing", "aborting") else times.text_of(times.now()),
        "before": plan.before.row(),
        "steps": steps,
        "queries": state.facts.get("queries") or {},
        "verdicts": state.verdicts,
        "dropped": state.dropped,
        "runs": state.runs,
    }


def write(task: Task, document: Record) -> None:
    """Write it where the task wants it."""
    files.write_record(task, document, markdown)


def markdown(document: Record) -> str:
    """The record as a page: what it was about, then a row for each event in its order."""
    lines = [
        f"# Traffic shift of {document['object']}",
        "",
        f"From {document['from']} to {document['to']}, {document['route']}. Result: **{document['phase']}**. "
        f"Started {document['started']}, ended {document['ended'] or 'not yet'}.",
        "",
        "| time | step | what | query | window | value | requests |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in document["verdicts"]:
        lines += [table.line([_cell(cell) for cell in cells]) for cells in _events(row)]
    if document["dropped"]:
        lines += ["", f"{document['dropped']} older rows did not fit into the journal."]
    if document["queries"]:
        lines += ["", "Queries, in which `${window}` is the window of the row:", ""]
        lines += [f"- {name}: `{query}`" for name, query in document["queries"].items()]
    runs = ", ".join(f"{run['run']} ({run['holder']})" for run in document["runs"])
    return "\n".join([*lines, "", f"Runs: {runs}.", ""])


def _events(row: dict[str, Any]) -> list[list[Any]]:
    place = [row["time"], row["step"]]
    if "proven" in row:
        proxies = row.get("proxies")
        what = "written" if proxies is None else f"acknowledged by {proxies} proxies"
        commit = f", commit {row['commit'][:8]}" if row.get("commit") else ""
        return [[*place, what + commit, *_NO_GATE]]
    if "reason" in row:
        return [[*place, row["reason"], *_NO_GATE]]
    gates = row.get("gates") or []
    return [
        [
            *place,
            f"**{gate['outcome']}** {gate['gate']}: {gate['message']}",
            gate["query"],
            f"{row['window']} s" if gate["count"] is not None else "",
            gate["value"],
            gate["count"],
        ]
        for gate in gates
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)
