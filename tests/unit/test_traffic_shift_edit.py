# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of routes for a traffic shift: what changes, and that nothing else does."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.handback import given_back, without_surplus
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import weighted as gateway_api
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import weighted as istio
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.weighted import Match, Target
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import edit
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.edit import Selection, Shape
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import Policy

MATCH = Match({"x-canary": {"exact": "1"}})
ISTIO = (istio.FORM, Target("reviews", "v1"), Target("reviews", "v2"))
GATEWAY_API = (gateway_api.FORM, Target("reviews-v1"), Target("reviews-v2"))


def destination(subset, weight=None, host="reviews", **more):
    weighted = {} if weight is None else {"weight": weight}
    return {"destination": {"host": host, "subset": subset, "port": {"number": 9080}}, **more, **weighted}


def backend(version, weight=None, **more):
    weighted = {} if weight is None else {"weight": weight}
    return {"name": f"reviews-{version}", "port": 9080, **more, **weighted}


def virtual_service(*rules):
    metadata = {"name": "reviews", "namespace": "shop", "resourceVersion": "7"}
    return {"kind": "VirtualService", "metadata": metadata, "spec": {"hosts": ["reviews"], "http": list(rules)}}


def http_route(*rules):
    metadata = {"name": "reviews", "namespace": "shop", "resourceVersion": "7"}
    return {"kind": "HTTPRoute", "metadata": metadata, "spec": {"parentRefs": [], "rules": list(rules)}}


def of_istio(*entries, **more):
    return virtual_service({"route": list(entries), **more})


def of_gateway_api(*entries, **more):
    return http_route({"backendRefs": list(entries), **more})


def selected(api, name="", position=0, match=None):
    return Selection(api[0], name, position, api[1], api[2], match)


CASES = [
    # A name without a dot and a full one are the same host; order, other targets and unknown fields stay.
    (
        ISTIO,
        of_istio(destination("v3", 20), destination("v2", 0, novel=[1]), destination("v1", 80), novel={"a": 1}),
        Shape(60, 20),
        of_istio(destination("v3", 20), destination("v2", 20, novel=[1]), destination("v1", 60), novel={"a": 1}),
        ["/spec/http/0/route/1/weight", "/spec/http/0/route/2/weight"],
    ),
    (
        ISTIO,
        of_istio(destination("v1", host="reviews.shop.svc.cluster.local")),
        Shape(90, 10),
        of_istio(destination("v1", 90, host="reviews.shop.svc.cluster.local"), destination("v2", 10)),
        ["/spec/http"],
    ),
    (ISTIO, of_istio(destination("v1", 90), destination("v2", 10)), Shape(90, 10), None, []),
    (
        GATEWAY_API,
        of_gateway_api(backend("v1"), backend("v3", 3), backend("v2", filters=[{"type": "URLRewrite"}])),
        Shape(1, 0),
        of_gateway_api(backend("v1", 1), backend("v3", 3), backend("v2", 0, filters=[{"type": "URLRewrite"}])),
        ["/spec/rules/0/backendRefs/0/weight", "/spec/rules/0/backendRefs/2/weight"],
    ),
    (
        GATEWAY_API,
        of_gateway_api(backend("v1")),
        Shape(75, 25),
        of_gateway_api(backend("v1", 75), backend("v2", 25)),
        ["/spec/rules"],
    ),
]


@pytest.mark.parametrize(("api", "document", "shape", "expected", "paths"), CASES)
def test_weights_change_and_nothing_else(api, document, shape, expected, paths):
    before, selection = copy.deepcopy(document), selected(api)
    after = edit.edited(document, selection, shape)
    assert document == before  # the live object was not touched
    assert after == (expected or document)
    patch = edit.patch(document, after, api[0])
    assert [operation["path"] for operation in patch][1:] == paths
    assert not patch or patch[0] == {"op": "test", "path": "/metadata/resourceVersion", "value": "7"}
    assert edit.is_at(after, selection, shape) and edit.is_at(document, selection, shape) == (not patch)


