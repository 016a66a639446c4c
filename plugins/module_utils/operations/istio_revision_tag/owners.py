# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose a tag's objects are, and taking them over without an owner noticing a gap.

Helm deletes what leaves its manifest unless the object itself says that it is to be kept. Argo CD deletes what leaves
its source, and puts back what is in it. So an Application first gives up the tag in its values, while the objects say
that they are neither to be pruned nor to be counted; then the mark by which it tracks them goes.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import adopt, fields
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import (
    UNCHANGED,
    UPDATED,
    Change,
    explained,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import APPLICATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import (
    MANAGED_BY,
    OF_RELEASES,
    TRACKING,
    release_of,
    tracked_by,
)

Document = dict[str, Any]

_LEFT_ALONE = {
    "argocd.argoproj.io/sync-options": "Prune=false",
    "argocd.argoproj.io/compare-options": "IgnoreExtraneous",
}
_INSTALLERS = frozenset({"helm", "istioctl", "istio-operator", "argocd-controller", "argocd-application-controller"})


def named(live: Document | None) -> str:
    """Who keeps an object, in words; empty where nobody does."""
    release, application = release_of(live or {}), tracked_by(live or {})
    if application:
        return f"the Application {application}"
    return f"the Helm release {'/'.join(release)}" if release else ""


def refuse(tag: str, objects: list[tuple[Kind, Document | None]]) -> None:
    """Raise MeshError where somebody else keeps the objects of a tag."""
    for kind, live in objects:
        owner = named(live)
        if live and owner:
            raise MeshError(
                f"Revision tag {tag}: {kind.kind} {live['metadata']['name']} belongs to {owner}, which would put it "
                "back, or delete it with itself. Nothing was changed. Take it over with take_over: true; then the tag "
                "is an object of its own."
            )


def freed(task: Task, tag: str, objects: list[tuple[Kind, Document | None]]) -> list[Change]:
    """Take the objects of a tag from whoever keeps them. No value of theirs changes that injection depends on.

    Raises MeshError where an Application cannot give the tag up.
    """
    kept = [(kind, live, live) for kind, live in objects if live]
    applications = sorted({tracked_by(live) for _kind, _before, live in kept} - {""})
    if applications and not task.check:
        kept = [(kind, live, _annotate(task, kind, live, _LEFT_ALONE)) for kind, _before, live in kept]
        for application in applications:
            _give_up(task, tag, application)
    return [_freed(task, kind, before, live) for kind, before, live in kept]


def _freed(task: Task, kind: Kind, before: Document, live: Document) -> Change:
    """One object without the marks of its owner, and with the fields of tools as ours."""
    metadata, manager = live["metadata"], task.params["field_manager"]
    place = metadata.get("namespace"), metadata["name"]
    owner = named(before)
    if not owner:
        return Change(kind, *place, UNCHANGED, live, live)
    marks = dict.fromkeys([TRACKING, *_LEFT_ALONE, *OF_RELEASES])
    body = {
        "metadata": {
            "annotations": {**marks, "helm.sh/resource-policy": "keep"},
            "labels": {MANAGED_BY: manager},
        }
    }
    entries = installers_of(live, manager)
    try:
        after = task.resources.patch(kind, *place, body, dry_run=task.check, manager=manager)
        if not task.check and entries:
            after = adopt.own(task.resources, kind, after, manager, installers_of(after, manager))
    except ApiError as error:
        raise explained(error, kind, *place) from None
    if task.check and entries:
        after = _predicted(after, entries, manager)
    return Change(kind, *place, UPDATED, before, after, taken_from=[owner])


def installers_of(live: Document, manager: str) -> list[Document]:
    """The managedFields entries of tools that install: what a take-over takes; with what was written a moment ago."""
    entries: list[Document] = live["metadata"].get("managedFields") or []
    return [entry for entry in entries if _is_taken(entry, manager)]


def _is_taken(entry: Document, manager: str) -> bool:
    name, operation = entry.get("manager"), entry.get("operation")
    return not entry.get("subresource") and (name in _INSTALLERS or (name == manager and operation == "Update"))


def _predicted(live: Document, entries: list[Document], manager: str) -> Document:
    """What :func:`adopt.own` makes of an object, for check mode."""
    ours = fields.union(*(entry.get("fieldsV1") or {} for entry in entries))
    kept = [entry for entry in live["metadata"]["managedFields"] if entry not in entries]
    own = {**entries[0], "manager": manager, "operation": "Apply", "fieldsV1": ours}
    return {**live, "metadata": {**live["metadata"], "managedFields": [*kept, own]}}


def _annotate(task: Task, kind: Kind, live: Document, values: dict[str, Any]) -> Document:
    if not tracked_by(live):
        return live
    metadata = live["metadata"]
    try:
        answer: Document = task.resources.patch(
            kind, metadata.get("namespace"), metadata["name"], {"metadata": {"annotations": values}}
        )
    except ApiError as error:
        raise explained(error, kind, metadata.get("namespace"), metadata["name"]) from None
    return answer


def _give_up(task: Task, tag: str, application: str) -> None:
    """Take the tag out of the values of the Application that has it there, and wait until Argo CD has seen that."""
    namespace, _rest, name = application.rpartition("_")
    namespace = namespace or task.params["argocd_namespace"]
    label = APPLICATION.label(namespace, name)
    try:
        live = task.resources.get(APPLICATION, namespace, name)
    except NotInstalled:
        live = None
    if live is None:
        return  # what tracked the object is gone
    values = _values(live)
    tags = (values or {}).get("revisionTags")
    if not isinstance(tags, list) or tag not in tags:
        if (live["spec"].get("syncPolicy") or {}).get("automated") is None:
            return
        raise MeshError(
            f"Revision tag {tag}: {label} has it from its source, not from valuesObject, and would put it back. Take "
            "the tag out of revisionTags there, and run this again. Nothing was moved."
        )
    path = "/spec/source/helm/valuesObject/revisionTags"
    operations = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
        {"op": "replace", "path": path, "value": [other for other in tags if other != tag]},
        {
            "op": "add",
            "path": "/metadata/annotations",
            "value": {**(live["metadata"].get("annotations") or {}), "argocd.argoproj.io/refresh": "normal"},
        },
    ]
    try:
        live = task.resources.patch(
            APPLICATION, namespace, name, operations, patch_type="json", manager=task.params["field_manager"]
        )
    except ApiError as error:
        raise explained(error, APPLICATION, namespace, name) from None
    _wait_compared(task, label, live)


def _values(live: Document) -> Document | None:
    values: Document | None = (((live["spec"].get("source") or {}).get("helm")) or {}).get("valuesObject")
    return values


def _wait_compared(task: Task, label: str, live: Document) -> None:
    """Until Argo CD has compared the new values, and no operation of the old ones runs. Raises MeshError."""
    metadata, wanted = live["metadata"], live["spec"]["source"]
    for _turn in pauses(Deadline(task.params["wait_timeout"]), first=0.3, most=2.0):
        now = task.resources.get(APPLICATION, metadata["namespace"], metadata["name"])
        status = (now or {}).get("status") or {}
        compared = ((status.get("sync") or {}).get("comparedTo") or {}).get("source")
        running = (status.get("operationState") or {}).get("phase") == "Running"
        if now is None or (compared == wanted and not running and not now.get("operation")):
            return
    raise MeshError(f"Timed out: {label} has not compared its new values, without the tag. Run the task again.")
