# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What istiod's webhook warns of, in its own words, from a real istiod."""

from __future__ import annotations

import pytest

OURS = "meshops.lifecycle"
pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.xdist_group("mesh"), pytest.mark.once]
ROUTE = {"route": [{"destination": {"host": "reviews"}}]}
RING = {"consistentHash": {"httpHeaderName": "x", "minimumRingSize": 512}}
# kind → (apiVersion, module, spec, what istiod says of it)
CASES = {
    "VirtualService": (
        "networking.istio.io/v1",
        "istio_virtualservice",
        {"hosts": ["reviews"], "http": [ROUTE, {"match": [{"uri": {"prefix": "/late"}}], **ROUTE}]},
        "virtualService rule #1 not used (route without matches defined before)",
    ),
    "AuthorizationPolicy": (
        "security.istio.io/v1",
        "authorization_policy",
        {"action": "DENY", "rules": [{"to": [{"operation": {"methods": ["POST"]}}]}]},
        "configured AuthorizationPolicy will deny all traffic to TCP ports under its scope due to the use of only HTTP "
        "attributes in a DENY rule; it is recommended to explicitly specify the port",
    ),
    "DestinationRule": (
        "networking.istio.io/v1",
        "istio_destinationrule",
        {"host": "reviews", "trafficPolicy": {"loadBalancer": RING}},
        "consistent hash MinimumRingSize is deprecated, use ConsistentHashLB's RingHash configuration instead",
    ),
}


@pytest.fixture(scope="session")
def cluster(mesh):
    return mesh


def test_istiods_words_are_warnings_of_the_object(play, namespace):
    quiet = {"references": "ignore", "wait_proxies": False}

    def of_set(name, prefix, **keywords):
        objects = [
            {
                "apiVersion": api,
                "kind": kind,
                "metadata": {"name": f"{prefix}-{kind.lower()}", "namespace": namespace},
                "spec": spec,
            }
            for kind, (api, _module, spec, _words) in CASES.items()
        ]
        return {"name": name, f"{OURS}.mesh_apply": {"objects": objects, **quiet}, **keywords}

    def single(kind, name, **keywords):
        _api, module, spec, _words = CASES[kind]
        options = {"name": f"one-{kind.lower()}", "namespace": namespace, "spec": spec, **quiet}
        return {"name": f"{name} {kind}", f"{OURS}.{module}": options, **keywords}

    singles = [
        single(kind, name, **how) for kind in CASES for name, how in (("check", {"check_mode": True}), ("run", {}))
    ]
    sets = [of_set("check", "many", check_mode=True), of_set("run", "many"), of_set("again", "many")]
    run = play([*singles, *sets])
    for kind, (_api, _module, _spec, words) in CASES.items():
        for name in ("check", "run"):
            told = [text for text in run[f"{name} {kind}"].result["warnings"] if words in text]
            assert told == [f"{kind} {namespace}/one-{kind.lower()}: {words}"]
            told = [text for text in run[name].result["warnings"] if words in text]
            assert told == [f"{kind} {namespace}/many-{kind.lower()}: {words}"]
    assert not run["again"].changed and not run["again"].result.get("warnings")
