# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``traffic_shift_info`` does: the shifts under way, from their journals and what is live."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Holder, holders
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import (
    edit,
    progress,
    record,
    report,
    subject,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import Policy


def run(task: Task) -> dict[str, Any]:
    """The ``run`` of traffic_shift_info. Raises MeshError."""
    wanted = {name: task.params[name] for name in ("kind", "name", "namespace") if task.params.get(name)}
    namespace = wanted.get("namespace")
    under_way = [
        holder
        for holder in holders(task.resources, [namespace] if namespace else [])
        if holder.state.operation == subject.OPERATION
        and all(getattr(holder.state.subject, name) == value for name, value in wanted.items())
    ]
    return {"changed": False, "shifts": [_row(task, holder) for holder in under_way]}


def _row(task: Task, holder: Holder) -> dict[str, Any]:
    state = holder.state
    route = subject.of_journal(state.subject, state.plan)
    plan = plan_module.parse(state.plan, route.form, Policy())
    live, now = route.read(task.resources), progress.of(plan, state)
    shown = edit.present(live, plan.selection) if live else None
    shapes = [plan.shape(number) for number in ((now.step,) if now.proven else (now.step - 1, now.step))]
    shapes += [plan.before] if now.aborting else []
    phase = "aborting" if now.aborting else "progressing"
    if not live or not any(edit.is_at(live, plan.selection, shape) for shape in shapes):
        phase = "taken_over"
    return {
        "object": state.subject.label,
        "step": state.step,
        "since": state.step_started,
        "started": state.started,
        "holder": holder.identity,
        "phase": phase,
        "weights": {"from": shown.stable, "to": shown.canary} if shown else {},
        "steps": report.steps_of(plan),
        "record": record.of(plan, state, phase),
    }
