# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateway: the ports, hosts and certificates of a proxy at the edge of the mesh."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, MESH_GATEWAYS, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import SECRET, named, rules


def union(live: dict, desired: dict) -> dict | None:
    """What is declared with the live hosts that its servers have no more, while routes are still bound to them here."""
    before, after = live.get("spec") or {}, desired.get("spec") or {}
    if before.get("selector") != after.get("selector"):
        return None
    servers = [{**server, "hosts": list(server.get("hosts") or [])} for server in after.get("servers") or []]
    for old in before.get("servers") or []:
        _keep(servers, old)
    return None if servers == after.get("servers") else {**desired, "spec": {**after, "servers": servers}}


def _keep(servers: list[dict], old: dict) -> None:
    """Add the hosts of ``old`` that no server of its port has, to one that treats them alike, else as one more."""
    port = old.get("port") or {}
    there = [server for server in servers if (server.get("port") or {}).get("number") == port.get("number")]
    covered = {host for server in there for host in server["hosts"]}
    left = [host for host in old.get("hosts") or [] if host not in covered]
    for server in there:
        if left and _treatment(server) == _treatment(old):
            server["hosts"] += left
            return
    taken = {(server.get("port") or {}).get("name") for server in servers}
    if left and port.get("name") not in taken:  # a port's name is unique within a Gateway
        servers.append({**old, "hosts": left})


def _treatment(server: dict) -> tuple:
    return (server.get("port") or {}).get("protocol"), server.get("tls"), server.get("bind")


KIND = Kind(
    group="networking.istio.io",
    kind="Gateway",
    plural="gateways",
    versions=("v1", "v1beta1", "v1alpha3"),
    order=MESH_GATEWAYS,
    installed_by="istio",
    control_plane=ISTIOD,
    union=union,
    references=rules(
        named("spec.servers[].tls.credentialName", SECRET),
        named("spec.servers[].tls.credentialNames[]", SECRET),
    ),
)
