# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what a cluster's own controllers provide: the volume of a claim, the address of a load balancer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers import events
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import Conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind, Readiness
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.pods import last_words
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.provided import (
    STORAGE_CLASS,
    awaits_its_pod,
    claim_ready,
    service_ready,
)

_NO_BALANCER = "does the cluster have a controller for load balancers, a cloud's or one such as MetalLB?"


def _kind(name: str, ready: Callable[[dict[str, Any]], Readiness]) -> Kind:
    """The kind with what ready means to a wait. Helm's own wait has other rules, so that no release waits by these."""
    return replace(next(kind for kind in KINDS if not kind.group and kind.kind == name), ready=ready)


CLAIM = _kind("PersistentVolumeClaim", claim_ready)
SERVICE = _kind("Service", service_ready)


def wait_for_volume(task: Task, resources: Resources, live: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
    """Until a claim is bound, unless its storage class has it wait for the first pod. Raises MeshError."""
    if claim_ready(live).state == "waiting" and _is_left_alone(task, resources, live):
        return live
    return wait.until_ready(task, resources, CLAIM, live, None, deadline, OF_CLAIMS)


def wait_for_address(task: Task, resources: Resources, live: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
    """Until a Service of type LoadBalancer has an address. Raises MeshError."""
    return wait.until_ready(task, resources, SERVICE, live, None, deadline, OF_SERVICES)


def _is_left_alone(task: Task, resources: Resources, live: dict[str, Any]) -> bool:
    name = (live.get("spec") or {}).get("storageClassName")
    if not name:
        return False
    try:
        return awaits_its_pod(live, resources.get(STORAGE_CLASS, None, name))
    except ApiError as error:
        label = CLAIM.label(live["metadata"]["namespace"], live["metadata"]["name"])
        task.warn(
            f"{label} is not bound, and is not waited for: whether StorageClass {name} has it wait for its first pod "
            f"cannot be read ({error.message.rstrip('.')})."
        )
        return True


def _from_events(resources: Resources, kind: Kind, live: dict[str, Any]) -> str:
    """What the controller has written last about an object."""
    return last_words(events.about(resources, live))


def _of_service(resources: Resources, kind: Kind, live: dict[str, Any]) -> str:
    return _from_events(resources, kind, live) or _NO_BALANCER


OF_CLAIMS = Conversation(wait=wait_for_volume, explain=_from_events)
OF_SERVICES = Conversation(wait=wait_for_address, explain=_of_service)
