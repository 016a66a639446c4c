# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is behind a target of a route: its Service, its subset, and the pods that answer."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.pods import is_ready
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import workload_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import destinationrule
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import full_host, service_of
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.weighted import Target
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Side
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import namesakes

_ROOT_NAMESPACE = "istio-system"
_HASH = "pod-template-hash"
_VERSIONS = ("version", "app.kubernetes.io/version")
POD, SERVICE = KINDS["", "Pod"], KINDS["", "Service"]
Document = dict[str, Any]


@dataclass
class Backend:
    """What is behind a target.

    ``problem``: why it cannot take requests, without a full stop; ``pods``: those that it selects, None where nobody
    can tell (no Service with a selector, or pods may not be listed); ``rule``: the DestinationRule of its subset;
    ``namesakes``: other Services of the same port of these pods.
    """

    target: Target
    service: str
    namespace: str
    problem: str = ""
    pods: list[Document] | None = None
    rule: Document | None = None
    labels: dict[str, str] = field(default_factory=dict)
    namesakes: tuple[str, ...] = ()

    @property
    def ready(self) -> int | None:
        """How many pods are ready; None where nobody can tell."""
        return None if self.pods is None else sum(map(is_ready, self.pods))

    @property
    def workloads(self) -> tuple[str, ...]:
        """The names of the workloads, as metrics have them."""
        return tuple(sorted({workload_of(pod).name for pod in self.pods or []}))

    @property
    def side(self) -> Side:
        """What metrics know of it."""
        versions = {next((labels[key] for key in _VERSIONS if key in labels), "") for labels in map(_labels, self._now)}
        version = versions.pop() if len(versions) == 1 else ""
        return Side(self.service, self.namespace, self.workloads, version, self.namesakes)

    @property
    def revisions(self) -> list[str]:
        """What tells one state of its workloads from another: the hashes of the pods' templates."""
        return sorted({labels[_HASH] for labels in map(_labels, self._now) if _HASH in labels})

    @property
    def _now(self) -> list[Document]:
        return [pod for pod in self.pods or [] if not pod["metadata"].get("deletionTimestamp")]


def _labels(pod: Document) -> dict[str, str]:
    return pod["metadata"].get("labels") or {}


def of_istio(resources: Resources, target: Target, namespace: str) -> Backend:
    """What is behind a destination of a VirtualService in this namespace. Raises ApiError."""
    host = full_host(target.host, namespace)
    space, name = service_of(host) or (namespace, host)
    backend = Backend(target, name, space)
    if target.subset:
        _read_subset(resources, backend, host, {namespace, space, _ROOT_NAMESPACE})
    if service_of(host) and not backend.problem:
        _read_pods(resources, backend)
    return backend


def of_gateway_api(resources: Resources, target: Target, namespace: str) -> Backend:
    """What is behind a backend of a route of the Gateway API in this namespace. Raises ApiError."""
    space, _slash, name = target.host.rpartition("/")
    backend = Backend(target, name, space or namespace)
    _read_pods(resources, backend)
    return backend


def _read_subset(resources: Resources, backend: Backend, host: str, namespaces: set[str]) -> None:
    rules: list[Document] = []
    for space in sorted(namespaces):
        try:
            rules += resources.list(destinationrule.KIND, space)
        except NotInstalled:
            continue
    for_host = [rule for rule in rules if _is_for(rule, host)]
    known = [str(subset.get("name")) for rule in for_host for subset in rule["spec"].get("subsets") or []]
    for rule in for_host:
        for subset in rule["spec"].get("subsets") or []:
            if subset.get("name") == backend.target.subset:
                backend.rule, backend.labels = rule, subset.get("labels") or {}
                return
    there = f"they have {', '.join(sorted(known))}" if known else "there is none with subsets"
    backend.problem = f"no DestinationRule of {host} has the subset {backend.target.subset}; {there}"


def _is_for(rule: Document, host: str) -> bool:
    stated = str((rule.get("spec") or {}).get("host") or "")
    return fnmatch.fnmatchcase(host, full_host(stated, rule["metadata"].get("namespace")))


def _read_pods(resources: Resources, backend: Backend) -> None:
    service = resources.get(SERVICE, backend.namespace, backend.service)
    if service is None:
        backend.problem = f"there is no Service {backend.namespace}/{backend.service}"
        return
    selector = (service.get("spec") or {}).get("selector")
    if not selector:
        return
    labels = {**selector, **backend.labels}
    wanted = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
    pods = _listed(resources, POD, backend.namespace, wanted)
    if pods is None:
        return
    backend.pods = pods
    backend.namesakes = namesakes.of(service, _listed(resources, SERVICE, backend.namespace) or [], pods)
    if not backend.ready:
        backend.problem = f"none of its {len(backend.pods)} pods is ready" if backend.pods else "it has no pods"
        backend.problem += f" ({wanted} in {backend.namespace})"


def _listed(resources: Resources, kind: Kind, namespace: str, selector: str = "") -> list[Document] | None:
    """The objects of a namespace; None where they may not be listed. Raises ApiError."""
    try:
        listed: list[Document] = resources.list(kind, namespace, selector)
    except ApiError as error:
        if error.status != 403:
            raise
        return None
    return listed
