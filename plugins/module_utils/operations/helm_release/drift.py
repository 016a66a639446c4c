# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a release is no longer as its manifest states it.

Every value that the manifest states is compared with the live one. A difference alone is not drift: the server
normalises values, and controllers own fields (istiod the caBundle of its webhooks, an autoscaler the replicas). So a
difference counts when a person's tool owns the field, or nobody does, *and* a dry run of putting it back changes it.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.quantities import quantity
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import release_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import manifest, merge
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
_QUANTITIES = {"f:limits", "f:requests"}
_NOT_COMPARED = ("apiVersion", "kind", "metadata", "status")
_METADATA = ("labels", "annotations", "finalizers", "ownerReferences")
_OWNER = ("f:metadata", "f:annotations")


@dataclass
class Drift:
    """One object that is not as released. ``paths``: the fields, and whose hand, for messages; ``live`` is None when
    the object is gone; ``owner``: the other release, as ``namespace/name``, that has taken it over."""

    item: Object
    live: dict | None
    paths: list[tuple]
    owner: str = ""

    def text(self) -> str:
        """The object and its fields, as a result has it."""
        if self.live is None:
            return f"{self.item.label} is gone"
        if self.owner:
            return f"{self.item.label} belongs to release {self.owner}"
        return f"{self.item.label}: {', '.join(fields.path_text(path) for path in self.paths)}"


def find(session, items: list[Object], live: dict, release: str, namespace: str) -> list[Drift]:
    """The objects that drifted, in the manifest's order. ``live``: object by key, as :func:`manifest.read` gives it."""

    def examine(item: Object) -> Drift | None:
        current = live.get(item.key)
        if current is None:
            return Drift(item, None, [])
        owner = release_of(current)
        if owner and owner != (namespace, release):
            return Drift(item, current, [_OWNER], owner="/".join(owner))
        declared = manifest.owned(item, release, namespace)
        paths = suspects(declared, current, builtin=item.builtin)
        confirmed = _confirmed(session, item, declared, current, paths) if paths else []
        return Drift(item, current, confirmed) if confirmed else None

    return [drift for drift in parallel(examine, items) if drift]


def suspects(declared: dict, live: dict, *, builtin: bool = False) -> list[tuple[str, ...]]:
    """Paths of stated values that differ from the live ones, and may have been changed by hand.

    ``builtin``: whether the server knows the kind as a Go type, of which it stores no empty text.
    """
    owned = _union(live)
    differing: list[tuple[str, ...]] = []
    stated = [(f"f:{name}",) for name in declared if name not in _NOT_COMPARED]
    stated += [("f:metadata", f"f:{name}") for name in _METADATA if name in declared["metadata"]]
    for path in stated:
        branch = owned
        for key in path:
            branch = branch.get(key, {})
        _compare(fields.reach(declared, path), fields.reach(live, path), branch, path, differing)
    return [
        path
        for path in differing
        if not _stored_as_absent(declared, live, path, builtin) and _by_hand(live, owned, path)
    ]


def _stored_as_absent(declared: dict, live: dict, path: tuple, builtin: bool) -> bool:
    """Whether a value is not there because the server does not store it: an empty text, or what helm owns even so. Who
    takes a value out takes the ownership as well."""
    if fields.reach(live, path) is not fields.ABSENT:
        return False
    applied = [
        entry.get("fieldsV1") or {}
        for entry in live["metadata"].get("managedFields") or []
        if (entry.get("manager"), entry.get("operation"), entry.get("subresource")) == (MANAGER, "Apply", None)
    ]
    return (builtin and fields.reach(declared, path) == "") or any(tree and _owns(tree, {}, path) for tree in applied)


def _compare(declared, live, owned: dict, path: tuple, differing: list[tuple]) -> None:
    """Collect the paths at which ``live`` is not what is declared. ``owned``: the server's view of the structure."""
    if declared is None or fields.same(declared, live):
        return
    inside = fields.children(owned)
    if isinstance(declared, dict) and isinstance(live, dict):
        for name, value in declared.items():
            key = f"f:{name}"
            _compare(value, live.get(name, fields.ABSENT), owned.get(key, {}), (*path, key), differing)
        if not inside and live.keys() - declared.keys():
            differing.append(path)  # owned whole: what was added to it counts when a hand did it
    elif isinstance(declared, list) and isinstance(live, list) and inside:
        _compare_items(declared, live, owned, path, differing)
    elif not (path[-2:-1] and path[-2] in _QUANTITIES and _same_quantity(declared, live)):
        differing.append(path)


def _compare_items(declared: list, live: list, owned: dict, path: tuple, differing: list[tuple]) -> None:
    """A list whose items the server tells apart by keys (``k:``), or a set (``v:``)."""
    names = next((list(json.loads(key[2:])) for key in owned if key.startswith("k:")), None)
    for item in declared:
        if names is None or not isinstance(item, dict):
            if item not in live:
                differing.append((*path, f"v:{json.dumps(item)}"))
            continue
        stated = {name: item[name] for name in names if name in item}
        key = f"k:{json.dumps(stated, sort_keys=True)}"
        current = fields.at(live, key)
        if current is fields.ABSENT:
            differing.append((*path, key))
            continue
        whole = json.dumps({name: current[name] for name in names if name in current})
        _compare(item, current, fields.branch(owned, f"k:{whole}") or {}, (*path, key), differing)


def _same_quantity(declared, live) -> bool:
    first, second = quantity(declared), quantity(live)
    return first is not None and first == second


def _by_hand(live: dict, owned: dict, path: tuple) -> bool:
    """A field that a person's tool owns, or that is not there; not one of a controller, nor one that only helm wrote
    (such a one differs because the server stores it another way)."""
    if fields.reach(live, path) in (fields.ABSENT, [], {}):
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
        if not fields.children(tree):
            return not fields.children(owned)
        below = fields.branch(tree, step)
        if below is None:
            return False
        tree, owned = below, fields.branch(owned, step) or {}
    return True


def _union(live: dict) -> dict:
    entries = live["metadata"].get("managedFields") or []
    return fields.union(*(entry.get("fieldsV1") or {} for entry in entries if entry.get("subresource") != "status"))


def _confirmed(session, item: Object, declared: dict, live: dict, paths: list[tuple]) -> list[tuple]:
    """Those paths that putting the declared values back would change, by the server's own dry run."""
    try:
        after = put_back(session, item, declared, dry_run=True)
    except ApiError:
        return paths  # it cannot be judged: the upgrade that follows says why
    return [path for path in paths if not fields.same(fields.reach(after, path), fields.reach(live, path))]


def put_back(session, item: Object, declared: dict, *, dry_run: bool) -> dict:
    """Patch the live object with what is declared (or a part of it), as helm. Raises ApiError."""
    query = {"fieldManager": MANAGER, **({"dryRun": "All"} if dry_run else {})}
    return session.request(
        "PATCH", item.path, query, merge.without_nulls(declared), STRATEGIC if item.builtin else MERGE
    )


def portion(declared: dict, paths: list[tuple[str, ...]]) -> dict:
    """The part of a declared object that a merge patch needs to restore these paths; lists are restored whole."""
    part: dict = {}
    for path in paths:
        to_list = tuple(itertools.takewhile(lambda key: key.startswith("f:"), path))
        into = part
        for key in to_list[:-1]:
            into = into.setdefault(key[2:], {})
        into[to_list[-1][2:]] = fields.reach(declared, to_list)
    return part
