# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates that gateways serve to clients outside: which Secret, until when, for which hosts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.certificates import Certificate
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import live
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import SECRET
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import ca
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import GATEWAY_NAME
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import injection

ISTIO_GATEWAY = KINDS["networking.istio.io", "Gateway"]
GATEWAY = KINDS["gateway.networking.k8s.io", "Gateway"]
# Forms of a credential, in the order in which istiod looks: kubernetes.io/tls, and generic Secrets.
FORMS = (("tls.crt", "tls.key"), ("cert", "key"))
Document = dict[str, Any]


@dataclass(frozen=True)
class Use:
    """One server or listener that serves a Secret for ``hosts`` on a port, from these pods."""

    gateway: str
    namespace: str
    secret: str
    hosts: tuple[str, ...]
    port: int
    pods: tuple[Document, ...] = field(repr=False, default=())


def uses(resources: Resources) -> list[Use]:
    """Where gateways of both APIs serve certificates from Secrets. A Secret is read in the namespace of the gateway's
    pods, and for the Gateway API where the reference says. Raises ApiError.
    """
    pods = injection.pods_of(resources, None)
    listed = [use for gateway in _list(resources, ISTIO_GATEWAY) for use in _of_istio(gateway, pods)]
    return listed + [use for gateway in _list(resources, GATEWAY) for use in _of_api(gateway, pods)]


def _list(resources: Resources, kind: Any) -> list[Document]:
    try:
        return resources.list(kind)
    except NotInstalled:
        return []


def _of_istio(gateway: Document, pods: list[Document]) -> Iterator[Use]:
    label = ISTIO_GATEWAY.label(gateway["metadata"]["namespace"], gateway["metadata"]["name"])
    selector = (gateway["spec"].get("selector") or {}).items()
    chosen = [pod for pod in pods if selector and selector <= (pod["metadata"].get("labels") or {}).items()]
    for server in gateway["spec"].get("servers") or []:
        name = (server.get("tls") or {}).get("credentialName")
        if not name:
            continue
        hosts = tuple(host.rpartition("/")[2] for host in server.get("hosts") or [])
        number = (server.get("port") or {}).get("number") or 0
        for namespace in sorted({pod["metadata"]["namespace"] for pod in chosen}) or [gateway["metadata"]["namespace"]]:
            own = tuple(pod for pod in chosen if pod["metadata"]["namespace"] == namespace)
            yield Use(label, namespace, name, hosts, number, own)


def _of_api(gateway: Document, pods: list[Document]) -> Iterator[Use]:
    namespace, name = gateway["metadata"]["namespace"], gateway["metadata"]["name"]
    own = tuple(
        pod
        for pod in pods
        if pod["metadata"]["namespace"] == namespace and (pod["metadata"].get("labels") or {}).get(GATEWAY_NAME) == name
    )
    for listener in gateway["spec"].get("listeners") or []:
        for reference in (listener.get("tls") or {}).get("certificateRefs") or []:
            hosts = (listener["hostname"],) if listener.get("hostname") else ()
            place = reference.get("namespace") or namespace
            yield Use(GATEWAY.label(namespace, name), place, reference["name"], hosts, listener["port"], own)


def uncovered(certificate: Certificate, hosts: Iterable[str]) -> list[str]:
    """The hosts that a certificate is not valid for. ``*``, which takes any name, needs none."""
    return [host for host in hosts if host != "*" and not certificate.covers(host)]


def certificate_in(secret: Document, label: str) -> Certificate:
    """The certificate that a gateway takes from a Secret. Raises MeshError."""
    data = secret.get("data") or {}
    for cert, key in FORMS:
        if data.get(cert):
            if not data.get(key):
                raise MeshError(f"{label} has {cert} and no {key}.")
            part = f"{label}, key {cert}"
            return certificates.read(ca.text(data[cert], part), part)[0]
    raise MeshError(f"{label} has no certificate: neither tls.crt nor cert is among its keys.")


def rows(resources: Resources, now: datetime) -> list[Document]:
    """Each use with its certificate, as a result has it: ``problem`` says what is wrong, or is None."""
    listed = uses(resources)
    places = list(dict.fromkeys((use.namespace, use.secret) for use in listed))  # many servers have the same Secret
    read = dict(zip(places, live.parallel(lambda place: _certificate(resources, *place), places), strict=True))
    return [_row(use, read[use.namespace, use.secret], now) for use in listed]


def _certificate(resources: Resources, namespace: str, name: str) -> Certificate | str:
    """The certificate of a Secret, or why there is none."""
    label = SECRET.label(namespace, name)
    try:
        secret = resources.get(SECRET, namespace, name)
        if secret is None:
            return f"{label} does not exist, so the gateway serves nothing on this port."
        return certificate_in(secret, label)
    except ApiError as error:
        return f"{label} cannot be read: {error.message}"
    except MeshError as error:
        return error.message


def _row(use: Use, certificate: Certificate | str, now: datetime) -> Document:
    label = SECRET.label(use.namespace, use.secret)
    row: Document = {
        "gateway": use.gateway,
        "secret": f"{use.namespace}/{use.secret}",
        "hosts": list(use.hosts),
        "port": use.port,
        "certificate": None,
        "uncovered_hosts": [],
    }
    if isinstance(certificate, str):
        return {**row, "problem": certificate}
    lacking = uncovered(certificate, use.hosts)
    problem = ""
    if certificate.not_after <= now:
        problem = f"{label}: its certificate has expired."
    elif lacking:
        problem = f"{label}: its certificate is not valid for {', '.join(lacking)}."
    elif not use.pods:
        problem = f"{use.gateway} selects no pod."
    return {**row, "certificate": certificate.row(now), "uncovered_hosts": lacking, "problem": problem or None}
