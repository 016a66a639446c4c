# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields that others have put into a ``spec`` which is declared, of kinds that a control plane takes as they are.

A ``selector`` that somebody adds to a PeerAuthentication, say, takes the policy from the rest of the namespace. A
server-side apply leaves such a field: nobody who declares the object has ever owned it.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields, owners
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind

REMOVE, WARN, IGNORE = "remove", "warn", "ignore"


def treatment(kind: Kind, option: str | None, manager: str) -> str:
    """What happens to such fields: REMOVE, WARN or IGNORE. ``option`` is the task's ``foreign_fields``.

    A task with a field manager of another name declares a part of an object, beside others that declare theirs.
    """
    if not kind.control_plane:
        return IGNORE  # controllers write into these
    return option or (REMOVE if kind.policy and owners.is_ours(manager) else WARN)


def entries(desired: dict, live: dict, manager: str) -> list[dict[str, Any]]:
    """The managedFields entries of others in ``live``, each with nothing but its fields of ``spec`` that ``desired``
    does not declare; none where ``desired`` has no ``spec``.
    """
    if not isinstance(desired.get("spec"), dict):
        return []
    kept = []
    for entry in live["metadata"].get("managedFields") or []:
        if entry.get("subresource") or entry.get("manager") == manager:
            continue
        spec = {"f:spec": (entry.get("fieldsV1") or {}).get("f:spec") or {}}
        rest = fields.minus(spec, fields.shape(desired, spec))
        if rest.get("f:spec"):
            kept.append({**entry, "fieldsV1": rest})
    return kept


def removable(kind: Kind, option: str | None, desired: dict, live: dict | None, manager: str) -> list[dict[str, Any]]:
    """Those ``entries`` whose fields are taken out. What other tasks of this collection declare is not."""
    if live is None or treatment(kind, option, manager) != REMOVE:
        return []
    return [entry for entry in entries(desired, live, manager) if not owners.is_ours(str(entry.get("manager")))]


def remarks(kind: Kind, option: str | None, desired: dict, live: dict | None, manager: str) -> list[str]:
    """The warnings about those fields of ``live`` that stay."""
    if live is None or treatment(kind, option, manager) == IGNORE:
        return []
    return [
        f"{_whose(kind, live, entry)}, and in effect. {_way_out(entry)}" for entry in entries(desired, live, manager)
    ]


def kept(kind: Kind, option: str | None, desired: dict, live: dict | None, manager: str) -> list[str]:
    """The fields of ``live`` that stay and are of nobody who declares a part of the object with this collection."""
    if live is None or treatment(kind, option, manager) == IGNORE:
        return []
    return [
        f"{owners.few(fields.paths(entry['fieldsV1']))}, set by {entry.get('manager')}"
        for entry in entries(desired, live, manager)
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
