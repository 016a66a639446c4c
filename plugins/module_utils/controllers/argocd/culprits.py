# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources of an Application are not healthy.

Since Argo CD 3.0 an Application shows how healthy it is as a whole and not which resource is to blame, unless
``controller.resource.health.persist`` is set. So the resources themselves are read, where they are in the cluster that
Argo CD runs in, which is the one we talk to.
"""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers import workloads
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import deploys_here
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Readiness
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.provided import claim_ready, service_ready
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import analysis

_MOST = 60  # resources read for one answer
_NAMED = 3  # resources that a message names
_HEALTHY = ("Healthy", "", None)


def find(resources, live: dict, most: int = _MOST) -> list[dict]:
    """The resources that are not healthy, each {group, kind, namespace, name, message}; [] when nothing is known."""
    managed = [r for r in status.resources(live) if not r.get("hook")]
    if any(r.get("health") for r in managed):
        unhealthy = [r for r in managed if (r.get("health") or {}).get("status") not in _HEALTHY]
        return [{**r, "message": _message(r["health"])} for r in unhealthy]
    if not deploys_here(live):
        return []
    unhealthy = []
    for resource in [r for r in managed if _has_health(r)][:most]:
        readiness = _read(resources, resource)
        if readiness and readiness.state != "ready":
            unhealthy.append({**resource, "message": readiness.message})
    return unhealthy


def explained(resources, unhealthy: list[dict]) -> list[dict]:
    """The same with what the pods of workloads state, of those that a message names. For the end of a wait: it asks the
    cluster about each."""
    return [*(_with_cause(resources, resource) for resource in unhealthy[:_NAMED]), *unhealthy[_NAMED:]]


def _with_cause(resources, resource: dict) -> dict:
    kind = _WORKLOADS.get((resource.get("group") or "", str(resource.get("kind"))))
    if kind is None:
        return resource
    try:
        live = resources.get(kind, resource.get("namespace"), resource["name"])
    except MeshError:
        return resource
    cause = workloads.problem(resources, kind, live) if live else ""
    if not cause or cause in resource["message"]:
        return resource
    return {**resource, "message": f"{resource['message']} ({cause})"}


def _message(health: dict) -> str:
    message = health.get("message")
    return f"{health.get('status')}, {message}" if message else str(health.get("status"))


def _has_health(resource: dict) -> bool:
    return (resource.get("group") or "", resource.get("kind")) in _HEALTH or bool(resource.get("group"))


def _judge(group: str, kind: str) -> Callable[[dict], Readiness | None]:
    """Live object of the kind -> Readiness."""
    if group.endswith(".istio.io"):
        return analysis.verdict
    return _HEALTH.get((group, kind), _by_conditions)


def _read(resources, resource: dict) -> Readiness | None:
    """The state of one resource, or None when it cannot be read or has no condition of that sort."""
    group, version = resource.get("group") or "", resource.get("version") or "v1"
    judge = _judge(group, resource["kind"])
    try:
        kind = resources.served_kind(f"{group}/{version}" if group else version, resource["kind"])
        live = resources.get(kind, resource.get("namespace"), resource["name"])
    except MeshError:
        return None
    if live is None:
        return Readiness("waiting", "it does not exist")
    return judge(live)


def _application(live: dict) -> Readiness:
    verdict = status.judge(live)
    return READY if verdict.state == "ready" else Readiness("waiting", verdict.message)


def _by_conditions(live: dict) -> Readiness | None:
    """What most custom resources have: a condition Ready or Available that is not true."""
    for condition in (live.get("status") or {}).get("conditions") or []:
        if isinstance(condition, dict) and condition.get("type") in ("Ready", "Available", "Programmed"):
            if condition.get("status") != "True":
                reason = condition.get("message") or condition.get("reason") or "no reason is given"
                return Readiness("waiting", f"not {condition['type']}: {reason}")
    return None


_WORKLOADS = {(kind.group, kind.kind): kind for kind in workloads.WORKLOADS}
_HEALTH = {(kind.group, kind.kind): kind.ready for kind in builtin.KINDS if kind.ready}
_HEALTH[("", "PersistentVolumeClaim")] = claim_ready
_HEALTH[("", "Service")] = service_ready
_HEALTH[("argoproj.io", "Application")] = _application


def sentence(unhealthy: list[dict]) -> str:
    """``; waiting for Deployment shop/web: 0 of 1 replicas available``, or nothing."""
    if not unhealthy:
        return ""
    named = [f"{status.label(r)}: {r['message']}" for r in unhealthy[:_NAMED]]
    more = f" and {len(unhealthy) - _NAMED} more" if len(unhealthy) > _NAMED else ""
    return f"; waiting for {'; '.join(named)}{more}"
