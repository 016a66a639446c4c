# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One planned change: asking the server for its result by a dry run, and making it so."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import adopt, diff, handback, owners, undeclared
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import (
    CREATED,
    DELETED,
    UNCHANGED,
    UPDATED,
    Change,
    being_deleted,
    explained,
    is_deleting,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.plan import Document, PlannedChange
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind

_ATTEMPTS = 4  # how often an object that somebody else changes meanwhile is read again


class Writer:
    """Sends planned changes as one field manager.

    ``force``: take fields over from other managers. ``check``: dry runs alone. ``exact``: refuse an object that was
    changed since it was planned, where otherwise it is read again and what is declared applied on what it is now.
    ``propagation``: the policy of deletions, ``Background`` or ``Foreground`` or ``Orphan``. ``foreign_fields``: what
    happens to undeclared fields of others, see undeclared.treatment.
    """

    def __init__(
        self,
        resources: Resources,
        manager: str,
        *,
        force: bool = False,
        check: bool = False,
        exact: bool = False,
        propagation: str = "Background",
        foreign_fields: str | None = None,
    ):
        self._resources, self._manager = resources, manager
        self._force, self._check, self._exact, self._propagation = force, check, exact, propagation
        self._foreign_fields = foreign_fields

    def decide(self, kind: Kind, desired: Document, live: Document | None) -> PlannedChange:
        """What an apply by this writer is, as far as that is certain without a request."""
        return plan_module.decide(kind, desired, live, self._manager, self._foreign_fields)

    def carry_out(self, planned: PlannedChange) -> Change:
        """Make it so; in check mode, have the server judge it. Nothing is sent where nothing is to be done.

        Raises MeshError that names object, field, cause and way out.
        """
        if not planned.writes:
            return planned.change()
        if planned.action == DELETED:
            return self._delete(planned)
        if planned.before is not None and is_deleting(planned.before):
            raise MeshError(being_deleted(planned.kind, planned.before))
        change = self._beside_keeper(planned)
        change.warnings += plan_module.remarks(
            planned.kind, planned.to_apply, change.after, self._manager, self._foreign_fields
        )
        change.foreign += undeclared.kept(
            planned.kind, self._foreign_fields, planned.to_apply, change.after, self._manager
        )
        return change

    def _beside_keeper(self, planned: PlannedChange) -> Change:
        """Leave what the kind's controller keeps inside of what is declared as it is, whoever owns it."""
        try:
            return self._apply(planned, self._force)
        except MeshError as error:
            keeper = planned.kind.keeper
            if self._force or not keeper or not owners.only_keepers(planned.kind, error):
                raise
        change = self._apply(planned, True)
        change.warnings.append(owners.taken_from_keeper(keeper, change.label))
        return change

    def _apply(self, planned: PlannedChange, force: bool) -> Change:
        kind, namespace, name = planned.kind, planned.namespace, planned.name
        namesake = owners.namesake(planned.to_apply, planned.before, self._manager) if planned.before else ""
        if namesake and not force:
            raise owners.of_namesake(planned.label, namesake)
        try:
            before, after, taken = self._write(planned, force)
        except (ApiError, NotInstalled) as error:
            return self._unjudged(error, planned)
        if self._check and kind.foreseen:
            after = kind.foreseen(planned.to_apply, before, after)
        if before is not None and not _differs(before, after, self._manager):
            return Change(kind, namespace, name, UNCHANGED, before, after)
        change = Change(kind, namespace, name, CREATED if before is None else UPDATED, before, after)
        change.taken_from = adopt.names(taken, self._manager)
        if before is not None:
            removed = self._removable(planned, before)
            change.removed_from = adopt.names(removed, self._manager)
            change.last_applied = owners.last_applied(before, self._manager)
            change.warnings += undeclared.removed(kind, before, removed)
            losses = owners.taken_from_ours(before, after, self._manager)
            bypass = owners.bypassed_set(planned.to_apply, before, self._manager)
            losses += [bypass] if bypass else []
            losses += [f"it belonged to {namesake}, and is this one's now; that one will not know"] if namesake else []
            change.warnings += [sentence(f"{change.label}: {loss}") for loss in losses]
        return change

    def _removable(self, planned: PlannedChange, live: Document) -> list[dict[str, Any]]:
        return undeclared.removable(planned.kind, self._foreign_fields, planned.to_apply, live, self._manager)

    def _write(self, planned: PlannedChange, force: bool) -> tuple[Document | None, Document, list[dict[str, Any]]]:
        """Apply, or predict that; the object before and after, and the managedFields entries that were taken over.

        What is written is written on the object that was read, so that what a controller writes meanwhile is not taken
        for a change of ours; at last it is written anyway. Where the answer to a write of ours was lost, an object that
        is as declared was made so by it.
        """
        kind, manager, desired = planned.kind, self._manager, planned.to_apply
        resources, check = self._resources, self._check
        live, lost = planned.before, False
        for attempt in range(_ATTEMPTS):
            last = attempt == _ATTEMPTS - 1
            try:
                if live is None:
                    return None, resources.apply(kind, desired, manager=manager, force=force, dry_run=check), []
                if attempt and plan_module.is_settled(kind, desired, live, manager, self._foreign_fields):
                    return planned.before if lost else live, live, []
                before = adopt.preparation(desired, live, manager, self._removable(planned, live))
                if not before:
                    body = desired if last and not self._exact else _at_version(desired, live)
                    after = resources.apply(kind, body, manager=manager, force=force, dry_run=check)
                    return live, after if check else self._without_shift(kind, after), []
                try:
                    predicted = adopt.predict(resources, kind, desired, live, manager, force, before)
                except ApiError as error:
                    if error.status != 422 or not before.owners:
                        raise
                    return live, self._in_place_of(planned, live, before), before.adopted
                if check:
                    return live, predicted.after, before.adopted
                # What the server refuses it has refused by now, before the first of two requests.
                return live, adopt.write(resources, kind, live, manager, before.owners, predicted), before.adopted
            except ApiError as error:
                if error.status != 409 or error.causes or last:
                    raise
                lost = lost or error.repeated
                live = self._read_again(planned)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _in_place_of(self, planned: PlannedChange, live: Document, before: adopt.Preparation) -> Document:
        """Apply what is not valid beside what it replaces: the ownership first, then all at once."""
        resources, kind, desired, manager = self._resources, planned.kind, planned.to_apply, self._manager
        predicted: Document = adopt.predict_alone(resources, kind, desired, live, manager, before)
        if self._check:
            return predicted
        owned = adopt.own(resources, kind, live, manager, before.owners)
        after: Document = resources.apply(kind, _at_version(desired, owned), manager=manager, force=self._force)
        return after

    def _without_shift(self, kind: Kind, after: Document) -> Document:
        """Once the weights that a traffic shift has left are declared, they are the declaration's alone."""
        entries = handback.without_surplus(after, owners.SHIFT)
        if entries is None:
            return after
        metadata = after["metadata"]
        patch = [
            {"op": "test", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]},
            {"op": "replace", "path": "/metadata/managedFields", "value": entries or [{}]},
        ]
        try:
            answer: Document = self._resources.patch(
                kind, metadata.get("namespace"), metadata["name"], patch, patch_type="json"
            )
        except ApiError as error:
            if error.status not in (404, 409, 422):  # somebody has written since; the next run does it
                raise
            return after
        return answer

    def _read_again(self, planned: PlannedChange) -> Document | None:
        live = self._resources.get(planned.kind, planned.namespace, planned.name)
        reason = plan_module.moved(planned, live, self._manager) if self._exact else ""
        if reason:
            raise MeshError(f"{planned.label} {reason}. Make the plan again.")
        return live

    def _unjudged(self, error: MeshError, planned: PlannedChange) -> Change:
        """In check mode, a CRD or namespace that an earlier task of the same run would make is not there yet."""
        kind, namespace, name = planned.kind, planned.namespace, planned.name
        missing_namespace = isinstance(error, ApiError) and error.status == 404
        if self._check and planned.before is None and (isinstance(error, NotInstalled) or missing_namespace):
            what = f"namespace {namespace} does not exist" if missing_namespace else f"{kind.kind} is not served"
            reason = f"{what} in the cluster yet"
            warning = f"{planned.label} could not be validated: {reason}."
            after = planned.desired
            return Change(kind, namespace, name, CREATED, None, after, unjudged=reason, warnings=[warning])
        raise explained(error, kind, namespace, name) from None

    def _delete(self, planned: PlannedChange) -> Change:
        """Delete the object that was read; what came in between (another object of that name) is not touched."""
        uid = planned.to_delete["metadata"]["uid"]
        for attempt in range(_ATTEMPTS):
            try:
                self._resources.delete(
                    planned.kind,
                    planned.namespace,
                    planned.name,
                    dry_run=self._check,
                    propagation=self._propagation,
                    preconditions={"uid": uid},
                )
                break
            except ApiError as error:
                # Stored by somebody in this very moment, which does not matter; but not another object of that name.
                if error.status != 409 or "precondition" in error.text or attempt == _ATTEMPTS - 1:
                    raise explained(error, planned.kind, planned.namespace, planned.name) from None
        return planned.change()


