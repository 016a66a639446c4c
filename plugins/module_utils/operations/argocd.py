# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of Argo CD have in common: its namespace, and its labelled Secrets."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import SECRET_TYPE


def secret_document(task: Task, name: str, kind: str) -> dict:
    """A Secret that Argo CD knows as a ``kind``, with the task's namespace, labels and annotations, without data."""
    written = task.written
    labels = {**(written.get("labels") or {}), SECRET_TYPE: kind}
    metadata = {"name": name, "namespace": task.params["namespace"], "labels": labels}
    if written.get("annotations"):
        metadata["annotations"] = written["annotations"]
    return desired.tidy({"apiVersion": "v1", "kind": "Secret", "metadata": metadata})


def one_line(value, name: str):
    """A text without the line end that a file or a block of YAML has left behind it. Raises MeshError for more lines.

    ``name``: the option, for messages; the text itself may be a secret.
    """
    if not isinstance(value, str):
        return value
    value = value.rstrip("\r\n")
    if "\n" in value or "\r" in value:
        raise MeshError(f"{name} must be one line, and has several.")
    return value


def address(value, name: str):
    """The same for an address. Raises MeshError also for white space in it."""
    value = one_line(value, name)
    if isinstance(value, str) and value != "".join(value.split()):
        raise MeshError(f"{name} has white space in it, which no address has.")
    return value
