# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""References of mesh objects that lead nowhere: a subset that no DestinationRule has, a missing gateway, host or
certificate. The API server and istiod accept all of these, and requests are then answered with 503 or reset.

Only what is certain is reported: where something may not be read, nothing is concluded from it.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import destinationrule, serviceentry
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import (
    HOST,
    SECRET,
    SERVICE,
    Reference,
    full_host,
    service_of,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

_APIS = (".istio.io", "gateway.networking.k8s.io")  # groups whose objects are looked at
_ROOT_NAMESPACE = "istio-system"  # DestinationRules there hold for every client
_MOST = 10  # findings that are named
_OPTION = "references"


def check(task: Task, items: Iterable[Item], declared: Iterable[Item]) -> list[str]:
    """Warn of references of ``items`` that lead neither to one of ``declared`` nor to a live object; a sentence each.

    Raises MeshError instead where the option ``references`` is ``refuse``.
    """
    wanted = task.params.get(_OPTION)
    if wanted not in ("warn", "refuse"):
        return []
    mesh = _Mesh(task.resources, list(declared))
    looked_at = [item for item in items if item.kind.group.endswith(_APIS) and item.kind.references]
    findings = [finding for of_item in parallel(mesh.findings, looked_at) for finding in of_item]
    if not findings:
        return []
    more = f" And {len(findings) - _MOST} more." if len(findings) > _MOST else ""
    if wanted == "refuse":
        raise MeshError(
            f"Nothing was written: {' '.join(findings[:_MOST])}{more} With references: warn this is a warning."
        )
    for finding in findings[:_MOST]:
        task.warn(finding)
    if more:
        task.warn(more.strip())
    return findings[:_MOST] + ([more.strip()] if more else [])


class _Mesh:
    """What is declared and what is live, each read at most once."""

    def __init__(self, resources: Resources, declared: list[Item]):
        self._resources = resources
        self._declared = declared
        self._keys = {item.key for item in declared}
        self._known: dict[tuple, Any] = {}

    def _once(self, key: tuple, ask: Callable[[], Any]) -> Any:
        """The answer of ``ask()``, which is called once for each key."""
        if key not in self._known:
            self._known[key] = ask()
        return self._known[key]

    def findings(self, item: Item) -> list[str]:
        """A sentence for each reference of an object that leads nowhere."""
        references = item.kind.references
        checked = (
            [(reference, self._missing(item, reference)) for reference in references(item.desired)]
            if references
            else []
        )
        return [f"{item.label}, {reference.field}: {missing}" for reference, missing in checked if missing]

    def _missing(self, item: Item, reference: Reference) -> str:
        if reference.kind == HOST:
            missing = self._host(reference) or (self._subset(reference) if reference.part else "")
            service = service_of(reference.name)
            return missing or (self._port(*service, reference.port) if service else "")
        if reference.kind == SECRET and item.kind.kind == "Gateway" and item.kind.group.endswith(".istio.io"):
            return self._certificate(item, reference)
        kind = KINDS.get(reference.kind)
        if kind is None:
            return ""
        if self._is_there(kind, reference.namespace, reference.name):
            space = reference.namespace if reference.kind == SERVICE else None
            return self._port(space, reference.name, reference.part) if space else ""
        return f"there is no {kind.label(reference.namespace, reference.name)}. Create it first, or correct the name."

    def _is_there(self, kind: Kind, namespace: str | None, name: str) -> bool:
        """Whether an object is declared or live; True as well where that cannot be read."""
        return (kind.group, kind.kind, namespace, name) in self._keys or self._is_live(kind, namespace, name)

    def _is_live(self, kind: Kind, namespace: str | None, name: str) -> bool:
        return self._object(kind, namespace, name) is not None

    def _object(self, kind: Kind, namespace: str | None, name: str) -> dict[str, Any] | None:
        """A live object, None where there is none; empty where it may not be read."""

        def ask() -> dict[str, Any] | None:
            try:
                return self._resources.get(kind, namespace, name)
            except NotInstalled:
                return None
            except ApiError:
                return {}

        live: dict[str, Any] | None = self._once(("object", kind.group, kind.kind, namespace, name), ask)
        return live

    def _port(self, namespace: str, name: str, port: str) -> str:
        """A port that the Service, if there is one, does not have."""
        kind = KINDS[SERVICE]
        declared = [item.desired for item in self._declared if item.key == (*SERVICE, namespace, name)]
        service = declared[0] if declared else self._object(kind, namespace, name) if port else None
        numbers = [str(entry.get("port")) for entry in ((service or {}).get("spec") or {}).get("ports") or []]
        if not port.isdigit() or not numbers or port in numbers:
            return ""
        return (
            f"Service {namespace}/{name} has no port {port}; it has {', '.join(sorted(numbers))}. Requests to it are "
            "answered with 503."
        )

    def _live(self, kind: Kind, namespace: str | None) -> list[dict] | None:
        """The live objects of a kind in a namespace, or everywhere; None where they may not be listed."""

        def ask() -> list[dict] | None:
            try:
                return self._resources.list(kind, namespace)
            except NotInstalled:
                return []
            except ApiError:
                return None

        live: list[dict] | None = self._once(("list", kind.group, kind.kind, namespace), ask)
        return live

    def _host(self, reference: Reference) -> str:
        host = reference.name
        service = service_of(host)
        if service and self._is_there(KINDS["", "Service"], *service):
            return ""
        entries = self._live(serviceentry.KIND, None)
        if entries is None:
            return ""
        declared = [item.desired for item in self._declared if item.kind.kind == "ServiceEntry"]
        known = [name for entry in [*declared, *entries] for name in (entry.get("spec") or {}).get("hosts") or []]
        if any(fnmatch.fnmatchcase(host, str(name)) for name in known):
            return ""
        if service:
            return f"there is no Service {service[0]}/{service[1]}, and no ServiceEntry has the host {host}."
        hint = "" if host.count(".") != 1 else f" If a Service is meant, write {host}.svc.cluster.local."
        return f"no ServiceEntry has the host {host}, so no proxy knows it.{hint}"

    def _subset(self, reference: Reference) -> str:
        service = service_of(reference.name)
        spaces = {reference.namespace, _ROOT_NAMESPACE, *([service[0]] if service else [])}
        rules = [item.desired for item in self._declared if item.kind.kind == "DestinationRule"]
        for space in sorted(filter(None, spaces)):
            live = self._live(destinationrule.KIND, space)
            if live is None:
                return ""
            rules += [rule for rule in live if self._key(rule) not in self._keys]
        subsets = {
            str(subset.get("name"))
            for rule in rules
            if _is_for(rule, reference.name)
            for subset in (rule.get("spec") or {}).get("subsets") or []
        }
        if reference.part in subsets:
            return ""
        there = f"they have {', '.join(sorted(subsets))}" if subsets else "there is none with subsets"
        return (
            f"no DestinationRule has the subset {reference.part} of {reference.name}; {there}. Requests that are sent "
            "there are answered with 503."
        )

    def _key(self, live: dict) -> tuple:
        metadata, kind = live["metadata"], destinationrule.KIND
        return kind.group, kind.kind, metadata.get("namespace"), metadata["name"]

    def _certificate(self, item: Item, reference: Reference) -> str:
        """istiod looks for a gateway's certificates in the namespaces of the pods that the Gateway selects."""
        selector = (item.desired.get("spec") or {}).get("selector") or {}
        if "://" in reference.name or not selector:
            return ""
        labels = ",".join(f"{name}={value}" for name, value in sorted(selector.items()))
        spaces = self._spaces_of(labels)
        if not spaces or any(self._is_there(KINDS[SECRET], space, reference.name) for space in spaces):
            return ""
        return (
            f"there is no Secret {reference.name} in {', '.join(spaces)}, where the pods of this gateway are; its "
            "connections are reset until it comes."
        )

    def _spaces_of(self, labels: str) -> list[str]:
        """The namespaces of the pods with these labels; none where that cannot be read."""

        def ask() -> list[str]:
            try:
                pods = self._resources.list(KINDS["", "Pod"], None, labels)
            except (ApiError, NotInstalled):
                return []
            return sorted({pod["metadata"]["namespace"] for pod in pods})

        return list(self._once(("pods", labels), ask))


def _is_for(rule: dict, host: str) -> bool:
    stated = str((rule.get("spec") or {}).get("host") or "")
    return fnmatch.fnmatchcase(host, full_host(stated, (rule.get("metadata") or {}).get("namespace")))