def _at_version(desired: Document, live: Document) -> Document:
    """``desired`` as it is to be applied on no other state of the object than ``live``."""
    version = live["metadata"]["resourceVersion"]
    return {**desired, "metadata": {**desired["metadata"], "resourceVersion": version}}


def _differs(live: Document, after: Document, manager: str) -> bool:
    """What a person would see, or what we own, is another. A new resourceVersion may be somebody's new status."""
    same_fields = owners.fields_of(live, manager) == owners.fields_of(after, manager)
    return diff.clean(live) != diff.clean(after) or not same_fields


def apply(
    resources: Resources,
    kind: Kind,
    desired: Document,
    live: Document | None,
    *,
    manager: str,
    force: bool,
    check: bool,
    foreign_fields: str | None = None,
) -> Change:
    """Bring one object to what is declared; no write when it is there already.

    ``live`` is the object as read just now, or None. Raises MeshError.
    """
    writer = Writer(resources, manager, force=force, check=check, foreign_fields=foreign_fields)
    return writer.carry_out(writer.decide(kind, desired, live))


def delete(
    resources: Resources,
    kind: Kind,
    namespace: str | None,
    name: str,
    live: Document | None,
    *,
    check: bool,
    propagation: str = "Background",
) -> Change:
    """Delete one object, as read just now. Raises MeshError."""
    planned = plan_module.deletion(kind, namespace, name, live)
    return Writer(resources, owners.OURS, check=check, propagation=propagation).carry_out(planned)
