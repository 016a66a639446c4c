# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person is shown of an object: without what only the server writes, with secrets masked."""

from __future__ import annotations

import copy

from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields

MASK = "<hidden>"
MASK_CHANGED = "<hidden, changed>"
_SERVER_ONLY = ("managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink")
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_SECRET_FIELDS = ("data", "stringData")
_PLAIN_FIELDS = ("apiVersion", "kind", "metadata", "type", "immutable")  # of a Secret


def clean(live: dict | None) -> dict:
    """A copy without status and server-only metadata; an empty dict for an absent object."""
    if not live:
        return {}
    kept = {key: copy.deepcopy(value) for key, value in live.items() if key not in ("status", "metadata")}
    metadata = {key: copy.deepcopy(value) for key, value in live["metadata"].items() if key not in _SERVER_ONLY}
    annotations = metadata.get("annotations")
    if annotations:
        annotations.pop(_LAST_APPLIED, None)
        if not annotations:
            del metadata["annotations"]
    return {"apiVersion": kept.pop("apiVersion", None), "kind": kept.pop("kind", None), "metadata": metadata, **kept}


def difference(before: dict | None, after: dict | None, secret_fields: tuple[str, ...] = ()) -> dict:
    """The ``diff`` of a result: before and after, both cleaned, secrets told apart but not shown.

    What is not there is None: of an empty mapping Ansible would show the braces. Where no value changes, but who owns
    which field does, that is shown, as ``ownedBy``.
    """
    old, new = clean(before), clean(after)
    paths = secret_fields or (_SECRET_FIELDS if "Secret" in (old.get("kind"), new.get("kind")) else ())
    for path in paths:
        _mask_pair(old, new, path.split("."))
    if old and old == new:
        old["ownedBy"], new["ownedBy"] = _ownership(before, after)
    shown = new or old
    metadata = shown.get("metadata", {})
    header = "/".join(filter(None, [shown.get("kind"), metadata.get("namespace"), metadata.get("name")]))
    return {"before": old or None, "after": new or None, "before_header": header, "after_header": header}


def _ownership(before: dict, after: dict) -> tuple[dict, dict]:
    """What each field manager owns in one of two objects and not in the other, by the manager's name."""
    old, new = _owned(before), _owned(after)
    lost = {name: fields.paths(fields.minus(owned, new.get(name, {}))) for name, owned in old.items()}
    gained = {name: fields.paths(fields.minus(owned, old.get(name, {}))) for name, owned in new.items()}
    return tuple({name: _told(paths) for name, paths in side.items() if _told(paths)} for side in (lost, gained))


def _owned(live: dict) -> dict[str, dict]:
    owned: dict[str, dict] = {}
    for entry in live["metadata"].get("managedFields") or []:
        if not entry.get("subresource"):
            name = str(entry.get("manager"))
            owned[name] = fields.union(owned.get(name, {}), entry.get("fieldsV1") or {})
    return owned


def _told(paths: list[str]) -> list[str]:
    return sorted(path for path in paths if not path.endswith(_LAST_APPLIED))


def masked(live: dict | None, secret_fields: tuple[str, ...] = ()) -> dict:
    """A copy of a whole live object, without managed fields, with secrets masked."""
    if not live:
        return {}
    shown = copy.deepcopy(live)
    shown.get("metadata", {}).pop("managedFields", None)
    annotations = shown.get("metadata", {}).get("annotations") or {}
    for path in secret_fields or (_SECRET_FIELDS if shown.get("kind") == "Secret" else ()):
        annotations.pop(_LAST_APPLIED, None)
        _mask_pair({}, shown, path.split("."), MASK)
    return shown


def masked_document(document):
    """A document as somebody wrote it, masked when it is a Secret, or a List with one."""
    if not isinstance(document, dict):
        return document
    if document.get("kind") == "List" and isinstance(document.get("items"), list):
        return {**document, "items": [masked_document(item) for item in document["items"]]}
    if document.get("kind") != "Secret":
        return document
    # What is in the wrong place is hidden as well: it is refused, and shown with the refusal.
    shown = {key: value if key in _PLAIN_FIELDS else MASK for key, value in document.items()}
    metadata = shown.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(annotations, dict) and _LAST_APPLIED in annotations:
        shown["metadata"] = {**metadata, "annotations": {**annotations, _LAST_APPLIED: MASK}}
    return shown


def _mask_pair(old: dict, new: dict, path: list[str], changed: str = MASK_CHANGED) -> None:
    *parents, last = path
    for name in parents:
        old = old.get(name) if isinstance(old.get(name), dict) else {}
        new = new.get(name) if isinstance(new.get(name), dict) else {}
    before, after = old.get(last), new.get(last)
    if isinstance(before, dict) or isinstance(after, dict):
        before, after = before or {}, after or {}
        for key in list(before) + [key for key in after if key not in before]:
            _mask_value(before, after, key, changed)
    else:
        _mask_value(old, new, last, changed)


def _mask_value(before: dict, after: dict, key: str, changed: str) -> None:
    differs = before.get(key) != after.get(key)
    if key in before:
        before[key] = MASK
    if key in after:
        after[key] = changed if differs else MASK
