# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a release is no longer as its manifest states it.

Every value that the manifest states is compared with the live one. A difference alone is not drift: the server
normalises values, and controllers own fields (istiod the caBundle of its webhooks, an autoscaler the replicas). So a
difference counts when a person's tool owns the field, or nobody does, *and* a dry run of putting it back changes it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import manifest
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.manifest import Object

MANAGER = "helm"  # the field manager of Helm 3 and 4
STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"
# Managers that are somebody's hand or a client's default name, not a controller. A browser's user agent is a
# dashboard's.
_HANDS = re.compile(
    r"^(kubectl|oc$|OpenAPI-Generator|before-first-apply|k9s|lens|node-fetch|Mozilla|headlamp|dashboard"
    r"|python|curl|terraform|HashiCorp|pulumi|ansible|meshops)",
    re.I,
)
_QUANTITY = re.compile(r"^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$")
_SCALE = {
    **{
        suffix: Decimal(10) ** power
        for suffix, power in zip("numkMGTPE", (-9, -6, -3, 3, 6, 9, 12, 15, 18), strict=True)
    },
    **{f"{letter}i": Decimal(1024) ** power for power, letter in enumerate("KMGTPE", 1)},
}
_QUANTITIES = {"limits", "requests"}
_NOT_COMPARED = ("apiVersion", "kind", "metadata", "status")
_METADATA = ("labels", "annotations", "finalizers", "ownerReferences")
_OWNER = ("metadata", "annotations")
_ABSENT = object()


@dataclass
class Drift:
    """One object that is not as released. ``paths``: the fields, and whose hand, for messages; ``live`` is None when
    the object is gone; ``owner``: the other release, as ``namespace/name``, that has taken it over."""

    item: Object
    live: dict | None
    paths: list[tuple]
    owner: str = ""

    def told(self) -> str:
        if self.live is None:
            return f"{self.item.label} is gone"
        if self.owner:
            return f"{self.item.label} belongs to release {self.owner}"
        return f"{self.item.label}: {', '.join(shown(path) for path in self.paths)}"


def find(session, items: list[Object], live: dict, release: str, namespace: str) -> list[Drift]:
    """The objects that drifted, in the manifest's order. ``live``: object by key, as :func:`manifest.read` gives it."""

    def examine(item: Object) -> Drift | None:
        current = live.get(item.key)
        if current is None:
            return Drift(item, None, [])
        owner = manifest.release_of(current)
        if owner and owner != (namespace, release):
            return Drift(item, current, [_OWNER], owner="/".join(owner))
        declared = manifest.owned(item, release, namespace)
        paths = suspects(declared, current)
        confirmed = _confirmed(session, item, declared, current, paths) if paths else []
        return Drift(item, current, confirmed) if confirmed else None

    return [found for found in parallel(examine, items) if found]


def suspects(declared: dict, live: dict) -> list[tuple]:
    """Paths of stated values that differ from the live ones, and may have been changed by hand."""
    owned = _union(live)
    found: list[tuple] = []
    stated = [((name,), value) for name, value in declared.items() if name not in _NOT_COMPARED]
    stated += [(("metadata", name), declared["metadata"][name]) for name in _METADATA if name in declared["metadata"]]
    for path, value in stated:
        branch = owned
        for name in path:
            branch = branch.get(f"f:{name}", {})
        _compare(value, at(live, path), branch, path, found)
    return [path for path in found if _by_hand(live, owned, path)]


def _compare(declared, live, owned: dict, path: tuple, found: list[tuple]) -> None:
    """Collect the paths at which ``live`` is not what is declared. ``owned``: the server's view of the structure."""
    if declared is None or fields.same(declared, live):
        return
    if isinstance(declared, dict) and isinstance(live, dict):
        for name, value in declared.items():
            _compare(value, live.get(name, _ABSENT), owned.get(f"f:{name}", {}), (*path, name), found)
        if not owned.keys() - {"."} and live.keys() - declared.keys():
            found.append(path)  # owned whole: what was added to it counts when a hand did it
    elif isinstance(declared, list) and isinstance(live, list) and owned.keys() - {"."}:
        _compare_items(declared, live, owned, path, found)
    elif not (path[-2:-1] and path[-2] in _QUANTITIES and _same_quantity(declared, live)):
        found.append(path)


def _compare_items(declared: list, live: list, owned: dict, path: tuple, found: list[tuple]) -> None:
    """A list whose items the server tells apart by keys (``k:``), or a set (``v:``)."""
    names = next((list(json.loads(key[2:])) for key in owned if key.startswith("k:")), None)
    for item in declared:
        if names is None or not isinstance(item, dict):
            if item not in live:
                found.append((*path, ("v", json.dumps(item))))
            continue
        stated = {name: item[name] for name in names if name in item}
        other = next((one for one in live if all(one.get(key) == value for key, value in stated.items())), None)
        step = (*path, ("k", json.dumps(stated, sort_keys=True)))
        if other is None:
            found.append(step)
            continue
        whole = {name: other[name] for name in names if name in other}
        _compare(item, other, _branch(owned, ("k", json.dumps(whole))), step, found)


