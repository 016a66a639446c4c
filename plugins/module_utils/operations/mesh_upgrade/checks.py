# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What forbids an upgrade, and what one should know before it. Pure: from the facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import few
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.versions import unsupported_step
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import REVISION, same_version
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import mesh_problems
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import behaviour, stages
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.facts import Facts
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade.stages import Goal

_JUMP = 2  # minor versions, beside the old control plane (istio.io, Canary upgrades)
_IN_PLACE = 1  # minor version (istio.io, In-place upgrades)
_NAMED = 5  # objects that a line names


def problems(facts: Facts, goal: Goal) -> list[str]:
    """What has to be mended first, one line each."""
    return [
        *_step(facts, goal),
        *_planes(facts, goal),
        *mesh_problems.tags(facts.mesh["tags"], {row["revision"] for row in facts.mesh["control_planes"]}),
        *mesh_problems.namespaces(facts.mesh["namespaces"]),
        *_webhooks(facts, goal),
        *mesh_problems.crds(facts.mesh["crds"]),
    ]


def remarks(facts: Facts, goal: Goal) -> list[str]:
    """What the upgrade cannot do or prove, and what will be otherwise afterwards, one line each."""
    back = stages.is_back(facts, goal)
    return [
        *_left_out(facts),
        *_own_selectors(facts),
        *_gaps(facts),
        *_hasty(facts),
        *_budgets(facts),
        *_unconnected(facts),
        *_without_a_second(goal, back),
        *([] if back else _behaviour(facts, goal)),
    ]


def _step(facts: Facts, goal: Goal) -> Iterator[str]:
    before = stages.left_version(facts, goal)
    is_back = stages.is_back(facts, goal)
    if goal.in_place:
        yield from _in_place(facts, goal, before, is_back)
        return
    live = facts.version_of(goal.revision)
    if not goal.origin and live and not same_version(live, goal.version):
        yield (
            f"revision {goal.revision} is there in {live}, and no other is: give the new control plane a revision of "
            "its own, or replace this one in place"
        )
    reason = unsupported_step(before, goal.version, _JUMP) if before else ""
    if reason and not is_back:
        yield f"Istio does not support this step: {reason}. Go over a version between them"


def _in_place(facts: Facts, goal: Goal, before: str, is_back: bool) -> Iterator[str]:
    """One minor version at a time, with all proxies: a control plane may be one ahead of them."""
    if facts.plane(goal.revision) is None:
        yield f"revision {goal.revision} has no control plane that could be replaced in place"
    step = (goal.version, before) if is_back else (before, goal.version)
    reason = unsupported_step(*step, _IN_PLACE) if before else ""
    if reason:
        yield f"Istio does not support this step in place: {reason}. Go over a version between them"
    for row in facts.mesh["workloads"]:
        old = [version for version in row["versions"] if not is_back and _is_left_behind(version, goal.version)]
        if goal.revision in row["revisions"] and old:
            yield (
                f"{Workload.of_row(row).label} has proxies of {old[0]}, which {goal.version} does not support: "
                "restart it before the control plane goes on"
            )


def _is_left_behind(proxy: str, plane: str) -> bool:
    return bool(mesh_problems.minor(proxy) and unsupported_step(proxy, plane, _IN_PLACE) and proxy != plane)


def _without_a_second(goal: Goal, is_back: bool) -> Iterator[str]:
    if goal.in_place:
        yield "in place all proxies get their configuration from the new control plane as soon as it is ready"
    if goal.in_place and is_back:
        yield "until they are restarted, proxies are newer than the control plane, which Istio does not support"


def _planes(facts: Facts, goal: Goal) -> Iterator[str]:
    plane = facts.plane(goal.origin)
    if goal.origin and plane is None and facts.plane(goal.revision) is None:
        yield f"neither revision {goal.origin} nor {goal.revision} has a control plane"
    for row in facts.mesh["control_planes"]:
        if row["revision"] == goal.origin != goal.revision and not row["ready"] and not stages.is_back(facts, goal):
            yield f"istiod {row['namespace']}/{row['name']} is not ready: mend it, or go back, before anything moves"


def _webhooks(facts: Facts, goal: Goal) -> Iterator[str]:
    """Of other revisions than the new one, whose istiod a stage waits for."""
    ready = {row["revision"] for row in facts.mesh["control_planes"] if row["ready"]}
    for row in facts.mesh["webhooks"]:
        if row["failure_policy"] == "Fail" and row["revision"] not in ("", goal.revision, *ready):
            yield f"{row['kind']} {row['name']} refuses all writes: revision {row['revision']} has no ready istiod"


