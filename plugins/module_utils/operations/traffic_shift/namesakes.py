# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Services the metrics of the destination may name instead of the one that was called. Pure.

A proxy knows a request by the port that it arrives at, not by the Service that was called. Where several Services lead
to the same port of a pod, Istio names the first of them, whichever was called (ServiceInstances of istiod, and the
metadata ``services`` of the inbound cluster).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.snapshot import port_number

Document = dict[str, Any]


def of(service: Document, services: Iterable[Document], pods: Sequence[Document]) -> tuple[str, ...]:
    """The names of the other Services of its namespace that lead to the same port of one of these pods."""
    name = service["metadata"]["name"]
    ports = _ports(service, pods)
    others = (other for other in services if other["metadata"]["name"] != name)
    return tuple(sorted(other["metadata"]["name"] for other in others if _ports(other, pods) & ports))


def _ports(service: Document, pods: Sequence[Document]) -> set[tuple[str, int | None]]:
    """(name of a pod, number of its port) of each that the Service leads to."""
    spec = service.get("spec") or {}
    selector = spec.get("selector") or {}
    selected = [pod for pod in pods if selector and selector.items() <= (pod["metadata"].get("labels") or {}).items()]
    return {
        (pod["metadata"]["name"], number)
        for pod in selected
        for port in spec.get("ports") or []
        if (number := port_number(pod, port.get("targetPort") or port["port"])) is not None
    }
