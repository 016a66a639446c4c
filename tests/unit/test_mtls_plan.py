# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a migration to mTLS does next, which exceptions it takes, and that the way back restores what was there."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.findings import Finding
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration import (
    exceptions,
    policies,
    upkeep,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration import plan as plans
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls_migration.resets import Resets, is_rise

TODAY = "2026-06-01"


def row(name, mode="PERMISSIVE", requests=0, unproven=()):
    return {"name": name, "mode": mode, "requests": requests, "unproven": list(unproven)}


def blocker(namespace, kind="plain_text", severity="blocker"):
    return Finding(kind, severity, namespace, f"Deployment {namespace}/a", "why", "fix")


def stated(**more):
    return {"namespace": "shop", "reason": "old VM", "expires": "2026-06-01", **more}


def test_the_quietest_first_and_what_stays():
    rows = [
        row("busy", requests=9),
        row("quiet"),
        row("done", "STRICT"),
        row("old"),
        row("dark", unproven=["a"]),
        row("vm"),
    ]
    waivers = exceptions.of([stated(namespace="vm")], TODAY)
    plan = plans.of(rows, [blocker("old"), blocker("quiet", severity="warning")], waivers)
    assert (plan.order, plan.done, sorted(plan.held)) == (["quiet", "busy"], ["done"], ["dark", "old", "vm"])
    assert plan.held["vm"] == ["exception until 2026-06-01: old VM"]
    bold = plans.of(rows, [blocker("old")], [], unproven="accepted", ignored=["plain_text"], tracked={"vm": "Argo CD"})
    assert sorted(bold.order) == ["busy", "dark", "old", "quiet"] and bold.held == {"vm": ["Argo CD"]}
    assert plans.parse(plan.row()) == plan
    # Other exceptions than before: those that only come need no proof, those that end do.
    strict = [row("wider", "STRICT"), row("tighter", "STRICT"), row("blocked", "STRICT")]
    again = plans.of(
        strict, [blocker("wider"), blocker("blocked")], [], differing={"wider": False, "tighter": True, "blocked": True}
    )
    assert again.order == ["tighter", "wider"] and list(again.held) == ["blocked"] and again.was_strict("wider")


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ({}, "a"),
        ({"a": "strict"}, "b"),
        ({"a": "held", "b": "strict"}, plans.MESH),
        ({"a": "strict", "b": "strict", plans.MESH: "strict"}, plans.CLEANUP),
        ({"a": "strict", "b": "strict", plans.MESH: "put_back"}, None),
        ({"a": "strict", "b": "strict", plans.MESH: "strict", plans.CLEANUP: "strict"}, None),
    ],
)
def test_what_comes_next(ended, expected):
    assert plans.following(plans.Plan(["a", "b"], {}, [], mesh_wide=True, cleanup=True), ended) == expected


@pytest.mark.parametrize(
    ("exception", "message"),
    [
        (stated(expires="2026-05-31"), "exceptions[0] expired on 2026-05-31 (shop: old VM)"),
        (stated(expires="31.5.2027"), "exceptions[0].expires is '31.5.2027'"),
        (stated(port=80), "exceptions[0].port needs a selector"),
        (stated(reason=" "), "exceptions[0].reason is empty"),
    ],
)
def test_exceptions_that_are_refused(exception, message):
    with pytest.raises(MeshError) as error:
        exceptions.of([exception], TODAY)
    assert error.value.message.startswith(message)


def test_exceptions_become_one_policy_a_selector():
    web = {"selector": {"app": "web"}}
    given = exceptions.of([stated(**web, port=80), stated(**web, port=90, reason="probe", expires="2026-09-09")], TODAY)
    (policy,) = exceptions.policies(given, "shop")
    assert policy["metadata"]["name"] == "mtls-exception-web"
    assert policy["spec"]["portLevelMtls"] == {"80": {"mode": "PERMISSIVE"}, "90": {"mode": "PERMISSIVE"}}
    notes = policy["metadata"]["annotations"]
    assert notes["meshops.lifecycle/reason"] == "old VM; probe" and notes["meshops.lifecycle/expires"] == "2026-06-01"
    assert exceptions.policies(given, "other") == []


@pytest.mark.parametrize("spec", [{}, {"mtls": {"mode": "PERMISSIVE"}}, {"mtls": {}}, {"mtls": {"mode": "UNSET"}}])
def test_the_way_back_restores_what_was_there(spec):
    live = {"metadata": {"name": "default", "namespace": "shop", "annotations": {"own": "1"}}, "spec": spec}
    strict = policies.strict(live)
    assert strict["spec"]["mtls"] == {"mode": "STRICT"} and policies.strict(strict) == strict
    assert policies.restored(strict) == live
    changed = {**strict, "spec": {"mtls": {"mode": "DISABLE"}}}
    assert policies.restored(changed)["spec"] == {"mtls": {"mode": "DISABLE"}}, "somebody's change stays"


def test_what_was_created_is_deleted():
    assert policies.restored(exceptions.created("shop", "default", {"mtls": {"mode": "STRICT"}})) is None


@pytest.mark.parametrize(
    ("lost", "usual", "most", "expected"),
    [(0, 0, 0, False), (1, 0, 0, True), (5, 0, 5, False), (20, 1.0, 0, False), (21, 1.0, 0, True)],
)
def test_what_counts_as_a_rise(lost, usual, most, expected):
    assert is_rise(Resets(lost, ""), usual, 10.0, most) is expected


def test_exceptions_follow_what_is_declared():
    def live(**more):
        (policy,) = exceptions.policies(exceptions.of([stated(selector={"app": "web"}, **more)], TODAY), "shop")
        policy["metadata"]["annotations"]["somebody"] = "else"
        return policy

    waivers = exceptions.of([stated(selector={"app": "web"}, port=80)], TODAY)
    assert not upkeep.differing([live(port=80)], waivers, "shop") and not upkeep.differing([], waivers, "other")
    for other in (live(port=90), live(), live(port=80, expires="2030-01-01"), live(port=80, reason="another")):
        assert upkeep.differing([other], waivers, "shop")
    assert upkeep.differing([], waivers, "shop") and upkeep.differing([live(port=80)], [], "shop")
    assert upkeep.surplus([live(port=80)], waivers, "shop") == [] and upkeep.surplus([live()], [], "other") == []
    assert [policy["metadata"]["name"] for policy in upkeep.surplus([live()], [], "shop")] == ["mtls-exception-web"]
