# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a change, as a value: what is declared against what is live, without a request.

``decide`` judges one object by what was read. It knows when nothing is to be done; whether an apply of the rest changes
anything, only the server knows, and such a change is PENDING. Check mode asks by a dry run (``Writer`` in
``engine/write.py``), which gives the same plan with the server's answers in it; a run does not ask twice and applies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff, owners, undeclared
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import (
    CREATED,
    DELETED,
    UNCHANGED,
    Change,
    is_deleting,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MESH_ROUTES, Kind

PENDING = "pending"  # something is to be applied; the server has not been asked whether that changes anything
Document = dict[str, Any]


@dataclass(frozen=True, eq=False)
class PlannedChange:
    """What is to be done to one object.

    ``desired``: what is applied, None where nothing is. ``before``: the live object as it was read, None where there is
    none; its uid and resourceVersion say of which state the plan is. ``after``: the object as it will be, where that is
    known. ``first``: what is applied before ``desired`` while routes may still count on what is live.
    ``withheld``: values of secrets are not in it, because it was stored.
    The rest is as in ``Change``. Two are equal when a person would see no difference: a new resourceVersion is none.
    """

    kind: Kind
    namespace: str | None
    name: str
    action: str
    desired: Document | None = None
    before: Document | None = None
    after: Document | None = None
    first: Document | None = None
    unjudged: str = ""
    warnings: tuple[str, ...] = ()
    taken_from: tuple[str, ...] = ()
    removed_from: tuple[str, ...] = ()
    held_by: str = ""
    foreign: tuple[str, ...] = ()
    withheld: bool = False

    @property
    def key(self) -> tuple[str, str, str | None, str]:
        return self.kind.group, self.kind.kind, self.namespace, self.name

    @property
    def label(self) -> str:
        return self.kind.label(self.namespace, self.name)

    @property
    def to_apply(self) -> Document:
        """``desired`` of a change that applies something."""
        if self.desired is None:
            raise AssertionError(f"{self.label}: nothing is declared that could be applied")
        return self.desired

    @property
    def to_delete(self) -> Document:
        """``before`` of a change that deletes something."""
        if self.before is None:
            raise AssertionError(f"{self.label}: nothing was read that could be deleted")
        return self.before

    @property
    def writes(self) -> bool:
        """Whether a request is needed."""
        return self.action != UNCHANGED

    def change(self) -> Change:
        """The planned change as a result shows it."""
        return Change(
            self.kind, self.namespace, self.name, self.action, self.before, self.after,
            unjudged=self.unjudged, warnings=list(self.warnings), taken_from=list(self.taken_from),
            removed_from=list(self.removed_from), held_by=self.held_by, foreign=list(self.foreign),
        )  # fmt: skip

    def with_answer(self, change: Change) -> PlannedChange:
        """The same with the server's answer to a dry run."""
        return replace(
            self,
            action=change.action,
            before=change.before,
            after=change.after,
            unjudged=change.unjudged,
            warnings=tuple(change.warnings),
            taken_from=tuple(change.taken_from),
            removed_from=tuple(change.removed_from),
            foreign=tuple(change.foreign),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PlannedChange):
            return NotImplemented
        return self.key == other.key and not differing(self, other)

    def __hash__(self) -> int:
        return hash(self.key)


Step = tuple[PlannedChange, ...]


@dataclass(frozen=True)
class Plan:
    """What one task is to do: ``steps`` one after the other, then ``prunes``, deletions in their order.

    ``manager``: the field manager that applies; ``force``: whether it takes fields over from others;
    ``foreign_fields``: what happens to undeclared fields of others, see undeclared.treatment.
    """

    manager: str
    force: bool = False
    steps: tuple[Step, ...] = ()
    prunes: tuple[Step, ...] = ()
    foreign_fields: str | None = None

    def __iter__(self) -> Iterator[PlannedChange]:
        return (planned for step in (*self.steps, *self.prunes) for planned in step)

    @property
    def writing(self) -> list[PlannedChange]:
        return [planned for planned in self if planned.writes]

    @property
    def touches_routes(self) -> bool:
        return any(planned.kind.order == MESH_ROUTES for planned in self.writing)

    def rows(self) -> list[dict[str, Any]]:
        """A line for each object, as in a result's ``resources``."""
        return [planned.change().row() for planned in self]

    def diff(self) -> list[dict[str, Any]]:
        """What changes, as far as it is known: after a dry run all of it. Secrets are masked."""
        return [planned.change().diff() for planned in self.writing]


def decide(
    kind: Kind, desired: Document, live: Document | None, manager: str, foreign_fields: str | None = None
) -> PlannedChange:
    """What an apply of ``desired`` on ``live`` is, as far as that is certain without the server."""
    metadata = desired["metadata"]
    namespace, name = metadata.get("namespace"), metadata["name"]
    if live is None:
        return PlannedChange(kind, namespace, name, CREATED, desired)
    if not is_deleting(live):
        desired = kind.kept(desired, live) if kind.kept else desired
        if is_settled(kind, desired, live, manager, foreign_fields):
            warnings = tuple(remarks(kind, desired, live, manager, foreign_fields))
            foreign = tuple(undeclared.kept(kind, foreign_fields, desired, live, manager))
            return PlannedChange(
                kind, namespace, name, UNCHANGED, desired, live, live, warnings=warnings, foreign=foreign
            )
    return PlannedChange(kind, namespace, name, PENDING, desired, live)


def is_settled(kind: Kind, desired: Document, live: Document, manager: str, foreign_fields: str | None) -> bool:
    """Whether a live object is as declared, so that nothing has to be written."""
    return owners.settled(kind, desired, live, manager) and not undeclared.removable(
        kind, foreign_fields, desired, live, manager
    )


def remarks(
    kind: Kind, desired: Document, live: Document | None, manager: str, foreign_fields: str | None
) -> list[str]:
    """What a person should be warned of, though the object is as declared."""
    if not live:
        return []
    own = kind.remarks(desired, live) if kind.remarks else []
    return [*own, *undeclared.remarks(kind, foreign_fields, desired, live, manager)]


def deletion(
    kind: Kind, namespace: str | None, name: str, live: Document | None, *, of_its_set: bool = False
) -> PlannedChange:
    """The deletion of one object; ``of_its_set``: its own set deletes it. Otherwise a member of a set comes back, which
    is warned of."""
    if live is None or is_deleting(live):  # the latter is somebody's wish already; a wait still waits
        return PlannedChange(kind, namespace, name, UNCHANGED, before=live)
    warnings = [] if of_its_set else owners.leaves_a_set(live, kind.label(namespace, name))
    return PlannedChange(kind, namespace, name, DELETED, before=live, warnings=tuple(warnings))


def in_steps(changes: Iterable[PlannedChange]) -> tuple[Step, ...]:
    """Changes of the same place in the order of kinds, together."""
    grouped: dict[int, list[PlannedChange]] = {}
    for planned in changes:
        grouped.setdefault(planned.kind.order, []).append(planned)
    return tuple(tuple(grouped[order]) for order in sorted(grouped))


def with_transition(plan: Plan) -> Plan:
    """The plan in which no route ever leads nowhere: where routes change or go, what live ones may still name stays in
    a first form of its object until they have left it."""
    if not plan.touches_routes:
        return plan
    return replace(plan, steps=tuple(tuple(map(_in_two_forms, step)) for step in plan.steps))


def _in_two_forms(planned: PlannedChange) -> PlannedChange:
    if not planned.writes or not planned.kind.union or planned.before is None or planned.desired is None:
        return planned
    return replace(planned, first=planned.kind.union(planned.before, planned.desired))


# ---- Compared -------------------------------------------------------------------------------------------------------


_WORDS = ("action", "unjudged", "taken_from", "removed_from")


def differing(planned: PlannedChange, other: PlannedChange) -> list[str]:
    """Which parts of two plans for an object differ as a person sees them: ``action``, ``desired``, ``before``, …"""
    hidden = planned.withheld or other.withheld
    parts = [name for name in _WORDS if getattr(planned, name) != getattr(other, name)]
    for name in ("desired", "first", "before", "after"):
        if _seen(planned.kind, getattr(planned, name), hidden) != _seen(planned.kind, getattr(other, name), hidden):
            parts.append(name)
    return parts


def _seen(kind: Kind, document: Document | None, hidden: bool) -> Document:
    seen = diff.clean(document)
    return diff.masked(seen, kind.secret_fields) if hidden else seen


def differences(plan: Plan, later: Plan) -> list[str]:
    """What of a plan is otherwise in a later one, one sentence an object, without a full stop; empty where they are
    equal."""
    old, new = {planned.key: planned for planned in plan}, {planned.key: planned for planned in later}
    sentences = []
    if _terms(plan) != _terms(later):
        sentences.append("the field manager, or what happens to fields of others, is another")
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in new:
            sentences.append(f"{old[key].label} is not planned any more")
        elif key not in old:
            sentences.append(f"{new[key].label} is planned as well")
        else:
            parts = differing(old[key], new[key])
            if "action" in parts:
                sentences.append(f"{new[key].label} would be {new[key].action}, and no longer {old[key].action}")
            elif parts:
                sentences.append(f"{new[key].label} differs in {', '.join(parts)}")
    return sentences


def _terms(plan: Plan) -> tuple[str, bool, str | None]:
    return plan.manager, plan.force, plan.foreign_fields


def moved(planned: PlannedChange, live: Document | None, manager: str) -> str:
    """Why a plan is stale, given the live object of now: what happened to it meanwhile; empty where nothing did.

    A new status is nothing: controllers write it all the time.
    """
    before = planned.before
    if before is None or live is None:
        return "" if before is live else "was created since" if live else "was deleted since"
    if before["metadata"].get("uid") != live["metadata"].get("uid"):
        return "was deleted and created again since"
    if before["metadata"].get("resourceVersion") == live["metadata"].get("resourceVersion"):
        return ""
    if planned.withheld:
        return "changed since, or only its status did; its values are not in the plan, so that cannot be told"
    if is_deleting(live) != is_deleting(before):
        return "is being deleted"
    values = diff.clean(before) != diff.clean(live)
    if values or owners.fields_of(before, manager) != owners.fields_of(live, manager):
        return "changed since"
    return ""
