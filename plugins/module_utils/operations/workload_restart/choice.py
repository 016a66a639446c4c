# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workloads are restarted, which are not and why. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import (
    Expected,
    Injection,
    is_gateway,
    proxy_of,
)

KINDS = ("Deployment", "StatefulSet", "DaemonSet")
ANNOTATION = "meshops.lifecycle/restarted-for"  # of the pod template: what it was restarted for, and no time
EXCLUDED = "meshops.lifecycle/restart"  # of the workload; with the value "skip" it is left alone
_ENDS = {
    "Pod": "nothing would replace it: delete it and create it again",
    "Job": "it runs to its end with the proxy that it has",
    "Rollout": "Argo Rollouts restarts it: kubectl argo rollouts restart",
}

Document = dict[str, Any]


@dataclass(frozen=True)
class Candidate:
    """A workload that wants a restart. ``value``: the annotation's; ``expected``: the proxy that it is to get."""

    workload: Workload
    value: str
    expected: Expected | None = None


@dataclass(frozen=True)
class Skipped:
    """A workload that wants one and does not get it."""

    workload: Workload
    reason: str

    def row(self) -> dict[str, Any]:
        return {**self.workload.row(), "reason": self.reason}


def outdated(
    grouped: dict[Workload, list[Document]], namespaces: dict[str, Document], injection: Injection, gateways: str
) -> list[Candidate]:
    """The workloads with a pod whose proxy a restart would change, gateways first.

    ``gateways``: include, exclude or only. Raises MeshError for a namespace whose revision has no control plane, which
    could not inject the new pods.
    """
    candidates = []
    for workload, pods in grouped.items():
        namespace = namespaces.get(workload.namespace) or {"metadata": {}}
        late = [pod for pod in pods if injection.is_outdated(namespace, pod)]
        if not late or gateways == ("exclude" if is_gateway(pods[0]) else "only"):
            continue
        expected = injection.expected(namespace, late[0])
        if expected is None or expected.version is None:
            raise MeshError(_no_control_plane(workload, expected))
        value = f"{expected.revision}/{expected.version}"
        candidates.append((not is_gateway(pods[0]), Candidate(workload, value, expected)))
    return [candidate for _order, candidate in sorted(candidates, key=lambda pair: (pair[0], pair[1].workload))]


def _no_control_plane(workload: Workload, expected: Expected | None) -> str:
    selected = expected.label if expected else "none"
    return (
        f"{workload.label}: its namespace selects {selected}, which has no control plane, so a new pod would get no "
        "proxy. Nothing was restarted. Install that revision, or correct the label istio.io/rev."
    )


def reason_to_skip(candidate: Candidate, live: Document | None) -> str:
    """Why a workload is not restarted; empty when it is. ``live``: None where its kind is none of ``KINDS``."""
    if candidate.workload.kind not in KINDS or live is None:
        return _ENDS.get(candidate.workload.kind, f"a {candidate.workload.kind} is restarted by its own controller")
    if (live["metadata"].get("annotations") or {}).get(EXCLUDED) == "skip":
        return f"its annotation {EXCLUDED} is skip"
    if live["spec"].get("paused"):
        return "it is paused (spec.paused), so its pods are not replaced"
    if (live["spec"].get("updateStrategy") or {}).get("type") == "OnDelete":
        return "its update strategy is OnDelete, so its pods are replaced only when they are deleted"
    return ""


def restarted_for(live: Document) -> str:
    """What a workload was restarted for last; empty when it never was."""
    annotations = (live["spec"]["template"].get("metadata") or {}).get("annotations") or {}
    return str(annotations.get(ANNOTATION, ""))


def batches(candidates: list[Candidate], at_once: str) -> list[list[Candidate]]:
    """Workloads that are restarted together. ``at_once``: a number or a share, ``5`` or ``25%``. Raises MeshError."""
    match = re.fullmatch(r"([1-9]\d*)(%?)", at_once.strip())
    if not match or (match[2] and int(match[1]) > 100):
        raise MeshError(f"at_once: {at_once!r} is neither a number of workloads, such as 5, nor a share, such as 25%.")
    size = math.ceil(len(candidates) * int(match[1]) / 100) if match[2] else int(match[1])
    return [candidates[start : start + size] for start in range(0, len(candidates), max(1, size))]


def lagging(candidate: Candidate, pods: list[Document], connected: Container[str] | None) -> list[str]:
    """What of a restarted workload is not as it is to be, one line a pod; ``connected``: ``pod.namespace``, or None."""
    lines = []
    for pod in pods:
        name, proxy = pod["metadata"]["name"], proxy_of(pod)
        if candidate.expected is None:
            continue
        if proxy is None:
            lines.append(f"{name} has no proxy")
        elif not candidate.expected.is_met_by(proxy):
            lines.append(f"{name} has the proxy {proxy.version} of revision {proxy.revision or 'unknown'}")
        elif connected is not None and f"{name}.{candidate.workload.namespace}" not in connected:
            lines.append(f"the proxy of {name} is not connected to any istiod")
    return lines
