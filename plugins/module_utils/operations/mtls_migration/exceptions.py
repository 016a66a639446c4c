# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exceptions of a migration as a task declares them, and the policies that they become."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import mtls
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.findings import EXPIRES, REASON

Document = dict[str, Any]
LABEL = "meshops.lifecycle/mtls-migration"  # of every policy that a migration has written
BEFORE = "meshops.lifecycle/mtls-before"  # an annotation: what a policy was before, as JSON
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAME = 40  # characters of a policy's name


@dataclass(frozen=True)
class Waiver:
    """An exception: a namespace, workloads of it, or a container port of these stay PERMISSIVE until a date."""

    namespace: str
    selector: tuple[tuple[str, str], ...]
    port: int | None
    reason: str
    expires: str

    def row(self) -> dict[str, Any]:
        """It in a record."""
        return {
            "namespace": self.namespace,
            "selector": dict(self.selector) or None,
            "port": self.port,
            "reason": self.reason,
            "expires": self.expires,
        }


def of(stated: list[dict[str, Any]], today: str) -> list[Waiver]:
    """The exceptions of a task. Raises MeshError for one that has expired or cannot be meant."""
    waivers = []
    for number, each in enumerate(stated):
        selector, port = each.get("selector") or {}, each.get("port")
        where = f"exceptions[{number}]"
        if port is not None and not selector:
            raise MeshError(f"{where}.port needs a selector: a port of a whole namespace cannot be excepted.")
        if not each["reason"].strip():
            raise MeshError(f"{where}.reason is empty. Say why it stays in plain text.")
        if not _DATE.fullmatch(each["expires"]):
            raise MeshError(f"{where}.expires is {each['expires']!r}. It is a date such as 2027-01-31.")
        if each["expires"] < today:
            raise MeshError(
                f"{where} expired on {each['expires']} ({each['namespace']}: {each['reason']}). Renew or remove it."
            )
        labels = tuple(sorted((str(name), str(value)) for name, value in selector.items()))
        waivers.append(Waiver(each["namespace"], labels, port, each["reason"], each["expires"]))
    return waivers


def policies(waivers: list[Waiver], namespace: str) -> list[Document]:
    """The policies of a namespace's exceptions, one for each selector, as they are created."""
    by_selector: dict[tuple[tuple[str, str], ...], list[Waiver]] = {}
    for waiver in waivers:
        if waiver.namespace == namespace and waiver.selector:
            by_selector.setdefault(waiver.selector, []).append(waiver)
    return [_policy(namespace, dict(selector), own) for selector, own in by_selector.items()]


def _policy(namespace: str, selector: dict[str, str], waivers: list[Waiver]) -> Document:
    readable = "-".join(re.findall("[a-z0-9]+", " ".join(selector.values()).lower()))[:_NAME]
    ports = {str(waiver.port): {"mode": mtls.PERMISSIVE} for waiver in waivers if waiver.port is not None}
    spec: Document = {"selector": {"matchLabels": selector}}
    if any(waiver.port is None for waiver in waivers):
        spec["mtls"] = {"mode": mtls.PERMISSIVE}
    elif ports:
        spec["portLevelMtls"] = ports
    notes = {
        REASON: "; ".join(dict.fromkeys(waiver.reason for waiver in waivers)),
        EXPIRES: min(waiver.expires for waiver in waivers),
    }
    return created(namespace, f"mtls-exception-{readable}".strip("-"), spec, notes)


def created(namespace: str, name: str, spec: Document, notes: dict[str, str] | None = None) -> Document:
    """A policy that a migration creates, with the mark by which the way back deletes it."""
    metadata = {
        "namespace": namespace,
        "name": name,
        "labels": {LABEL: "true"},
        "annotations": {BEFORE: "{}", **(notes or {})},
    }
    return {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication", "metadata": metadata, "spec": spec}
