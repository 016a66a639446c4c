# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether nodes and quotas have room for the control plane that an upgrade brings, beside the one that runs."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import room
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import REVISION, same_version
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import injection
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.facts import Facts
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.stages import Goal

_NODE = Kind("", "Node", "nodes", ("v1",), namespaced=False)
_QUOTA = Kind("", "ResourceQuota", "resourcequotas", ("v1",))

Document = dict[str, Any]


def remarks(task: Task, facts: Facts, goal: Goal) -> list[str]:
    """What to say of it, a line each. It asks only while the new control plane is not there.

    The new one is taken to ask for as much as the one that it replaces. In place as well both run for a while.
    """
    origin, target = facts.plane(goal.origin), facts.plane(goal.revision)
    if origin is None or (target and (not goal.in_place or same_version(target["version"], goal.version))):
        return []
    template = facts.template_of(origin)
    if template is None:
        return []
    spec = template.get("spec") or {}
    wanted = room.requests(spec)
    like = (
        f"of {origin['replicas']} further pods of istiod, each like those of {origin['name']} "
        f"({wanted['cpu'].normalize():f} CPU, {wanted['memory'] / 2**20:.0f} Mi)"
    )
    lines = [
        f"ResourceQuota {item['metadata']['namespace']}/{item['metadata']['name']} has room for {fits} {like}: "
        "without a higher one the others are refused"
        for item in _quotas(task, origin["namespace"])
        if (fits := room.within(spec, item)) < origin["replicas"]
    ]
    return lines + _on_nodes(task, origin, {**template, "labels": _labels(template, goal)}, like)


def _on_nodes(task: Task, origin: Document, template: Document, like: str) -> list[str]:
    try:
        nodes = task.resources.list(_NODE)
    except ApiError as error:
        return [f"whether nodes have room for a second istiod is not known: nodes cannot be listed ({error.message})"]
    pods = injection.pods_of(task.resources, None)
    fits = room.fitting(template.get("spec") or {}, nodes, pods, template["labels"], origin["namespace"])
    if fits >= origin["replicas"]:
        return []
    return [f"nodes have room for {fits} {like}: without another node the others stay Pending"]


def _labels(template: Document, goal: Goal) -> dict[str, str]:
    """Of the new pods: those of the present ones, with the new revision."""
    return {**((template.get("metadata") or {}).get("labels") or {}), REVISION: goal.revision}


def _quotas(task: Task, namespace: str) -> list[Document]:
    """None where they cannot be listed: what a quota refuses, the installation says."""
    try:
        return task.resources.list(_QUOTA, namespace)
    except ApiError:
        return []
