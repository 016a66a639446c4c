# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ownership of fields that a manager of ours had for a while: given back to who had them before, or to who declares."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields

Entry = dict[str, Any]  # of managedFields


def given_back(live: dict[str, Any], before: list[Entry], manager: str) -> list[Entry] | None:
    """The managedFields of a live object in which ``manager`` has no more than it had ``before``, and others have
    what they had; None when there is nothing to give back."""
    entries = live["metadata"].get("managedFields") or []
    ours = fields.union(*(entry.get("fieldsV1") or {} for entry in entries if _is_of(entry, manager)))
    if not ours:
        return None
    kept = [entry for entry in entries if not _is_of(entry, manager)]
    for entry in before:
        had = fields.minus(ours, fields.minus(ours, entry.get("fieldsV1") or {}))
        if had:
            kept = _with(kept, entry, had)
    return kept


def without_surplus(live: dict[str, Any], manager: str) -> list[Entry] | None:
    """The managedFields of a live object without those of ``manager``, where others have all of its fields as well.

    None when it has none, or is the only one to have some of them.
    """
    entries = live["metadata"].get("managedFields") or []
    ours = [entry for entry in entries if _is_of(entry, manager)]
    kept = [entry for entry in entries if not _is_of(entry, manager)]
    others = fields.union(*(entry.get("fieldsV1") or {} for entry in kept if not entry.get("subresource")))
    if not ours or any(fields.minus(entry.get("fieldsV1") or {}, others) for entry in ours):
        return None
    return kept


def _is_of(entry: Entry, manager: str) -> bool:
    return entry.get("manager") == manager and not entry.get("subresource")


def _key(entry: Entry) -> tuple[object, ...]:
    return tuple(entry.get(name) for name in ("manager", "operation", "subresource", "apiVersion"))


def _with(entries: list[Entry], owner: Entry, had: dict[str, Any]) -> list[Entry]:
    for number, entry in enumerate(entries):
        if _key(entry) == _key(owner):
            merged = {**entry, "fieldsV1": fields.union(entry.get("fieldsV1") or {}, had)}
            return [*entries[:number], merged, *entries[number + 1 :]]
    return [*entries, {**owner, "fieldsV1": had}]
