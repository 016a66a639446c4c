# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan, made so: step after step, several objects at a time, then what is pruned; how far that came is an Outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import live as live_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import UPDATED, Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.plan import Plan, PlannedChange, Step
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.write import Writer
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import CRDS, MESH_ROUTES

WAIT = "wait"  # the key of a wait's failure in Outcome.errors, where an object's is its label


@dataclass
class Outcome:
    """How far a run came: changes in their order, errors by label, and what was not begun."""

    changes: list[Change] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    not_begun: list[PlannedChange] = field(default_factory=list)


def _nothing(_changes: object) -> None:
    return None


@dataclass(frozen=True)
class Pace:
    """What happens between the steps of a plan; each raises MeshError, after which nothing more is begun.

    ``before(step)``: before a step is applied. ``established(changes)``: after new kinds were.
    ``in_effect(changes)``: before routes are sent to what is new, and before what they have left goes; with
    ``two_forms`` objects have their first form until then. ``ready(changes)``: before anything is deleted.
    """

    before: Callable[[Step], None] = _nothing
    established: Callable[[Sequence[Change]], None] = _nothing
    in_effect: Callable[[Sequence[Change]], None] = _nothing
    ready: Callable[[Sequence[Change]], None] = _nothing
    two_forms: bool = False


class Execution:
    """One plan on its way; ``outcome`` is how far it is.

    ``keep_going``: whether an object that cannot be written keeps the others from being written. A wait that failed
    always does.
    """

    def __init__(self, plan: Plan, writer: Writer, pace: Pace = Pace(), *, keep_going: bool = False):
        self.outcome = Outcome()
        self._plan, self._writer, self._pace, self._keep_going = plan, writer, pace, keep_going
        self._in_first_form: list[tuple[PlannedChange, Change]] = []

    def run(self) -> Outcome:
        for step in self._plan.steps:
            self._apply(step)
        self._pause(self._pace.ready)  # before anything goes that the new objects may have to take over from
        if self._plan.prunes and self.outcome.errors:
            return self.outcome
        for step in self._plan.prunes:
            self._delete(step)
        self._after_routes()
        return self.outcome

    def _stopped(self) -> bool:
        return bool(self.outcome.errors) and (not self._keep_going or WAIT in self.outcome.errors)

    def _pause(self, wait: Callable[[Sequence[Change]], None], changes: Sequence[Change] | None = None) -> None:
        if self.outcome.errors:
            return
        try:
            wait(self.outcome.changes if changes is None else changes)
        except MeshError as error:
            self.outcome.errors[WAIT] = error.message

    def _apply(self, step: Step) -> None:
        writing = [planned for planned in step if planned.writes]
        if writing and step[0].kind.order == MESH_ROUTES:
            self._pause(self._pace.in_effect)
        if self._stopped():
            self.outcome.not_begun += step
            return
        if not self.outcome.errors:
            self._pace.before(step)
        changes = self._together(step)
        if step[0].kind.order == CRDS and writing:
            self._pause(self._pace.established, changes)

    def _together(self, step: Step) -> list[Change]:
        """The changes of a step, those that need a request several at a time."""
        writing = [planned for planned in step if planned.writes]
        answers = dict(zip([id(planned) for planned in writing], live_module.parallel(self._carry_out, writing)))
        changes = []
        for planned in step:
            answer = answers.get(id(planned)) or planned.change()
            if isinstance(answer, MeshError):
                self.outcome.errors[planned.label] = answer.message
            else:
                changes.append(answer)
        self.outcome.changes += changes
        return changes

    def _carry_out(self, planned: PlannedChange) -> Change | MeshError:
        try:
            if not planned.first or not self._pace.two_forms:
                return self._writer.carry_out(planned)
            first = self._writer.carry_out(self._writer.decide(planned.kind, planned.first, planned.before))
            self._in_first_form.append((planned, first))
            return first
        except MeshError as error:
            return error

    def _delete(self, step: Step) -> None:
        """What routes lead to is deleted after them, and once nobody is sent there any more."""
        if step[0].kind.order < MESH_ROUTES:
            self._after_routes()
        if self._stopped():
            self.outcome.not_begun += step
            return
        self._together(step)

    def _after_routes(self) -> None:
        if any(change.changed and change.kind.order == MESH_ROUTES for change in self.outcome.changes):
            self._pause(self._pace.in_effect)
        if not self.outcome.errors:
            self._finish()

    def _finish(self) -> None:
        """No route names any more what was kept: make it what was declared. The object stays one row of the result."""
        for planned, first in self._in_first_form:
            try:
                last = self._writer.carry_out(self._writer.decide(planned.kind, planned.to_apply, first.after))
            except MeshError as error:
                self.outcome.errors[planned.label] = error.message
                continue
            place = next(index for index, change in enumerate(self.outcome.changes) if change is first)
            self.outcome.changes[place] = in_one(first, last)
        self._in_first_form = []


def in_one(first: Change, last: Change) -> Change:
    """The two writes of one object as one change."""
    action = UPDATED if first.changed else last.action
    return replace(
        last,
        action=action,
        before=first.before,
        taken_from=first.taken_from,
        removed_from=first.removed_from,
        warnings=list(dict.fromkeys([*first.warnings, *last.warnings])),
    )


# ---- A plan that was made before ------------------------------------------------------------------------------------


def predict_plan(resources: Resources, plan: Plan) -> Plan:
    """The plan with the server's answers to dry runs in it; nothing is written. Raises MeshError for the first refusal.

    What an earlier step of the same plan brings (a kind, a namespace) is not there for the dry run: ``unjudged``.
    """
    writer = Writer(resources, plan.manager, force=plan.force, check=True, foreign_fields=plan.foreign_fields)

    def predicted(step: Step) -> Step:
        return tuple(live_module.parallel(lambda planned: planned.with_answer(writer.carry_out(planned)), step))

    return replace(plan, steps=tuple(map(predicted, plan.steps)), prunes=tuple(map(predicted, plan.prunes)))


def apply_plan(resources: Resources, plan: Plan, pace: Pace = Pace(), *, keep_going: bool = False) -> Outcome:
    """Carry out a plan that was made, shown or stored before, exactly: what has moved since is refused.

    Raises MeshError before the first write when an object was changed, created or deleted since, or when values of
    secrets are missing in what is to be applied. A new status alone is no change.
    """
    writer = Writer(resources, plan.manager, force=plan.force, exact=True, foreign_fields=plan.foreign_fields)
    return Execution(current(resources, plan), writer, pace, keep_going=keep_going).run()


def current(resources: Resources, plan: Plan) -> Plan:
    """The plan on the objects as they are now. Raises MeshError for a plan that is stale or has secrets withheld."""
    hidden = [planned.label for planned in plan.writing if planned.withheld and planned.desired is not None]
    if hidden:
        raise MeshError(
            f"The stored plan has no values of secrets, so it cannot apply {', '.join(hidden)}. Make the plan from the "
            "documents and apply that one. Nothing was written."
        )
    now = live_module.read(resources, list(plan))
    stale = [(planned.label, plan_module.moved(planned, now[planned.key], plan.manager)) for planned in plan]
    reasons = [f"{label} {reason}" for label, reason in stale if reason]
    if reasons:
        raise MeshError(f"The plan is stale: {'; '.join(reasons)}. Make it again. Nothing was written.", stale=reasons)

    def renewed(step: Step) -> Step:
        return tuple(replace(planned, before=now[planned.key]) for planned in step)

    return replace(plan, steps=tuple(map(renewed, plan.steps)), prunes=tuple(map(renewed, plan.prunes)))
