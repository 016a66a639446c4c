# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person is shown of an object: without what only the server writes, with secrets masked."""

from __future__ import annotations

import base64
import copy

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import masking
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.masking import LAST_APPLIED, MASK, MASK_CHANGED
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields

_SERVER_ONLY = ("managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink")


def clean(live: dict | None) -> dict:
    """A copy without status and server-only metadata; an empty dict for an absent object."""
    if not live:
        return {}
    kept = {key: copy.deepcopy(value) for key, value in live.items() if key not in ("status", "metadata")}
    metadata = {key: copy.deepcopy(value) for key, value in live["metadata"].items() if key not in _SERVER_ONLY}
    annotations = metadata.get("annotations")
    if annotations:
        annotations.pop(LAST_APPLIED, None)
        if not annotations:
            del metadata["annotations"]
    return {"apiVersion": kept.pop("apiVersion", None), "kind": kept.pop("kind", None), "metadata": metadata, **kept}


_HOLLOW = ("metadata.annotations", "metadata.labels")


def difference(
    before: dict | None, after: dict | None, secret_fields: tuple[str, ...] = (), open_keys: tuple[str, ...] = ()
) -> dict:
    """The ``diff`` of a result: before and after, both cleaned, secrets told apart but not shown.

    ``open_keys``: keys of a Secret that are no secret, which are shown as text. What is not there is None: of an empty
    mapping Ansible would show the braces. Where no value changes, but who owns which field does, that is shown, as
    ``ownedBy``.
    """
    old, new = clean(before), clean(after)
    for path in secret_fields:
        _mask_pair(old, new, path.split("."))
    shown_old, shown_new = masking.masked(old), masking.masked(new, old or None)
    _open(shown_old, before, open_keys)
    _open(shown_new, after, open_keys)
    if old and old == new:
        shown_old["ownedBy"], shown_new["ownedBy"] = _ownership(before, after)
    shown = new or old
    metadata = shown.get("metadata", {})
    header = "/".join(filter(None, [shown.get("kind"), metadata.get("namespace"), metadata.get("name")]))
    return {"before": shown_old or None, "after": shown_new or None, "before_header": header, "after_header": header}


def _ownership(before: dict, after: dict) -> tuple[dict, dict]:
    """What each field manager owns in one of two objects and not in the other, by the manager's name.

    That others have owned labels or annotations of which there are none is not told: the server forgets it at its next
    write, and not in a dry run.
    """
    old, new = _owned(before), _owned(after)
    lost = {name: fields.paths(fields.minus(owned, new.get(name, {}))) for name, owned in old.items()}
    gained = {name: fields.paths(fields.minus(owned, old.get(name, {}))) for name, owned in new.items()}
    if any(gained.values()):
        lost = {name: [path for path in paths if path not in _HOLLOW] for name, paths in lost.items()}
    return tuple(
        {name: _shown_paths(paths) for name, paths in side.items() if _shown_paths(paths)} for side in (lost, gained)
    )


def _owned(live: dict) -> dict[str, dict]:
    owned: dict[str, dict] = {}
    for entry in live["metadata"].get("managedFields") or []:
        if not entry.get("subresource"):
            name = str(entry.get("manager"))
            owned[name] = fields.union(owned.get(name, {}), entry.get("fieldsV1") or {})
    return owned


def _shown_paths(paths: list[str]) -> list[str]:
    return sorted(path for path in paths if not path.endswith(LAST_APPLIED))


def masked(live: dict | None, secret_fields: tuple[str, ...] = (), open_keys: tuple[str, ...] = ()) -> dict:
    """A copy of a whole live object, without managed fields, with secrets masked."""
    if not live:
        return {}
    metadata = {key: value for key, value in (live.get("metadata") or {}).items() if key != "managedFields"}
    annotations = metadata.get("annotations") or {}
    if LAST_APPLIED in annotations and (secret_fields or masking.is_secret(live)):
        metadata["annotations"] = {key: value for key, value in annotations.items() if key != LAST_APPLIED}
    shown = masking.masked({**live, "metadata": metadata} if "metadata" in live else live)
    for path in secret_fields:
        _mask_pair({}, shown, path.split("."), MASK)
    _open(shown, live, open_keys)
    return shown


def _open(shown: dict, live: dict | None, keys: tuple[str, ...]) -> None:
    """Show some keys of a Secret's ``data``, decoded. What is no text stays hidden."""
    data = (live or {}).get("data") or {}
    for key in keys:
        if key in data:
            try:
                shown["data"][key] = masking.masked(base64.b64decode(data[key], validate=True).decode())
            except ValueError:
                continue


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
