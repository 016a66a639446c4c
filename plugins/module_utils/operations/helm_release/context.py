# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every part of one task needs: its options, the cluster, helm when it is needed."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.workspace import Workspace
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import manifest, release_store
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.program import Program
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.release_store import Release


class Context:
    """One task and its release. ``deadline`` is the end of ``wait_timeout``."""

    def __init__(self, task: Task, private: Workspace):
        self.task = task
        self.params = _with_deprecated(task)
        self.check = task.check
        self.session = task.session
        self.resources = task.resources
        self.name = self.params["name"]
        self.namespace = self.params.get("namespace") or self.session.default_namespace
        self.label = f"release {self.namespace}/{self.name}"
        self.deadline = Deadline(self.params["wait_timeout"])
        self._private = private
        self._helm: Program | None = None

    def helm(self) -> Program:
        """The program, looked for when first needed: an unchanged release needs none. Raises MeshError."""
        if self._helm is None:
            self._helm = Program(self.params.get("binary_path"), self.session, self._private, self.task.progress)
        return self._helm

    def releases(self) -> list[Release]:
        """The revisions that count, newest first."""
        return release_store.read(self.session, self.namespace, self.name)

    def objects(self, text: str) -> list[manifest.Object]:
        """The objects of a manifest of this release."""
        return manifest.objects(self.resources, text, self.namespace)


def _with_deprecated(task: Task) -> dict[str, Any]:
    """The task's options, with what a deprecated one means in its successor."""
    if not task.params.get("skip_crds"):
        return task.params
    task.warn("skip_crds is deprecated, and will be removed in version 0.3.0. Use crds: skip.")
    return {**task.params, "crds": "skip"}


def refused(context: Context, problem: str, **details: Any) -> MeshError:
    """An error about the release as a whole."""
    return MeshError(f"{context.label}: {problem}", **details)
