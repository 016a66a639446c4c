# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarting istiod, once for a reason: one that signs by itself looks for the Secret only when it starts."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.workloads import CONVERSATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import waits
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import UPDATED, Change, explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import DEPLOYMENT
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.workload_restart import choice

_MANAGER = "meshops.lifecycle.restart"


def restart(task: Task, namespace: str, token: str, deadline: Deadline) -> None:
    """Restart every istiod that was not restarted for ``token`` yet, and wait until all are rolled out.

    Raises MeshError.
    """
    changes = []
    for item in task.resources.list(DEPLOYMENT, namespace, "app=istiod"):
        name = item["metadata"]["name"]
        if choice.restarted_for(item) != token:
            task.progress(f"Deployment {namespace}/{name} is restarted, to read the authority from its Secret")
        desired = {
            "kind": "Deployment",
            "metadata": {"namespace": namespace, "name": name},
            "spec": {"template": {"metadata": {"annotations": {choice.ANNOTATION: token}}}},
        }
        try:
            after = task.resources.apply(DEPLOYMENT, desired, manager=_MANAGER, force=True)
        except ApiError as error:
            raise explained(error, DEPLOYMENT, namespace, name) from None
        changes.append(Change(DEPLOYMENT, namespace, name, UPDATED, item, after))
    try:
        waits.all_ready(task, task.resources, changes, deadline, lambda _kind: CONVERSATION)
    except MeshError as error:
        raise MeshError(f"After its restart istiod did not come up: {error.message}", **error.details) from None
