# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Putting back what a run changed, in reverse: values and the ownership of fields as they were."""

from __future__ import annotations

import copy

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import CREATED, DELETED, Change


def undo(resources: Resources, changes: list[Change]) -> tuple[list[str], dict[str, str]]:
    """Undo changes, the last first. Returns the labels of what was undone, and why the rest was not, by label.

    What somebody else has changed since is left as it is, and told.
    """
    undone: list[str] = []
    kept: dict[str, str] = {}
    for change in reversed([change for change in changes if change.changed]):
        label = change.kind.label(change.namespace, change.name)
        try:
            _undo_one(resources, change)
            undone.append(label)
        except MeshError as error:
            changed_since = isinstance(error, ApiError) and error.status == 409
            kept[label] = "somebody changed it meanwhile" if changed_since else error.message
    return undone, kept


def _undo_one(resources: Resources, change: Change) -> None:
    """Put one object back. A write whose answer was lost is refused when it is sent again; then it is there already."""
    try:
        _put_back(resources, change)
    except ApiError as error:
        live = resources.get(change.kind, change.namespace, change.name) if error.status in (409, 422) else None
        if live is None or change.before is None or diff.clean(live) != diff.clean(change.before):
            raise
        if _owners(live) != _owners(change.before):
            _restore_ownership(resources, change, live)


def _owners(live: dict) -> list[tuple]:
    entries = live["metadata"].get("managedFields") or []
    return sorted(((entry["manager"], entry["operation"], str(entry["fieldsV1"])) for entry in entries), key=str)


def _put_back(resources: Resources, change: Change) -> None:
    if change.action == CREATED:
        version = {key: change.after["metadata"][key] for key in ("uid", "resourceVersion")}
        resources.delete(change.kind, change.namespace, change.name, preconditions=version)
    elif change.action == DELETED:
        _restore_ownership(resources, change, resources.create(change.kind, change.namespace, _fresh(change.before)))
    else:
        body = copy.deepcopy(change.before)
        body["metadata"]["resourceVersion"] = change.after["metadata"]["resourceVersion"]
        _restore_ownership(resources, change, resources.replace(change.kind, body))


def _fresh(before: dict) -> dict:
    """A deleted object as one that can be created."""
    body = copy.deepcopy(before)
    for key in ("uid", "resourceVersion", "creationTimestamp", "generation", "deletionTimestamp", "managedFields"):
        body["metadata"].pop(key, None)
    body.pop("status", None)
    return body


def _restore_ownership(resources: Resources, change: Change, live: dict) -> None:
    """A write makes its fields the writer's own; what they were before is written in a second step."""
    owners = change.before["metadata"].get("managedFields") or []
    if not owners:
        return
    patch = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
        {"op": "replace", "path": "/metadata/managedFields", "value": owners},
    ]
    resources.patch(change.kind, change.namespace, change.name, patch, patch_type="json")
