# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pods nodes and quotas still have room for, by requests against what is allocatable. Pure.

As the scheduler reckons (Kubernetes, Resource Management for Pods and Containers; Sidecar Containers, Resource sharing
within containers; Assigning Pods to Nodes; Taints and Tolerations): requests, taints, node selectors, required node
affinity, and required anti-affinity between the pods of a node. Left out are affinity to other pods, spreading over
topologies, and volumes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.quantities import quantity
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import apart

Document = dict[str, Any]
Amounts = dict[str, Decimal]

_COUNTED = ("cpu", "memory")
_PODS = "pods"
_ANY = 10**6  # more than anybody asks for
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


def fitting(
    template: Document,
    nodes: Iterable[Document],
    pods: Iterable[Document],
    labels: Mapping[str, str] | None = None,
    namespace: str = "",
) -> int:
    """How many pods of a template (its spec) find a node. ``pods``: those that run, or are about to.

    ``labels`` and ``namespace``: of the new pods, for whom they and others keep away from.
    """
    wanted = requests(template)
    used: dict[str, list[Document]] = {}
    for pod in pods:
        used.setdefault((pod.get("spec") or {}).get("nodeName") or "", []).append(pod)
    new = {"metadata": {"labels": labels or {}, "namespace": namespace}, "spec": template}
    count = 0
    for node in nodes:
        present = used.get(node["metadata"]["name"], [])
        if takes(node, template) and not any(apart.are_apart(new, pod) for pod in present):
            there = _on(node, wanted, [pod["spec"] for pod in present])
            count += min(1, there) if apart.are_apart(new, new) else there
    return count


def within(template: Document, quota: Document) -> int:
    """How many pods of a template (its spec) a ResourceQuota still allows; one for some pods alone, any number."""
    spec, status = quota.get("spec") or {}, quota.get("status") or {}
    if spec.get("scopes") or spec.get("scopeSelector"):
        return _ANY
    hard, used = ({**(status.get(name) or {})} for name in ("hard", "used"))
    wanted = {**requests(template), _PODS: Decimal(1)}
    counts = [
        int(((quantity(limit) or 0) - (quantity(used.get(name, 0)) or 0)) // wanted[resource])
        for name, limit in hard.items()
        if wanted.get(resource := name.removeprefix("requests."))
    ]
    return max(0, min(counts, default=_ANY))


def takes(node: Document, template: Document) -> bool:
    """Whether a node is ready, and open to pods of a template."""
    spec, labels = node.get("spec") or {}, node["metadata"].get("labels") or {}
    required = ((template.get("affinity") or {}).get("nodeAffinity") or {}).get(apart.REQUIRED)
    conditions = (node.get("status") or {}).get("conditions") or []
    ready = any(row["type"] == "Ready" and row["status"] == "True" for row in conditions)
    taints = [taint for taint in spec.get("taints") or [] if taint.get("effect") in _KEEPS_AWAY]
    tolerated = all(any(_tolerates(row, taint) for row in template.get("tolerations") or []) for taint in taints)
    selected = all(labels.get(name) == value for name, value in (template.get("nodeSelector") or {}).items())
    wanted = required is None or any(_is_term(node, term) for term in required.get("nodeSelectorTerms") or [])
    return ready and not spec.get("unschedulable") and tolerated and selected and wanted


def _is_term(node: Document, term: Document) -> bool:
    """Whether a node is as a term of a required node affinity wants it; an empty term matches none."""
    labels = node["metadata"].get("labels") or {}
    rows = [(labels, row) for row in term.get("matchExpressions") or []]
    rows += [({"metadata.name": node["metadata"]["name"]}, row) for row in term.get("matchFields") or []]
    return bool(rows) and all(apart.holds(values, row) for values, row in rows)


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
