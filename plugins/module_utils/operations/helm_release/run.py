# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``helm_release``: unchanged is decided without helm; what differs is planned by dry runs, and done by helm."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.workspace import workspace
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release import absent, orphaned, present
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.context import Context

_STATES = {"present": present.run, "absent": absent.run, "orphaned": orphaned.run}


def run(task: Task) -> dict:
    """The module's work. Raises MeshError."""
    with workspace("meshops-helm-") as private:
        context = Context(task, private)
        try:
            return _STATES[task.params["state"]](context)
        except ApiError as error:
            raise MeshError(f"{context.label}: {error.message}", **error.as_sent) from None
