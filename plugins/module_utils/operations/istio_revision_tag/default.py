# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tag ``default``: the injector that it replaces, and the webhook that validates what names no revision.

As istioctl does it: the injector of the revision ``default`` stays, with selectors that match nothing, so that the way
back is open.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import UPDATED, Change, explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import revision_tag
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import DEFAULT, REVISION
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.marks import tracked_by
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.injection import (
    DEFAULT_VALIDATOR,
    VALIDATORS,
    WEBHOOKS,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_revision_tag import facts, owners
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.istio_revision_tag.facts import Plane


def refuse(task: Task) -> None:
    """Raise MeshError where the injector of the revision ``default`` would not stay switched off."""
    for injector in facts.injectors_of(task, task.params["namespace"], DEFAULT):
        application = tracked_by(injector)
        if application and not revision_tag.is_switched_off(injector):
            raise MeshError(
                f"Revision tag {DEFAULT}: the injector {injector['metadata']['name']} is a part of Application "
                f"{application}, which would switch it on again, and pods would be injected twice. Nothing was "
                "changed. Have namespaces select a tag of another name while that control plane is there."
            )


def follow(task: Task, plane: Plane) -> list[Change]:
    """What the tag's revision takes over once the tag injects. Raises MeshError."""
    changes = [
        _patched(task, WEBHOOKS, injector, revision_tag.switched(injector, on=False))
        for injector in facts.injectors_of(task, task.params["namespace"], DEFAULT)
    ]
    return [change for change in [*changes, _validator(task, plane)] if change]


def has_own_injector(task: Task, namespace: str) -> bool:
    """Whether a control plane of the revision ``default`` injects, or will once it is switched on again."""
    return bool(facts.injectors_of(task, namespace, DEFAULT))


def restore(task: Task, namespace: str) -> list[Change]:
    """Switch the injector of the revision ``default`` on again. Raises MeshError."""
    changes = [
        _patched(task, WEBHOOKS, injector, revision_tag.switched(injector, on=True))
        for injector in facts.injectors_of(task, namespace, DEFAULT)
        if revision_tag.is_switched_off(injector)
    ]
    return [change for change in changes if change]


def _validator(task: Task, plane: Plane) -> Change | None:
    live = task.resources.get(VALIDATORS, None, DEFAULT_VALIDATOR)
    webhooks = (live or {}).get("webhooks") or []
    if live is None or not webhooks or (live["metadata"].get("labels") or {}).get(REVISION) == plane.revision:
        return None
    owner = owners.named(live)
    if owner:
        task.warn(
            f"{DEFAULT_VALIDATOR} belongs to {owner}, and still asks another revision than {plane.revision}. It "
            "follows defaultRevision in the values of the chart base."
        )
        return None
    address = {**revision_tag.template(plane.injector)["clientConfig"]}
    if "service" in address:
        address["service"] = {**address["service"], "path": "/validate"}
    elif "url" in address:
        address["url"] = address["url"].partition("/inject")[0] + "/validate"
    operations: list[dict[str, Any]] = [
        {"op": "replace", "path": "/metadata/labels/istio.io~1rev", "value": plane.revision}
    ]
    operations += [
        {"op": "replace", "path": f"/webhooks/{index}/clientConfig", "value": address} for index in range(len(webhooks))
    ]
    return _patched(task, VALIDATORS, live, operations)


def _patched(task: Task, kind: Kind, live: dict[str, Any], operations: list[dict[str, Any]]) -> Change | None:
    """Write some fields of an object that stays whose it is; None where they are so already. Raises MeshError."""
    if not operations:
        return None
    metadata = live["metadata"]
    place = metadata.get("namespace"), metadata["name"]
    test = {"op": "test", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]}
    try:
        after = task.resources.patch(
            kind,
            *place,
            [test, *operations],
            patch_type="json",
            dry_run=task.check,
            manager=task.params["field_manager"],
        )
    except ApiError as error:
        raise explained(error, kind, *place) from None
    return Change(kind, *place, UPDATED, live, after)
