# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object: what would change, and making it so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled, findings
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import adopt, diff, fields, owners, undeclared
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind

CREATED, UPDATED, DELETED, UNCHANGED = "created", "changed", "deleted", "unchanged"
_ATTEMPTS = 4  # how often an object that somebody else changes meanwhile is read again


@dataclass
class Change:
    """What happened, or in check mode would happen, to one object.

    ``before`` and ``after`` are whole live objects or None; ``unjudged`` is why the server could not judge it, where it
    could not, without a full stop; ``taken_from`` are the field managers (kubectl's, say) whose fields became ours,
    ``removed_from`` those whose undeclared fields were taken out.
    """

    kind: Kind
    namespace: str | None
    name: str
    action: str
    before: dict | None = None
    after: dict | None = None
    unjudged: str = ""
    warnings: list[str] = field(default_factory=list)
    taken_from: list[str] = field(default_factory=list)
    removed_from: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return self.action != UNCHANGED

    @property
    def validated(self) -> bool:
        """Whether the server has judged it."""
        return not self.unjudged

    @property
    def label(self) -> str:
        return self.kind.label(self.namespace, self.name)

    def row(self) -> dict:
        """The object's line in a result's ``resources``."""
        row = {"kind": self.kind.kind, "namespace": self.namespace, "name": self.name, "action": self.action}
        return {**row, "taken_over_from": self.taken_from} if self.taken_from else row

    def diff(self) -> dict:
        shown = diff.difference(self.before, self.after, self.kind.secret_fields, self.kind.open_keys)
        if self.removed_from:
            shown["before_header"] += f" (with undeclared fields of {', '.join(self.removed_from)})"
        return shown


def apply(
    resources: Resources,
    kind: Kind,
    desired: dict,
    live: dict | None,
    *,
    manager: str,
    force: bool,
    check: bool,
    before_write: Callable[[], object] | None = None,
    foreign_fields: str | None = None,
) -> Change:
    """Bring one object to what is declared; no write when it is there already.

    ``live`` is the object as read just now, or None; ``before_write`` is called when something has to be written;
    ``foreign_fields`` is what happens to undeclared fields of others, see undeclared.treatment.
    Raises MeshError that names object, field, cause and way out.
    """
    change = _apply_beside(resources, kind, desired, live, manager, force, check, before_write, foreign_fields)
    if kind.remarks and change.after:
        change.warnings += kind.remarks(desired, change.after)
    change.warnings += undeclared.remarks(kind, foreign_fields, desired, change.after, manager)
    return change


def is_settled(kind: Kind, desired: dict, live: dict | None, manager: str, foreign_fields: str | None) -> bool:
    """Whether a live object is as declared, so that nothing has to be written."""
    if live is None or _deleting(live):
        return False
    return fields.settled(desired, live, manager, kind.defaults) and not undeclared.removable(
        kind, foreign_fields, desired, live, manager
    )


def _apply_beside(resources, kind, desired, live, manager, force, check, before_write, foreign_fields) -> Change:
    """Leave what the kind's controller keeps inside of what is declared as it is, whoever owns it."""
    if live is not None and kind.kept and not _deleting(live):
        desired = kind.kept(desired, live)
        if fields.settled(desired, fields.owned_also(live, manager, kind.keeper.field), manager, kind.defaults):
            place = live["metadata"].get("namespace"), live["metadata"]["name"]
            return Change(kind, *place, UNCHANGED, live, live)
    try:
        return _apply(resources, kind, desired, live, manager, force, check, before_write, foreign_fields)
    except MeshError as error:
        if force or not _is_keepers(kind, error):
            raise
    change = _apply(resources, kind, desired, live, manager, True, check, before_write, foreign_fields)
    change.warnings.append(
        f"{kind.label(change.namespace, change.name)}: {kind.keeper.field} was last written by Argo CD or by somebody "
        f"who uses it. It is as declared again; {kind.keeper.what} stay as they were."
    )
    return change


