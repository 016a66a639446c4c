# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of Argo CD have in common: its kinds, its namespace and cluster, its labelled Secrets, and whether
the task has written."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import DELIVERY, DELIVERY_PROJECTS, Kind

# The kinds for whoever reads and patches them; what else each of them can do is joined in its own file.
APPLICATION = Kind(
    group="argoproj.io",
    kind="Application",
    plural="applications",
    versions=("v1alpha1",),
    order=DELIVERY,
    installed_by="argocd",
)
APPLICATIONSET = Kind(
    group="argoproj.io",
    kind="ApplicationSet",
    plural="applicationsets",
    versions=("v1alpha1",),
    order=DELIVERY,
    installed_by="argocd",
)
PROJECT = Kind(
    group="argoproj.io",
    kind="AppProject",
    plural="appprojects",
    versions=("v1alpha1",),
    order=DELIVERY_PROJECTS,
    installed_by="argocd",
)

SECRET_TYPE = "argocd.argoproj.io/secret-type"  # the label by which Argo CD knows what a Secret is for
HERE = "https://kubernetes.default.svc"  # the cluster that Argo CD runs in, and its name there
_HERE_BY_NAME = "in-cluster"


def deploys_here(live: dict) -> bool:
    """Whether an Application's destination is the cluster that Argo CD runs in, which is the one we talk to."""
    destination = (live.get("spec") or {}).get("destination") or {}
    return destination.get("server") == HERE or destination.get("name") == _HERE_BY_NAME


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


def wrote(task, live: dict) -> bool:
    """Whether the object may have been written since the controller last looked at it.

    By the count of this task's writes, and, for what an interrupted run or another module wrote, by the times that the
    API server and the controller noted. These have a resolution of one second: a new Application is often written,
    synced and compared within one, so only a later write counts.
    """
    before = getattr(task, "writes_before", None)
    if before is not None and task.session.counts["writes"] > before:
        return True
    reconciled = (live.get("status") or {}).get("reconciledAt") or ""
    return any(
        entry.get("operation") == "Apply" and (entry.get("time") or "") > reconciled
        for entry in live["metadata"].get("managedFields") or []
    )
