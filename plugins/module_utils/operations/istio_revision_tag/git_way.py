# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``delivery: git``: the two objects of a tag as files, which Argo CD applies in one sync.

The files have no CA: istiod writes it into the tags of its revision. Argo CD does not compare a field
that no file has, so it puts nothing back. What the tag ``default`` changes beside them, and objects of a tag that no
Application has, are written live.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import results
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import revision_tag
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import DEFAULT, REVISION
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import git_delivery
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.injection import WEBHOOKS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_revision_tag import default, facts
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_revision_tag.facts import (
    SERVICE,
    Plane,
)

Document = dict[str, Any]


def refuse(task: Task) -> None:
    """Raise MeshError for what is not possible by Git."""
    if not (task.params.get("git") or {}).get("application"):
        raise MeshError("git.application is missing: the Application of Argo CD that delivers the tag.")


def present(task: Task, tag: str, plane: Plane) -> dict[str, Any]:
    """Commit the tag, and wait until it is so in the cluster. Raises MeshError."""
    manager = task.params["field_manager"]
    objects = [(WEBHOOKS, revision_tag.webhook(tag, plane.revision, plane.injector, None, manager, set()))]
    if plane.service:
        objects.append((SERVICE, revision_tag.service(tag, plane.revision, plane.service, manager)))
    for _kind, document in objects:
        document["metadata"]["annotations"].pop("helm.sh/resource-policy", None)
        for webhook in document.get("webhooks") or []:
            webhook["clientConfig"].pop("caBundle", None)
    items = [Item(kind, document, "the task") for kind, document in objects]
    answer = git_delivery.deliver_items(task, items, f"Point revision tag {tag} of Istio to {plane.revision}")
    if not task.check:
        _wait_live(task, tag, plane)
    beside = default.follow(task, plane) if tag == DEFAULT else []
    return {**with_live(task, answer, beside), "revision": plane.revision}


def with_live(task: Task, answer: dict[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """The result of a commit, with what was changed live beside it."""
    live = results.of_objects(task, changes)
    rows = {name: [*answer.get(name, []), *live.get(name, [])] for name in ("resources", "diff")}
    rows = {name: values for name, values in rows.items() if values or name in answer}
    return {**answer, **rows, "changed": answer["changed"] or live["changed"]}


def absent(task: Task, tag: str, namespace: str) -> dict[str, Any]:
    """Remove the files of a tag. Raises MeshError."""
    webhook = {"name": revision_tag.webhook_name(tag, namespace)}
    service = {"name": revision_tag.service_name(tag), "namespace": namespace}
    items = [
        Item(kind, {"metadata": metadata}, "the task") for kind, metadata in ((WEBHOOKS, webhook), (SERVICE, service))
    ]
    return {**git_delivery.deliver_items(task, items, f"Remove revision tag {tag} of Istio"), "revision": None}


def _wait_live(task: Task, tag: str, plane: Plane) -> None:
    """Until the tag injects with the revision's proxies: Argo CD has moved it, and istiod has written its CA."""
    reason = ""
    for _turn in pauses(Deadline(task.params["wait_timeout"]), first=0.3, most=2.0):
        webhook, _service = facts.tag_of(task, task.params["namespace"], tag)
        reason = _unready(webhook, plane)
        if not reason:
            return
    raise MeshError(f"Timed out: revision tag {tag} was committed and synced, and {reason}.")


def _unready(webhook: Document | None, plane: Plane) -> str:
    if webhook is None:
        return "does not exist"
    live = (webhook["metadata"].get("labels") or {}).get(REVISION)
    if live != plane.revision:
        return f"points to {live}"
    lacking = [hook["name"] for hook in webhook.get("webhooks") or [] if not hook["clientConfig"].get("caBundle")]
    return f"has no CA in {lacking[0]}: istiod of revision {plane.revision} has not written it" if lacking else ""
