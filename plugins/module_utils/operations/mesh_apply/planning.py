# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of mesh_apply declares, and the plan of it: read, compared, nothing written."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import collect
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import guard, live, owners
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.applyset import ApplySet
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.plan import Plan, PlannedChange
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import held

_KNOWN = sorted({kind.kind for kind in KINDS.values()})
_LONGEST_MANAGER = 128  # characters, by the API server's validation


@dataclass(frozen=True)
class Declared:
    """The objects of a task, in their order; ``set``: the set that they are, None where they are none."""

    items: list[Item]
    set: ApplySet | None
    manager: str
    namespace: str

    @property
    def home(self) -> tuple[str, str, None, str]:
        """The key of the namespace that the parent of the set is in."""
        return "", "Namespace", None, self.namespace


def declared(task: Task) -> Declared:
    """What the task declares. Raises MeshError."""
    namespace = task.params.get("namespace") or task.session.default_namespace
    name = task.params.get("name")
    if name is not None and not name.strip():
        raise MeshError("name is empty. Leave it out where the objects are not to be a set.")
    manager = _manager(task.params.get("field_manager"), name)
    chosen: dict[str, Any] = {
        option: task.params.get(option) for option in ("only_kinds", "except_kinds", "images", "overlays")
    }
    chosen["judge"], chosen["warn"] = collect.judge_of(task), task.warn

    def served_kind(api_version: str, kind: str) -> Kind:
        return _served_kind(task, api_version, kind)

    items = collect.items(served_kind, collect.documents(task), namespace, **chosen)
    applyset = ApplySet(task.resources, name, namespace, manager) if name else None
    if applyset:
        applyset.refuse_parent(items)
    return Declared(items, applyset, manager, namespace)


def _manager(stated: str | None, name: str | None) -> str:
    manager = stated or (f"{owners.SET}{name}" if name else owners.OURS)
    if len(manager) > _LONGEST_MANAGER:
        raise MeshError(
            f"The field manager {manager!r} has {len(manager)} characters, and Kubernetes takes "
            f"{_LONGEST_MANAGER}. Shorten the name of the set, or give a shorter field_manager."
        )
    return manager


def _served_kind(task: Task, api_version: str, name: str) -> Kind:
    """Of a kind that is gone there is nothing to delete."""
    try:
        return task.resources.served_kind(api_version, name)
    except NotInstalled:
        if task.params["state"] != "absent" or difflib.get_close_matches(name, _KNOWN, cutoff=0.8):
            raise
    task.warn(f"The cluster serves no {name} of {api_version}, so there is none to delete.")
    group, _slash, version = api_version.rpartition("/")
    return Kind(group, name, f"{name.lower()}s", (version,))


def present(task: Task, objects: Declared) -> Plan:
    """The plan that makes the cluster as declared, with what leaves the set. Raises MeshError."""
    members = objects.set.members(objects.items) if objects.set and task.params["prune"] else []
    pruned = _to_prune(task, objects, members)
    if objects.set:
        _warn_of_labels(task, objects.set, objects.items)
        objects.set.mark(objects.items)
    now = live.read(task.resources, objects.items, members)
    force, foreign_fields = task.params["force_conflicts"], task.params["foreign_fields"]
    changes = [
        plan_module.decide(item.kind, item.desired, now[item.key], objects.manager, foreign_fields)
        for item in objects.items
    ]
    changes = held.left_alone(task, changes)
    steps, prunes = plan_module.in_steps(changes), _deletions(task, objects, pruned)
    return plan_module.with_transition(Plan(objects.manager, force, steps, prunes, foreign_fields))


def _warn_of_labels(task: Task, applyset: ApplySet, items: list[Item]) -> None:
    """An object that was exported from a cluster may declare that it is another set's."""
    labels = [(item, (item.desired["metadata"].get("labels") or {}).get(owners.PART_OF)) for item in items]
    others = [item.label for item, label in labels if label not in (None, applyset.id)]
    if others:
        task.warn(
            f"{owners.few(others)}: the declared label {owners.PART_OF} is of another set, and this set writes its "
            "own. Leave the label out."
        )


def absent(task: Task, objects: Declared) -> Plan:
    """The plan that deletes what is declared; a set without objects is deleted whole."""
    missing: list[PlannedChange] = []
    if objects.set and not objects.items:
        doomed = objects.set.members()
    else:
        now = live.read(task.resources, objects.items)
        doomed = [Item(item.kind, current, item.origin) for item in objects.items if (current := now[item.key])]
        missing = [
            plan_module.deletion(item.kind, item.namespace, item.name, None)
            for item in objects.items
            if not now[item.key]
        ]
    return Plan(
        objects.manager,
        task.params["force_conflicts"],
        plan_module.in_steps(missing),
        _deletions(task, objects, doomed),
    )


def _deletions(task: Task, objects: Declared, doomed: list[Item]) -> tuple[plan_module.Step, ...]:
    """Live objects in the reverse of the order in which they are applied: what routes lead to after the routes."""
    changes = [
        plan_module.deletion(
            item.kind, item.namespace, item.name, item.desired, of_its_set=_is_member(objects.set, item.desired)
        )
        for item in doomed
    ]
    return tuple(reversed(plan_module.in_steps(held.left_alone(task, changes))))


def _is_member(applyset: ApplySet | None, current: dict) -> bool:
    labels = current["metadata"].get("labels") or {}
    return applyset is not None and labels.get(owners.PART_OF) == applyset.id


def _to_prune(task: Task, objects: Declared, members: list[Item]) -> list[Item]:
    """The live members of the set that are no longer declared. Raises MeshError when nothing would stay."""
    if not objects.set:
        return []
    keys = {item.key for item in objects.items}
    gone = [item for item in members if item.key not in keys]
    _refuse_taking_along(gone, objects.items)
    if task.params["prune_all"]:
        return gone
    if gone and not objects.items:
        raise MeshError(
            f"The set {objects.set.name} would lose all of its {len(gone)} objects, because none is declared. If "
            "that is meant, say prune_all: true; if not, see why the list is empty."
        )
    labels = [(item.kind.kind, item.label) for item in gone]
    guard.refuse_vanishing(task.params.get("prune_kinds"), labels, {item.kind.kind for item in objects.items})
    return gone


def _refuse_taking_along(gone: list[Item], declared: list[Item]) -> None:
    """Raise MeshError where what leaves the set would take declared objects along: their namespace, or their kind."""
    for item in gone:
        lost = [other for other in declared if _goes_with(other, item)]
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            raise MeshError(
                f"{item.label} is no longer declared, and deleting it would delete {lost[0].label}{more} as well, "
                "which is declared. Declare both, or neither. Nothing was written."
            )


def _goes_with(item: Item, gone: Item) -> bool:
    """Whether an object ends with its namespace, or with the definition of its kind."""
    if (gone.kind.group, gone.kind.kind) == ("", "Namespace"):
        return item.namespace == gone.name
    return gone.kind.kind == "CustomResourceDefinition" and gone.name == f"{item.kind.plural}.{item.kind.group}"
