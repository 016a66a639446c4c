# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificate the pods of a gateway really serve: by a TLS handshake with each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.certificates import Certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers import handshake
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.pods import is_ready
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gateway_certificates import Use

SERVICE = KINDS["", "Service"]
Document = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """One pod of a gateway, the port that it listens on, and a host that it serves there; ``host`` may be empty."""

    namespace: str
    pod: str
    port: int
    host: str

    @property
    def label(self) -> str:
        return f"{self.namespace}/{self.pod} on port {self.port}"

    def row(self) -> Document:
        """It in a result."""
        return {"namespace": self.namespace, "pod": self.pod, "port": self.port, "host": self.host or None}


def places(task: Task, now: list[Use], wanted: list[Use]) -> list[Place]:
    """Where the certificate is to be served: the ready pods of these gateways as they are ``now``."""
    services: dict[str, list[Document]] = {}
    chosen = {(use.gateway, use.namespace, use.secret) for use in wanted}
    listed = []
    for use in now:
        if (use.gateway, use.namespace, use.secret) not in chosen:
            continue
        for pod in filter(is_ready, use.pods):
            namespace = pod["metadata"]["namespace"]
            if namespace not in services:
                services[namespace] = task.resources.list(SERVICE, namespace)
            port = listening_port(pod, use.port, services[namespace])
            listed += [Place(namespace, pod["metadata"]["name"], port, host) for host in _probed(use.hosts)]
    return list(dict.fromkeys(listed))


def _probed(hosts: tuple[str, ...]) -> list[str]:
    """A name for each host that a client could ask for; ``*.`` stands for any label."""
    names = [f"probe.{host[2:]}" if host.startswith("*.") else host for host in hosts if host != "*"]
    return names or [""]


def listening_port(pod: Document, number: int, services: list[Document]) -> int:
    """A Gateway has the number of a Service's port; its pods listen on the target port of it."""
    labels = (pod["metadata"].get("labels") or {}).items()
    for service in services:
        selector = (service["spec"].get("selector") or {}).items()
        if not selector or not selector <= labels:
            continue
        for port in service["spec"].get("ports") or []:
            if port["port"] == number:
                return _target(pod, port)
    return number


def _target(pod: Document, port: Document) -> int:
    target = port.get("targetPort") or port["port"]
    if isinstance(target, int):
        return target
    named = [own for container in pod["spec"].get("containers") or [] for own in container.get("ports") or []]
    return next((int(own["containerPort"]) for own in named if own.get("name") == target), int(port["port"]))


def lacking(task: Task, place: Place, leaf: Certificate) -> str:
    """Why a pod does not serve the certificate, without a full stop; empty when it does. Raises MeshError."""
    name = place.host or next((name for name in leaf.names if not name.startswith("*")), "localhost")
    try:
        data = handshake.served(task.session, place.namespace, place.pod, place.port, name)
    except handshake.NoHandshake as trouble:
        return f"no TLS handshake for {name}: {trouble}"
    except ApiError as error:
        raise MeshError(
            f"The gateway {place.namespace}/{place.pod} cannot be asked for its certificate: {error.message} It needs "
            "the verbs get and create on pods/portforward there. With wait: false the task does not ask."
        ) from None
    served = certificates.from_der(data)
    if served.fingerprint == leaf.fingerprint:
        return ""
    return f"it serves {served.subject or 'a certificate'} with the serial {served.serial} for {name}"
