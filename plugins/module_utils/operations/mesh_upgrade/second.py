# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the nodes have room for the control plane that an upgrade brings, beside the one that runs."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import room
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import same_version
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import injection
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.facts import Facts
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.stages import Goal

_NODE = Kind("", "Node", "nodes", ("v1",), namespaced=False)


def remarks(task: Task, facts: Facts, goal: Goal) -> list[str]:
    """What to say of it, one line or none. It asks only while the new control plane is not there.

    The new one is taken to ask for as much as the one that it replaces. In place as well both run for a while.
    """
    origin, target = facts.plane(goal.origin), facts.plane(goal.revision)
    if origin is None or (target and (not goal.in_place or same_version(target["version"], goal.version))):
        return []
    template = facts.template_of(origin)
    if template is None:
        return []
    try:
        nodes = task.resources.list(_NODE)
    except ApiError as error:
        return [f"whether nodes have room for a second istiod is not known: nodes cannot be listed ({error.message})"]
    fits = room.fitting(template, nodes, injection.pods_of(task.resources, None))
    if fits >= origin["replicas"]:
        return []
    wanted = room.requests(template)
    return [
        f"nodes have room for {fits} of {origin['replicas']} further pods of istiod: each asks for "
        f"{wanted['cpu'].normalize():f} CPU and {wanted['memory'] / 2**20:.0f} Mi, as {origin['name']} does. Without "
        "another node the others stay Pending"
    ]
