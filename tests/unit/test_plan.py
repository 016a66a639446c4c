# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a change as a value: made, shown, compared, stored and read again. No cluster is asked."""

from __future__ import annotations

import copy
import json

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import plan_json
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.plan import (
    PENDING,
    Plan,
    decide,
    deletion,
    differences,
    in_steps,
    moved,
    with_transition,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

OURS = "meshops.lifecycle"
MAP, SECRET = KINDS["", "ConfigMap"], KINDS["", "Secret"]
RULE, ROUTE = (KINDS["networking.istio.io", name] for name in ("DestinationRule", "VirtualService"))
CONTENT = "Hunter2isnotgood"


def declared(kind=MAP, name="a", **body):
    body = body or {"data": {"k": "v"}}
    return {"apiVersion": kind.api_versions[0], "kind": kind.kind, "metadata": {"name": name, "namespace": "n"}, **body}


def live(document, version="1", uid="u", manager=OURS, **more):
    """The document as a server has it after an apply by the manager."""
    owned = {
        f"f:{key}": {f"f:{name}": {} for name in below} for key, below in document.items() if key in ("data", "spec")
    }
    metadata = {
        **copy.deepcopy(document["metadata"]),
        "uid": uid,
        "resourceVersion": version,
        "managedFields": [{"manager": manager, "operation": "Apply", "apiVersion": "v1", "fieldsV1": owned}],
    }
    return {**copy.deepcopy(document), "metadata": metadata, **more}


def rule(*subsets):
    spec = {"host": "reviews", "subsets": [{"name": name, "labels": {"version": name}} for name in subsets]}
    return declared(RULE, "reviews", spec=spec)


def route():
    return declared(ROUTE, "reviews", spec={"hosts": ["reviews"]})


def plan(*changes, prunes=()):
    return Plan(OURS, False, in_steps(changes), tuple(reversed(in_steps(prunes))))


# ---- Made -----------------------------------------------------------------------------------------------------------

DELETING = {"deletionTimestamp": "2026-11-26T08:00:00Z"}


@pytest.mark.parametrize(
    ("before", "action"),
    [
        (None, "created"),
        (live(declared()), "unchanged"),
        (live(declared(data={"k": "other"})), PENDING),
        (live(declared(), manager="kubectl"), PENDING),  # the values are there, but are not ours
        (live(declared(), status={"phase": "new"}), "unchanged"),
    ],
)
def test_what_is_certain_without_the_server(before, action):
    planned = decide(MAP, declared(), before, OURS)
    assert (planned.action, planned.writes) == (action, action != "unchanged")
    assert planned.before is before


def test_an_object_that_is_being_deleted_is_never_as_declared():
    before = live(declared())
    before["metadata"].update(DELETING)
    assert decide(MAP, declared(), before, OURS).action == PENDING
    assert deletion(MAP, "n", "a", before).action == "unchanged"


def test_deletions():
    before = live(declared())
    assert deletion(MAP, "n", "a", None).action == "unchanged"
    assert deletion(MAP, "n", "a", before).action == "deleted"
    before["metadata"]["labels"] = {"applyset.kubernetes.io/part-of": "applyset-x-v1"}
    assert "is a member of the set" in deletion(MAP, "n", "a", before).warnings[0]
    assert not deletion(MAP, "n", "a", before, of_its_set=True).warnings


def test_steps_are_those_of_the_kinds():
    kinds = [SECRET, ROUTE, MAP, KINDS["", "Namespace"], RULE]
    changes = [decide(kind, declared(kind, "x"), None, OURS) for kind in kinds]
    steps = [[planned.kind.kind for planned in step] for step in in_steps(changes)]
    assert steps == [["Namespace"], ["Secret", "ConfigMap"], ["DestinationRule"], ["VirtualService"]]


@pytest.mark.parametrize(
    ("routes", "two_forms"),
    [
        ([decide(ROUTE, route(), None, OURS)], True),
        ([decide(ROUTE, route(), live(route()), OURS)], False),  # no route changes, so none leaves a subset
        ([], False),
    ],
)
def test_what_routes_may_still_name_stays_in_a_first_form(routes, two_forms):
    changed = with_transition(plan(decide(RULE, rule("v2"), live(rule("v1")), OURS), *routes))
    (planned,) = changed.steps[0]
    assert planned.desired == rule("v2")
    names = [subset["name"] for subset in planned.first["spec"]["subsets"]] if planned.first else []
    assert names == (["v2", "v1"] if two_forms else [])


def test_a_route_that_is_pruned_counts_as_well():
    gone = deletion(ROUTE, "n", "reviews", live(route()), of_its_set=True)
    changed = with_transition(plan(decide(RULE, rule("v2"), live(rule("v1")), OURS), prunes=[gone]))
    assert changed.steps[0][0].first


# ---- Shown ----------------------------------------------------------------------------------------------------------


def test_rows_and_diff():
    changed = decide(MAP, declared(data={"k": "w"}), live(declared()), OURS)
    same = decide(MAP, declared(name="b"), live(declared(name="b")), OURS)
    shown = plan(changed, same, prunes=[deletion(ROUTE, "n", "r", live(route()))])
    rows = [(row["kind"], row["namespace"], row["name"], row["action"]) for row in shown.rows()]
    assert rows == [
        ("ConfigMap", "n", "a", PENDING),
        ("ConfigMap", "n", "b", "unchanged"),
        ("VirtualService", "n", "r", "deleted"),
    ]
    pending, removed = shown.diff()
    assert pending["before"]["data"] == {"k": "v"}
    assert (removed["before_header"], removed["after"]) == ("VirtualService/n/reviews", None)


# ---- Compared -------------------------------------------------------------------------------------------------------


def test_two_plans_of_one_state_are_equal():
    def one(version):
        return plan(decide(MAP, declared(data={"k": "w"}), live(declared(), version), OURS))

    assert one("1") == one("1") == one("2")  # a new resourceVersion is nothing that a person sees
    assert differences(one("1"), one("2")) == []


A = decide(MAP, declared(), None, OURS)


@pytest.mark.parametrize(
    ("later", "difference"),
    [
        (plan(), "ConfigMap n/a is not planned any more"),
        (plan(A, decide(MAP, declared(name="b"), None, OURS)), "ConfigMap n/b is planned as well"),
        (
            plan(decide(MAP, declared(), live(declared()), OURS)),
            "ConfigMap n/a would be unchanged, and no longer created",
        ),
        (plan(decide(MAP, declared(data={"k": "w"}), None, OURS)), "ConfigMap n/a differs in desired"),
        (Plan("other", False, in_steps([A])), "the field manager, or what happens to fields of others, is another"),
    ],
)
def test_a_later_plan_says_what_differs(later, difference):
    assert differences(plan(A), later) == [difference]
    assert plan(A) != later


MINE = live(declared())


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        (MINE, MINE, ""),
        (None, None, ""),
        (MINE, live(declared(), "2", status={"a": "b"}), ""),  # a controller's status
        (MINE, live(declared(data={"k": "w"}), "2"), "changed since"),
        (MINE, live(declared(), "2", manager="kubectl"), "changed since"),
        (MINE, live(declared(), "2", uid="other"), "was deleted and created again since"),
        (MINE, None, "was deleted since"),
        (None, MINE, "was created since"),
    ],
)
def test_a_stale_plan(before, now, reason):
    planned = decide(MAP, declared(data={"k": "x"}), before, OURS)
    assert moved(planned, now, OURS) == reason


