# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods by what makes them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

# A ReplicaSet is named after its owner and the hash of the template, which is a label of its pods.
_HASHES = {"pod-template-hash": "Deployment", "rollouts-pod-template-hash": "Rollout"}


class Workload(NamedTuple):
    """What makes a pod: a Deployment, StatefulSet, DaemonSet, Job, Rollout of Argo, or the pod itself."""

    kind: str
    namespace: str
    name: str

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Workload:
        """The workload of a result's row, see :meth:`row`."""
        return cls(row["kind"], row["namespace"], row["name"])

    @property
    def label(self) -> str:
        """How messages name it: ``Deployment shop/reviews``."""
        return f"{self.kind} {self.namespace}/{self.name}"

    def row(self) -> dict[str, Any]:
        """It in a result."""
        return self._asdict()


def workload_of(pod: dict[str, Any]) -> Workload:
    """What makes a pod."""
    metadata = pod["metadata"]
    namespace, labels = metadata.get("namespace", ""), metadata.get("labels") or {}
    owner = next((ref for ref in metadata.get("ownerReferences") or [] if ref.get("controller")), None)
    if owner is None:
        return Workload("Pod", namespace, metadata["name"])
    for label, kind in _HASHES.items():
        if owner["kind"] == "ReplicaSet" and label in labels:
            return Workload(kind, namespace, owner["name"].removesuffix(f"-{labels[label]}"))
    return Workload(owner["kind"], namespace, owner["name"])


def by_workload(pods: Iterable[dict[str, Any]]) -> dict[Workload, list[dict[str, Any]]]:
    """Pods by what makes them, in the order of its kind and name."""
    grouped: dict[Workload, list[dict[str, Any]]] = {}
    for pod in pods:
        grouped.setdefault(workload_of(pod), []).append(pod)
    return dict(sorted(grouped.items()))


def is_live(pod: dict[str, Any]) -> bool:
    """It runs, or is about to; what has ended or is being deleted counts no more."""
    phase = (pod.get("status") or {}).get("phase")
    return phase in ("Pending", "Running", None) and not pod["metadata"].get("deletionTimestamp")