@pytest.mark.parametrize(
    ("api", "document"),
    [
        (ISTIO, of_istio(destination("v1"))),
        (ISTIO, of_istio(destination("v1", 90), destination("v2", 10), destination("v3"))),
        (GATEWAY_API, of_gateway_api(backend("v1"), filters=[{"type": "RequestHeaderModifier"}])),
        (GATEWAY_API, of_gateway_api(backend("v1", 4), backend("v2", 1))),
        (ISTIO, of_istio(destination("v1"), match=[{"uri": {"prefix": "/a"}}, {"uri": {"exact": "/b"}}], timeout="5s")),
        (ISTIO, virtual_service({"match": [], "redirect": {}}, {"route": [destination("v1")]}, {"name": "x"})),
    ],
)
@pytest.mark.parametrize("match", [None, MATCH])
@pytest.mark.parametrize("mirror", [None, 25.0])
def test_what_was_there_before_comes_back_exactly(api, document, match, mirror):
    rules = document["spec"][api[0].rules]
    position = next(number for number, rule in enumerate(rules) if api[0].targets in rule)
    selection = selected(api, position=position, match=match)
    before = edit.present(document, selection)
    restored = Shape(before.stable, before.canary, before.listed, mirror=None if mirror is None else 0.0)
    shape = Shape(70, 30, mirror=mirror, matched=match is not None)
    changed = edit.edited(document, selection, shape)
    assert edit.is_at(changed, selection, shape) and not edit.is_at(changed, selection, restored)
    assert len(changed["spec"][api[0].rules]) == len(rules) + (match is not None)
    assert edit.edited(changed, selection, shape) == changed  # nothing is added twice
    assert edit.edited(changed, selection, restored) == document


def test_the_rule_for_matching_requests_is_before_the_chosen_one_and_keeps_its_fields():
    rule = {"name": "all", "match": [{"uri": {"prefix": "/a"}}], "timeout": "5s", "route": [destination("v1")]}
    document = virtual_service({"name": "first", "route": [destination("v1")]}, {**rule, "mirror": {"host": "audit"}})
    after = edit.edited(document, selected(ISTIO, "all", 1, MATCH), Shape(100, 0, matched=True))
    assert [each.get("name") for each in after["spec"]["http"]] == ["first", "all-canary", "all"]
    assert after["spec"]["http"][1] == {
        "name": "all-canary",
        "match": [{"uri": {"prefix": "/a"}, "headers": {"x-canary": {"exact": "1"}}}],
        "timeout": "5s",
        "route": [destination("v2", 100)],
    }


def test_a_mirror_of_istio_and_of_the_gateway_api():
    shape = Shape(100, 0, mirror=12.5)
    rule = edit.edited(of_istio(destination("v1")), selected(ISTIO), shape)["spec"]["http"][0]
    assert rule["mirror"] == destination("v2")["destination"] and rule["mirrorPercentage"] == {"value": 12.5}
    own = {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "audit", "port": 1}}}
    rule = edit.edited(of_gateway_api(backend("v1"), filters=[own]), selected(GATEWAY_API), Shape(1, 0, mirror=12))
    assert rule["spec"]["rules"][0]["filters"] == [
        own,
        {"type": "RequestMirror", "requestMirror": {"backendRef": backend("v2"), "percent": 12}},
    ]


@pytest.mark.parametrize(
    ("route", "names", "expected"),
    [
        (None, ["only"], ("only", 0)),
        (None, [""], ("", 0)),
        ("b", ["a", "b"], ("b", 1)),
        ("1", ["a", ""], ("", 1)),
        (None, ["a", "b"], "has 2 rules in spec.http. Say which by route: 'a', 'b'"),
        (None, ["a", ""], "Say which by route: 'a', 1 (no name)"),
        ("c", ["a", "b"], "has no rule named 'c' in spec.http. There are: 'a', 'b'"),
        ("a", ["a", "a"], "has 2 rules named 'a'"),
        ("0", ["a", "b"], "spec.http[0] has a name. Name it, route: a"),
        (None, [], "has no rule in spec.http"),
    ],
)
def test_the_rule_is_chosen_or_all_are_listed(route, names, expected):
    document = virtual_service(*({"name": name} if name else {} for name in names))
    if isinstance(expected, tuple):
        assert edit.choose(document, istio.FORM, route, "VirtualService shop/reviews") == expected
    else:
        with pytest.raises(MeshError) as error:
            edit.choose(document, istio.FORM, route, "VirtualService shop/reviews")
        assert expected in error.value.message


def test_a_rule_that_left_is_not_taken_for_another():
    chosen = selected(ISTIO, "b", 1)
    assert edit.edited(virtual_service({"name": "a", "route": [destination("v1")]}), chosen, Shape(1, 99)) is None
    assert not edit.is_at(of_istio(destination("v3")), selected(ISTIO), Shape(None, None, listed=False))


NOT_LISTED = Shape(None, None, listed=False)


def planned(steps, weights=(100, 0), alone=True, before=NOT_LISTED, **selection):
    return plan_module.of(selected(ISTIO, **selection), before, weights, alone, steps, 60, Policy())


