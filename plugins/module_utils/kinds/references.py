# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an object refers to: hosts, subsets, gateways, secrets, services, projects. Pure, and the same for every kind.

A kind lists rules; each says at which path of a document which kind of object is named. ``references(document)`` of the
kind then gives every reference with the field that holds it. Whether a reference leads somewhere is for others to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

# Istio's hosts are names, not objects: of a Service, of a ServiceEntry, or of a host that a gateway serves.
HOST = ("", "host")
SECRET = ("", "Secret")
CONFIGMAP = ("", "ConfigMap")
SERVICE = ("", "Service")
SERVICE_ACCOUNT = ("", "ServiceAccount")


class Reference(NamedTuple):
    """One name in an object that stands for another object.

    ``field``: where it stands, ``spec.http[0].route[1].destination``; ``kind``: (group, kind) of what is meant, or
    ``HOST``; ``namespace``: that of what is meant, None for a cluster-wide object; ``part``: what of it is meant, a
    subset, a listener, a port or a key, "" for the whole; ``port``: the number of a port of a host, as text.
    """

    field: str
    kind: tuple[str, str]
    namespace: str | None
    name: str
    part: str = ""
    port: str = ""


Rule = Callable[[dict[str, Any]], Iterator[Reference]]
References = Callable[[dict[str, Any]], list[Reference]]


def rules(*parts: Rule) -> References:
    """The references of a kind: those of each rule, in the rules' order."""

    def references(document: dict[str, Any]) -> list[Reference]:
        return [reference for part in parts for reference in part(document)]

    return references


def walk(value: Any, path: str, field: str = "") -> Iterator[tuple[str, Any]]:
    """Every (field, value) that a path with ``[]`` for the items of a list leads to; what is not there is skipped."""
    name, _dot, rest = path.partition(".")
    key = name.removesuffix("[]")
    below = value.get(key) if isinstance(value, dict) else None
    where = f"{field}.{key}" if field else key
    values: list[tuple[str, Any]] = [(where, below)]
    if name.endswith("[]"):
        values = [(f"{where}[{n}]", item) for n, item in enumerate(below)] if isinstance(below, list) else []
    for place, item in values:
        if rest:
            yield from walk(item, rest, place)
        elif item is not None:
            yield place, item


def home(document: dict[str, Any]) -> str | None:
    """The namespace of the document itself."""
    namespace = (document.get("metadata") or {}).get("namespace")
    return str(namespace) if namespace else None


def named(
    path: str,
    kind: tuple[str, str],
    *,
    qualified: bool = False,
    cluster_wide: bool = False,
    besides: tuple[str, ...] = (),
) -> Rule:
    """A text that is a name; with ``qualified`` it may be ``namespace/name``. ``besides``: words that are no names."""

    def rule(document: dict[str, Any]) -> Iterator[Reference]:
        for field, text in walk(document, path):
            if not isinstance(text, str) or not text or text in besides:
                continue
            namespace, _slash, name = text.rpartition("/") if qualified else ("", "", text)
            meant = home(document) if namespace in ("", ".") else namespace
            yield Reference(field, kind, None if cluster_wide else meant, name)

    return rule


def keyed(path: str, kind: tuple[str, str], *, name: str = "name") -> Rule:
    """A mapping that names an object of the same namespace in its field ``name``, and the ``key`` in it that is meant.
    What is marked ``optional`` may be missing.
    """

    def rule(document: dict[str, Any]) -> Iterator[Reference]:
        for field, value in walk(document, path):
            if isinstance(value, dict) and isinstance(value.get(name), str) and not value.get("optional"):
                yield Reference(field, kind, home(document), value[name], str(value.get("key") or ""))

    return rule


def typed(path: str, group: str, kind: str, *, namespaced: bool = True) -> Rule:
    """A mapping with group, kind, name and namespace of an object, as the Gateway API has them; the first two default
    to ``group`` and ``kind``.
    """

    def rule(document: dict[str, Any]) -> Iterator[Reference]:
        for field, value in walk(document, path):
            if not isinstance(value, dict) or not isinstance(value.get("name"), str):
                continue
            meant = (str(value.get("group", group) or ""), str(value.get("kind", kind)))
            namespace = (value.get("namespace") or home(document)) if namespaced else None
            part = value.get("sectionName") or value.get("port") or ""
            yield Reference(field, meant, namespace, value["name"], str(part))

    return rule


def destinations(path: str) -> Rule:
    """Istio's ``Destination``: a host, and a subset and a port of it."""

    def rule(document: dict[str, Any]) -> Iterator[Reference]:
        for field, value in walk(document, path):
            if isinstance(value, dict) and isinstance(value.get("host"), str):
                host = full_host(value["host"], home(document))
                port = value.get("port")
                number = str(port.get("number") or "") if isinstance(port, dict) else ""
                yield Reference(field, HOST, home(document), host, str(value.get("subset") or ""), number)

    return rule


def hosts(path: str) -> Rule:
    """A text that is a host."""

    def rule(document: dict[str, Any]) -> Iterator[Reference]:
        for field, text in walk(document, path):
            if isinstance(text, str) and text and not text.startswith("*"):
                yield Reference(field, HOST, home(document), full_host(text, home(document)))

    return rule


def full_host(host: str, namespace: str | None) -> str:
    """A host as Istio reads it: a name without a dot is a Service in the namespace of the object that names it.

    Source: https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination
    """
    if "." in host or not namespace:
        return host
    return f"{host}.{namespace}.svc.cluster.local"


def service_of(host: str) -> tuple[str, str] | None:
    """(namespace, name) of the Service that a full host stands for, or None when it is no Service of the cluster."""
    parts = host.split(".")
    if len(parts) >= 3 and parts[2] == "svc":
        return parts[1], parts[0]
    return None