def _same_quantity(one, other) -> bool:
    first, second = _quantity(one), _quantity(other)
    return first is not None and first == second


def _quantity(value) -> Decimal | None:
    """A Kubernetes quantity as a number: 1000m is 1, 1024Mi is 1Gi."""
    found = _QUANTITY.match(str(value))
    if not found:
        return None
    number, suffix = Decimal(found[1]), found[2] or ""
    return number * _SCALE[suffix] if suffix in _SCALE else number * Decimal(f"1{suffix}") if suffix else number


def _by_hand(live: dict, owned: dict, path: tuple) -> bool:
    """A field that a person's tool owns, or that is not there; not one of a controller, nor one that only helm wrote
    (such a one differs because the server stores it another way)."""
    if at(live, path) in (_ABSENT, [], {}):
        return True
    owners = {
        entry.get("manager") or ""
        for entry in live["metadata"].get("managedFields") or []
        if entry.get("subresource") != "status" and _owns(entry.get("fieldsV1") or {}, owned, path)
    }
    return not owners or any(_HANDS.match(owner) for owner in owners)


def _owns(tree: dict, owned: dict, path: tuple) -> bool:
    """Whether a field set holds a path. ``owned`` is the union of all: a branch without children is owned whole, unless
    others own parts of it (then it is only the list or map itself that is owned)."""
    for step in path:
        if not tree.keys() - {"."}:
            return not owned.keys() - {"."}
        below = _branch(tree, step)
        if below is None:
            return False
        tree, owned = below, _branch(owned, step) or {}
    return True


def _branch(tree: dict, step) -> dict | None:
    """The child of a field set that a step of a path names."""
    if isinstance(step, str):
        return tree.get(f"f:{step}")
    mark, wanted = step[0], json.loads(step[1])
    for key, below in tree.items():
        if key.startswith(f"{mark}:"):
            named = json.loads(key[2:])
            if named == wanted or (mark == "k" and all(named.get(name) == value for name, value in wanted.items())):
                return below
    return None


def _union(live: dict) -> dict:
    entries = live["metadata"].get("managedFields") or []
    return fields.union(*(entry.get("fieldsV1") or {} for entry in entries if entry.get("subresource") != "status"))


def _confirmed(session, item: Object, declared: dict, live: dict, paths: list[tuple]) -> list[tuple]:
    """Those paths that putting the declared values back would change, by the server's own dry run."""
    try:
        after = put_back(session, item, declared, dry_run=True)
    except ApiError:
        return paths  # it cannot be judged: the upgrade that follows says why
    return [path for path in paths if not fields.same(at(after, path), at(live, path))]


def put_back(session, item: Object, declared: dict, *, dry_run: bool) -> dict:
    """Patch the live object with what is declared (or a part of it), as helm. Raises ApiError."""
    query = {"fieldManager": MANAGER, **({"dryRun": "All"} if dry_run else {})}
    return session.request("PATCH", item.path, query, without_nulls(declared), STRATEGIC if item.builtin else MERGE)


def portion(declared: dict, paths: list[tuple]) -> dict:
    """The part of a declared object that a merge patch needs to restore these paths; lists are restored whole."""
    part: dict = {}
    for path in paths:
        names = []
        for step in path:
            if not isinstance(step, str):
                break
            names.append(step)
        value, into = at(declared, tuple(names)), part
        for name in names[:-1]:
            into = into.setdefault(name, {})
        into[names[-1]] = value
    return part


def without_nulls(value):
    """A null in a manifest means nothing; in a patch it would delete."""
    if isinstance(value, dict):
        return {key: without_nulls(below) for key, below in value.items() if below is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def at(thing, path: tuple):
    """The value at a path, or _ABSENT."""
    for step in path:
        if isinstance(step, str):
            thing = thing.get(step, _ABSENT) if isinstance(thing, dict) else _ABSENT
        else:
            wanted = json.loads(step[1])
            items = thing if isinstance(thing, list) else []
            thing = next((one for one in items if _is(one, step[0], wanted)), _ABSENT)
        if thing is _ABSENT:
            break
    return thing


def _is(one, mark: str, wanted) -> bool:
    if mark == "v":
        return one == wanted
    return isinstance(one, dict) and all(one.get(name) == value for name, value in wanted.items())


def shown(path: tuple) -> str:
    """A path as people write it: ``spec.template.spec.containers[name=app].image``."""
    text = ""
    for step in path:
        if isinstance(step, str):
            text += f".{step}" if re.fullmatch(r"[\w-]+", step) and text else f"[{step}]" if text else step
        else:
            wanted = json.loads(step[1])
            inside = (
                ",".join(f"{name}={value}" for name, value in wanted.items()) if isinstance(wanted, dict) else wanted
            )
            text += f"[{inside}]"
    return text
