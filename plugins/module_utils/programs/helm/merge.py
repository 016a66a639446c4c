# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patches that helm makes where it does not use server-side apply, from the old and the new manifest."""

from __future__ import annotations

# Lists of built-in types whose items Kubernetes merges by a key ("patchMergeKey" of its Go types), by field name.
_KEYS = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "imagePullSecrets": ("name",),
    "secrets": ("name",),
    "webhooks": ("name",),
    "resourceClaims": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "ports": ("containerPort",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
    "ownerReferences": ("uid",),
}
# Maps of which only the stated keys stay ("patchStrategy: retainKeys"): a volume has one source, a strategy one type.
_RETAINED_ITEMS = "volumes"
_RETAINED = {("Deployment", "strategy")}


def strategic(old: dict, new: dict, kind: str) -> dict:
    """A strategic merge patch: everything of ``new``, and the removal of what only ``old`` had."""
    return {**_strategic(old, new, kind), "apiVersion": new["apiVersion"], "kind": new["kind"]}


def _strategic(old: dict, new: dict, kind: str) -> dict:
    patch: dict = {name: None for name in old if name not in new or new[name] is None}
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, dict):
            patch[name] = _strategic(before if isinstance(before, dict) else {}, value, kind)
            if (kind, name) in _RETAINED:
                patch[name]["$retainKeys"] = sorted(value)
        elif isinstance(value, list):
            patch[name] = _items(before if isinstance(before, list) else [], value, name, kind)
        elif value is not None:
            patch[name] = value
    return patch


def _items(old: list, new: list, name: str, kind: str) -> list:
    key = _key(old + new, name, kind)
    if key is None:
        return [without_nulls(item) for item in new]
    before = {item[key]: item for item in old}
    patch = []
    for item in new:
        item_patch = _strategic(before.pop(item[key], {}), item, kind)
        if name == _RETAINED_ITEMS:
            item_patch["$retainKeys"] = sorted(item)
        patch.append(item_patch)
    return patch + [{key: value, "$patch": "delete"} for value in before]


def _key(items: list, name: str, kind: str) -> str | None:
    for key in ("port",) if (kind, name) == ("Service", "ports") else _KEYS.get(name, ()):
        if items and all(isinstance(item, dict) and key in item for item in items):
            return key
    return None


def without_nulls(value):
    """A null in a manifest means nothing; in a patch it would delete."""
    if isinstance(value, dict):
        return {key: without_nulls(below) for key, below in value.items() if below is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def json_patch(old: dict, new: dict) -> dict:
    """An RFC 7386 merge patch that turns ``old`` into ``new``; empty when they are equal."""
    patch: dict = {name: None for name in old if name not in new}
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            below = json_patch(before, value)
            if below:
                patch[name] = below
        elif name not in old or before != value:
            patch[name] = value
    return patch
