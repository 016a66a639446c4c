# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarting istiod, once for a reason: one that signs by itself looks for the Secret only when it starts."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.workloads import CONVERSATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import waits
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_ca.authority import DEPLOYMENT
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.workload_restart.annotate import annotate
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.workload_restart.choice import Candidate


def restart(task: Task, namespace: str, token: str, deadline: Deadline) -> None:
    """Restart every istiod that was not restarted for ``token`` yet, and wait until all are rolled out.

    Raises MeshError.
    """
    changes = []
    for item in task.resources.list(DEPLOYMENT, namespace, "app=istiod"):
        workload = Workload("Deployment", namespace, item["metadata"]["name"])
        change = annotate(task, Candidate(workload, token), item)
        if change.changed:
            task.progress(f"{workload.label} is restarted, to read the authority from its Secret")
        changes.append(change)
    try:
        waits.all_ready(task, task.resources, changes, deadline, lambda _kind: CONVERSATION)
    except MeshError as error:
        raise MeshError(f"After its restart istiod did not come up: {error.message}", **error.details) from None
