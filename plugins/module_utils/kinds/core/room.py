# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pods nodes still have room for, by requests against what is allocatable. Pure.

As the scheduler reckons (Kubernetes, Resource Management for Pods and Containers; Sidecar Containers, Resource sharing
within containers), without affinity and topology.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.quantities import quantity

Document = dict[str, Any]
Amounts = dict[str, Decimal]

_COUNTED = ("cpu", "memory")
_PODS = "pods"
_KEEPS_AWAY = ("NoSchedule", "NoExecute")


def requests(spec: Document) -> Amounts:
    """What a pod asks for: its containers and native sidecars, or an init container where that is more."""
    sidecars = most = _amounts(None)
    for container in spec.get("initContainers") or []:
        starting = _sum([sidecars, _of(container)])
        most = _most(most, starting)
        if container.get("restartPolicy") == "Always":
            sidecars = starting
    running = _sum([sidecars, *map(_of, spec.get("containers") or [])])
    return _sum([_most(most, running), _amounts(spec.get("overhead"))])


def fitting(template: Document, nodes: Iterable[Document], pods: Iterable[Document]) -> int:
    """How many pods of a template (its spec) find a node. ``pods``: those that run, or are about to."""
    wanted = requests(template)
    used: dict[str, list[Document]] = {}
    for pod in pods:
        used.setdefault((pod.get("spec") or {}).get("nodeName") or "", []).append(pod["spec"])
    return sum(_on(node, wanted, used.get(node["metadata"]["name"], [])) for node in nodes if takes(node, template))


def takes(node: Document, template: Document) -> bool:
    """Whether a node is ready, and open to pods of a template."""
    spec, labels = node.get("spec") or {}, node["metadata"].get("labels") or {}
    conditions = (node.get("status") or {}).get("conditions") or []
    ready = any(row["type"] == "Ready" and row["status"] == "True" for row in conditions)
    taints = [taint for taint in spec.get("taints") or [] if taint.get("effect") in _KEEPS_AWAY]
    tolerated = all(any(_tolerates(row, taint) for row in template.get("tolerations") or []) for taint in taints)
    selected = all(labels.get(name) == value for name, value in (template.get("nodeSelector") or {}).items())
    return ready and not spec.get("unschedulable") and tolerated and selected


def _tolerates(toleration: Document, taint: Document) -> bool:
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in (None, "", taint["key"])
    return bool(toleration.get("key") == taint["key"] and (toleration.get("value") or "") == (taint.get("value") or ""))


def _on(node: Document, wanted: Amounts, present: list[Document]) -> int:
    allocatable = (node.get("status") or {}).get("allocatable") or {}
    there = _amounts(allocatable)
    taken = _sum([requests(spec) for spec in present])
    rooms = [int((quantity(allocatable.get(_PODS, 0)) or 0) - len(present))]
    rooms += [int((there[name] - taken[name]) // wanted[name]) for name in _COUNTED if wanted[name]]
    return max(0, min(rooms))


def _of(container: Document) -> Amounts:
    return _amounts((container.get("resources") or {}).get("requests"))


def _amounts(given: Document | None) -> Amounts:
    return {name: quantity((given or {}).get(name, 0)) or Decimal(0) for name in _COUNTED}


def _sum(parts: list[Amounts]) -> Amounts:
    return {name: sum((part[name] for part in parts), Decimal(0)) for name in _COUNTED}


def _most(first: Amounts, second: Amounts) -> Amounts:
    return {name: max(first[name], second[name]) for name in _COUNTED}
