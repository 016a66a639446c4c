# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of Argo CD have in common: its namespace, and its labelled Secrets."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import SECRET_TYPE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind


def secret_document(task, name: str, kind: str) -> dict:
    """A Secret that Argo CD knows as a ``kind``, with the task's namespace, labels and annotations, without data."""
    written = task.written
    labels = {**(written.get("labels") or {}), SECRET_TYPE: kind}
    metadata = {"name": name, "namespace": task.params["namespace"], "labels": labels}
    if written.get("annotations"):
        metadata["annotations"] = written["annotations"]
    return desired.tidy({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})


def in_argocd(kind: Kind, run: Callable, check: Callable[[dict], None] | None = None) -> Callable:
    """``run`` with the namespace of Argo CD where neither the task nor its document names one.

    ``check(object)`` looks at what is to be present before anything is sent, and raises MeshError.
    """

    def placed(task) -> dict:
        if not task.written.get("namespace"):
            stated = desired.declared(kind, task.written, task.options, "")["metadata"].get("namespace")
            task.written = {**task.written, "namespace": stated or task.params["namespace"]}
        if check and task.params.get("state") != "absent":
            check(desired.declared(kind, task.written, task.options, ""))
        if not task.delivers_to_git:
            task.writes_before = task.session.counts["writes"]
        return run(task)

    return placed
