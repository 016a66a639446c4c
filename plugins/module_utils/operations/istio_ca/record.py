# Copyright: (c) 2026, The meshops.lifecycle contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a change of the authority, for the result and for an auditor: fingerprints and dates, no key."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import files
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.report import line

Record = dict[str, Any]


def of(state: State | None, phase: str, after: Record, stragglers: list[Record]) -> Record:
    """Everything that is known. ``after``: the authority as a result has it; ``stragglers``: who does not follow.

    Empty where nothing was begun.
    """
    if state is None:
        return {}
    return {
        "phase": phase,
        "started": state.started,
        "ended": times.text_of(times.now()),
        "before": state.before.get("authority"),
        "after": after,
        "step": state.step,
        "steps": state.steps,
        "verdicts": state.verdicts,
        "stragglers": stragglers,
        "runs": state.runs,
    }


def write(task: Task, record: Record) -> None:
    """Write it where the task wants it."""
    if record:
        files.write_record(task, record, markdown)


def markdown(record: Record) -> str:
    """The record as a page."""
    lines = ["# A change of the mesh's authority", ""]
    lines += [f"Result: **{record['phase']}**. Started {record['started']}, ended {record['ended']}.", ""]
    lines += [line(["", "signs", "until", "trusted roots"]), line(["---"] * 4)]
    lines += [_side("before", record["before"]), _side("after", record["after"])]
    lines += ["", line(["at", "phase", "what"]), line(["---"] * 3)]
    lines += [line([row["time"], row["step"], _what(row)]) for row in record["verdicts"]]
    lines += ["", "## Proxies that do not follow", ""]
    lines += [f"- {row['namespace']}/{row['pod']}: {row['reason']}" for row in record["stragglers"]] or ["None."]
    runs = ", ".join(f"{run['run']} ({run['holder']})" for run in record["runs"])
    return "\n".join([*lines, "", f"Runs: {runs or 'none'}.", ""])


def _side(name: str, authority: Record | None) -> str:
    signing = (authority or {}).get("signing") or {}
    roots = [_named(root) for root in (authority or {}).get("roots") or []]
    return line([name, _named(signing) if signing else "", str(signing.get("not_after", "")), ", ".join(roots)])


def _named(certificate: Record) -> str:
    return f"{certificate['subject']} ({certificate['fingerprint']})"


def _what(row: Record) -> str:
    """A verdict in words."""
    if "proven" in row:
        return f"proven at {row['proven']} proxies"
    return "the Secret was written" if "wrote" in row else ""
