# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The write that restarts a workload: an annotation of its pod template."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import (
    UNCHANGED,
    UPDATED,
    Change,
    explained,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.workload_restart import choice
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.workload_restart.choice import Candidate

MANAGER = "meshops.lifecycle.restart"


def annotate(task: Task, candidate: Candidate, before: dict[str, Any]) -> Change:
    """Write what a workload is restarted for, in check mode as a dry run; one that has it is only to be waited for.

    ``before``: the live workload. Raises MeshError.
    """
    workload = candidate.workload
    kind = KINDS["apps", workload.kind]
    if choice.restarted_for(before) == candidate.value:
        return Change(kind, workload.namespace, workload.name, UNCHANGED, before, before)
    desired = {
        "kind": workload.kind,
        "metadata": {"namespace": workload.namespace, "name": workload.name},
        "spec": {"template": {"metadata": {"annotations": {choice.ANNOTATION: candidate.value}}}},
    }
    try:
        after = task.resources.apply(kind, desired, manager=MANAGER, force=True, dry_run=task.check)
    except ApiError as error:
        raise explained(error, kind, workload.namespace, workload.name) from None
    return Change(kind, workload.namespace, workload.name, UPDATED, before, after)
