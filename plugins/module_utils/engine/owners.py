# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a field is, in words: conflicts, and what one of our tasks takes over from another.

Field managers of this collection are ``meshops.lifecycle`` (a task for one object, or mesh_apply without a set),
``meshops.lifecycle.set.NAME`` (a set) and ``meshops.lifecycle.ROLE`` (a role). ``SHIFT`` has what a traffic shift has
changed in a route of somebody else.
"""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Keeper, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import PART_OF

OURS = "meshops.lifecycle"
SET = f"{OURS}.set."
SHIFT = f"{OURS}.traffic_shift"
MTLS = f"{OURS}.mtls_migration"
_PART_OF_FIELD = f"metadata.labels.{PART_OF}"


def is_ours(manager: str) -> bool:
    """Whether a field manager is one of this collection."""
    return manager == OURS or manager.startswith(f"{OURS}.")


def words(manager: str) -> str:
    """Who a field manager of this collection is."""
    if manager.startswith(SET):
        return f"the set {manager[len(SET) :]!r} (mesh_apply with that name)"
    if manager == MTLS:
        return "a migration to mTLS, which has changed the mode since"
    if manager == SHIFT:
        return "a traffic shift, which has changed the weights since"
    if manager == OURS:
        return f"tasks of this collection without a set (field_manager {manager!r})"
    return f"the role or task with field_manager {manager!r}"


def conflict(error: ApiError, label: str) -> MeshError:
    """A conflict of server-side apply as an answer: whose which field is, and the ways out."""
    owners: dict[str, list[str]] = {}
    for cause in error.causes:
        message = cause.get("message") or ""
        owner = message.split('"')[1] if message.count('"') >= 2 else message
        owners.setdefault(owner, []).append((cause.get("field") or "").lstrip("."))
    conflicts = [{"manager": owner, "fields": paths} for owner, paths in sorted(owners.items())]
    return MeshError(" ".join([f"{label}: {_what_is_owned(conflicts)}.", *_ways_out(conflicts)]), conflicts=conflicts)


def _what_is_owned(conflicts: list[dict]) -> str:
    member_of = [conflict["manager"] for conflict in conflicts if _PART_OF_FIELD in conflict["fields"]]
    if member_of:
        return f"it is a member of {_of_set(member_of[0])} already, and an object belongs to one set"
    parts = [f"{', '.join(conflict['fields'])} by {named(conflict['manager'])}" for conflict in conflicts]
    return f"fields are owned by another manager: {'; '.join(parts)}"


def _of_set(manager: str) -> str:
    return words(manager) if manager.startswith(SET) else f"a set (field manager {manager!r})"


def named(manager: str) -> str:
    """A field manager as messages name it: quoted, and with who it is where it is one of ours."""
    return f"{manager!r}, which is {words(manager)}" if is_ours(manager) else repr(manager)


def _ways_out(conflicts: list[dict]) -> list[str]:
    ways = []
    if any(not is_ours(conflict["manager"]) for conflict in conflicts):
        ways.append(
            "Leave them out of the task, change them where that owner takes them from, or take them over with "
            "force_conflicts: true."
        )
    if any(conflict["manager"] == SHIFT for conflict in conflicts):
        ways.append(
            "Declare the weights that are live now, and run the task once with force_conflicts: true where it changes "
            "more than that. With the weights of before it would undo the shift."
        )
    if any(is_ours(conflict["manager"]) and conflict["manager"] != SHIFT for conflict in conflicts):
        ways.append(
            "Declare it in one place. To hand it over to this task, take it out of the other and run this one once "
            "with force_conflicts: true; two tasks that are to be one owner have the same field_manager."
        )
    return ways


def taken_from_ours(live: dict, after: dict, manager: str) -> list[str]:
    """One sentence for each other field manager of this collection that ``after`` has fewer fields of than ``live``."""
    sentences = []
    for entry in live["metadata"].get("managedFields") or []:
        other = str(entry.get("manager"))
        if not is_ours(other) or other == manager or entry.get("operation") != "Apply" or entry.get("subresource"):
            continue
        kept = (fields.entry(after, other) or {}).get("fieldsV1") or {}
        paths = fields.paths(fields.minus(entry.get("fieldsV1") or {}, kept))
        if paths:
            sentences.append(f"{few(paths)} belonged to {words(other)}, and is this task's now; that one will not know")
    return sentences


def few(paths: list[str]) -> str:
    """As many paths as a person reads."""
    more = f" and {len(paths) - 5} more fields" if len(paths) > 5 else ""
    return f"{', '.join(paths[:5])}{more}"


def fields_of(live: dict, manager: str) -> dict | None:
    """The fields that a manager has applied, as managedFields has them; None for none."""
    return (fields.entry(live, manager) or {}).get("fieldsV1")


def last_applied(live: dict, manager: str) -> str:
    """Who has applied what a manager owns, and when: tasks with one field manager are one owner to the server, so the
    time alone tells whether another of them was here since. Empty where it owns nothing.
    """
    entry = fields.entry(live, manager)
    return f"applied by {manager} at {entry['time']}" if entry and entry.get("time") else ""


def bypassed_set(desired: dict, live: dict, manager: str) -> str:
    """Where a set finds that its own field manager has applied a member without the set's label: who did and when, a
    part of a sentence; else empty.

    A set never applies without its label, and what a manager no longer declares goes with its next apply. So another
    task with this field manager has declared the object since, which to the server is no conflict.
    """
    if PART_OF not in (desired["metadata"].get("labels") or {}):
        return ""
    entry = fields.entry(live, manager)
    if not entry or f"f:{PART_OF}" in _labels(entry):
        return ""
    at = f" at {entry['time']}" if entry.get("time") else ""
    return (
        f"another task with field_manager {manager!r} has applied it{at}, which is not of this set. It is as the set "
        "declares now, and that task will not know; declare it in one place, or give that task its own field_manager"
    )


def namesake(desired: dict, live: dict, manager: str) -> str:
    """Where a member of a set belongs to another set of the same name: whose it is, a part of a sentence; else empty.

    Their parents are in different namespaces, and their field manager is the same, so that the server sees no conflict.
    """
    wanted = (desired["metadata"].get("labels") or {}).get(PART_OF)
    there = (live["metadata"].get("labels") or {}).get(PART_OF)
    if not wanted or not there or there == wanted:
        return ""
    if f"f:{PART_OF}" not in _labels(fields.entry(live, manager) or {}):
        return ""
    return f"another set of the same name ({words(manager)}, with its parent in another namespace)"


def of_namesake(label: str, namesake: str) -> MeshError:
    """The refusal of an object that a set of the same name has, and the ways out."""
    return MeshError(
        f"{label}: it is a member of {namesake} already, and an object belongs to one set. Declare it in one place, or "
        "give one of the sets another name. Where the set itself has moved, run it once with force_conflicts: true, "
        "and then remove the old parent (state: absent with the old namespace)."
    )


def _labels(entry: dict) -> dict:
    return ((entry.get("fieldsV1") or {}).get("f:metadata") or {}).get("f:labels") or {}


def settled(kind: Kind, desired: dict, live: dict, manager: str) -> bool:
    """Whether an object is as declared and its declared fields are the manager's; what a controller of the kind has
    written inside of them, and so owns, counts as the manager's too."""
    stored = fields.with_empty_mappings(live, desired, spec=kind.omits_empty_lists)
    stored = fields.with_empty_lists(stored, desired) if kind.omits_empty_lists else stored
    if fields.settled(desired, stored, manager, kind.defaults):
        return True
    if not kind.keeper:
        return False
    return fields.settled(desired, fields.owned_also(stored, manager, kind.keeper.field), manager, kind.defaults)


def only_keepers(kind: Kind, error: MeshError) -> bool:
    """Whether all that is in conflict belongs to a controller that only keeps its own things there."""
    conflicts, keeper = error.details.get("conflicts") or [], kind.keeper
    if keeper is None or not conflicts:
        return False
    return all(
        conflict["manager"] in keeper.managers and set(conflict["fields"]) <= {keeper.field} for conflict in conflicts
    )


def taken_from_keeper(keeper: Keeper, label: str) -> str:
    """The warning about such a field that was taken over."""
    return (
        f"{label}: {keeper.field} was last written by Argo CD or by somebody "
        f"who uses it. It is as declared again; {keeper.what} stay as they were."
    )


def leaves_a_set(live: dict, label: str) -> list[str]:
    """The warning about a deletion of an object that a set, of this collection or another tool, counts as its own."""
    part_of = (live["metadata"].get("labels") or {}).get(PART_OF)
    if not part_of:
        return []
    managers = [str(entry.get("manager")) for entry in live["metadata"].get("managedFields") or []]
    names = [words(manager) for manager in managers if manager.startswith(SET)]
    whose = names[0] if names else f"the set with the id {part_of}"
    return [f"{label} is a member of {whose}, whose next run creates it again. Take it out of the set as well."]
