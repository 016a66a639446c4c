# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Applications stand, for whoever only reads."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import masking
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.application import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import mesh_info as info


def run(task: Task) -> dict:
    """The ``run`` of argocd_application_info. Raises MeshError."""
    search = info.compiled(task.params.get("query"))
    applications = info.read(task.resources, KIND, task.params)
    project = task.params.get("project")
    if project:
        applications = [live for live in applications if (live["spec"].get("project") or "default") == project]
    shown = [masking.masked(_shown(live)) for live in applications]
    answer = {**info.answer(applications, None, KIND), "applications": shown}
    return answer if search is None else {**answer, "result": search.search(shown)}


def _shown(live: dict) -> dict:
    verdict = status.judge(live)
    history = (live.get("status") or {}).get("history") or []
    return {
        "name": live["metadata"]["name"],
        "namespace": live["metadata"]["namespace"],
        "project": live["spec"].get("project") or "default",
        "in_order": verdict.state == "ready",
        "message": verdict.message,
        **status.summary(live),
        "history": [
            {
                "id": entry.get("id"),
                "revisions": entry.get("revisions") or [entry.get("revision")],
                "deployed_at": entry.get("deployedAt"),
            }
            for entry in history
        ],
    }