@pytest.mark.parametrize(
    ("weights", "alone", "steps", "expected"),
    [
        ((100, 0), True, [5, 50], [(95, 5), (50, 50), (0, 100)]),
        ((1, 1), True, [60], [(40, 60), (0, 100)]),  # the Gateway API's defaults have no room for per cents
        ((90, 0), False, [5, 50], [(86, 4), (45, 45), (0, 90)]),  # a third target has 10; never more than the share
        ((900, 100), True, [15], [(850, 150), (0, 1000)]),
        ((80, 20), True, [20, 100], "steps[0] changes nothing"),
        ((3, 0), False, [5], "is less than 1"),
        ((80, 20), True, [10], "steps[0].weight is 10, less than the 20 that the canary has before"),
        ((100, 0), True, [50, 20], "steps[1].weight is 20, less than the 50"),
        ((100, 0), True, [101], "It is a percentage"),
        ((100, 0), True, [50, 50], "steps[1] changes nothing"),
    ],
)
def test_weights_of_the_steps(weights, alone, steps, expected):
    steps = [{"weight": weight} for weight in steps]
    before = Shape(weights[0], weights[1] or None, listed=bool(weights[1]))
    if isinstance(expected, str):
        with pytest.raises(MeshError) as error:
            planned(steps, weights, alone, before)
        assert expected in error.value.message
        return
    plan = planned(steps, weights, alone, before)
    shapes = [plan.shape(number) for number in range(len(steps) + 1)]
    assert [(shape.stable, shape.canary) for shape in shapes] == expected
    assert plan.shape(-1) == before and plan_module.parse(plan.row(), istio.FORM, plan.policy) == plan


def test_steps_of_a_mirror_and_of_matching_requests():
    plan = planned([{"mirror": 20, "pause": 5}, {"weight": 10}])
    assert [(step.shape.mirror, step.pause) for step in plan.steps] == [(20.0, 5.0), (0.0, 60.0)]
    assert plan.end.mirror == plan.before.mirror == 0 and plan.label(0) == "step 1 of 2: 0 %, mirror 20 %"
    plan = planned([{"weight": 0}, {"weight": 10}], match=MATCH)
    assert all(step.shape.matched for step in plan.steps) and not plan.end.matched


COOKIE = Match({"cookie": {"regex": "(.*;)?lane=1(;.*)?"}}, "lane=1; Max-Age=9")
OF_OTHERS = {"headers": {"response": {"add": {"x": "1"}, "remove": ["y"]}}}


@pytest.mark.parametrize(
    ("api", "document", "cookie"),
    [
        (ISTIO, virtual_service({"route": [destination("v1", 100), destination("v2", 0)]}), ["lane=1; Max-Age=9"]),
        (ISTIO, virtual_service({"route": [destination("v1")]}), ["lane=1; Max-Age=9"]),
        (ISTIO, virtual_service({"route": [destination("v1", 100), destination("v2", 0, **OF_OTHERS)]}), None),
        (GATEWAY_API, http_route({"backendRefs": [backend("v1", 1), backend("v2", 0)]}), ["lane=1; Max-Age=9"]),
    ],
)
def test_a_cookie_comes_with_the_canary_and_leaves_with_the_rule(api, document, cookie):
    form, stable, canary = api
    chosen = Selection(form, "", 0, stable, canary, COOKIE)
    before, untouched = edit.present(document, chosen), copy.deepcopy(document)
    shape = Shape(90, 10, matched=True)
    during = edit.edited(document, chosen, shape)
    special, usual = edit.rules_of(during, form)
    for rule in (special, usual):
        assert form.cookies(rule[form.targets][-1]) == (cookie or ["lane=1; Max-Age=9"])
    assert not form.cookies(usual[form.targets][0])
    assert edit.is_at(during, chosen, shape) and not edit.is_at(during, chosen, before)
    back = edit.edited(during, chosen, before)
    assert back["spec"] == document["spec"] and document == untouched


def test_ownership_is_given_back():
    def entry(manager, *names, operation="Apply"):
        return {"manager": manager, "operation": operation, "fieldsV1": {"f:spec": {f"f:{name}": {} for name in names}}}

    before = [entry("set", "http", "hosts"), entry("kubectl", "gateways", operation="Update")]
    shift = entry("shift", "http", operation="Update")
    live = {"metadata": {"managedFields": [entry("set", "hosts"), entry("new", "tls"), shift]}}
    assert given_back(live, before, "shift") == [entry("set", "hosts", "http"), entry("new", "tls")]
    # What a shift before this one has kept is the shift's again.
    assert given_back(live, [shift], "shift") == [entry("set", "hosts"), entry("new", "tls"), shift]
    assert given_back({"metadata": {"managedFields": [entry("set", "hosts")]}}, before, "shift") is None


def test_ownership_ends_when_others_have_all_of_it():
    def live(*managers):
        fields = {"f:spec": {"f:http": {}}}
        entries = [{"manager": name, "operation": "Apply", "fieldsV1": fields} for name in managers]
        return {"metadata": {"managedFields": entries}}

    assert [entry["manager"] for entry in without_surplus(live("set", "shift"), "shift")] == ["set"]
    assert without_surplus(live("shift"), "shift") is None and without_surplus(live("set"), "shift") is None
