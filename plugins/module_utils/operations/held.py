# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that unfinished work holds, such as the route of a traffic shift: other tasks leave them as they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import UNCHANGED
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal import Holder, holders
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import Subject
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.plan import PlannedChange
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MESH_ROUTES, MESH_SUBSETS
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import ca

_ORDERS = (MESH_SUBSETS, MESH_ROUTES)  # of the kinds that a shift of traffic holds
_POLICY = "PeerAuthentication"  # a migration to mTLS does


def _may_be_held(planned: PlannedChange) -> bool:
    """Whether there is work that holds such objects: only then are journals asked for."""
    kind = planned.kind
    return kind.order in _ORDERS or kind.kind == _POLICY or (kind.kind, planned.name) == ("Secret", ca.PLUGGED)


def left_alone(task: Task, changes: Sequence[PlannedChange]) -> list[PlannedChange]:
    """The changes without those of objects that are held, of which a warning says who holds them, and since when."""
    holding = _holding(task, changes)
    return [
        _kept(planned, holding[Subject(*planned.key)]) if _is_in(planned, holding) else planned for planned in changes
    ]


def refuse(task: Task, changes: Iterable[PlannedChange]) -> None:
    """Raises MeshError when one of them changes what is held: for a task that cannot leave it."""
    planned = list(changes)
    for subject, holder in _holding(task, planned).items():
        raise MeshError(f"{subject.label}: {holder.message}", holder=holder.row())


def _holding(task: Task, changes: Iterable[PlannedChange]) -> dict[Subject, Holder]:
    """Who holds the objects that would be written. Where nobody may list journals, nobody can tell."""
    subjects = {
        Subject(*planned.key)
        for planned in changes
        if planned.writes and planned.before is not None and _may_be_held(planned)
    }
    if not subjects:
        return {}
    try:
        there = holders(task.resources, {subject.namespace for subject in subjects})
    except ApiError as error:
        if error.status != 403:
            raise
        return {}
    return {subject: holder for holder in there for subject in holder.state.holds if subject in subjects}


def _is_in(planned: PlannedChange, holding: dict[Subject, Holder]) -> bool:
    return planned.writes and Subject(*planned.key) in holding


def _kept(planned: PlannedChange, holder: Holder) -> PlannedChange:
    warning = f"{planned.label} was left as it is: {holder.message}"
    return replace(
        planned,
        action=UNCHANGED,
        first=None,
        after=planned.before,
        warnings=(*planned.warnings, warning),
        held_by=holder.state.operation,
    )
