# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``mesh_apply`` does: a plan of many objects, made so in order, with its waits, and the parent of the set."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.registry import conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import waits
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.execute import WAIT, Execution, Outcome, Pace
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.plan import Plan, PlannedChange, Step
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.propagation import Propagation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.write import Writer
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import (
    foreign_policies,
    plaintext,
    unresolved,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_apply import outcome as outcome_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_apply import planning
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_apply.planning import Declared


@dataclass(frozen=True)
class Work:
    """One call of mesh_apply: what is declared, whom to ask whether it works, and until when."""

    task: Task
    objects: Declared
    propagation: Propagation
    deadline: Deadline

    @property
    def waits(self) -> bool:
        return bool(self.task.params["wait"]) and not self.task.check


def run(task: Task) -> dict[str, Any]:
    """The ``run`` of mesh_apply. Raises MeshError; its details say what was done and what was not."""
    if task.delivers_to_git:
        from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import (
            git_delivery as delivery,  # only who needs it pays
        )

        return delivery.deliver_objects(task)
    deadline = Deadline(task.params["wait_timeout"])
    objects = planning.declared(task)
    with contextlib.closing(Propagation(task, task.resources, conversation)) as propagation:
        work = Work(task, objects, propagation, deadline)
        undeclared: list[dict[str, Any]] = []
        dangling: list[str] = []
        if task.params["state"] == "absent":
            outcome = _absent(work)
        else:
            undeclared = foreign_policies.check(task, objects.items)
            outcome, dangling = _present(work)
        return outcome_module.result(
            task,
            outcome,
            len(objects.items),
            waited=work.waits and set(outcome.errors) <= {WAIT},
            proxies=propagation.proxies,
            foreign_policies=undeclared or None,
            unresolved=dangling or None,
        )


def _present(work: Work) -> tuple[Outcome, list[str]]:
    """What was done, and the references that lead nowhere."""
    objects = work.objects
    plan = planning.present(work.task, objects)
    dangling = _look_ahead(work, plan)
    can_be_asked = _begin(work, plan)

    def before(step: Step) -> None:
        """The parent of the set is written before any member is, but for the namespace that it is in itself."""
        if not any(planned.key == objects.home and planned.before is None for planned in step):
            _record_parent(work, keep=True)

    def ready(changes: Sequence[Change]) -> None:
        _record_parent(work, keep=True)  # of namespaces alone, its own among them
        _wait_ready(work, changes)

    pace = Pace(
        before,
        established=lambda changes: _wait_ready(work, changes, always=True),
        in_effect=lambda changes: work.propagation.acked(changes, work.deadline),
        ready=ready,
        two_forms=can_be_asked,
    )
    outcome = _execute(work, plan, pace)
    pruned = {planned.key for step in plan.prunes for planned in step}
    if work.task.params["prune"] and objects.home not in pruned and not outcome.errors:
        _record_parent(work, keep=False)
    _wait_gone(work, outcome)
    return outcome, dangling


def _absent(work: Work) -> Outcome:
    plan = planning.absent(work.task, work.objects)
    plaintext.check(work.task, _deleted(plan))
    _begin(work, plan)
    outcome = _execute(work, plan, Pace(in_effect=lambda changes: work.propagation.acked(changes, work.deadline)))
    applyset = work.objects.set
    if applyset and not work.task.check and not outcome.errors and _is_empty(work.objects, plan):
        applyset.forget()
    _wait_gone(work, outcome)
    return outcome


def _execute(work: Work, plan: Plan, pace: Pace) -> Outcome:
    task = work.task
    writer = Writer(
        task.resources, plan.manager, force=plan.force, check=task.check, foreign_fields=plan.foreign_fields
    )
    return Execution(plan, writer, pace, keep_going=task.params["on_failure"] == "continue").run()


def _look_ahead(work: Work, plan: Plan) -> list[str]:
    """Warn of, or refuse, what the API server and istiod accept and requests would notice.

    Returns the references that lead nowhere.
    """
    task, items = work.task, work.objects.items
    planned: dict[tuple[Any, ...], PlannedChange] = {change.key: change for step in plan.steps for change in step}
    changing = [item for item in items if planned[item.key].writes]
    dangling = unresolved.check(task, items if task.check else changing, items)
    written = [plaintext.Changing(item.kind, item.desired, planned[item.key].before) for item in changing]
    plaintext.check(task, [*written, *_deleted(plan)])
    return dangling


def _deleted(plan: Plan) -> list[plaintext.Changing]:
    deletions = [planned for step in plan.prunes for planned in step if planned.writes]
    return [plaintext.Changing(planned.kind, None, planned.before) for planned in deletions if planned.before]


def _begin(work: Work, plan: Plan) -> bool:
    """Learn whom to ask, before anything is written; True when what takes effect can be waited for."""
    kinds = {(planned.kind.group, planned.kind.kind): planned.kind for planned in plan.writing}
    return work.propagation.begin(kinds.values())


def _record_parent(work: Work, *, keep: bool) -> None:
    applyset = work.objects.set
    if not applyset or work.task.check:
        return
    try:
        applyset.record(work.objects.items, keep=keep)
    except ApiError as error:
        where = f"{applyset.namespace}/{applyset.name}"
        raise MeshError(f"The parent of the set, ConfigMap {where}, cannot be written: {error.message}") from None


def _wait_ready(work: Work, changes: Sequence[Change], *, always: bool = False) -> None:
    """Wait until what is there is ready, and in effect; ``always``: also where the task does not wait."""
    if not work.waits and (work.task.check or not always):
        return
    present = [change for change in changes if change.after]
    waits.all_ready(work.task, work.task.resources, present, work.deadline, conversation)
    if not always:
        work.propagation.acked(changes, work.deadline)


def _wait_gone(work: Work, outcome: Outcome) -> None:
    if not work.waits or outcome.errors:
        return
    deleted = [change for change in outcome.changes if change.before and not change.after]
    try:
        waits.all_gone(work.task, work.task.resources, deleted, work.deadline)
        work.propagation.acked(outcome.changes, work.deadline)
    except MeshError as error:
        outcome.errors[WAIT] = error.message


def _is_empty(objects: Declared, plan: Plan) -> bool:
    """Whether the set has no member besides those that are being deleted."""
    if not objects.items or objects.set is None:
        return True
    keys = {planned.key for planned in plan}
    return all(
        member.key in keys or member.desired["metadata"].get("deletionTimestamp") for member in objects.set.members()
    )
