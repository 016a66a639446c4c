# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who owns which field: reading ``metadata.managedFields``, as server-side apply keeps it.

A field set ("fieldsV1") is a tree: ``f:name`` is a field, ``k:{"key":…}`` an item of a list with keys, ``v:…`` an item
of a set, ``.`` the thing itself. A branch without children is owned whole. The format is that of the
structured-merge-diff library of Kubernetes.
"""

from __future__ import annotations

import json

_ABSENT = object()


def entry(live: dict, manager: str, operation: str = "Apply") -> dict | None:
    """The managedFields entry of a manager on the object itself (not on a sub-resource), or None."""
    for candidate in live.get("metadata", {}).get("managedFields") or []:
        if (
            candidate.get("manager") == manager
            and candidate.get("operation") == operation
            and not candidate.get("subresource")
        ):
            return candidate
    return None


def owned_also(live: dict, manager: str, path: str) -> dict:
    """``live`` as if the manager owned the field at ``path`` (``spec.roles``) as well, where it owns anything."""
    own = entry(live, manager)
    if own is None:
        return live
    more: dict = {}
    for name in reversed(path.split(".")):
        more = {f"f:{name}": more}
    merged = {**own, "fieldsV1": union(own.get("fieldsV1") or {}, more)}
    others = [other for other in live["metadata"]["managedFields"] if other is not own]
    return {**live, "metadata": {**live["metadata"], "managedFields": [merged, *others]}}


def settled(desired: dict, live: dict, manager: str, defaults: dict | None = None) -> bool:
    """True when every declared value is live and the manager owns exactly the declared fields.

    ``defaults``: what the server fills in, as ``Kind.defaults`` has it. A list or mapping that is owned whole is stored
    with them, so it is compared with them. False means no more than "the server has to say": values that it
    normalises differ without a change.
    """
    declared = {key: value for key, value in desired.items() if key not in ("apiVersion", "kind", "metadata")}
    metadata = {key: desired["metadata"][key] for key in desired["metadata"] if key not in ("name", "namespace")}
    if metadata:
        declared["metadata"] = metadata
    own = entry(live, manager)
    if own is None:
        return not declared  # a bare namespace, say, leaves its manager nothing to own
    return _settled(own.get("fieldsV1") or {}, declared, live, defaults or {})


def _settled(owned: dict, declared, live, defaults: dict) -> bool:
    children = {key: below for key, below in owned.items() if key != "."}
    if not children:
        return same(filled(declared, defaults), live)
    if isinstance(declared, dict):
        if not isinstance(live, dict) or {f"f:{name}" for name in declared} != set(children):
            return False
        return all(
            _settled(children[f"f:{name}"], value, live.get(name, _ABSENT), defaults.get(name) or {})
            for name, value in declared.items()
        )
    if isinstance(declared, list) and isinstance(live, list):
        return _settled_items(children, declared, live, defaults.get("[]") or {})
    return False


def _settled_items(owned: dict, declared: list, live: list, defaults: dict) -> bool:
    """A list whose items are told apart by keys, or a set of scalars."""
    if len(owned) != len(declared):
        return False
    for key, below in owned.items():
        wanted = _item(declared, key)
        if wanted is _ABSENT or not _settled_item(below, wanted, _item(live, key), defaults):
            return False
    return True


def _settled_item(owned: dict, declared, live, defaults: dict) -> bool:
    if live is _ABSENT:
        return False
    return _settled(owned, declared, live, defaults) if isinstance(declared, dict) else same(declared, live)


def _item(items: list, key: str):
    """The item that ``k:{…}`` or ``v:…`` names, or _ABSENT."""
    wanted = json.loads(key[2:])
    for item in items:
        if key.startswith("v:") and item == wanted:
            return item
        if key.startswith("k:") and isinstance(item, dict):
            if all(item.get(name, value) == value for name, value in wanted.items()):
                return item
    return _ABSENT


def filled(declared, defaults: dict):
    """What is declared with what the server adds to it, by the rules of structural schemas: a default takes the place
    of an absent field, and its own fields are filled in turn."""
    if not defaults:
        return declared
    if isinstance(declared, list):
        return [filled(item, defaults.get("[]") or {}) for item in declared]
    if isinstance(declared, dict):
        whole = {**defaults.get("=", {}), **declared}
        return {name: filled(value, defaults.get(name) or {}) for name, value in whole.items()}
    return declared


def same(declared, live) -> bool:
    """Equal as the API sees it; only what is equal without knowing a schema counts."""
    if isinstance(declared, dict) and isinstance(live, dict):
        return declared.keys() == live.keys() and all(same(value, live[key]) for key, value in declared.items())
    if isinstance(declared, list) and isinstance(live, list):
        return len(declared) == len(live) and all(same(one, other) for one, other in zip(declared, live))
    return type(declared) is type(live) and declared == live or _numbers(declared, live)


def _numbers(one, other) -> bool:
    both = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (one, other))
    return both and one == other


def union(*sets: dict) -> dict:
    """One field set with the fields of all."""
    merged: dict = {}
    for fields in sets:
        for key, below in fields.items():
            merged[key] = union(merged.get(key, {}), below)
    return merged


def minus(one: dict, other: dict) -> dict:
    """The fields of ``one`` that ``other`` has not."""
    left = {}
    for key, below in one.items():
        if key not in other:
            left[key] = below
        elif below and other[key]:
            rest = minus(below, other[key])
            if rest:
                left[key] = rest
    return left


def remove(thing, fields: dict) -> None:
    """Take the fields of a set out of a live object, in place; empty parents stay, as with server-side apply."""
    for key, below in fields.items():
        if key == ".":
            continue
        if key.startswith("f:") and isinstance(thing, dict):
            name = key[2:]
            if name not in thing:
                continue
            if below.keys() - {"."}:
                remove(thing[name], below)
            if not below.keys() - {"."} or "." in below and not thing[name]:
                del thing[name]
        elif isinstance(thing, list):
            item = _item(thing, key)
            if item is not _ABSENT and (below.keys() - {"."}) and "." not in below:
                remove(item, below)
            elif item is not _ABSENT:
                thing.remove(item)
