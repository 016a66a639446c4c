# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a workload is not ready, beyond what its own status states: what its pods state, and why there are none.

Deployments have a condition for pods that may not be created (a quota, a missing ServiceAccount). The controllers of
StatefulSets, DaemonSets and Jobs only write Events.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers import events
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import Conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.pods import creation_problem, pod_problem
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload, workload_of

_POD = next(kind for kind in KINDS if kind.kind == "Pod")
_EVENTS_ONLY = ("StatefulSet", "DaemonSet", "Job")
_WITH_PODS = ("Deployment", *_EVENTS_ONLY)
WORKLOADS = tuple(kind for kind in KINDS if kind.kind in ("Pod", *_WITH_PODS))


def problem(resources: Resources, kind: Kind, live: dict[str, Any]) -> str:
    """``pod a-1: container app: ImagePullBackOff: …`` of a workload that is not ready, or why its controller cannot
    create a pod; empty where nothing says why, and for other kinds.

    One LIST of pods, and one of Events where pods are missing. That these may not be read is no error.
    """
    if kind.kind == "Pod":
        return pod_problem(live)
    selector = _selector(live)
    if kind.kind not in _WITH_PODS or not selector:
        return ""
    metadata = live["metadata"]
    workload = Workload(kind.kind, metadata["namespace"], metadata["name"])
    pods = _pods(resources, workload.namespace, selector)
    if pods is None:
        return _creation(resources, kind, live)
    pods = [pod for pod in pods if workload_of(pod) == workload and not pod["metadata"].get("deletionTimestamp")]
    for pod in sorted(pods, key=lambda pod: pod["metadata"].get("creationTimestamp") or "", reverse=True):
        stated = pod_problem(pod)
        if stated:
            return f"pod {pod['metadata']['name']}: {stated}"
    return _creation(resources, kind, live) if len(pods) < _wanted(kind, live) else ""


CONVERSATION = Conversation(explain=problem)


def _wanted(kind: Kind, live: dict[str, Any]) -> int:
    """The pods that there have to be; of a Job one, since it goes on with any."""
    if kind.kind == "DaemonSet":
        return int((live.get("status") or {}).get("desiredNumberScheduled") or 0)
    return 1 if kind.kind == "Job" else int(live["spec"].get("replicas", 1))


def _creation(resources: Resources, kind: Kind, live: dict[str, Any]) -> str:
    """Why the controller cannot create a pod, from the Events of the workload."""
    if kind.kind not in _EVENTS_ONLY or not live["metadata"].get("uid"):
        return ""
    return creation_problem(events.about(resources, live))


def _pods(resources: Resources, namespace: str, selector: str) -> list[dict[str, Any]] | None:
    """The pods that a selector matches, None where they cannot be read."""
    try:
        return resources.list(_POD, namespace, label_selector=selector)
    except MeshError:
        return None


def _selector(live: dict[str, Any]) -> str:
    """The labels of a workload's pods, as a label selector."""
    labels = ((live.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
