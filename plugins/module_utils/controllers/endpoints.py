# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pod behind a Service, for a port-forward: by its EndpointSlices, which know ready pods and their real ports."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import Session


@dataclass(frozen=True)
class ServicePort:
    """``port``: the name or the number of a port of the Service, or the number that its pods listen on; empty where
    there is only one.
    """

    namespace: str
    name: str
    port: str = ""

    @property
    def label(self) -> str:
        return f"Service {self.namespace}/{self.name}"


class NoPod(OSError):
    """No ready pod is behind the Service now; the message says so."""


def pod_behind(session: Session, service: ServicePort) -> tuple[str, int]:
    """The name of a ready pod and the number of its port.

    Raises NoPod; MeshError for a port that the Service does not have; ApiError, with a message about permissions.
    """
    path = f"/apis/discovery.k8s.io/v1/namespaces/{service.namespace}/endpointslices"
    try:
        answer = session.request("GET", path, {"labelSelector": f"kubernetes.io/service-name={service.name}"})
    except ApiError as error:
        if error.status == 403:
            error.message += (
                f" To reach {service.label}, the verb list on endpointslices and the verbs get and create on "
                f"pods/portforward in namespace {service.namespace} are needed; or set a url."
            )
        raise
    slices = answer.get("items") or []
    if not slices:
        raise NoPod(f"{service.label} does not exist, or has no endpoints")
    ports = [port for each in slices for port in each.get("ports") or []]
    number = _number(session, service, ports)
    pods = sorted(pod for each in slices for pod in _ready(each, number))
    if not pods:
        raise NoPod(f"no ready pod is behind {service.label}")
    return pods[0], number


def _number(session: Session, service: ServicePort, ports: list[dict]) -> int:
    """The number on the pods. An EndpointSlice has the names of the Service's ports, and the numbers of the pods'."""
    tcp = [port for port in ports if port.get("port") and port.get("protocol", "TCP") == "TCP"]
    wanted = [port for port in tcp if not service.port or service.port in (port.get("name"), str(port["port"]))]
    if not wanted and service.port.isdecimal():
        names = _names(session, service)
        wanted = [port for port in tcp if (port.get("name") or "") in names]
    numbers = {port["port"] for port in wanted}
    if len(numbers) == 1:
        return int(numbers.pop())
    known = ", ".join(sorted({f"{port.get('name') or 'unnamed'} ({port['port']})" for port in tcp})) or "none"
    problem = "has several ports" if numbers else f"has no port {service.port!r}"
    raise MeshError(f"{service.label} {problem}. Set service.port to one of: {known}.")


def _names(session: Session, service: ServicePort) -> set[str]:
    """The names of the Service's ports of that number."""
    live = session.request("GET", f"/api/v1/namespaces/{service.namespace}/services/{service.name}")
    return {port.get("name") or "" for port in live["spec"].get("ports") or [] if str(port["port"]) == service.port}


def _ready(endpoint_slice: dict, number: int) -> list[str]:
    if all(port.get("port") != number for port in endpoint_slice.get("ports") or []):
        return []
    return [
        endpoint["targetRef"]["name"]
        for endpoint in endpoint_slice.get("endpoints") or []
        if (endpoint.get("targetRef") or {}).get("kind") == "Pod"
        and (endpoint.get("conditions") or {}).get("ready") is not False
    ]