def _is_keepers(kind: Kind, error: MeshError) -> bool:
    """Whether all that is in conflict belongs to a controller that only keeps its own things there."""
    conflicts = error.details.get("conflicts") or []
    return bool(kind.keeper and conflicts) and all(
        conflict["manager"] in kind.keeper.managers and set(conflict["fields"]) <= {kind.keeper.field}
        for conflict in conflicts
    )


def _apply(resources, kind, desired, live, manager, force, check, before_write, foreign_fields) -> Change:
    metadata = desired["metadata"]
    namespace, name = metadata.get("namespace"), metadata["name"]
    if live is not None and _deleting(live):
        raise MeshError(_being_deleted(kind, live))
    if is_settled(kind, desired, live, manager, foreign_fields):
        return Change(kind, namespace, name, UNCHANGED, live, live)
    if before_write:
        before_write()
    try:
        live, after, taken = _write(resources, kind, desired, live, manager, force, check, foreign_fields)
    except (ApiError, NotInstalled) as error:
        return _unjudged(error, kind, desired, live, check)
    if live is not None and not _differs(live, after, manager):
        return Change(kind, namespace, name, UNCHANGED, live, after)
    change = Change(kind, namespace, name, CREATED if live is None else UPDATED, live, after)
    change.taken_from = adopt.names(taken, manager)
    if live is not None:
        removed = undeclared.removable(kind, foreign_fields, desired, live, manager)
        change.removed_from = adopt.names(removed, manager)
        change.warnings += undeclared.removed(kind, live, removed)
        label = kind.label(namespace, name)
        change.warnings += [sentence(f"{label}: {told}") for told in owners.taken_from_ours(live, after, manager)]
    return change


def _write(
    resources, kind, desired, live, manager, force, check, foreign_fields
) -> tuple[dict | None, dict, list[dict]]:
    """Apply, or predict that; the object before and after, and the managedFields entries that were taken over.

    What is written is written on the object that was read, so that what a controller writes meanwhile is not taken for
    a change of ours; at last it is written anyway. Where the answer to a write of ours was lost, what is found to be as
    declared was made so by it.
    """
    first, lost = live, False
    for attempt in range(_ATTEMPTS):
        last = attempt == _ATTEMPTS - 1
        try:
            if live is None:
                return None, resources.apply(kind, desired, manager=manager, force=force, dry_run=check), []
            if attempt and is_settled(kind, desired, live, manager, foreign_fields):
                return first if lost else live, live, []
            removable = undeclared.removable(kind, foreign_fields, desired, live, manager)
            before = adopt.preparation(desired, live, manager, removable)
            if not before:
                body = desired if last else _at_version(desired, live)
                return live, resources.apply(kind, body, manager=manager, force=force, dry_run=check), []
            predicted = adopt.predict(resources, kind, desired, live, manager, force, before)
            if check:
                return live, predicted.after, before.adopted
            # What the server refuses it has refused by now, before the first of two requests.
            return live, adopt.write(resources, kind, live, manager, before.owners, predicted), before.adopted
        except ApiError as error:
            if error.status != 409 or error.causes or last:
                raise
            lost = lost or error.repeated
            live = resources.get(kind, desired["metadata"].get("namespace"), desired["metadata"]["name"])
    raise AssertionError("unreachable: the last attempt returns or raises")


def _at_version(desired: dict, live: dict) -> dict:
    """``desired`` as it is to be applied on no other state of the object than ``live``."""
    version = live["metadata"]["resourceVersion"]
    return {**desired, "metadata": {**desired["metadata"], "resourceVersion": version}}


def _differs(live: dict, after: dict, manager: str) -> bool:
    """What a person would see, or what we own, is another. A new resourceVersion may be somebody's new status."""
    return diff.clean(live) != diff.clean(after) or _owned(live, manager) != _owned(after, manager)


def _owned(live: dict, manager: str) -> dict | None:
    return (fields.entry(live, manager) or {}).get("fieldsV1")


