# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How a route shares out its requests."""

from __future__ import annotations

DOCUMENTATION = r"""
name: route_weights
short_description: List where a route sends requests, with the share of each destination
version_added: "0.1.0"
author:
  - The meshops.lifecycle contributors (@meshops)
description:
  - Lists the destinations of each rule of a route, with weights as the API understands them. A destination without a weight
    has the default of the API, which is not the same in Istio and in the Gateway API.
options:
  _input:
    description:
      - A route, live as M(meshops.lifecycle.mesh_info) returns it, or a document. VirtualService, HTTPRoute, GRPCRoute,
        TCPRoute and TLSRoute are known.
    type: dict
    required: true
seealso:
  - module: meshops.lifecycle.traffic_shift
  - module: meshops.lifecycle.traffic_shift_info
"""

EXAMPLES = r"""
- name: Read the route
  meshops.lifecycle.mesh_info:
    kind: VirtualService
    namespace: shop
    name: reviews
    query: "[0]"
  register: route

- name: Check that version 2 has all requests
  ansible.builtin.assert:
    that: (weights | selectattr('subset', 'eq', 'v2') | map(attribute='percent') | first) == 100
  vars:
    weights: "{{ route.result | meshops.lifecycle.route_weights }}"
"""

RETURN = r"""
_value:
  description:
    - A mapping for each destination of each rule, in the order of the route, with C(rule), the name of the rule or its
      position, C(protocol), which is V(http), V(tls), V(tcp) or V(grpc), C(host), the host in full or the name of the backend,
      C(subset), which may be empty, C(port), which may be null, C(weight), and C(percent), its share of the rule's requests.
  type: list
  elements: dict
  sample:
    - {rule: 0, protocol: http, host: reviews.shop.svc.cluster.local, subset: v1, port: null, weight: 90, percent: 90.0}
    - {rule: 0, protocol: http, host: reviews.shop.svc.cluster.local, subset: v2, port: null, weight: 10, percent: 10.0}
"""

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api.weighted import FORM as ROUTE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.weighted import FORM as VIRTUAL_SERVICE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import full_host, home
from ansible_collections.meshops.lifecycle.plugins.plugin_utils.filtering import answering

_PROTOCOLS = {"HTTPRoute": "http", "GRPCRoute": "grpc", "TCPRoute": "tcp", "TLSRoute": "tls"}


@answering("route_weights")
def route_weights(route):
    """A row for each destination."""
    kind, namespace = route["kind"], home(route)
    spec = route.get("spec") or {}
    if kind == "VirtualService":
        return [
            row
            for protocol in ("http", "tls", "tcp")
            for position, rule in enumerate(spec.get(protocol) or [])
            for row in _rows(VIRTUAL_SERVICE, protocol, rule, position, lambda entry: _destination(entry, namespace))
        ]
    if kind in _PROTOCOLS:
        return [
            row
            for position, rule in enumerate(spec.get("rules") or [])
            for row in _rows(ROUTE, _PROTOCOLS[kind], rule, position, lambda entry: _backend(entry, namespace))
        ]
    raise MeshError(f"{kind} is no route. Known kinds: VirtualService, {', '.join(_PROTOCOLS)}.")


def _rows(form, protocol, rule, position, place):
    entries = rule.get(form.targets) or []
    weights = [form.weight(entry, len(entries)) for entry in entries]
    for entry, weight in zip(entries, weights):
        share = round(100 * weight / sum(weights), 2) if sum(weights) else 0.0
        name = rule.get("name") or position
        yield {"rule": name, "protocol": protocol, **place(entry), "weight": weight, "percent": share}


def _destination(entry, namespace):
    destination = entry["destination"]
    return {
        "host": full_host(destination["host"], namespace),
        "subset": destination.get("subset") or "",
        "port": (destination.get("port") or {}).get("number"),
    }


def _backend(entry, namespace):
    """A Service in full, as Istio's hosts are; another backend by its name."""
    host = entry["name"]
    if entry.get("kind", "Service") == "Service" and not entry.get("group"):
        host = full_host(host, entry.get("namespace") or namespace)
    return {"host": host, "subset": "", "port": entry.get("port")}


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self):
        return {"route_weights": route_weights}
