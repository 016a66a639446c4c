# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy does, in a few words."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

SELECTOR = {"selector": {"matchLabels": {"app": "a"}}}
CASES = [
    ("PeerAuthentication", {"mtls": {"mode": "STRICT"}}, "mTLS STRICT, for all workloads of shop"),
    ("PeerAuthentication", None, "mTLS as inherited, for all workloads of shop"),
    (
        "PeerAuthentication",
        {**SELECTOR, "portLevelMtls": {"8080": {"mode": "DISABLE"}}},
        "mTLS as inherited, port 8080: DISABLE, for workloads with app=a of shop",
    ),
    ("AuthorizationPolicy", {}, "allows nothing, so refuses every request to all workloads of shop"),
    ("AuthorizationPolicy", {"rules": [{}]}, "ALLOW of every request to all workloads of shop"),
    (
        "AuthorizationPolicy",
        {"action": "DENY"},
        "DENY without rules, which matches no request, for all workloads of shop",
    ),
    (
        "AuthorizationPolicy",
        {"action": "DENY", "rules": [{"to": []}], "targetRefs": [{"kind": "Service", "name": "a"}]},
        "DENY by 1 rule, for Service a of shop",
    ),
    ("RequestAuthentication", {"jwtRules": [{"issuer": "i"}]}, "accepts tokens of i, for all workloads of shop"),
    (
        "EnvoyFilter",
        {"configPatches": [{"applyTo": "HTTP_FILTER", "patch": {"operation": "REMOVE"}}]},
        "patches the proxies' configuration (REMOVE HTTP_FILTER) of all workloads of shop",
    ),
    ("WasmPlugin", {"phase": "AUTHN"}, "runs code in the phase AUTHN on requests of all workloads of shop"),
    ("DestinationRule", {"host": "a", "subsets": [{"name": "v1"}]}, ""),
    ("DestinationRule", {"host": "a", "trafficPolicy": {"tls": {"mode": "DISABLE"}}}, "TLS DISABLE towards a"),
    (
        "DestinationRule",
        {"host": "a", "subsets": [{"trafficPolicy": {"portLevelSettings": [{"tls": {"mode": "SIMPLE"}}]}}]},
        "TLS SIMPLE towards a",
    ),
]


@pytest.mark.parametrize(("name", "spec", "words"), CASES)
def test_the_effect_of_an_object(name, spec, words):
    [kind] = [kind for kind in KINDS.values() if kind.kind == name and kind.group.endswith(".istio.io")]
    live = {"metadata": {"namespace": "shop", "name": "x"}, **({} if spec is None else {"spec": spec})}
    assert kind.effect(live) == words


def test_the_root_namespace_is_the_mesh():
    live = {"metadata": {"namespace": "istio-system", "name": "x"}, "spec": {**SELECTOR, "mtls": {"mode": "DISABLE"}}}
    kind = KINDS["security.istio.io", "PeerAuthentication"]
    assert kind.effect(live) == "mTLS DISABLE, for workloads with app=a of the mesh"
