# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task returns: the keys that every result has, made in one place from what changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.call import Call
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change

_NAMED = 10  # so many objects are named in a message
_OF_THE_SERVER = ("uid", "resourceVersion", "creationTimestamp")  # a dry run makes these up


class Reported(Protocol):
    """What has a row in a result: an object of the cluster (``engine/change.py``), or a file in a repository."""

    @property
    def changed(self) -> bool: ...

    def row(self) -> dict[str, Any]: ...

    def diff(self) -> dict[str, Any]: ...


def contract(
    *, changed: bool, resources: list[dict[str, Any]], validated: bool, waited: bool, **more: Any
) -> dict[str, Any]:
    """The keys that every result has, and ``more`` as far as it is not None."""
    keys: dict[str, Any] = {"changed": changed, "resources": resources, "validated": validated, "waited": waited}
    return {**keys, **{name: value for name, value in more.items() if value is not None}}


def of_object(task: Call, change: Change, *, waited: bool, **more: Any) -> dict[str, Any]:
    """The result for one object; its warnings are passed on."""
    _warn(task, [change])
    return contract(
        changed=change.changed,
        resources=[change.row()],
        validated=change.validated,
        waited=waited,
        result=shown(task, change),
        msg=message([change]),
        diff=change.diff() if change.changed and task.diff else None,
        **more,
    )


def of_objects(task: Call, changes: Sequence[Change], *, waited: bool = False, **more: Any) -> dict[str, Any]:
    """The result for several objects; their warnings are passed on."""
    _warn(task, changes)
    return contract(
        changed=any(change.changed for change in changes),
        resources=[change.row() for change in changes],
        validated=all(change.validated for change in changes),
        waited=waited,
        msg=message(changes),
        diff=diffs(task, changes),
        **more,
    )


def _warn(task: Call, changes: Sequence[Change]) -> None:
    for change in changes:
        for warning in change.warnings:
            task.warn(warning)


def diffs(task: Call, changes: Sequence[Reported]) -> list[dict[str, Any]] | None:
    """The ``diff`` for several objects or files; None outside of diff mode, or where nothing changes.

    Of many objects it is most of a result, which Ansible copies several times.
    """
    return [change.diff() for change in changes if change.changed] or None if task.diff else None


def shown(task: Call, change: Change) -> dict[str, Any]:
    """An object as a result shows it."""
    document = diff.masked(change.after, change.kind.secret_fields, change.kind.open_keys)
    if task.check and change.changed:
        for field in _OF_THE_SERVER:
            document.get("metadata", {}).pop(field, None)
    return document


def message(changes: Sequence[Change]) -> str | None:
    """The ``msg`` of a result: which objects were, or in check mode would be, taken over from whom."""
    by_owner: dict[str, list[Change]] = {}
    for change in changes:
        if change.taken_from:
            by_owner.setdefault(", ".join(change.taken_from), []).append(change)
    parts = [f"Take-over from {owner}: {_listed(members)}" for owner, members in by_owner.items()]
    return sentence(*parts) if parts else None


def _listed(changes: Sequence[Change]) -> str:
    labels = []
    for change in changes[:_NAMED]:
        same = diff.clean(change.before) == diff.clean(change.after)
        labels.append(f"{change.label} (no value changes)" if same else change.label)
    more = len(changes) - _NAMED
    return ", ".join(labels) + (f" and {more} more" if more > 0 else "")
