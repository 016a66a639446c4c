# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ServiceEntry: a service that Kubernetes does not know, in the registry of the mesh."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_HOSTS, Kind


def union(live: dict, desired: dict) -> dict | None:
    """What is declared with the live hosts and ports that it has no more, while routes may still name them."""
    before, after = live.get("spec") or {}, desired.get("spec") or {}
    hosts = [host for host in before.get("hosts") or [] if host not in (after.get("hosts") or [])]
    numbers = {port.get("number") for port in after.get("ports") or []}
    names = {port.get("name") for port in after.get("ports") or []}
    ports = [port for port in before.get("ports") or [] if port.get("number") not in numbers]
    if not hosts and not ports or any(port.get("name") in names for port in ports):
        return None
    together = {"hosts": [*(after.get("hosts") or []), *hosts]}
    if ports:
        together["ports"] = [*(after.get("ports") or []), *ports]
    return {**desired, "spec": {**after, **together}}


KIND = Kind(
    group="networking.istio.io",
    kind="ServiceEntry",
    plural="serviceentries",
    versions=("v1", "v1beta1", "v1alpha3"),
    order=MESH_HOSTS,
    installed_by="istio",
    control_plane=ISTIOD,
    union=union,
)
