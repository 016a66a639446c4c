# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who owns which field: reading ``metadata.managedFields``, as server-side apply keeps it.

A field set ("fieldsV1") is a tree: ``f:name`` is a field, ``k:{"key":…}`` an item of a list with keys, ``v:…`` an item
of a set, ``.`` the thing itself. A branch without children is owned whole. The format is that of the
structured-merge-diff library of Kubernetes.
"""

from __future__ import annotations

import copy
import json

ABSENT = object()


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
        return not declared or _unownable(declared, live)  # a bare namespace, say, leaves its manager nothing to own
    return _settled(own.get("fieldsV1") or {}, declared, live, defaults or {})


def with_empty_mappings(live: dict, declared: dict, *, spec: bool) -> dict:
    """A live object with empty labels, annotations and, where ``spec``, spec, as far as these are declared as ``{}``.

    Each item of these mappings has an owner of its own, so that what others have in them is no difference.
    """
    metadata: dict = {name: {} for name in ("labels", "annotations") if declared["metadata"].get(name) == {}}
    emptied: dict = {"metadata": {**live["metadata"], **metadata}} if metadata else {}
    if spec and declared.get("spec") == {}:
        emptied["spec"] = {}
    return {**live, **emptied}


def with_empty_lists(live, declared):
    """A live object with the empty lists that are declared, where a type of the server's own has left them out.

    Items of lists are told apart by their place, which is no more than a missed chance where that is another.
    """
    if isinstance(live, dict) and isinstance(declared, dict):
        empty: dict = {name: [] for name, value in declared.items() if value == [] and live.get(name) is None}
        inner = {name: with_empty_lists(live[name], value) for name, value in declared.items() if name in live}
        return {**live, **inner, **empty}
    if isinstance(live, list) and isinstance(declared, list):
        filled_in = [with_empty_lists(*pair) for pair in zip(live, declared, strict=False)]
        return [*filled_in, *live[len(filled_in) :]]
    return live


def _settled(owned: dict, declared, live, defaults: dict) -> bool:
    if (live is ABSENT or live is None) and _hollow(declared):
        return True  # owned, and yet not there, or null: the server keeps no empty value here
    inner = children(owned)
    if not inner:
        return same(filled(declared, defaults), live)
    if isinstance(declared, dict):
        if not isinstance(live, dict):
            return False
        known = {
            name: value
            for name, value in declared.items()
            if f"f:{name}" in inner or not _unownable(value, live.get(name))
        }
        if {f"f:{name}" for name in known} != set(inner):
            return False
        return all(
            _settled(inner[f"f:{name}"], value, live.get(name, ABSENT), defaults.get(name) or {})
            for name, value in known.items()
        )
    if isinstance(declared, list) and isinstance(live, list):
        return _settled_items(inner, declared, live, defaults.get("[]") or {})
    return False


def _unownable(declared, live) -> bool:
    """An empty list, or a mapping of such, that is there: where its items are told apart, it leaves nothing to own."""
    if isinstance(declared, dict) and isinstance(live, dict):
        return bool(declared) and all(_unownable(value, live.get(name)) for name, value in declared.items())
    return declared == live == []


def _hollow(declared) -> bool:
    """An empty value, or a mapping of such. Types of Go leave them out when they are stored."""
    if isinstance(declared, dict):
        return all(_hollow(value) for value in declared.values())
    return not declared


def _settled_items(owned: dict, declared: list, live: list, defaults: dict) -> bool:
    """A list whose items are told apart by keys, or a set of scalars."""
    if len(owned) != len(declared):
        return False
    for key, below in owned.items():
        wanted = _item(declared, key)
        if wanted is ABSENT or not _settled_item(below, wanted, _item(live, key), defaults):
            return False
    return True


def _settled_item(owned: dict, declared, live, defaults: dict) -> bool:
    if live is ABSENT:
        return False
    return _settled(owned, declared, live, defaults) if isinstance(declared, dict) else same(declared, live)


def _item(items: list, key: str):
    """The item that ``k:{…}`` or ``v:…`` names, or ABSENT."""
    wanted = json.loads(key[2:])
    for item in items:
        if key.startswith("v:") and item == wanted:
            return item
        if key.startswith("k:") and isinstance(item, dict):
            if all(item.get(name, value) == value for name, value in wanted.items()):
                return item
    return ABSENT


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
        return len(declared) == len(live) and all(map(same, declared, live))
    return type(declared) is type(live) and declared == live or _numbers(declared, live)


def _numbers(declared, live) -> bool:
    both = all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (declared, live))
    return both and declared == live


def union(*sets: dict) -> dict:
    """One field set with the fields of all."""
    merged: dict = {}
    for fields in sets:
        for key, below in fields.items():
            merged[key] = union(merged.get(key, {}), below)
    return merged


def minus(fields: dict, others: dict) -> dict:
    """The fields that ``others`` does not have; what one of the two has only as a parent counts for nothing."""
    left: dict = {}
    for key, below in fields.items():
        if key not in others:
            left[key] = below
            continue
        rest = minus(children(below), children(others[key]))
        if rest:
            left[key] = rest
        elif not below and others[key] and "." not in others[key]:
            left[key] = below  # owned whole there, in parts here
    return left


def children(node: dict) -> dict:
    """What a node of a field set has below it."""
    return {key: below for key, below in node.items() if key != "."}


def owns(fields: dict, key: str) -> bool:
    """Whether a set has the thing ``key`` itself. A field is had with what it contains, an item of a list is not."""
    below = fields.get(key)
    return below is not None and (not below or "." in below or key.startswith("f:"))


def prune(thing, last: dict, kept: dict) -> None:
    """Take out of a live object, in place, what ``last`` owns and ``kept`` does not.

    It is what the server does when the set of a manager shrinks from ``last``, where ``kept`` is what everybody owns
    afterwards (merge/update.go of structured-merge-diff): what goes, goes with everything below it. Mappings and lists
    that lose all they have stay empty here.
    """
    for key, below in children(last).items():
        place = _place(thing, key)
        if place is None:
            continue
        if not owns(kept, key):
            if owns(last, key):
                del thing[place]
        elif isinstance(thing[place], (dict, list)):
            prune(thing[place], below, kept.get(key) or {})


def less_removed(owned: dict, before, after) -> dict:
    """A field set without what ``before`` has and ``after`` has not, as the server takes it from every manager.

    What is in neither stays: a manager may own what the server does not store.
    """
    left: dict = {}
    for key, below in owned.items():
        old, new = (ABSENT, ABSENT) if key == "." else (at(before, key), at(after, key))
        if old is ABSENT:
            left[key] = below
        elif new is not ABSENT:
            inner = less_removed(below, old, new)
            if inner or not below:
                left[key] = inner
    return left


def emptied(last: dict, kept: dict, live, declared) -> list[tuple[str, ...]]:
    """The mappings and lists, by their keys from the top, that the server would leave with nothing in them.

    ``declared`` is what is applied, ``kept`` what everybody owns afterwards. The server makes null of them, which is
    refused, or is no longer the ``{}`` that was declared (structured-merge-diff, typed/remove.go).
    """
    paths: list[tuple[str, ...]] = []
    for key, below in children(last).items():
        value, wanted = at(live, key), at(declared, key)
        if not isinstance(value, (dict, list)) or not children(below):
            continue
        if not owns(kept, key):
            continue  # it goes as a whole
        rest = copy.deepcopy(value)
        prune(rest, below, kept.get(key) or {})
        if value and (not rest and (wanted is ABSENT or wanted in ({}, [])) or _barren(wanted)):
            paths.append((key,))
        else:
            paths += [(key, *path) for path in emptied(below, kept.get(key) or {}, value, wanted)]
    return paths


def _barren(declared) -> bool:
    """Empty lists alone: where their items are told apart, nothing says that the mapping around them is wanted."""
    return isinstance(declared, dict) and bool(declared) and all(v == [] or _barren(v) for v in declared.values())


def shape(declared, last: dict) -> dict:
    """The field set of what is declared, as far as ``last`` goes, which knows what the items of lists are called."""
    tree: dict = {}
    for key, below in children(last).items():
        value = at(declared, key)
        if value is not ABSENT:
            inside = shape(value, below)
            tree[key] = {**inside, ".": {}} if inside else {}
    return tree


def applied(shape: dict) -> dict:
    """The field set of a shape as an apply leaves it: it owns items of lists themselves, and of mappings the values."""
    tree = {}
    for key, below in children(shape).items():
        inside = applied(below)
        tree[key] = {**({".": {}} if key.startswith("k:") else {}), **inside}
    return tree


def at(thing, key: str):
    """What ``f:…``, ``k:{…}`` or ``v:…`` names in a mapping or list; ``fields.ABSENT`` when it is not there."""
    place = _place(thing, key)
    return ABSENT if place is None else thing[place]


def reach(thing, path: tuple[str, ...]):
    """What a path of keys leads to in an object, from the top; ``fields.ABSENT`` when it is not there."""
    for key in path:
        thing = at(thing, key)
        if thing is ABSENT:
            break
    return thing


def branch(fields: dict, key: str) -> dict | None:
    """The node of a field set below ``key``, or None. A ``k:`` may state some of the keys of the item that is meant."""
    if key in fields or key.startswith("f:"):
        return fields.get(key)
    wanted = json.loads(key[2:])
    for name, below in fields.items():
        if name[:2] == key[:2] and _is_meant(json.loads(name[2:]), wanted):
            return below
    return None


def _is_meant(stated, wanted) -> bool:
    if isinstance(stated, dict) and isinstance(wanted, dict):
        return wanted.items() <= stated.items()
    return stated == wanted


def pointer(thing, path: tuple[str, ...]) -> str:
    """The JSON pointer to what a path of keys names in an object."""
    steps = []
    for key in path:
        place = _place(thing, key)
        steps.append(str(place).replace("~", "~0").replace("/", "~1"))
        thing = thing[place]
    return "".join(f"/{step}" for step in steps)


def _place(thing, key: str):
    """The name or index under which a mapping or list has what ``key`` names, or None."""
    if key.startswith("f:"):
        return key[2:] if isinstance(thing, dict) and key[2:] in thing else None
    if not isinstance(thing, list):
        return None
    named = _item(thing, key)
    return next((index for index, item in enumerate(thing) if item is named), None)


def paths(fields: dict, parent: str = "") -> list[str]:
    """The fields of a set as a person writes them: ``spec.ports[port=80].name``."""
    written: list[str] = []
    for key, below in children(fields).items():
        path = _path(parent, key)
        inner = paths(below, path)
        written += inner or [path]
    return written


def path_text(path: tuple[str, ...]) -> str:
    """A path of keys as a person writes it: ``spec.ports[port=80].name``."""
    text = ""
    for key in path:
        text = _path(text, key)
    return text


def _path(parent: str, key: str) -> str:
    sort, _colon, name = key.partition(":")
    if sort == "f":
        return f"{parent}.{name}" if parent else name
    value = json.loads(name) if sort in ("k", "v") else name
    if isinstance(value, dict):
        value = ",".join(f"{field}={part}" for field, part in value.items())
    return f"{parent}[{value}]"
