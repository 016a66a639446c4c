# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who cannot call any more once mTLS is required: pods without a proxy of the mesh, by what their specs show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import workload_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import injection, peerauthentication
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

_KIND = peerauthentication.KIND
_AMBIENT = "ambient.istio.io/redirection"  # an annotation of pods whose traffic ztunnel takes
_SYSTEM = ("kube-system", "kube-public", "kube-node-lease", "istio-system")
_MOST = 8  # workloads that are named


def check(task: Task, changing: Iterable[tuple[Item, dict[str, Any] | None]]) -> None:
    """Warn when a PeerAuthentication begins to require mTLS while there are pods without a proxy.

    ``changing``: what will be written, each with its live object or None. Raises MeshError instead where the option
    ``plain_text`` is ``refuse``.
    """
    wanted = task.params.get("plain_text")
    strict = [item for item, live in changing if _is_policy(item) and becomes_strict(item.desired, live)]
    if wanted not in ("warn", "refuse") or not strict:
        return
    try:
        pods = task.resources.list(KINDS["", "Pod"], None)
    except (ApiError, NotInstalled):
        return  # without the right to see pods nothing is concluded
    callers = sorted({"{1}/{2}".format(*workload_of(pod)) for pod in pods if is_outside(pod)})
    if not callers:
        return
    named = ", ".join(callers[:_MOST]) + (f" and {len(callers) - _MOST} more" if len(callers) > _MOST else "")
    policies = ", ".join(item.label for item in strict)
    message = (
        f"{policies}: mTLS becomes required, and pods without a sidecar cannot call what "
        f"it is for. There are such pods in {len(callers)} workload{'s' if len(callers) > 1 else ''}: {named}. "
        "Give those that call a sidecar first, or keep PERMISSIVE"
    )
    if wanted == "refuse":
        raise MeshError(f"Nothing was written. {message}. With plain_text: warn this is a warning.")
    task.warn(f"{message}. If none of them calls, plain_text: ignore says so.")


def _is_policy(item: Item) -> bool:
    return (item.kind.group, item.kind.kind) == (_KIND.group, _KIND.kind)


def becomes_strict(desired: dict[str, Any], live: dict[str, Any] | None) -> bool:
    """Whether the desired policy requires mTLS, for all ports or for one, where the live one did not, or not of these
    workloads.
    """
    same = live is not None and _selector(desired) == _selector(live)
    return bool(_strict(desired) - (_strict(live) if live and same else set()))


def _selector(policy: dict[str, Any]) -> dict[str, Any]:
    selector = (policy.get("spec") or {}).get("selector") or {}
    return selector.get("matchLabels") or {}


def _strict(policy: dict[str, Any]) -> set[str]:
    """The ports of a policy that require mTLS; "" stands for all that it does not name."""
    spec = policy.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    modes = {"": spec.get("mtls"), **(spec.get("portLevelMtls") or {})}
    return {str(port) for port, mtls in modes.items() if isinstance(mtls, dict) and mtls.get("mode") == "STRICT"}


def is_outside(pod: dict[str, Any]) -> bool:
    """Whether a pod that runs sends plain text: it has no sidecar and is not captured by ztunnel."""
    metadata = pod["metadata"]
    if metadata.get("namespace") in _SYSTEM or (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed"):
        return False
    if (metadata.get("annotations") or {}).get(_AMBIENT) == "enabled":
        return False
    return injection.proxy_of(pod) is None
