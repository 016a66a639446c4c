# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a release is not ready, and why: of workloads also what their pods state."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers import workloads
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.pods import claim_problem
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import manifest
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm.manifest import Object

_MOST = 3  # workloads of which the pods are read for one message


def not_ready(items: list[Object], live: dict) -> list[tuple[Object, str]]:
    """The objects of a release that are not ready, each with the reason by what ready means for its kind."""
    unready = []
    for item in items:
        current = live.get(item.key)
        if item.kind.ready is None:
            continue
        if current is None:
            unready.append((item, "it does not exist"))
            continue
        readiness = item.kind.ready(current)
        if readiness.state != "ready":
            unready.append((item, readiness.message))
    return unready


def _unbound(items: list[Object], live: dict) -> list[tuple[Object, str]]:
    """Claims that are not bound. One may wait for its first pod, so it is a cause, not something to wait for."""
    claims = [item for item in items if item.kind.kind == "PersistentVolumeClaim" and live.get(item.key)]
    problems = [(item, claim_problem(live[item.key])) for item in claims]
    return [(item, problem) for item, problem in problems if problem]


def reasons(resources: Resources, items: list[Object], live: dict) -> list[str]:
    """``Deployment ns/a: 0 of 1 replicas available (pod a-1: container app: ImagePullBackOff: …)`` of each that is not
    ready. Reads pods, and Events where there are none; that these cannot be read is no error.
    """
    texts = []
    for number, (item, message) in enumerate(not_ready(items, live)):
        current = live.get(item.key)
        if current and number < _MOST:
            message = workloads.CONVERSATION.reason(resources, item.kind, current, message)
        texts.append(f"{item.label}: {message}")
    return texts + ([f"{item.label}: {problem}" for item, problem in _unbound(items, live)] if texts else [])


def now(resources: Resources, items: list[Object]) -> str:
    """What is not ready at this moment, in one line; empty when all is, or when it cannot be read."""
    try:
        return "; ".join(reasons(resources, items, manifest.read(resources, items)))
    except MeshError:
        return ""
