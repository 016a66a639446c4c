# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who would lose their injector with a tag."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import few
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import is_live
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import (
    DEFAULT,
    INJECT,
    REVISION,
    selects,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import injection as injectors

_NAMED = 5
_GATEWAY = KINDS["gateway.networking.k8s.io", "Gateway"]


def of(task: Task, tag: str, *, replaced: bool) -> list[str]:
    """Namespaces, pods and Gateways that select the tag, as messages name them.

    ``replaced``: whether another injector takes those pods that name no revision.
    """
    if tag == DEFAULT and replaced:
        return []
    namespaces = injectors.namespaces_of(task.resources)
    users = [f"Namespace {name}" for name, item in namespaces.items() if selects(item, {}) == tag]
    users += _pods(task, tag, namespaces)
    try:
        gateways = task.resources.list(_GATEWAY, None, f"{REVISION}={tag}")
    except NotInstalled:
        gateways = []
    return users + [_GATEWAY.label(item["metadata"]["namespace"], item["metadata"]["name"]) for item in gateways]


def listed(users: list[str]) -> str:
    """As many users as a person reads."""
    return few(users, _NAMED)


def _pods(task: Task, tag: str, namespaces: dict[str, dict[str, Any]]) -> list[str]:
    """Pods that select it by a label of their own; those of a namespace that selects it are told by the namespace."""
    label = f"{INJECT}=true" if tag == DEFAULT else f"{REVISION}={tag}"
    pods = [pod for pod in task.resources.list(injectors.POD, None, label) if is_live(pod)]
    return [
        injectors.POD.label(pod["metadata"]["namespace"], pod["metadata"]["name"])
        for pod in pods
        if selects(namespaces.get(pod["metadata"]["namespace"]) or {}, pod) == tag
        and selects(namespaces.get(pod["metadata"]["namespace"]) or {}, {}) != tag
    ]
