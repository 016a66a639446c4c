# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""``istio_revision_tag``: a tag as objects of its own, moved by one write, and never without an injector in between.

A new tag: its Service, then its webhooks. A move: the webhooks, in one write, then the Service. The tag ``default``:
the injector of the revision ``default`` is switched off only once the tag injects, and on again before the tag goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import plan, results
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import CREATED, Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.write import Writer
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import revision_tag
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import DEFAULT, REVISION
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.injection import WEBHOOKS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_revision_tag import (
    default,
    facts,
    git_way,
    owners,
    users,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_revision_tag.facts import (
    SERVICE,
    Plane,
)

Document = dict[str, Any]


def run(task: Task) -> dict[str, Any]:
    """The ``run`` of istio_revision_tag. Raises MeshError."""
    tag, namespace = task.params["name"], task.params["namespace"]
    webhook, service = facts.tag_of(task, namespace, tag)
    objects = [(WEBHOOKS, webhook), (SERVICE, service)]
    if task.delivers_to_git:
        git_way.refuse(task)
    if task.params["state"] == "absent":
        return _absent(task, tag, namespace, objects)
    if facts.revisions_named(task, namespace, tag):
        raise MeshError(f"Revision tag {tag}: there is a revision of that name, whose pods the tag would take.")
    if not task.params["take_over"] and not task.delivers_to_git:
        owners.refuse(tag, objects)
    revision = task.params["revision"]
    if not revision and task.delivers_to_git:
        raise MeshError(f"Revision tag {tag}: a revision has to be named with delivery: git.")
    if not revision:
        return _kept(task, tag, objects)
    if tag == DEFAULT:
        default.refuse(task)
    plane, reason = facts.find(task, namespace, revision)
    if reason or plane is None:
        return _unready(task, tag, objects, reason)
    return git_way.present(task, tag, plane) if task.delivers_to_git else _present(task, tag, plane, objects)


def _kept(task: Task, tag: str, objects: list[tuple[Kind, Document | None]]) -> dict[str, Any]:
    """A tag that stays where it points, and becomes an object of its own."""
    webhook = objects[0][1]
    if webhook is None:
        raise MeshError(f"Revision tag {tag} does not exist yet, so a revision has to be named.")
    changes = owners.freed(task, tag, objects)
    return results.of_objects(task, changes, revision=(webhook["metadata"].get("labels") or {}).get(REVISION))


def _unready(task: Task, tag: str, objects: list[tuple[Kind, Document | None]], reason: str) -> dict[str, Any]:
    """A new tag of a control plane that an earlier task of a check would make cannot be judged yet."""
    if not task.check:
        raise MeshError(f"Revision tag {tag}: {reason}. Its pods would not start. Nothing was changed.")
    namespace = task.params["namespace"]
    places = [(None, revision_tag.webhook_name(tag, namespace)), (namespace, revision_tag.service_name(tag))]
    changes = []
    for (kind, live), place in zip(objects, places, strict=True):
        action = "changed" if live else CREATED
        after = live or {"metadata": {"name": place[1]}}
        changes.append(Change(kind, *place, action, live, after, unjudged=reason))
    changes[0].warnings.append(f"Revision tag {tag} could not be validated: {reason}.")
    return results.of_objects(task, changes)


def _present(task: Task, tag: str, plane: Plane, objects: list[tuple[Kind, Document | None]]) -> dict[str, Any]:
    freed = owners.freed(task, tag, objects) if task.params["take_over"] else []
    by_kind = {change.kind.kind: change.after for change in freed}
    webhook, service = (by_kind.get(kind.kind, live) for kind, live in objects)
    manager = task.params["field_manager"]
    mine = _with_own_ca(webhook, manager)
    steps = [(WEBHOOKS, revision_tag.webhook(tag, plane.revision, plane.injector, webhook, manager, mine), webhook)]
    if plane.service:
        steps.append((SERVICE, revision_tag.service(tag, plane.revision, plane.service, manager), service))
    if webhook is None:
        steps.reverse()
    changes = [_written(task, *step) for step in steps]
    for change in changes:
        for first in freed:
            if first.kind == change.kind and first.changed:
                change.before, change.action, change.taken_from = first.before, first.action, first.taken_from
    if tag == DEFAULT:
        changes += default.follow(task, plane)
    return results.of_objects(task, changes, revision=plane.revision)


def _with_own_ca(webhook: Document | None, manager: str) -> set[str]:
    """The webhooks whose CA is owned by this manager."""
    entries = [
        entry
        for entry in ((webhook or {}).get("metadata") or {}).get("managedFields") or []
        if (entry.get("manager"), entry.get("operation")) == (manager, "Apply")
    ]
    names = set()
    for name in revision_tag.webhooks_of(webhook):
        key = f'k:{{"name":"{name}"}}'
        for entry in entries:
            item = ((entry.get("fieldsV1") or {}).get("f:webhooks") or {}).get(key) or {}
            if "f:caBundle" in (item.get("f:clientConfig") or {}):
                names.add(name)
    return names


def _written(task: Task, kind: Kind, desired: Document, live: Document | None) -> Change:
    """Apply one object; a CA that istiod wrote into the tag of another revision is replaced by the new one's."""
    writer = _writer(task, force=task.params["force_conflicts"] or task.params["take_over"])
    planned = writer.decide(kind, desired, live)
    try:
        return writer.carry_out(planned)
    except MeshError as error:
        conflicts = error.details.get("conflicts") or []
        paths = [path for conflict in conflicts for path in conflict["fields"]]
        if not paths or not all(path.endswith(".clientConfig.caBundle") for path in paths):
            raise
    return _writer(task, force=True).carry_out(planned)


def _writer(task: Task, *, force: bool) -> Writer:
    return Writer(task.resources, task.params["field_manager"], force=force, check=task.check)


def _absent(task: Task, tag: str, namespace: str, objects: list[tuple[Kind, Document | None]]) -> dict[str, Any]:
    webhook, service = (live for _kind, live in objects)
    if webhook is None and service is None and not task.delivers_to_git:
        return results.of_objects(task, [], revision=None)
    if not task.params["take_over"] and not task.delivers_to_git:
        owners.refuse(tag, objects)
    selecting = users.of(task, tag, replaced=default.has_own_injector(task, namespace)) if webhook else []
    if selecting:
        problem = f"Revision tag {tag} is in use by {users.listed(selecting)}, whose new pods would get no proxy"
        if task.params["in_use"] == "refuse":
            raise MeshError(f"{problem}. Nothing was removed. Label them otherwise first, or set in_use: warn.")
        task.warn(f"{problem}.")
    changes = default.restore(task, namespace) if tag == DEFAULT and webhook else []
    if task.delivers_to_git:
        answer = git_way.absent(task, tag, namespace)
        beside = [(kind, live) for kind, live in objects if live and not owners.named(live)]
        return git_way.with_live(task, answer, [*changes, *_deleted(task, beside)])
    if task.params["take_over"] and not task.check:
        freed = {change.kind.kind: change.after for change in owners.freed(task, tag, objects)}
        objects = [(kind, freed.get(kind.kind, live)) for kind, live in objects]
    return results.of_objects(task, [*changes, *_deleted(task, objects)], revision=None)


def _deleted(task: Task, objects: Sequence[tuple[Kind, Document | None]]) -> list[Change]:
    writer = _writer(task, force=True)
    return [
        writer.carry_out(plan.deletion(kind, live["metadata"].get("namespace"), live["metadata"]["name"], live))
        for kind, live in objects
        if live
    ]