def _left_out(facts: Facts) -> Iterator[str]:
    for workload, reason in sorted(facts.unrestartable.items()):
        yield f"{workload.label} is not restarted: {reason}"
    for name in sorted(facts.namespaces):
        if facts.is_excluded(name):
            yield f"Namespace {name} is left alone: its owner excludes it"


def _own_selectors(facts: Facts) -> Iterator[str]:
    gateways = facts.gateway_workloads()
    for workload, item in sorted(facts.objects.items()):
        labels = (item["spec"]["template"].get("metadata") or {}).get("labels") or {}
        namespace = facts.namespaces.get(workload.namespace) or {"metadata": {}}
        of_namespace = namespace["metadata"].get("labels") or {}
        if workload in gateways or labels.get("app") == "istiod":
            continue
        if REVISION in labels and REVISION not in of_namespace:
            yield (
                f"{workload.label} selects revision {labels[REVISION]} by a label of its pods, which "
                "is for its owner to change"
            )


def _gaps(facts: Facts) -> Iterator[str]:
    """Workloads that answer nothing for a while when they are restarted."""
    for workload, item in sorted(facts.objects.items()):
        reason = gap(workload.kind, item["spec"])
        if reason:
            yield f"{workload.label} has a gap when it is restarted: {reason}"


def _hasty(facts: Facts) -> Iterator[str]:
    """Workloads that end at once, while proxies still send them what was on its way."""
    rows = set(map(Workload.of_row, facts.mesh["workloads"])) - facts.gateway_workloads()
    hasty = sorted(f"{it.namespace}/{it.name}" for it, item in facts.objects.items() if it in rows and is_hasty(item))
    if hasty:
        yield (
            f"no preStop hook: {few(hasty, _NAMED)}. Unless they go on serving after SIGTERM by "
            "themselves, a restart loses requests that are on their way; a preStop that sleeps prevents that"
        )


def is_hasty(item: dict[str, Any]) -> bool:
    """Whether no container of a workload waits before it ends."""
    containers = (item["spec"]["template"].get("spec") or {}).get("containers") or []
    return not any((container.get("lifecycle") or {}).get("preStop") for container in containers)


def gap(kind: str, spec: dict[str, Any]) -> str:
    """Why a rolling restart leaves no pod for a while; empty where one is always there."""
    replicas = spec.get("replicas", 1)
    if kind == "Deployment":
        strategy = spec.get("strategy") or {}
        if strategy.get("type") == "Recreate":
            return "its strategy is Recreate"
        unavailable = str((strategy.get("rollingUpdate") or {}).get("maxUnavailable", "25%"))
        # A share is rounded down (Kubernetes, Deployments).
        count = replicas * int(unavailable[:-1]) // 100 if unavailable.endswith("%") else int(unavailable)
        return f"maxUnavailable {unavailable} of {replicas} replicas" if 0 < replicas <= count else ""
    if kind == "StatefulSet" and replicas == 1:
        return "a StatefulSet with one replica"
    return ""


def _budgets(facts: Facts) -> Iterator[str]:
    places = {row["namespace"] for row in facts.mesh["workloads"]} | {"istio-system"}
    for item in facts.budgets:
        metadata, status = item["metadata"], item.get("status") or {}
        if metadata["namespace"] in places and status.get("expectedPods") and not status.get("disruptionsAllowed"):
            yield (
                f"PodDisruptionBudget {metadata['namespace']}/{metadata['name']} allows no disruption: a rollout "
                "goes on, and the drain of a node would wait"
            )


def _unconnected(facts: Facts) -> Iterator[str]:
    count = facts.mesh["proxies"]["unconnected"]
    if count:
        yield f"{count} proxies are connected to no istiod that was asked"


def _behaviour(facts: Facts, goal: Goal) -> Iterator[str]:
    for change in behaviour.between(stages.left_version(facts, goal), goal.version):
        yield f"{change.since}: {change.text}. {change.source}"
    if facts.envoy_filters:
        names = [f"{item['metadata']['namespace']}/{item['metadata']['name']}" for item in facts.envoy_filters[:_NAMED]]
        yield f"EnvoyFilters depend on the version of Envoy; look at {', '.join(names)}"
