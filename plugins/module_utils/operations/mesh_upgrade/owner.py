# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose an upgrade is, over all tasks of a run: the run has a lease of its own, the journal says how far it is.

A play goes through many tasks, and Helm runs between them. Each of them renews the lease of the run
(``engine/run_lease.py``). Another run is refused until that one has ended, or its lease has expired because it is dead,
or somebody says that it is.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import lease, run_lease
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Journal, held, labels_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State, Subject, name_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.run_lease import Place
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.stages import Goal

OPERATION = "mesh_upgrade"


def subject(task: Task) -> Subject:
    """What an upgrade is about: the namespace of the control plane."""
    return Subject("", "Namespace", None, task.params["istiod_namespace"])


def place(task: Task, run: str) -> Place:
    """The lease of a run."""
    return Place(task.params["istiod_namespace"], f"{name_of(subject(task))}-run", run)


def _journal(task: Task, run: str) -> Journal:
    return Journal.open(
        task.resources,
        OPERATION,
        subject(task),
        namespace=task.params["istiod_namespace"],
        run=run,
        duration=task.params["lease_duration"],
        progress=task.progress,
    )


@contextlib.contextmanager
def continued(task: Task) -> Iterator[Journal]:
    """The journal, for a task of the run that has begun. Raises MeshError when it is another's, or none."""
    run = task.params["run"]
    if not run:
        raise MeshError("run is missing: it is the value that step: begin has returned.")
    with run_lease.resumed(task.resources, place(task, run)), _journal(task, run) as journal:
        if journal.state is None:
            raise MeshError("No upgrade was begun here. Run it with step: begin first.")
        yield journal


def begin(task: Task, goal: Goal, before: dict[str, Any]) -> Place:
    """Make the upgrade this run's; returns its lease. Raises MeshError while another run is at work."""
    ours = place(task, task.params["run"] or uuid.uuid4().hex[:8])
    try:
        run_lease.taken(task, ours, label="The upgrade", labels=labels_of(OPERATION), at_once=task.params["takeover"])
    except lease.Held as error:
        raise _under_way(task, error) from None
    except ApiError as error:
        raise MeshError(f"The upgrade was not begun: its lease cannot be written: {error.message}") from None
    _forget_step(task)
    try:
        with _journal(task, ours.run) as journal:
            known = journal.state
            if known is None or known.plan != plan(goal):
                journal.begin(plan=plan(goal), before=known.before if known else before)
            journal.record("begin")
    except BaseException:
        run_lease.ended(task.resources, ours)
        raise
    return ours


def _under_way(task: Task, error: lease.Held) -> MeshError:
    holder = held(task.resources, subject(task))
    step = f", and is at step {holder.state.step!r}" if holder else ""
    seconds = error.details.get("duration")
    return MeshError(
        f"An upgrade is under way: the run {error.holder} renewed its lease at {error.details.get('renewed')}{step}. "
        f"Wait until it has ended. If it was killed, run this again: {seconds} s after its last sign of life it is "
        "taken over; with takeover: true at once.",
        owner=error.holder,
    )


def _forget_step(task: Task) -> None:
    """Remove the lease of a step that died with its run, instead of waiting for it as well."""
    resources, where = task.resources, task.params["istiod_namespace"]
    live = resources.get(lease.KIND, where, name_of(subject(task)))
    if live:
        resources.delete(lease.KIND, where, live["metadata"]["name"], preconditions={"uid": live["metadata"]["uid"]})


def note(journal: Journal, step: str, **row: Any) -> None:
    """Note what was proven, or why the run ends before the upgrade does."""
    journal.record(step, verdicts=[row])


def ended(task: Task) -> None:
    """The run goes no further, so the next one need not wait."""
    run_lease.ended(task.resources, place(task, task.params["run"]))


def plan(goal: Goal) -> dict[str, Any]:
    return {"revision": goal.revision, "version": goal.version, "from_revision": goal.origin}


def was_probed(state: State | None, goal: Goal) -> bool:
    """Whether the probe of this goal has passed."""
    return bool(state and state.plan == plan(goal) and any("probed" in row for row in state.verdicts))
