# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answer to a dry run without what the API server makes up, and would make up otherwise in a run.

Addresses and ports of Services come from a pool (a dry run gives the first address of the range), a Job selects its
pods by its own uid, and a pod's token is in a volume with a random name. What is declared, or live already, stays.
"""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]

_ADDRESSES = ("clusterIP", "clusterIPs", "healthCheckNodePort")
_BY_UID = ("controller-uid", "batch.kubernetes.io/controller-uid")
_TOKEN = "kube-api-access-"  # how the name of that volume begins


def service(desired: Document, live: Document | None, after: Document) -> Document:
    spec, known = dict(after.get("spec") or {}), [_spec(desired), _spec(live)]
    for field in _ADDRESSES:
        if not any(each.get(field) for each in known) and not _follows(field, spec, known):
            spec.pop(field, None)
    stated = {_port(port): port.get("nodePort") for each in known for port in each.get("ports") or []}
    if spec.get("ports"):
        spec["ports"] = [
            port if stated.get(_port(port)) else {name: value for name, value in port.items() if name != "nodePort"}
            for port in spec["ports"]
        ]
    return {**after, "spec": spec}


def _follows(field: str, spec: Document, known: list[Document]) -> bool:
    """Whether the addresses of a Service follow from the first, which is known: those of one family do."""
    addresses = spec.get("clusterIPs") or []
    return (
        field == "clusterIPs" and len(addresses) == 1 and any(each.get("clusterIP") == addresses[0] for each in known)
    )


def job(desired: Document, live: Document | None, after: Document) -> Document:
    if live is not None:
        return after
    spec = {name: value for name, value in _spec(after).items() if name != "selector" or name in _spec(desired)}
    template = spec.get("template") or {}
    metadata = template.get("metadata") or {}
    labels = {name: value for name, value in (metadata.get("labels") or {}).items() if name not in _BY_UID}
    return {**after, "spec": {**spec, "template": {**template, "metadata": {**metadata, "labels": labels}}}}


def pod(_desired: Document, live: Document | None, after: Document) -> Document:
    if live is not None:
        return after
    spec = dict(_spec(after))
    for field in ("containers", "initContainers"):
        if field in spec:
            spec[field] = [_without_token(container, "volumeMounts") for container in spec[field]]
    return {**after, "spec": _without_token(spec, "volumes")}


def _without_token(owner: Document, field: str) -> Document:
    kept = [item for item in owner.get(field) or [] if not str(item.get("name")).startswith(_TOKEN)]
    rest = {name: value for name, value in owner.items() if name != field}
    return {**rest, field: kept} if kept else rest


def _spec(document: Document | None) -> Document:
    spec = (document or {}).get("spec")
    return spec if isinstance(spec, dict) else {}


def _port(port: Document) -> tuple[Any, Any]:
    """What tells the ports of a Service apart, as its schema has it."""
    return port.get("port"), port.get("protocol") or "TCP"
