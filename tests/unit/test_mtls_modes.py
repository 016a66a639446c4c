# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which mode of mTLS a workload has, and when mTLS becomes required."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.mtls import Policies, name_of, newly_strict

WEB = {"app": "web"}
ROOT = "istio-system"


def policy(place, mode=None, selector=None, age=5, **ports):
    """``place``: NAMESPACE/NAME; ``age``: days; ports as ``p8080="STRICT"``, None for UNSET."""
    namespace, name = place.split("/")
    spec = {"mtls": {"mode": mode}} if mode else {}
    if selector:
        spec["selector"] = {"matchLabels": selector}
    if ports:
        spec["portLevelMtls"] = {port[1:]: {"mode": mode or "UNSET"} for port, mode in ports.items()}
    created = f"2026-01-{28 - age:02d}T00:00:00Z"
    return {"metadata": {"name": name, "namespace": namespace, "creationTimestamp": created}, "spec": spec}


MESH_STRICT = policy(f"{ROOT}/default", "STRICT")
TABLE = {
    "Istio's default": ([], "PERMISSIVE", {}, None),
    "the mesh": ([MESH_STRICT], "STRICT", {}, f"{ROOT}/default"),
    "a namespace wins over the mesh": (
        [MESH_STRICT, policy("shop/default", "PERMISSIVE")],
        "PERMISSIVE",
        {},
        "shop/default",
    ),
    "another namespace does not": (
        [MESH_STRICT, policy("other/default", "PERMISSIVE")],
        "STRICT",
        {},
        f"{ROOT}/default",
    ),
    "a workload wins over both": (
        [MESH_STRICT, policy("shop/default", "STRICT"), policy("shop/web", "DISABLE", WEB)],
        "DISABLE",
        {},
        "shop/web",
    ),
    "a workload with other labels": ([policy("shop/web", "STRICT", {"app": "api"})], "PERMISSIVE", {}, None),
    "UNSET inherits": ([MESH_STRICT, policy("shop/default", "UNSET")], "STRICT", {}, f"{ROOT}/default"),
    "an empty spec inherits": ([MESH_STRICT, policy("shop/default")], "STRICT", {}, f"{ROOT}/default"),
    "the oldest of a scope wins, whatever its name": (
        [policy("shop/a", "STRICT", age=1), policy("shop/b", "PERMISSIVE", age=9)],
        "PERMISSIVE",
        {},
        "shop/b",
    ),
    "an oldest one that is UNSET still hides the others": (
        [policy("shop/a", "STRICT", age=1), policy("shop/b", "UNSET", age=9)],
        "PERMISSIVE",
        {},
        None,
    ),
    "of the same age the first by name": (
        [policy("shop/b", "PERMISSIVE"), policy("shop/a", "STRICT")],
        "STRICT",
        {},
        "shop/a",
    ),
    "a port": ([policy("shop/web", "STRICT", WEB, p8080="PERMISSIVE")], "STRICT", {8080: "PERMISSIVE"}, "shop/web"),
    "a port that is UNSET inherits the workload's": (
        [MESH_STRICT, policy("shop/web", None, WEB, p8080=None, p9090="DISABLE")],
        "STRICT",
        {8080: "STRICT", 9090: "DISABLE"},
        f"{ROOT}/default",
    ),
    "ports without a selector are none": (
        [policy("shop/default", "STRICT", p80="DISABLE")],
        "STRICT",
        {},
        "shop/default",
    ),
    "a selector in the root namespace has no effect": ([policy(f"{ROOT}/web", "STRICT", WEB)], "PERMISSIVE", {}, None),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_effective_mode(name):
    policies, mode, ports, source = TABLE[name]
    effective = Policies(policies, ROOT).of("shop", WEB)
    assert (effective.mode, dict(effective.ports)) == (mode, ports)
    assert (name_of(effective.source) if effective.source else None) == source


def test_policies_that_an_older_one_hides():
    policies = [
        policy("shop/new", "STRICT", age=1),
        policy("shop/old", "STRICT", age=9),
        policy("shop/web", "STRICT", WEB),
    ]
    pairs = [(name_of(policy), name_of(older)) for policy, older in Policies(policies, ROOT).shadowed()]
    assert pairs == [("shop/new", "shop/old")]


PERMISSIVE, STRICT = policy("shop/default", "PERMISSIVE"), policy("shop/default", "STRICT")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [STRICT], ["namespace shop"]),
        ([PERMISSIVE], [STRICT], ["namespace shop"]),
        ([STRICT], [STRICT], []),
        ([STRICT], [PERMISSIVE], []),
        ([], [policy("shop/default", "DISABLE")], []),
        # Below a STRICT of the mesh, nothing has to say STRICT.
        ([MESH_STRICT, PERMISSIVE], [MESH_STRICT], ["namespace shop"]),
        ([MESH_STRICT, PERMISSIVE], [MESH_STRICT, policy("shop/default", "UNSET")], ["namespace shop"]),
        ([MESH_STRICT, PERMISSIVE], [MESH_STRICT, policy("shop/default")], ["namespace shop"]),
        ([MESH_STRICT], [MESH_STRICT, STRICT], []),
        # The mesh, with and without a namespace that stays as it is.
        ([], [MESH_STRICT], ["the mesh"]),
        ([PERMISSIVE], [PERMISSIVE, MESH_STRICT], ["the mesh"]),
        (
            [policy("shop/default", "UNSET")],
            [policy("shop/default", "UNSET"), MESH_STRICT],
            ["the mesh", "namespace shop"],
        ),
        # Workloads and ports.
        ([PERMISSIVE], [PERMISSIVE, policy("shop/web", "STRICT", WEB)], ["workloads with app=web of namespace shop"]),
        ([STRICT, policy("shop/web", "DISABLE", WEB)], [STRICT], ["workloads with app=web of namespace shop"]),
        (
            [STRICT, policy("shop/web", "STRICT", WEB, p8080="PERMISSIVE")],
            [STRICT, policy("shop/web", "STRICT", WEB)],
            ["workloads with app=web of namespace shop"],
        ),
        ([policy("shop/web", "PERMISSIVE", WEB)], [policy("shop/web", "PERMISSIVE", {"app": "api"})], []),
        # A younger one in the same scope does nothing.
        (
            [policy("shop/a", "PERMISSIVE", age=9)],
            [policy("shop/a", "PERMISSIVE", age=9), policy("shop/b", "STRICT")],
            [],
        ),
    ],
)
def test_when_mtls_becomes_required(before, after, expected):
    assert newly_strict(Policies(before, ROOT), Policies(after, ROOT)) == expected
