# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose an upgrade is, over all tasks of a run: the journal names the run, each task takes the lease while it works.

A play goes through many tasks, and Helm runs between them. So the journal says which run has begun, and every task of
it notes that it goes on. Another run is refused until that one has ended, or was silent for so long that it is dead, or
somebody says that it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Journal
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State, Subject
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.stages import Goal

OPERATION = "mesh_upgrade"
_OWNER = "owner"  # of a verdict: the run that is at work; empty when it has ended


def subject(task: Task) -> Subject:
    """What an upgrade is about: the namespace of the control plane."""
    return Subject("", "Namespace", None, task.params["istiod_namespace"])


def opened(task: Task) -> Journal:
    """The journal with its lease. Raises lease.Held, MeshError."""
    return Journal.of(task, OPERATION, subject(task), namespace=task.params["istiod_namespace"])


@contextlib.contextmanager
def continued(task: Task) -> Iterator[Journal]:
    """The journal, for a task of the run that has begun. Raises MeshError when it is another's, or none."""
    if not task.params["run"]:
        raise MeshError("run is missing: it is the value that step: begin has returned.")
    with opened(task) as journal:
        if journal.state is None:
            raise MeshError("No upgrade was begun here. Run it with step: begin first.")
        owner, _since = owner_of(journal.state)
        if owner != task.params["run"]:
            raise MeshError(f"The upgrade belongs to the run {owner or 'of nobody'} now: it was taken over.")
        yield journal


def begin(task: Task, journal: Journal, goal: Goal, before: dict[str, Any]) -> None:
    """Make the upgrade this run's. Raises MeshError while another run is at work."""
    if journal.state is not None:
        owner, since = owner_of(journal.state)
        silent = (times.now() - times.parse(since)).total_seconds() if since else 0.0
        if owner and owner != journal.run and silent < task.params["takeover_after"] and not task.params["takeover"]:
            raise MeshError(
                f"An upgrade is under way: the run {owner} is at step {journal.state.step!r}, and was last heard "
                f"of {silent:.0f} s ago. Wait until it has ended. If it was killed, run again with takeover: true; "
                f"after {task.params['takeover_after']} s of silence it is taken over without.",
                owner=owner,
            )
        before = journal.state.before
    if journal.state is None or journal.state.plan != plan(goal):
        journal.begin(plan=plan(goal), before=before)
    journal.record("begin", verdicts=[{_OWNER: journal.run}])


def release(journal: Journal, step: str, reason: str) -> None:
    """Note that the run has ended before the upgrade has, so that the next one need not wait."""
    journal.record(step, verdicts=[{_OWNER: "", "reason": reason}])


def note(journal: Journal, step: str, **row: Any) -> None:
    """Note what was proven, and that the run is alive."""
    journal.record(step, verdicts=[{_OWNER: journal.run, **row}])


def plan(goal: Goal) -> dict[str, Any]:
    return {"revision": goal.revision, "version": goal.version, "from_revision": goal.origin}


def owner_of(state: State) -> tuple[str, str]:
    """The run that is at work, empty for none, and when it was last heard of."""
    rows = [row for row in state.verdicts if _OWNER in row]
    return (str(rows[-1][_OWNER]), str(rows[-1]["time"])) if rows else ("", "")


def was_probed(state: State | None, goal: Goal) -> bool:
    """Whether the probe of this goal has passed."""
    return bool(state and state.plan == plan(goal) and any("probed" in row for row in state.verdicts))
