# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``helm_release``: unchanged is decided without helm; what differs is planned by dry runs, and done by helm."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.helm import absent, present
from ansible_collections.meshops.lifecycle.plugins.module_utils.helm.context import Context
from ansible_collections.meshops.lifecycle.plugins.module_utils.workspace import workspace


def run(task) -> dict:
    """The module's work. Raises MeshError."""
    with workspace("meshops-helm-") as private:
        context = Context(task, private)
        try:
            return absent.run(context) if task.params["state"] == "absent" else present.run(context)
        except ApiError as error:
            raise MeshError(f"{context.label}: {error.message}", status=error.status, reason=error.reason) from None
