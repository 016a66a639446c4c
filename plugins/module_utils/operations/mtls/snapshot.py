# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What decides about mTLS in a cluster, read once: policies, workloads with proxies, callers without, and others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import (
    Workload,
    by_workload,
    is_live,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import mtls
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import is_gateway, is_in_mesh
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.mtls import Effective, Policies
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import plaintext

Document = dict[str, Any]
_OWN = (15020, 15021, 15090)  # ports of the proxy itself, which are never captured
_POLICY = KINDS["security.istio.io", "PeerAuthentication"]
_ALWAYS = (_POLICY, KINDS["", "Pod"])
# What is read to see what would break; without a right or a definition, the rest is judged all the same.
_OTHERS = {
    "services": KINDS["", "Service"],
    "rules": KINDS["networking.istio.io", "DestinationRule"],
    "validators": KINDS["admissionregistration.k8s.io", "ValidatingWebhookConfiguration"],
    "mutators": KINDS["admissionregistration.k8s.io", "MutatingWebhookConfiguration"],
    "api_services": KINDS["apiregistration.k8s.io", "APIService"],
    "service_monitors": KINDS["monitoring.coreos.com", "ServiceMonitor"],
    "pod_monitors": KINDS["monitoring.coreos.com", "PodMonitor"],
}


@dataclass(frozen=True)
class Member:
    """A workload whose pods take mTLS. ``services``: those that select its pods."""

    workload: Workload
    pods: list[Document]
    effective: Effective
    services: list[Document]

    @property
    def namespace(self) -> str:
        return self.workload.namespace

    @property
    def name(self) -> str:
        return self.workload.name

    @property
    def labels(self) -> dict[str, str]:
        return labels_of(self.pods[0])

    @property
    def ports(self) -> set[int]:
        """The numbers of the ports that its containers name."""
        return {port["containerPort"] for port in container_ports(self.pods[0])}

    def requires(self, port: int) -> bool:
        """Whether a STRICT of the namespace would be for this container port: a proxy takes it, without exception."""
        if not is_captured(self.pods[0], port):
            return False
        own = self.effective.ports.get(port)
        if own is None and self.effective.source and mtls.selector_of(self.effective.source):
            own = self.effective.mode
        return own in (None, mtls.STRICT)


@dataclass(frozen=True)
class Snapshot:
    """``callers``: workloads (``NAMESPACE/NAME``) that send plain text; ``unread``: kinds that may not be listed."""

    policies: Policies
    members: list[Member]
    callers: list[str]
    others: Mapping[str, list[Document]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    def objects(self, name: str) -> list[Document]:
        """The objects of a key of ``_OTHERS``."""
        return self.others.get(name) or []

    @property
    def namespaces(self) -> list[str]:
        """Those that have workloads with proxies."""
        return sorted({member.namespace for member in self.members})

    def behind(self, namespace: str, service: str) -> list[Member]:
        """The workloads behind a Service."""
        return [
            member
            for member in self.members
            if member.namespace == namespace and any(each["metadata"]["name"] == service for each in member.services)
        ]


def read(task: Task, root: str, planned: Iterable[Document] = (), dropped: Iterable[str] = ()) -> Snapshot:
    """Everything, by one LIST of each kind; ``planned``: policies that count as if they were there as they are here;
    ``dropped``: names (``NAMESPACE/NAME``) of those that count as if they were gone.

    Raises MeshError where policies or pods may not be listed.
    """
    resources, kinds = task.resources, [*_ALWAYS, *_OTHERS.values()]

    def listed(kind: Kind) -> list[Document] | None:
        try:
            return resources.list(kind, None)
        except NotInstalled:
            if kind is _POLICY:
                raise
            return []
        except ApiError as error:
            if error.status != 403 or kind in _ALWAYS:
                raise
            return None

    policies, pods, *rest = parallel(listed, kinds)
    others = dict(zip(_OTHERS, rest, strict=True))
    unread = tuple(_OTHERS[name].kind for name, objects in others.items() if objects is None)
    lists = {name: objects or [] for name, objects in others.items()}
    return of(Policies(_as_planned(policies or [], planned, set(dropped)), root), pods or [], lists, unread)


def _as_planned(policies: list[Document], planned: Iterable[Document], dropped: set[str]) -> list[Document]:
    """The policies as they are going to be; what is changed keeps its age, by which the oldest wins."""
    there = {mtls.name_of(policy): policy for policy in policies if mtls.name_of(policy) not in dropped}
    for policy in planned:
        created = (there.get(mtls.name_of(policy)) or {"metadata": {}})["metadata"].get("creationTimestamp")
        age = {"creationTimestamp": created} if created else {}
        there[mtls.name_of(policy)] = {**policy, "metadata": {**policy["metadata"], **age}}
    return list(there.values())


def of(
    policies: Policies, pods: list[Document], others: Mapping[str, list[Document]], unread: tuple[str, ...] = ()
) -> Snapshot:
    """The snapshot of what was listed."""
    running = [pod for pod in pods if is_live(pod)]
    services = others.get("services") or []
    members = []
    for workload, own in by_workload(pod for pod in running if is_meshed(pod)).items():
        labels = labels_of(own[0])
        selecting = [each for each in services if _selects(each, workload.namespace, labels)]
        members.append(Member(workload, own, policies.of(workload.namespace, labels), selecting))
    return Snapshot(policies, members, plaintext.callers_of(running), others, unread)


def is_meshed(pod: Document) -> bool:
    """Whether PeerAuthentications are for a pod: it has a sidecar or ztunnel; a gateway's listeners have TLS of their
    own."""
    return is_in_mesh(pod) and not is_gateway(pod)


def _selects(service: Document, namespace: str, labels: Mapping[str, str]) -> bool:
    selector = service["spec"].get("selector") or {}
    return bool(selector) and service["metadata"]["namespace"] == namespace and mtls.matches(selector, labels)


def labels_of(document: Document) -> dict[str, str]:
    """The labels of an object."""
    labels: dict[str, str] = document["metadata"].get("labels") or {}
    return labels


def annotations_of(document: Document) -> dict[str, str]:
    """The annotations of an object."""
    annotations: dict[str, str] = document["metadata"].get("annotations") or {}
    return annotations


def container_ports(pod: Document) -> list[Document]:
    """The ports that the containers of a pod name, without those of its proxy."""
    containers = [each for each in pod["spec"].get("containers") or [] if each.get("name") != "istio-proxy"]
    return [port for each in containers for port in each.get("ports") or []]


def port_number(pod: Document, port: Any) -> int | None:
    """The number of a container port by its name or number; None for a name that no container has."""
    if isinstance(port, int) or str(port).isdigit():
        return int(port)
    return next((each["containerPort"] for each in container_ports(pod) if each.get("name") == port), None)


def is_captured(pod: Document, port: int) -> bool:
    """Whether the proxy takes what arrives at a port, by the annotations of the pod."""
    annotations = annotations_of(pod)
    included = annotations.get("traffic.sidecar.istio.io/includeInboundPorts", "*")
    excluded = annotations.get("traffic.sidecar.istio.io/excludeInboundPorts", "")
    if port in _OWN or str(port) in _listed(excluded):
        return False
    return included.strip() == "*" or str(port) in _listed(included)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]
