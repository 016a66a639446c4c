# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes under the load: each case is two states of one set, between which it goes back and forth.

The load calls `reviews.NAMESPACE.example.com` through the gateway and `reviews` from a sidecar; every state has both.
"""

from __future__ import annotations

OUTSIDE = "reviews.{}.example.com"


def _object(kind: str, namespace: str, name: str, spec: dict) -> dict:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def gateway(namespace: str, name: str = "entry", servers: tuple = (("http", ("reviews",)),)) -> dict:
    """``servers``: (port's name, the first labels of its hosts)."""
    spec = {
        "selector": {"istio": "ingressgateway"},
        "servers": [
            {
                "port": {"number": 80, "name": port, "protocol": "HTTP"},
                "hosts": [f"{label}.{namespace}.example.com" for label in hosts],
            }
            for port, hosts in servers
        ],
    }
    return _object("Gateway", namespace, name, spec)


def subsets(namespace: str, *names: str, host: str = "reviews", rule: str = "reviews") -> dict:
    """The two versions of reviews, over and over, under these names."""
    found = [{"name": name, "labels": {"version": f"v{index % 2 + 1}"}} for index, name in enumerate(names)]
    return _object("DestinationRule", namespace, rule, {"host": host, "subsets": found})


def routes(namespace: str, *weighted, entry: str = "entry", more: tuple = (), host: str = "reviews") -> dict:
    """``weighted``: (subset or None, weight); ``more``: further hosts of the route."""
    targets = [{"host": host, **({"subset": name} if name else {})} for name, _weight in weighted]
    spec = {
        "hosts": ["reviews", OUTSIDE.format(namespace), *more],
        "gateways": ["mesh", entry],
        "http": [
            {
                "route": [
                    {"destination": target, "weight": weight}
                    for target, (_name, weight) in zip(targets, weighted, strict=True)
                ]
            }
        ],
    }
    return _object("VirtualService", namespace, "reviews", spec)


def entry(namespace: str, host: str) -> dict:
    spec = {
        "hosts": [host],
        "location": "MESH_INTERNAL",
        "resolution": "STATIC",
        "ports": [{"number": 9080, "name": "http", "protocol": "HTTP"}],
        "workloadSelector": {"labels": {"app": "reviews"}},
    }
    return _object("ServiceEntry", namespace, "alias", spec)


def fillers(namespace: str, count: int, state: str) -> list[dict]:
    """More objects, such as a real set has; each differs between two states."""
    return [
        subsets(namespace, state, host=f"filler{index}.{namespace}.internal", rule=f"filler{index}")
        for index in range(count)
    ]


def cases(namespace: str) -> dict[str, tuple[list[dict], list[dict]]]:
    """The cases by name. Objects stand in the order that a folder of files named by kind has."""
    many = [f"shard{index}" for index in range(40)]
    others = [f"part{index}" for index in range(40)]
    return {
        "subsets renamed": (
            [
                subsets(namespace, "v1", "v2"),
                gateway(namespace),
                routes(namespace, ("v1", 90), ("v2", 10)),
            ],
            [
                subsets(namespace, "stable", "canary"),
                gateway(namespace),
                routes(namespace, ("stable", 90), ("canary", 10)),
            ],
        ),
        "weights moved to a canary": (
            [subsets(namespace, "v1"), gateway(namespace), routes(namespace, ("v1", 100))],
            [subsets(namespace, "v1", "v2"), gateway(namespace), routes(namespace, ("v1", 60), ("v2", 40))],
        ),
        "40 subsets replaced": (
            [subsets(namespace, *many), gateway(namespace), routes(namespace, *[(name, 1) for name in many])],
            [subsets(namespace, *others), gateway(namespace), routes(namespace, *[(name, 1) for name in others])],
        ),
        "hosts added and removed": (
            [
                gateway(namespace),
                entry(namespace, f"one.{namespace}.internal"),
                routes(namespace, (None, 1), host=f"one.{namespace}.internal"),
            ],
            [
                gateway(namespace, servers=(("http", ("reviews", "more")),)),
                entry(namespace, f"two.{namespace}.internal"),
                routes(namespace, (None, 1), host=f"two.{namespace}.internal", more=(f"more.{namespace}.example.com",)),
            ],
        ),
        "servers moved to a gateway": (
            [gateway(namespace), *fillers(namespace, 60, "one"), routes(namespace, (None, 1))],
            [
                gateway(namespace, servers=(("http", ("other",)),)),
                gateway(namespace, "entry-next"),
                *fillers(namespace, 60, "two"),
                routes(namespace, (None, 1), entry="entry-next"),
            ],
        ),
        "gateway and rule replaced": (
            [
                subsets(namespace, "v1", "v2"),
                gateway(namespace),
                routes(namespace, ("v1", 90), ("v2", 10)),
            ],
            [
                subsets(namespace, "next1", "next2", rule="reviews-next"),
                gateway(namespace, "entry-next"),
                routes(namespace, ("next1", 90), ("next2", 10), entry="entry-next"),
            ],
        ),
    }