def _unjudged(error: MeshError, kind: Kind, desired: dict, live: dict | None, check: bool) -> Change:
    """In check mode, a CRD or namespace that an earlier task of the same run would make is not there yet."""
    metadata = desired["metadata"]
    namespace, name = metadata.get("namespace"), metadata["name"]
    missing_namespace = isinstance(error, ApiError) and error.status == 404
    if check and live is None and (isinstance(error, NotInstalled) or missing_namespace):
        what = f"namespace {namespace} does not exist" if missing_namespace else f"{kind.kind} is not served"
        reason = f"{what} in the cluster yet"
        warning = f"{kind.label(namespace, name)} could not be validated: {reason}."
        return Change(kind, namespace, name, CREATED, None, desired, unjudged=reason, warnings=[warning])
    raise explained(error, kind, namespace, name) from None


def explained(error: MeshError, kind: Kind, namespace: str | None, name: str) -> MeshError:
    """An error of the API server as an answer about this object."""
    label = kind.label(namespace, name)
    if not isinstance(error, ApiError):
        return MeshError(f"{label}: {error.message}", **error.details)
    if error.status == 409 and error.causes:
        return owners.conflict(error, label)
    if error.status == 404 and namespace and f'namespaces "{namespace}" not found' in error.text:
        return MeshError(f"{label}: namespace {namespace} does not exist. Create it first.")
    if error.status == 409 and "the UID in the precondition" in error.text:
        return MeshError(f"{label} was deleted and made anew by somebody in this very moment. Run the task again.")
    if error.status == 422 and error.causes:
        return MeshError(sentence(f"{label}: {'; '.join(findings(error))}"), **error.as_sent)
    return MeshError(f"{label}: {error.message}", **error.as_sent)


def delete(
    resources: Resources, kind: Kind, namespace, name, live: dict | None, *, check: bool, propagation, of_its_set=False
) -> Change:
    """Delete one object, as read just now; what came in between (another object of that name) is not touched.

    ``of_its_set``: the object's own set deletes it. Otherwise a member of a set comes back, which is warned of.
    """
    if live is None:
        return Change(kind, namespace, name, UNCHANGED)
    if _deleting(live):  # somebody's wish already; a wait still waits
        return Change(kind, namespace, name, UNCHANGED, live, None)
    warnings = [] if of_its_set else owners.leaves_a_set(live, kind.label(namespace, name))
    for attempt in range(_ATTEMPTS):
        try:
            resources.delete(
                kind,
                namespace,
                name,
                dry_run=check,
                propagation=propagation,
                preconditions={"uid": live["metadata"]["uid"]},
            )
            break
        except ApiError as error:
            # Stored by somebody in this very moment, which does not matter; but not another object of that name.
            if error.status != 409 or "precondition" in error.text or attempt == _ATTEMPTS - 1:
                raise explained(error, kind, namespace, name) from None
    return Change(kind, namespace, name, DELETED, live, None, warnings=warnings)


def _deleting(live: dict) -> bool:
    return bool(live["metadata"].get("deletionTimestamp"))


def held_by(live: dict) -> str:
    """What keeps an object that is being deleted: finalizers, and what a namespace's conditions say of its content."""
    names = [*(live["metadata"].get("finalizers") or [])]
    if live.get("kind") == "Namespace":
        conditions = (live.get("status") or {}).get("conditions") or []
        names += [str(one.get("message")) for one in conditions if one.get("status") == "True" and one.get("message")]
    return "; ".join(names) if any(" " in name for name in names) else ", ".join(names)


def _being_deleted(kind: Kind, live: dict) -> str:
    metadata = live["metadata"]
    held = held_by(live) or "no finalizer"
    return (
        f"{kind.label(metadata.get('namespace'), metadata['name'])} is being deleted since "
        f"{metadata['deletionTimestamp']} and held by {held}. Wait until it is gone, or see why that does not end."
    )
