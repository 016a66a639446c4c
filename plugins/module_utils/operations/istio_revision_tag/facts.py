# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control plane that a tag points to, and what there is of the tag."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import revision_tag
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import DEFAULT, REVISION, TAG
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.injection import WEBHOOKS

Document = dict[str, Any]

SERVICE = KINDS["", "Service"]
_SLICES = "discovery.k8s.io/v1", "EndpointSlice"


@dataclass(frozen=True)
class Plane:
    """A revision's own injector, and its Service, which an istiod outside of the cluster does not have."""

    revision: str
    injector: Document
    service: Document | None


def find(task: Task, namespace: str, revision: str) -> tuple[Plane | None, str]:
    """The revision's control plane, once it can take pods; else, after ``wait_timeout`` seconds, why it cannot.

    Raises MeshError where there are several.
    """
    deadline = Deadline(0 if task.check else task.params["wait_timeout"])
    plane: Plane | None = None
    reason = ""
    for _turn in pauses(deadline, first=0.3, most=2.0):
        plane = of_revision(task, namespace, revision)
        reason = _unready(task, namespace, plane) if plane else f"revision {revision} has no injector in {namespace}"
        if not reason:
            return plane, ""
        if plane is None:
            break  # nobody else installs it while we wait
    return plane, reason


def of_revision(task: Task, namespace: str, revision: str) -> Plane | None:
    """The control plane of a revision, ready or not. Raises MeshError where there are several."""
    injectors = injectors_of(task, namespace, revision)
    selector = f"app=istiod,{REVISION}={revision},!{TAG}"
    services = task.resources.list(SERVICE, namespace, selector)
    if len(injectors) > 1 or len(services) > 1:
        names = [f"{item['kind']} {item['metadata']['name']}" for item in (*injectors, *services)]
        raise MeshError(f"Revision {revision} has several control planes: {', '.join(names)}. Nothing was changed.")
    return Plane(revision, injectors[0], services[0] if services else None) if injectors else None


def injectors_of(task: Task, namespace: str, revision: str) -> list[Document]:
    """The injectors of a revision, tags apart, that are served from a namespace or from outside of the cluster."""
    selector = f"app=sidecar-injector,{REVISION}={revision},!{TAG}"
    injectors = task.resources.list(WEBHOOKS, None, selector)
    return [item for item in injectors if _served_from(item) in (namespace, None)]


def _served_from(injector: Document) -> str | None:
    address = revision_tag.template(injector).get("clientConfig") or {}
    served: str | None = (address.get("service") or {}).get("namespace")
    return served


def _unready(task: Task, namespace: str, plane: Plane) -> str:
    address = revision_tag.template(plane.injector).get("clientConfig")
    if not address:
        return f"{plane.injector['metadata']['name']} has no webhook that injects"
    if not address.get("caBundle"):
        return f"{plane.injector['metadata']['name']} has no CA: istiod of revision {plane.revision} has not written it"
    called = (address.get("service") or {}).get("name")
    if not called:
        return ""  # outside of the cluster: the API server calls it by its address
    slices = task.resources.list(
        task.resources.served_kind(*_SLICES), namespace, f"kubernetes.io/service-name={called}"
    )
    endpoints = [endpoint for item in slices for endpoint in item.get("endpoints") or []]
    if any((endpoint.get("conditions") or {}).get("ready") is not False for endpoint in endpoints):
        return ""
    return f"no istiod of revision {plane.revision} is ready behind Service {namespace}/{called}"


def revisions_named(task: Task, namespace: str, name: str) -> bool:
    """Whether there is a revision of a tag's name, whose pods the tag would take."""
    return name != DEFAULT and of_revision(task, namespace, name) is not None


def tag_of(task: Task, namespace: str, tag: str) -> tuple[Document | None, Document | None]:
    """The live webhook configuration and Service of a tag."""
    webhook = task.resources.get(WEBHOOKS, None, revision_tag.webhook_name(tag, namespace))
    return webhook, task.resources.get(SERVICE, namespace, revision_tag.service_name(tag))
