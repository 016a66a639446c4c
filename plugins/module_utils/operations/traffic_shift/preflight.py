# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would make a shift fail, or do nothing, or be undone by somebody: found before the first write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import is_deleting
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import virtualservice
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import full_host
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import edit
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.sides import Backend
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route

Document = dict[str, Any]
# Controllers that own the routes of a canary, by the kind of theirs that names it.
_CONTROLLERS = {"Rollout": "Argo Rollouts", "Canary": "Flagger"}
_MANAGERS = {"rollouts-controller": "Argo Rollouts", "flagger": "Flagger"}
_ANNOTATIONS = {"flagger.kubernetes.io/original-configuration": "Flagger"}
_AUTOSCALER = Kind("autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers", ("v2",))
_ROLLOUT = Kind("argoproj.io", "Rollout", "rollouts", ("v1alpha1",))
_CANARY = Kind("flagger.app", "Canary", "canaries", ("v1beta1",))


def problems(resources: Resources, route: Route, live: Document, both: list[Backend]) -> list[str]:
    """What is to be mended first, each without a full stop. ``both``: what is behind the stable and the canary side."""
    return [
        *([f"{route.label} is being deleted"] if is_deleting(live) else []),
        *_owners(resources, route, live),
        *_backends(both),
        *(_rivals(resources, route, live) if route.kind is virtualservice.KIND else []),
    ]


def _owners(resources: Resources, route: Route, live: Document) -> Iterator[str]:
    metadata = live["metadata"]
    way = "Steer it there, or take the route away from it first"
    for owner in metadata.get("ownerReferences") or []:
        if owner.get("kind") in _CONTROLLERS:
            yield f"{route.label} belongs to {owner['kind']} {owner['name']} of {_CONTROLLERS[owner['kind']]}. {way}"
            return
    for name, product in _ANNOTATIONS.items():
        if name in (metadata.get("annotations") or {}):
            yield f"{route.label} is managed by {product} (annotation {name}). {way}"
            return
    for rollout in _listed(resources, _ROLLOUT, route.namespace):
        if {route.name, f"{route.name}.{route.namespace}"} & set(_routes_of(rollout)):
            yield f"{route.label} is managed by Rollout {rollout['metadata']['name']} of Argo Rollouts. {way}"
            return
    for canary in _listed(resources, _CANARY, route.namespace):
        if route.name == _route_of(canary):
            yield f"{route.label} is managed by Canary {canary['metadata']['name']} of Flagger. {way}"
            return
    for entry in metadata.get("managedFields") or []:
        rules = (entry.get("fieldsV1") or {}).get("f:spec") or {}
        product = _MANAGERS.get(str(entry.get("manager")), "")
        if product and f"f:{route.form.rules}" in rules:
            yield f"the rules of {route.label} were written by {product} last (field manager {entry['manager']}). {way}"
            return


def _routes_of(rollout: Document) -> list[str]:
    """The VirtualServices and HTTPRoutes that a Rollout writes to."""
    strategy = ((rollout.get("spec") or {}).get("strategy") or {}).get("canary") or {}
    routing = strategy.get("trafficRouting") or {}
    istio = routing.get("istio") or {}
    entries = [istio.get("virtualService") or {}, *(istio.get("virtualServices") or [])]
    plugin = (routing.get("plugins") or {}).get("argoproj-labs/gatewayAPI") or {}
    return [*(str(entry.get("name")) for entry in entries), str(plugin.get("httpRoute")), str(plugin.get("grpcRoute"))]


def _route_of(canary: Document) -> str:
    """The name of the VirtualService or HTTPRoute that Flagger writes for a Canary."""
    spec = canary.get("spec") or {}
    return str((spec.get("service") or {}).get("name") or (spec.get("targetRef") or {}).get("name"))


def _listed(resources: Resources, kind: Kind, namespace: str | None) -> list[Document]:
    """Objects of a kind that need not be there; none where they may not be listed."""
    try:
        return resources.list(kind, namespace)
    except (NotInstalled, ApiError):
        return []


