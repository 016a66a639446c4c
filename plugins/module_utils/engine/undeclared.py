# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that others have put into a ``spec`` which is declared, of kinds that a control plane takes as they are; and
labels and annotations that change what an object means.

A ``selector`` that somebody adds to a PeerAuthentication, say, takes the policy from the rest of the namespace. A
server-side apply leaves such a field: nobody who declares the object has ever owned it.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields, owners
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import MARKS, Kind

REMOVE, WARN, IGNORE = "remove", "warn", "ignore"


def treatment(kind: Kind, option: str | None, manager: str) -> str:
    """What happens to such fields: REMOVE, WARN or IGNORE. ``option`` is the task's ``foreign_fields``.

    A task with a field manager of another name declares a part of an object, beside others that declare theirs.
    """
    if not kind.control_plane and not kind.marks:
        return IGNORE  # controllers write into these
    return option or (REMOVE if kind.policy and owners.is_ours(manager) else WARN)


def entries(kind: Kind, desired: dict, live: dict, manager: str) -> list[dict[str, Any]]:
    """The managedFields entries of others in ``live``, each with nothing but what ``desired`` does not declare of its
    fields of ``spec``, where ``desired`` has one, and of the kind's marks.

    Whoever declares none of the marks of a kind without a control plane, such as a Namespace, leaves them to others.
    """
    with_spec = bool(kind.control_plane) and isinstance(desired.get("spec"), dict)
    marks = kind.marks or MARKS.get(kind.control_plane, ())
    if not kind.control_plane and not any(key in (desired["metadata"].get(where) or {}) for where, key in marks):
        return []
    others = []
    for entry in live["metadata"].get("managedFields") or []:
        if entry.get("subresource") or entry.get("manager") == manager:
            continue
        owned = entry.get("fieldsV1") or {}
        looked_at = {**_marked(owned, marks), **({"f:spec": owned.get("f:spec") or {}} if with_spec else {})}
        rest = fields.minus(looked_at, fields.shape(desired, looked_at))
        if fields.paths(rest):
            others.append({**entry, "fieldsV1": rest})
    return others


def _marked(owned: dict, marks: tuple[tuple[str, str], ...]) -> dict:
    """The marks of a field set."""
    metadata: dict[str, dict] = {}
    for where, key in marks:
        if f"f:{key}" in ((owned.get("f:metadata") or {}).get(f"f:{where}") or {}):
            metadata.setdefault(f"f:{where}", {})[f"f:{key}"] = {}
    return {"f:metadata": metadata} if metadata else {}


def removable(kind: Kind, option: str | None, desired: dict, live: dict | None, manager: str) -> list[dict[str, Any]]:
    """Those ``entries`` whose fields are taken out. What other tasks of this collection declare is not."""
    if live is None or treatment(kind, option, manager) != REMOVE:
        return []
    return [entry for entry in entries(kind, desired, live, manager) if not owners.is_ours(str(entry.get("manager")))]


def remarks(kind: Kind, option: str | None, desired: dict, live: dict | None, manager: str) -> list[str]:
    """The warnings about those fields of ``live`` that stay."""
    if live is None or treatment(kind, option, manager) == IGNORE:
        return []
    return [
        f"{_whose(kind, live, entry)}, and in effect. {_way_out(entry)}"
        for entry in entries(kind, desired, live, manager)
    ]


def kept(kind: Kind, option: str | None, desired: dict, live: dict | None, manager: str) -> list[str]:
    """The fields of ``live`` that stay and are of nobody who declares a part of the object with this collection."""
    if live is None or treatment(kind, option, manager) == IGNORE:
        return []
    return [
        f"{owners.few(fields.paths(entry['fieldsV1']))}, set by {entry.get('manager')}"
        for entry in entries(kind, desired, live, manager)
        if not owners.is_ours(str(entry.get("manager")))
    ]


def removed(kind: Kind, live: dict, taken: list[dict[str, Any]]) -> list[str]:
    """The warnings about those fields of ``live`` that are taken out."""
    return [
        f"{_whose(kind, live, entry)}, and removed. foreign_fields says what happens to such fields." for entry in taken
    ]


def _whose(kind: Kind, live: dict, entry: dict[str, Any]) -> str:
    """Which fields of a managedFields entry are not declared, and whose they are."""
    metadata, paths = live["metadata"], fields.paths(entry["fieldsV1"])
    return (
        f"{kind.label(metadata.get('namespace'), metadata['name'])}: {owners.few(paths)} "
        f"{'is' if len(paths) == 1 else 'are'} not declared, but set by {owners.named(str(entry.get('manager')))}"
    )


def _way_out(entry: dict[str, Any]) -> str:
    if owners.is_ours(str(entry.get("manager"))):
        return "Declare the object in one place, or have it removed there."
    return "Declare it, have it removed there, or remove it with foreign_fields: remove."
