# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``mesh_apply`` does: many objects, in order, several at a time, with prune; then all waits together."""

from __future__ import annotations

import contextlib
import difflib
from dataclasses import dataclass, field, replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.registry import conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import collect
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import change as change_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import (
    guard,
    live,
    results,
    rollback,
    undeclared,
    waits,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.applyset import ApplySet
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.owners import PART_OF
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.propagation import Propagation
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MESH_ROUTES, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import plaintext, unresolved

_KNOWN = sorted({kind.kind for kind in KINDS.values()})

_NAMED = 20  # objects that a failure names one by one


_LONGEST_MANAGER = 128  # characters, by the API server's validation


@dataclass
class Outcome:
    """How far a run came: changes in their order, errors by label, and what was not begun."""

    changes: list[Change] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    left: list[Item] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    not_undone: dict[str, str] = field(default_factory=dict)


class Run:
    """One call of mesh_apply."""

    def __init__(self, task: Task):
        self.task = task
        self.resources = task.resources
        self.check = task.check
        self.namespace = task.params.get("namespace") or task.session.default_namespace
        name = task.params.get("name")
        self.manager = task.params.get("field_manager") or (
            f"meshops.lifecycle.set.{name}" if name else "meshops.lifecycle"
        )
        if len(self.manager) > _LONGEST_MANAGER:
            raise MeshError(
                f"The field manager {self.manager!r} has {len(self.manager)} characters, and Kubernetes takes "
                f"{_LONGEST_MANAGER}. Shorten the name of the set, or give a shorter field_manager."
            )
        self.deadline = Deadline(task.params["wait_timeout"])
        chosen = {name: task.params.get(name) for name in ("only_kinds", "except_kinds", "images", "overlays")}
        chosen["judge"] = collect.judge_of(task)
        self.items = collect.items(self._served_kind, collect.documents(task), self.namespace, **chosen)
        self.set = ApplySet(self.resources, name, self.namespace, self.manager) if name else None
        if self.set:
            self.set.refuse_parent(self.items)
        self.outcome = Outcome()
        self.propagation = Propagation(task, self.resources, conversation)
        self.unions: list[tuple[Item, Change]] = []  # applied so far as what serves old and new routes alike

    def _served_kind(self, api_version: str, name: str) -> Kind:
        """Of a kind that is gone there is nothing to delete."""
        try:
            return self.resources.served_kind(api_version, name)
        except NotInstalled:
            if self.task.params["state"] != "absent" or difflib.get_close_matches(name, _KNOWN, cutoff=0.8):
                raise
        self.task.warn(f"The cluster serves no {name} of {api_version}, so there is none to delete.")
        group, _slash, version = api_version.rpartition("/")
        return Kind(group, name, f"{name.lower()}s", (version,))

    def present(self) -> dict:
        members = self.set.members(self.items) if self.set and self.task.params["prune"] else []
        pruned = self._to_prune(members)
        if self.set:
            self.set.mark(self.items)
        found = live.read(self.resources, self.items, members)
        changing = [item for item in self.items if not self._is_settled(item, found[item.key])]
        unresolved.check(self.task, self.items if self.check else changing, self.items)
        plaintext.check(self.task, [(item, found[item.key]) for item in changing])
        keeping = self._begin(changing + pruned) and any(item.kind.order == MESH_ROUTES for item in changing + pruned)
        known = {item.key for item in changing}
        for step in collect.steps(self.items):
            fresh = [item for item in step if item.key in known]
            if fresh and step[0].kind.order == MESH_ROUTES:
                self._propagate()
            if self._stopped():
                self.outcome.left += step
                continue
            self._before(step, found)
            self._apply_step(step, fresh, found, keeping)
        self._record_parent(keep=True)  # of namespaces alone, its own among them
        waited = self._wait_ready()  # before anything goes that the new objects may have to take over from
        if not self.outcome.errors:
            self._delete_steps(pruned)
        if self.task.params["prune"] and not any(item.key == self._home() for item in pruned):
            self._record_parent(keep=False)
        self._wait_gone()
        return self._result(waited)

    def _to_prune(self, members: list[Item]) -> list[Item]:
        """The live members of the set that are no longer declared. Raises MeshError when nothing would stay."""
        if not self.set or not self.task.params["prune"]:
            return []
        declared = {item.key for item in self.items}
        gone = [item for item in members if item.key not in declared]
        if gone and not self.items and not self.task.params["prune_all"]:
            raise MeshError(
                f"The set {self.set.name} would lose all of its {len(gone)} objects, because none is declared. If "
                "that is meant, say prune_all: true; if not, see why the list is empty."
            )
        if not self.task.params["prune_all"]:
            labels = [(item.kind.kind, item.label) for item in gone]
            guard.refuse_vanishing(self.task.params.get("prune_kinds"), labels, {item.kind.kind for item in self.items})
        return gone

    def _before(self, step: list[Item], found: dict) -> None:
        """The parent of the set is written before any member is, but for the namespace that it is in itself."""
        makes_its_namespace = any(item.key == self._home() and not found[item.key] for item in step)
        if not makes_its_namespace:
            self._record_parent(keep=True)

    def _home(self) -> tuple:
        """The key of the namespace that the parent of the set is in."""
        return "", "Namespace", None, self.namespace

    def _record_parent(self, *, keep: bool) -> None:
        if not self.set or self.check or self.outcome.errors:
            return
        try:
            self.set.record(self.items, keep=keep)
        except ApiError as error:
            where = f"{self.set.namespace}/{self.set.name}"
            raise MeshError(f"The parent of the set, ConfigMap {where}, cannot be written: {error.message}") from None

    def _begin(self, items: list[Item]) -> bool:
        """Learn whom to ask, before anything is written; True when what takes effect can be waited for."""
        return self.propagation.begin({(item.kind.group, item.kind.kind): item.kind for item in items}.values())

    def _apply_one(self, item: Item, desired: dict, current: dict | None) -> Change | MeshError:
        force, manager = self.task.params["force_conflicts"], self.manager
        try:
            return change_module.apply(
                self.resources, item.kind, desired, current, manager=manager, force=force, check=self.check,
                foreign_fields=self.task.params["foreign_fields"],
            )  # fmt: skip
        except MeshError as error:
            return error

    def _apply_step(self, step: list[Item], changing: list[Item], found: dict, keeping: bool) -> None:
        """Apply what of the step changes. ``keeping``: what live routes may still name stays for now."""

        def one(item: Item) -> Change | MeshError:
            current = found[item.key]
            union = item.kind.union(current, item.desired) if keeping and current and item.kind.union else None
            made = self._apply_one(item, union or item.desired, current)
            if union and isinstance(made, Change):
                self.unions.append((item, made))
            return made

        answers = dict(zip([item.key for item in changing], live.parallel(one, changing), strict=True))
        for item in step:
            answer = answers.get(item.key) or self._unchanged(item, found[item.key])
            if isinstance(answer, MeshError):
                self.outcome.errors[item.label] = answer.message
            else:
                self.outcome.changes.append(answer)
        if collect.brings_kinds(step) and changing and not self.check and not self.outcome.errors:
            changes = self.outcome.changes[-len(step) :]
            waits.all_ready(self.task, self.resources, changes, self.deadline, conversation)

    def _is_settled(self, item: Item, current: dict | None) -> bool:
        option = self.task.params["foreign_fields"]
        return change_module.is_settled(item.kind, item.desired, current, self.manager, option)

    def _unchanged(self, item: Item, live: dict) -> Change:
        option = self.task.params["foreign_fields"]
        warnings = undeclared.remarks(item.kind, option, item.desired, live, self.manager)
        return Change(item.kind, item.namespace, item.name, change_module.UNCHANGED, live, live, warnings=warnings)

    def _finish_unions(self) -> None:
        """No route names any more what was kept: make it what was declared. The object stays one row of the result."""
        for item, first in self.unions:
            last = self._apply_one(item, item.desired, first.after)
            if isinstance(last, MeshError):
                self.outcome.errors[item.label] = last.message
                continue
            place = next(index for index, change in enumerate(self.outcome.changes) if change is first)
            self.outcome.changes[place] = replace(
                last,
                action=change_module.UPDATED if first.changed else last.action,
                before=first.before,
                taken_from=first.taken_from,
                removed_from=first.removed_from,
                warnings=list(dict.fromkeys([*first.warnings, *last.warnings])),
            )
        self.unions = []

    def _propagate(self) -> None:
        """Wait until what was written so far has taken effect, where that can be asked."""
        if self.outcome.errors:
            return
        try:
            self.propagation.acked(self.outcome.changes, self.deadline)
        except MeshError as error:
            self.outcome.errors["wait"] = error.message

    def _stopped(self) -> bool:
        errors = self.outcome.errors
        return bool(errors) and (self.task.params["on_failure"] != "continue" or "wait" in errors)

    def _delete_steps(self, items: list[Item]) -> None:
        """Delete live objects in reverse order, several at a time within a step; what routes lead to after routes."""

        def one(item: Item) -> Change | MeshError:
            try:
                return change_module.delete(
                    self.resources, item.kind, item.namespace, item.name, item.desired,
                    check=self.check, propagation="Background", of_its_set=self._is_member(item.desired),
                )  # fmt: skip
            except MeshError as error:
                return error

        for step in reversed(collect.steps(items)):
            if step[0].kind.order < MESH_ROUTES:
                self._after_routes()
            if self._stopped():
                self.outcome.left += step
                continue
            for item, answer in zip(step, live.parallel(one, step), strict=True):
                if isinstance(answer, MeshError):
                    self.outcome.errors[item.label] = answer.message
                else:
                    self.outcome.changes.append(answer)
        self._after_routes()

    def _is_member(self, current: dict) -> bool:
        return bool(self.set) and (current["metadata"].get("labels") or {}).get(PART_OF) == self.set.id

    def _after_routes(self) -> None:
        if any(change.changed and change.kind.order == MESH_ROUTES for change in self.outcome.changes):
            self._propagate()
        if not self.outcome.errors:
            self._finish_unions()

    def absent(self) -> dict:
        """Delete what is declared; a set without objects is deleted whole."""
        if self.set and not self.items:
            doomed = self.set.members()
        else:
            found = live.read(self.resources, self.items)
            doomed = [Item(item.kind, found[item.key], item.origin) for item in self.items if found[item.key]]
            gone = [item for item in self.items if not found[item.key]]
            self.outcome.changes += [
                Change(item.kind, item.namespace, item.name, change_module.UNCHANGED) for item in gone
            ]
        self._begin(doomed)
        self._delete_steps(doomed)
        if self.set and not self.check and not self.outcome.errors and self._is_gone(doomed):
            self.set.forget()
        return self._result(self._wait_gone())

    def _is_gone(self, doomed: list[Item]) -> bool:
        """Whether the set has no member besides those that are being deleted."""
        keys = {item.key for item in doomed}
        return not self.items or all(
            member.key in keys or member.desired["metadata"].get("deletionTimestamp") for member in self.set.members()
        )

    def _waits(self) -> bool:
        return bool(self.task.params["wait"]) and not self.check and not self.outcome.errors

    def _wait_ready(self) -> bool:
        if not self._waits():
            return False
        present = [change for change in self.outcome.changes if change.after]
        try:
            waits.all_ready(self.task, self.resources, present, self.deadline, conversation)
        except MeshError as error:
            self.outcome.errors["wait"] = error.message
        self._propagate()
        return True

    def _wait_gone(self) -> bool:
        if not self._waits():
            return False
        deleted = [change for change in self.outcome.changes if change.before and not change.after]
        try:
            waits.all_gone(self.task, self.resources, deleted, self.deadline)
        except MeshError as error:
            self.outcome.errors["wait"] = error.message
        self._propagate()
        return True

    def _result(self, waited: bool) -> dict:
        outcome = self.outcome
        answer = results.of_objects(self.task, outcome.changes, waited=waited, proxies=self.propagation.proxies)
        if outcome.errors:
            answer.pop("msg", None)
            self._roll_back()
            raise self._failure(answer)
        return answer

    def _roll_back(self) -> None:
        outcome = self.outcome
        if self.task.params["on_failure"] == "rollback" and not self.check:
            outcome.undone, outcome.not_undone = rollback.undo(self.resources, outcome.changes)

    def _progress(self, done: int, failed: int) -> str:
        total, left = len(self.items), len(self.outcome.left)
        if self.check:
            return f"Of {total} objects {done} would be changed, {failed} would fail and {left} would not be begun"
        counts = f"Of {total} objects {done} were changed, {failed} failed and {left} were not begun"
        return f"{counts}; the next run goes on from here"

    def _failure(self, answer: dict) -> MeshError:
        outcome = self.outcome
        done = sum(change.changed for change in outcome.changes)
        told = list(outcome.errors.values())
        more = f" (and {len(told) - 3} more)" if len(told) > 3 else ""
        undone = ""
        if self.task.params["on_failure"] == "rollback" and done:
            left = "; ".join(f"{label}: {why}" for label, why in outcome.not_undone.items())
            undone = f" {len(outcome.undone)} of the changes were undone{f', but not {left}' if left else ''}."
        answer["changed"] = done > len(outcome.undone)
        answer["resources"] = [row for row in answer["resources"] if row["action"] != change_module.UNCHANGED]
        return MeshError(
            f"{'; '.join(message.rstrip('.') for message in told[:3])}{more}. "
            f"{self._progress(done, len(told))}.{undone}",
            **answer,
            errors=_first_errors(outcome.errors),
            not_begun=_first([item.label for item in outcome.left]),
            undone=outcome.undone,
            not_undone=outcome.not_undone,
        )


def _first(labels: list[str]) -> list[str]:
    """As many as a person reads; the counts are in the message."""
    more = len(labels) - _NAMED
    return [*labels[:_NAMED], f"and {more} more"] if more > 0 else labels


def _first_errors(errors: dict[str, str]) -> dict[str, str]:
    kept = dict(list(errors.items())[:_NAMED])
    return {**kept, "and more": f"{len(errors) - _NAMED} objects"} if len(errors) > _NAMED else kept


def run(task: Task) -> dict:
    """The ``run`` of mesh_apply. Raises MeshError; its details say what was done and what was not."""
    if task.delivers_to_git:
        from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import (
            git_delivery as delivery,  # only who needs it pays
        )

        return delivery.deliver_objects(task)
    made = Run(task)
    with contextlib.closing(made.propagation):
        return made.absent() if task.params["state"] == "absent" else made.present()
