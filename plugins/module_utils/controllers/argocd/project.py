# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversation about an AppProject: it is not deleted while Applications belong to it."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, few
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import Conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import APPLICATION, PROJECT

DEFAULT = "default"


def before_delete(task: Task, resources, live: dict) -> None:
    """Refuse to remove a project that Argo CD needs: its own, and one that Applications belong to. Raises MeshError."""
    metadata = live["metadata"]
    namespace, name = metadata["namespace"], metadata["name"]
    label = PROJECT.label(namespace, name)
    if name == DEFAULT:
        raise MeshError(
            f"{label} is Argo CD's own and cannot be removed. Narrow it instead, by an empty list of source_repos."
        )
    used = sorted(_users(resources, live))
    if used:
        named = few(used)
        raise MeshError(
            f"{label} is not removed, because {len(used)} Application{'s' if len(used) > 1 else ''} still belong"
            f"{'' if len(used) > 1 else 's'} to it: {named}. Delete them, or give them another project, first.",
            applications=used,
        )


def _users(resources, live: dict) -> list[str]:
    namespace, name = live["metadata"]["namespace"], live["metadata"]["name"]
    elsewhere = (live.get("spec") or {}).get("sourceNamespaces")
    applications = resources.list(APPLICATION, None if elsewhere else namespace)
    return [
        f"{app['metadata']['namespace']}/{app['metadata']['name']}"
        for app in applications
        if ((app.get("spec") or {}).get("project") or DEFAULT) == name
    ]


CONVERSATION = Conversation(before_delete=before_delete)