# ---- Stored ---------------------------------------------------------------------------------------------------------


def stored(original):
    return plan_json.from_dict(json.loads(json.dumps(plan_json.to_dict(original))))


FOREIGN = Kind("example.com", "Sample", "samples", ("v1",))


@pytest.mark.parametrize(
    "original",
    [
        plan(),
        plan(A, prunes=[deletion(ROUTE, "n", "r", live(route()))]),
        with_transition(plan(decide(RULE, rule("v2"), live(rule("v1")), OURS), decide(ROUTE, route(), None, OURS))),
        plan(decide(FOREIGN, declared(FOREIGN, spec={"a": 1}), None, OURS)),
    ],
)
def test_a_plan_comes_back_as_it_was(original):
    again = stored(original)
    assert again == original and differences(original, again) == []
    assert [planned.before for planned in again] == [planned.before for planned in original]
    assert [planned.kind for planned in again] == [planned.kind for planned in original]
    assert not any(planned.withheld for planned in again)


def secret(value=CONTENT):
    return declared(SECRET, "s", data={"password": value})


def test_secrets_are_not_stored():
    before = live(secret("before" + CONTENT))
    original = plan(decide(SECRET, secret(), before, OURS), A)
    assert CONTENT not in json.dumps(plan_json.to_dict(original))
    again = stored(original)
    assert [planned.withheld for planned in again.steps[0]] == [True, False]
    assert stored(again) == again == original  # as far as a person sees
    with_version = live(secret("before" + CONTENT), "2")
    assert "cannot be told" in moved(again.steps[0][0], with_version, OURS)


def test_kubectls_copy_of_an_object_is_not_stored_and_withholds_nothing():
    before = live(declared(data={"k": "w"}))
    before["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(secret())}
    text = json.dumps(plan_json.to_dict(plan(decide(MAP, declared(), before, OURS))))
    assert CONTENT not in text and '"withheld": true' not in text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "no plan of format 1 but of None"),
        ({"format": 2}, "of 2"),
        ({"format": 1, "manager": "a", "force": False, "steps": [[{}]], "prunes": []}, "not whole: KeyError: 'kind'"),
    ],
)
def test_what_is_no_plan_is_refused(content, message):
    with pytest.raises(MeshError, match=message):
        plan_json.from_dict(content)


def test_a_plan_is_a_value():
    with pytest.raises(AttributeError):
        A.action = "deleted"
    assert len({A, decide(MAP, declared(), None, OURS)}) == 1
    assert plan_module.differing(A, A) == []
