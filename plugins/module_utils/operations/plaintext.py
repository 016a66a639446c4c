# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who cannot call any more once mTLS is required: pods without a proxy of the mesh, by what their specs show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, few
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import workload_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import injection, mtls, peerauthentication
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

_KIND = peerauthentication.KIND
_SYSTEM = ("kube-system", "kube-public", "kube-node-lease")
_OF_ISTIO = ("istiod", "ztunnel", "istio-cni-node")  # values of the labels app and k8s-app
_ISTIOD_NAMESPACE = "istio-system"
_MOST = 8  # workloads that are named
Document = dict[str, Any]


class Changing(NamedTuple):
    """An object that will be written, or deleted where there is no desired one."""

    kind: Kind
    desired: Document | None
    live: Document | None

    @property
    def place(self) -> tuple[str, str]:
        """Namespace and name."""
        return _place(self.desired or self.live or {"metadata": {"name": ""}})

    @property
    def label(self) -> str:
        return self.kind.label(*self.place)


def check(task: Task, changing: Iterable[Changing]) -> None:
    """Warn when mTLS becomes required somewhere while there are pods without a proxy.

    ``changing``: what will be written or deleted. Raises MeshError instead where ``plain_text`` is ``refuse``.
    """
    wanted = task.params.get("plain_text")
    policies = [change for change in changing if (change.kind.group, change.kind.kind) == (_KIND.group, _KIND.kind)]
    if wanted not in ("warn", "refuse") or not policies:
        return
    before, after = _policies(task, policies)
    stricter = mtls.newly_strict(before, after)
    if not stricter:
        return
    try:
        pods = task.resources.list(KINDS["", "Pod"], None)
    except (ApiError, NotInstalled):
        return  # without the right to see pods nothing is concluded
    reason = _reason(task, before, after, pods)
    if not reason:
        return
    message = (
        f"{', '.join(change.label for change in policies)}: mTLS becomes required in {few(stricter, _MOST)}, {reason}"
    )
    if wanted == "refuse":
        raise MeshError(f"Nothing was written. {message}. With plain_text: warn this is a warning.")
    task.warn(f"{message}. If none of them calls, plain_text: ignore says so.")


def _reason(task: Task, before: mtls.Policies, after: mtls.Policies, pods: list[Document]) -> str:
    """Why somebody may be cut off, and the way out: by metrics where they are named and complete, else by pods without
    a sidecar. Empty where nobody is."""
    callers = callers_of(pods)
    several = "workloads" if len(callers) > 1 else "workload"
    without = (
        f"There are pods without a sidecar in {len(callers)} {several}: {few(callers, _MOST)}. " if callers else ""
    )
    gap = ""
    if task.params.get("metrics"):
        from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls import (
            senders,
        )  # who names it pays

        known = senders.read(task, before, after, pods)
        if known.sent:
            when = f"in the last {task.params['plain_text_history']} s"
            return (
                f"and plain text was sent there {when}: {few(known.sent, _MOST)}. {without if known.unnamed else ''}"
                "Give the senders a sidecar first, or keep PERMISSIVE"
            )
        if not known.gap:
            return ""
        gap = f"; whether they do is not known, because {known.gap}"
    if not callers:
        return ""
    return (
        f"and pods without a sidecar cannot call what is there{gap}. {without}Give those that call a sidecar first, or "
        "keep PERMISSIVE"
    )


def _policies(task: Task, changing: list[Changing]) -> tuple[mtls.Policies, mtls.Policies]:
    """All policies, before and after. Those that may not be listed count as not there."""
    root = task.params.get("istiod_namespace") or _ISTIOD_NAMESPACE
    try:
        listed = task.resources.list(_KIND, None)
    except (ApiError, NotInstalled):
        listed = [change.live for change in changing if change.live]
    changed = {change.place for change in changing}
    after = [policy for policy in listed if _place(policy) not in changed]
    for change in changing:
        if change.desired is not None:
            created = ((change.live or {}).get("metadata") or {}).get("creationTimestamp")
            metadata = {**change.desired["metadata"], **({"creationTimestamp": created} if created else {})}
            after.append({**change.desired, "metadata": metadata})
    return mtls.Policies(listed, root), mtls.Policies(after, root)


def _place(policy: Document) -> tuple[str, str]:
    return str(policy["metadata"].get("namespace") or ""), str(policy["metadata"]["name"])


def callers_of(pods: Iterable[Document]) -> list[str]:
    """The workloads (``NAMESPACE/NAME``) whose pods send plain text."""
    return sorted({"{1}/{2}".format(*workload_of(pod)) for pod in pods if is_outside(pod)})


def is_outside(pod: dict[str, Any]) -> bool:
    """Whether a pod that runs sends plain text: it has no sidecar and is not captured by ztunnel.

    Istio's own control plane and node agents are no callers.
    """
    metadata = pod["metadata"]
    labels = metadata.get("labels") or {}
    if labels.get("app") in _OF_ISTIO or labels.get("k8s-app") in _OF_ISTIO:
        return False
    if metadata.get("namespace") in _SYSTEM or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        return False
    return not injection.is_in_mesh(pod)
