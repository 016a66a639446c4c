# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``state: orphaned``: the release goes and its objects stay, without its marks, for whoever has them next.

No value of an object changes but the marks, so nothing restarts. Where Argo CD has applied the object by now, what helm
owned becomes Argo CD's: what its source does not state goes with its next sync. The record of the release goes last, so
that a run that was interrupted can be repeated.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, few
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import (
    UNCHANGED,
    UPDATED,
    Change,
    explained,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CRD
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import (
    MANAGED_BY,
    OF_RELEASES,
    release_of,
    tracked_by,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release import drift, lock, report
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.context import Context, refused
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release.drift import MANAGER
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import manifest, release_store
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.manifest import Object

Document = dict[str, Any]

NEXT = "argocd-controller"  # the field manager of Argo CD's syncs
_ATTEMPTS = 4  # how often an object that somebody else writes meanwhile is read again
_NAMED = 3


def run(context: Context) -> dict[str, Any]:
    """Give all objects of the release up, then forget it. Raises MeshError."""
    revisions = lock.opened(context)
    gone = {"name": context.name, "namespace": context.namespace, "status": "orphaned"}
    if not revisions:
        return report.result(context, [], gone, changed=False)
    latest = next((release for release in revisions if release.status == "deployed"), revisions[0])
    items = context.objects(latest.manifest)
    live = manifest.read(context.resources, items)
    _refuse_drift(context, items, live)
    changes = parallel(lambda item: _given_up(context, item, live.get(item.key)), items)
    _tell_alone(context, items, live)
    if not context.check:
        release_store.forget(context.session, context.namespace, context.name)
    return report.result(context, changes, gone)


def _refuse_drift(context: Context, items: list[Object], live: dict[Any, Document | None]) -> None:
    """What a hand has changed and nobody else tracks yet would be overwritten by who comes next. Raises MeshError."""
    if context.params["force_conflicts"]:
        return
    there = [item for item in items if (current := live.get(item.key)) and not tracked_by(current)]
    drifted = drift.find(context.session, there, live, context.name, context.namespace)
    lines = [each.text() for each in drifted if not each.owner and each.live is not None]
    lines = [line for line in lines if not line.endswith(": metadata.annotations")]
    if lines:
        raise refused(
            context,
            f"it is not as released, and whoever has its objects next would overwrite that: {'; '.join(lines)}. "
            "Nothing was changed. Repair it first, or set force_conflicts: true.",
            drifted=lines,
        )


def _tell_alone(context: Context, items: list[Object], live: dict[Any, Document | None]) -> None:
    """Once somebody else tracks objects of the release, those that nobody does are told. Argo CD marks
    no definition."""
    there = [(item, current) for item in items if item.kind != CRD and (current := live.get(item.key))]
    alone = [item.label for item, current in there if not tracked_by(current)]
    if alone and len(alone) < len(there):
        context.task.warn(f"{context.label}: left without an owner, as no Application tracks it: {few(alone, _NAMED)}.")


def _given_up(context: Context, item: Object, live: Document | None) -> Change:
    """One object without the marks of the release. Raises MeshError."""
    current = live
    for attempt in range(_ATTEMPTS):
        operations = patch(context, current) if current else []
        if not operations or current is None:
            return Change(item.kind, item.namespace, item.name, UNCHANGED, live, current)
        try:
            after = context.resources.patch(
                item.kind,
                item.namespace,
                item.name,
                operations,
                patch_type="json",
                dry_run=context.check,
                manager=MANAGER,
            )
            return Change(item.kind, item.namespace, item.name, UPDATED, live, after)
        except ApiError as error:
            if error.status == 404:
                return Change(item.kind, item.namespace, item.name, UNCHANGED, live, None)
            moved = error.status == 409 or (error.status == 422 and not error.causes)  # a "test" that does not hold
            if not moved or attempt == _ATTEMPTS - 1:
                raise explained(error, item.kind, item.namespace, item.name) from None
        current = context.resources.get(item.kind, item.namespace, item.name)
    raise MeshError(f"{item.label} is being changed by somebody all the time. Run the task again.")


def patch(context: Context, live: Document) -> list[Document]:
    """The JSON patch that takes the marks of the release, and helm's ownership, from an object; empty for one that has
    none of them, or those of another release."""
    metadata = live["metadata"]
    owner = release_of(live)
    entries = metadata.get("managedFields") or []
    helms = [entry for entry in entries if entry.get("manager") == MANAGER and not entry.get("subresource")]
    if owner not in (None, (context.namespace, context.name)) or not (owner or helms):
        return []
    annotations = {key: value for key, value in (metadata.get("annotations") or {}).items() if key not in OF_RELEASES}
    operations: list[Document] = [
        {"op": "test", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]},
        {"op": "add", "path": "/metadata/annotations", "value": annotations},
    ]
    others = [entry for entry in entries if entry not in helms]
    labels = metadata.get("labels") or {}
    if labels.get(MANAGED_BY) == "Helm" and not any(_has_label(entry) for entry in others):
        rest = {key: value for key, value in labels.items() if key != MANAGED_BY}
        operations.append({"op": "add", "path": "/metadata/labels", "value": rest})
    managed = _handed(others, helms)
    operations.append({"op": "replace", "path": "/metadata/managedFields", "value": managed or [{}]})
    return operations


def _has_label(entry: Document) -> bool:
    tree = entry.get("fieldsV1") or {}
    return f"f:{MANAGED_BY}" in ((tree.get("f:metadata") or {}).get("f:labels") or {})


def _handed(others: list[Document], helms: list[Document]) -> list[Document]:
    """The managedFields without helm's entries; what they have beside the marks is Argo CD's, where that applied it."""
    marks: Document = {"f:metadata": {"f:annotations": {f"f:{name}": {} for name in OF_RELEASES}}}
    marks["f:metadata"]["f:labels"] = {f"f:{MANAGED_BY}": {}}
    handed = []
    for entry in others:
        if (entry.get("manager"), entry.get("operation"), entry.get("subresource")) == (NEXT, "Apply", None):
            theirs = [fields.minus(each.get("fieldsV1") or {}, marks) for each in helms]
            entry = {**entry, "fieldsV1": fields.union(entry.get("fieldsV1") or {}, *theirs)}
        handed.append(entry)
    return handed