def _backends(both: list[Backend]) -> Iterator[str]:
    for backend in both:
        if backend.problem:
            yield f"{backend.target.label} cannot take requests: {backend.problem}"
    stable, canary = both
    names = {pod["metadata"]["name"] for pod in stable.pods or []}
    shared = [pod["metadata"]["name"] for pod in canary.pods or [] if pod["metadata"]["name"] in names]
    if shared:
        yield f"{stable.target.label} and {canary.target.label} select the same pods ({', '.join(shared[:3])})"


def _rivals(resources: Resources, route: Route, live: Document) -> Iterator[str]:
    """Other VirtualServices of the same host in the mesh: sidecars use the oldest one alone."""
    if not _in_mesh(live):
        return
    hosts = _hosts(live)
    for other in _listed(resources, route.kind, None) or _listed(resources, route.kind, route.namespace):
        if other["metadata"].get("uid") == live["metadata"].get("uid") or not _in_mesh(other):
            continue
        shared = sorted(hosts & _hosts(other))
        if shared:
            label = route.kind.label(other["metadata"].get("namespace"), other["metadata"]["name"])
            yield f"{label} also routes {shared[0]} in the mesh; Istio uses only one of them. Make one of the two"


def _in_mesh(live: Document) -> bool:
    gateways = (live.get("spec") or {}).get("gateways")
    return not gateways or "mesh" in gateways


def _hosts(live: Document) -> set[str]:
    namespace = edit.namespace_of(live)
    return {full_host(str(host), namespace) for host in (live.get("spec") or {}).get("hosts") or []}


def _merged(resources: Resources, route: Route, live: Document) -> Iterator[str]:
    """Other VirtualServices of the same host at the same gateway: Istio makes one of them all, in no certain order."""
    if route.kind is not virtualservice.KIND:
        return
    hosts, gateways = _hosts(live), _gateways(live)
    for other in _listed(resources, route.kind, None) or _listed(resources, route.kind, route.namespace):
        shared = sorted(gateways & _gateways(other))
        if other["metadata"].get("uid") != live["metadata"].get("uid") and shared and hosts & _hosts(other):
            label = route.kind.label(other["metadata"].get("namespace"), other["metadata"]["name"])
            yield (
                f"{route.label}: {label} also routes {min(hosts & _hosts(other))} at gateway {shared[0]}. Istio merges "
                "the two in no certain order, and requests that a rule there takes are not shifted."
            )


def _gateways(live: Document) -> set[str]:
    """Gateways as NAMESPACE/NAME, without the mesh."""
    namespace = edit.namespace_of(live)
    names = {str(name) for name in (live.get("spec") or {}).get("gateways") or []}
    return {name if "/" in name else f"{namespace}/{name}" for name in names - {"mesh"}}


def remarks(resources: Resources, route: Route, live: Document, both: list[Backend], most: int) -> list[str]:
    """What a person should know, though the shift can begin. ``most``: the largest percentage of its steps."""
    stable, canary = both
    warnings = [*_merged(resources, route, live)]
    for backend in both:
        if backend.pods is None:
            warnings.append(f"{route.label}: nobody can tell whether {backend.target.label} has ready endpoints.")
    if stable.ready and canary.ready and canary.ready * 100 < stable.ready * most:
        warnings.append(
            f"{route.label}: {canary.target.label} has {canary.ready} ready pods, {stable.target.label} has "
            f"{stable.ready}, and the canary is to get up to {most} % of the requests. See that it is large enough."
        )
    for scaler in _listed(resources, _AUTOSCALER, stable.namespace):
        spec = scaler.get("spec") or {}
        least, reference = spec.get("minReplicas") or 1, spec.get("scaleTargetRef") or {}
        if reference.get("name") in stable.workloads and least < (stable.ready or 0):
            warnings.append(
                f"{route.label}: HorizontalPodAutoscaler {scaler['metadata']['name']} can shrink {reference['name']} "
                f"from {stable.ready} to {least} pods while the canary has its requests; going back would meet those "
                "few. Raise minReplicas for the time of the shift."
            )
    return warnings
