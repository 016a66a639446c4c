# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of traffic_shift returns: how far the shift is, what was written, and the record of all of it."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import (
    UNCHANGED,
    UPDATED,
    Change,
    explained,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Journal
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import edit, record
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.edit import Shape
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import Plan
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.shift import MANAGER, Shift
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route

Document = dict[str, Any]


def unchanged(task: Task, route: Route, live: Document | None, message: str) -> dict[str, Any]:
    """The result of a task that had nothing to do."""
    row = Change(route.kind, route.namespace, route.name, UNCHANGED, live, live).row()
    return results.contract(changed=False, resources=[row], validated=True, waited=False, msg=message, phase="none")


def steps_of(plan: Plan) -> list[dict[str, Any]]:
    """The steps as a result has them."""
    return [
        {
            "step": plan.label(number),
            "weights": {"from": step.shape.stable, "to": step.shape.canary},
            "mirror": step.shape.mirror,
            "pause": step.pause,
        }
        for number, step in enumerate(plan.steps)
    ]


def result(task: Task, route: Route, shift: Shift, journal: Journal, phase: str) -> dict[str, Any]:
    """The result of a task that reached what it wanted."""
    return {**_common(task, route, shift, journal, phase), **_diff(task, shift.changes)}


def _common(task: Task, route: Route, shift: Shift, journal: Journal, phase: str) -> dict[str, Any]:
    row = Change(route.kind, route.namespace, route.name, UPDATED if shift.changes else UNCHANGED).row()
    step = shift.plan.label(shift.progress.step) if shift.progress.step >= 0 else None
    document = record.of(shift.plan, journal.state, phase) if journal.state else None
    if document:
        record.write(task, document)
    return results.contract(
        changed=bool(shift.changes),
        resources=[row],
        validated=True,
        waited=True,
        phase=phase,
        step=step if phase == "progressing" else None,
        steps=steps_of(shift.plan),
        proxies=shift.proxies,
        record=document,
    )


def _diff(task: Task, changes: list[Change]) -> dict[str, Any]:
    diffs = results.diffs(task, changes)
    return {"diff": diffs} if diffs else {}


def failed(task: Task, route: Route, shift: Shift, journal: Journal, error: MeshError) -> MeshError:
    """The error of a shift that did not reach its target, with the record in its details."""
    phase = error.details.setdefault("phase", "stopped")
    error.details.update({**_common(task, route, shift, journal, phase), **error.details})
    return error


def _ahead(plan: Plan, state: str, step: int) -> list[Shape]:
    """The shapes that a task would bring about; ``step``: where the shift is, -1 before it begins."""
    if state == "aborted":
        return [plan.before]
    last = {"started": 0, "advanced": min(step + 1, len(plan.steps) - 1)}.get(state, len(plan.steps))
    return [plan.shape(number) for number in range(step + 1, last + 1)]


def predicted(task: Task, route: Route, live: Document, plan: Plan, step: int) -> dict[str, Any]:
    """What check mode says: each step to come with its diff, as the API server and its webhooks see it.

    Raises MeshError.
    """
    changes, current = [], live
    state = task.params["state"]
    for shape in _ahead(plan, state, step):
        wanted = edit.edited(live, plan.selection, shape)
        patch = edit.patch(live, wanted, route.form) if wanted else []
        after = _dry_run(task, route, patch) if patch else live
        changes.append(Change(route.kind, route.namespace, route.name, UPDATED, current, after))
        current = after
    changed = [change for change in changes if change.before is not change.after]
    row = Change(route.kind, route.namespace, route.name, UPDATED if changed else UNCHANGED).row()
    phase = {"aborted": "aborted", "promoted": "promoted"}.get(state, "progressing")
    answer = results.contract(
        changed=bool(changed), resources=[row], validated=True, waited=False, phase=phase, steps=steps_of(plan)
    )
    return {**answer, **_diff(task, changed)}


def _dry_run(task: Task, route: Route, patch: list[dict[str, Any]]) -> Document:
    try:
        answer: Document = task.resources.patch(
            route.kind, route.namespace, route.name, patch, patch_type="json", dry_run=True, manager=MANAGER
        )
    except ApiError as error:
        raise explained(error, route.kind, route.namespace, route.name) from None
    return answer
