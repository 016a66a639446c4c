# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a migration for an auditor: JSON for programs, a page for people."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import files
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.report import line
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.exceptions import Waiver
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.plan import HELD, Plan

Record = dict[str, Any]


def of(plan: Plan, waivers: list[Waiver], state: State | None, phase: str, seconds: int) -> Record:
    """Everything that is known. ``phase``: migrated, held, put_back, stopped; ``seconds``: the traffic behind it."""
    rows = state.verdicts if state else []
    ended = plan_module.outcomes(rows)
    namespaces = []
    for facts in plan.facts:
        name = facts["name"]
        last: Record = next((row for row in reversed(rows) if row.get("stage") == name and "outcome" in row), {})
        outcome = ended.get(name) or (
            HELD if name in plan.held else "strict before" if name in plan.done else "not begun"
        )
        namespaces.append(
            {
                "namespace": name,
                "mode_before": facts["mode"],
                "outcome": outcome,
                "requests": facts["requests"],
                "reasons": plan.held.get(name)
                or last.get("reasons")
                or [last[key] for key in ("reason",) if key in last],
                "resets": last.get("resets"),
                "proxies": next((row["proxies"] for row in rows if row.get("stage") == name and "proven" in row), None),
                "seconds_until_put_back": last.get("seconds"),
            }
        )
    return {
        "phase": phase,
        "started": state.started if state else None,
        "ended": times.text_of(times.now()),
        "traffic_seconds": seconds,
        "namespaces": namespaces,
        "mesh": ended.get(plan_module.MESH) if plan.mesh_wide else None,
        "exceptions": [waiver.row() for waiver in waivers],
        "verdicts": rows,
        "runs": state.runs if state else [],
    }


def write(task: Task, record: Record) -> None:
    """Write it where the task wants it."""
    files.write_record(task, record, markdown)


def markdown(record: Record) -> str:
    """The record as a page."""
    head = ["namespace", "before", "outcome", "requests before", "acknowledged by", "lost after", "why"]
    lines = [
        "# Migration to mTLS",
        "",
        f"Result: **{record['phase']}**. Started {record['started'] or 'not at all'}, ended {record['ended']}. "
        f"Traffic of {record['traffic_seconds']} s before was looked at.",
        "",
        line(head),
        line(["---"] * len(head)),
    ]
    for row in record["namespaces"]:
        why = "; ".join(row["reasons"])
        if row["seconds_until_put_back"] is not None:
            why = f"{why}; put back after {row['seconds_until_put_back']} s"
        cells = [
            row["namespace"],
            row["mode_before"],
            f"**{row['outcome']}**",
            row["requests"],
            row["proxies"],
            row["resets"],
            why,
        ]
        lines.append(line(["" if cell is None else str(cell) for cell in cells]))
    lines += ["", "## Exceptions", ""]
    for row in record["exceptions"]:
        port = f", port {row['port']}" if row["port"] else ""
        whom = ", ".join(f"{name}={value}" for name, value in (row["selector"] or {}).items()) or "all workloads"
        lines.append(f"- {row['namespace']}, {whom}{port}: {row['reason']}. Expires {row['expires']}.")
    lines += [] if record["exceptions"] else ["None."]
    if record["mesh"]:
        lines += ["", f"The mesh: **{record['mesh']}**."]
    runs = ", ".join(f"{run['run']} ({run['holder']})" for run in record["runs"])
    return "\n".join([*lines, "", f"Runs: {runs or 'none'}.", ""])
