# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pods keep away from a node because of others on it, and what a selector of labels matches. Pure.

As the scheduler decides (Kubernetes, Assigning Pods to Nodes, Inter-pod affinity and anti-affinity; Labels and
Selectors), with the node as the topology.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_NODE = "kubernetes.io/hostname"


def are_apart(first: Document, second: Document) -> bool:
    """Whether one of two pods must not be on the node of the other."""
    return _avoids(first, second) or _avoids(second, first)


def _avoids(pod: Document, other: Document) -> bool:
    terms = (((pod.get("spec") or {}).get("affinity") or {}).get("podAntiAffinity") or {}).get(REQUIRED) or []
    return any(_is_meant(pod, other, term) for term in terms)


def _is_meant(pod: Document, other: Document, term: Document) -> bool:
    """A term without namespaces is about the pod's own. One that selects namespaces by labels counts for all."""
    mine, theirs = pod["metadata"].get("namespace"), other["metadata"].get("namespace")
    here = "namespaceSelector" in term or theirs in (term.get("namespaces") or [mine])
    selector = term.get("labelSelector")
    if term.get("topologyKey") != _NODE or not here or selector is None:
        return False
    labels, own = other["metadata"].get("labels") or {}, pod["metadata"].get("labels") or {}
    same = all(labels.get(key) == own[key] for key in term.get("matchLabelKeys") or [] if key in own)
    other_than = all(labels.get(key) != own[key] for key in term.get("mismatchLabelKeys") or [] if key in own)
    return selects(selector, labels) and same and other_than


def selects(selector: Document, labels: Mapping[str, str]) -> bool:
    """Whether a label selector matches; an empty one matches everything."""
    exact = all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items())
    return exact and all(holds(labels, row) for row in selector.get("matchExpressions") or [])


def holds(values: Mapping[str, str], row: Document) -> bool:
    """One requirement (``key``, ``operator``, ``values``). One with an operator that is not known does not hold."""
    there, wanted = values.get(row["key"]), row.get("values") or []
    if row["operator"] in ("Exists", "DoesNotExist"):
        return (there is not None) == (row["operator"] == "Exists")
    if row["operator"] in ("In", "NotIn"):
        return (there in wanted) == (row["operator"] == "In")
    if row["operator"] in ("Gt", "Lt") and there is not None and len(wanted) == 1:
        try:
            difference = int(there) - int(wanted[0])
        except ValueError:
            return False
        return difference > 0 if row["operator"] == "Gt" else difference < 0
    return False
