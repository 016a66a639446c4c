# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What proves that a control plane works, and that gateways have moved."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import REVISION
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import facts as facts_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import probe, stages
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.stages import Goal

_VIRTUALSERVICE = KINDS["networking.istio.io", "VirtualService"]
_NAME = "meshops-upgrade-judged"
_DENIED = "denied the request"  # the API server's words when a webhook answered, and said no


def istiod(task: Task, goal: Goal) -> str:
    """Wait until the new istiod is ready, has patched its webhooks, and judges what is written. Raises MeshError."""
    reasons: list[str] = []
    for _turn in pauses(Deadline(task.params["wait_timeout"]), first=0.5, most=3.0):
        reasons = stages.istiod(facts_module.planes(task), goal) or _judged(task, goal)
        if not reasons:
            return f"istiod of revision {goal.revision} is {goal.version}, ready, and judges what is written"
    raise MeshError(sentence(f"The control plane of revision {goal.revision} is not ready", *reasons))


def _judged(task: Task, goal: Goal) -> list[str]:
    """Dry runs of a good object and a bad one, which carry the label of the revision: its own webhook is asked."""
    route = [{"route": [{"destination": {"host": "meshops-upgrade.example.com"}}]}]
    for http, wanted in ((route, True), ([{}], False)):  # the second is known to be wrong by istiod alone
        document = {
            "kind": "VirtualService",
            "metadata": {
                "name": _NAME,
                "namespace": task.params["istiod_namespace"],
                "labels": {REVISION: goal.revision},
            },
            "spec": {"hosts": ["meshops-upgrade.example.com"], "http": http},
        }
        message = _refusal(task, document)
        if wanted and message:
            return [f"a valid VirtualService was refused: {message}"]
        if not wanted and _DENIED not in message:
            return [f"istiod did not judge an invalid VirtualService ({message or 'it was accepted'})"]
    return []


def _refusal(task: Task, document: dict[str, Any]) -> str:
    """What the API server says against a dry run; empty when it accepts."""
    try:
        task.resources.apply(_VIRTUALSERVICE, document, manager=probe.MANAGER, dry_run=True)
        return ""
    except ApiError as error:
        return error.text


def gateways(task: Task, goal: Goal) -> str:
    """Wait until every gateway runs with the new revision, and istiod knows its proxies. Raises MeshError."""
    left: list[str] = []
    for _turn in pauses(Deadline(task.params["wait_timeout"]), first=0.5, most=3.0):
        facts = facts_module.read(task)
        left = stages.gateways(facts, goal)
        rows = [row for row in facts.mesh["workloads"] if facts.is_of_chart(row)]
        left += [f"{Workload.of_row(row).label}: istiod does not know its proxy" for row in rows if row["unconnected"]]
        if not left:
            return f"{len(rows)} gateways are of revision {goal.revision} in {goal.version}"
    raise MeshError(sentence("Not every gateway has moved", *left))
