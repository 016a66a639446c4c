# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of the Gateway API: statuses, as controllers write them, to readiness; and their place in a set."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds import registry
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.gateway_api import status

GROUP = "gateway.networking.k8s.io"
DEFAULT = {"type": "Accepted", "status": "Unknown", "reason": "Pending", "message": "Waiting for controller"}


def kind(name):
    return registry.KINDS[GROUP, name]


def said(name, value="True", reason=None, generation=2, message="because"):
    return {
        "type": name,
        "status": value,
        "reason": reason or name,
        "message": message,
        "observedGeneration": generation,
    }


ACCEPTED, RESOLVED, PROGRAMMED = said("Accepted"), said("ResolvedRefs"), said("Programmed")
GOOD = [ACCEPTED, RESOLVED]
GATEWAY = {"group": GROUP, "kind": "Gateway", "name": "edge", "namespace": "infra", "sectionName": "https"}
SERVICE = {"group": "", "kind": "Service", "name": "ratings"}


def route(*answers, parents=(GATEWAY,)):
    told = [
        {"parentRef": reference, "controllerName": f"example.com/{index}", "conditions": conditions}
        for index, (reference, conditions) in enumerate(answers)
    ]
    return {
        "metadata": {"name": "reviews", "namespace": "shop", "generation": 2},
        "spec": {"parentRefs": list(parents)},
        "status": {"parents": told},
    }


def refused(reason, name="Accepted"):
    other = RESOLVED if name == "Accepted" else ACCEPTED
    return [other, said(name, "False", reason)]


ROUTES = {
    "nobody has answered": (route(), "waiting", "parent Gateway infra/edge https: no controller has reported a status"),
    "no status at all": ({**route(), "status": {}}, "waiting", "no controller"),
    "no parents": (route(parents=()), "ready", ""),
    "taken": (route((GATEWAY, GOOD)), "ready", ""),
    "taken before the change": (
        route((GATEWAY, [said("Accepted", generation=1), said("ResolvedRefs", generation=1)])),
        "waiting",
        "the present generation",
    ),
    "refused before the change": (
        route((GATEWAY, [said("Accepted", "False", "NotAllowedByListeners", 1), RESOLVED])),
        "waiting",
        "the present generation",
    ),
    "one of two conditions": (route((GATEWAY, [ACCEPTED])), "waiting", "ResolvedRefs is not known yet"),
    "the answer is for another listener": (
        route(({**GATEWAY, "sectionName": "http"}, GOOD)),
        "waiting",
        "no controller has reported a status",
    ),
    "the parent's defaults, and the route's namespace": (
        route(
            ({"group": GROUP, "kind": "Gateway", "name": "edge", "namespace": "shop"}, GOOD),
            parents=({"name": "edge"},),
        ),
        "ready",
        "",
    ),
    "one of two parents": (
        route((GATEWAY, GOOD), parents=(GATEWAY, {"name": "other", "port": 80})),
        "waiting",
        "parent Gateway shop/other 80",
    ),
    "not allowed": (route((GATEWAY, refused("NotAllowedByListeners"))), "failed", "allowedRoutes"),
    "no such host": (route((GATEWAY, refused("NoMatchingListenerHostname"))), "failed", "NoMatchingListenerHostname"),
    "no such listener": (route((GATEWAY, refused("NoMatchingParent"))), "failed", "sectionName"),
    "no such service yet": (
        route((SERVICE, refused("NoMatchingParent")), parents=(SERVICE,)),
        "waiting",
        "parent Service shop/ratings",
    ),
    "not looked at yet": (route((GATEWAY, refused("Pending"))), "waiting", "Pending"),
    "a reason that nobody knows": (route((GATEWAY, refused("Tuesday"))), "waiting", "Tuesday"),
    "the target is not there yet": (route((GATEWAY, refused("BackendNotFound", "ResolvedRefs"))), "waiting", "because"),
    "the target is not granted": (
        route((GATEWAY, refused("RefNotPermitted", "ResolvedRefs"))),
        "failed",
        "ReferenceGrant",
    ),
    "the target is of a wrong kind": (
        route((GATEWAY, refused("InvalidKind", "ResolvedRefs"))),
        "failed",
        "InvalidKind",
    ),
    "a failure outdoes what is waited for": (
        route((GATEWAY, refused("InvalidKind", "ResolvedRefs")), parents=({"name": "other"}, GATEWAY)),
        "failed",
        "parent Gateway infra/edge",
    ),
    "two controllers, one gone": (
        route((SERVICE, [said("Accepted", generation=1)]), (SERVICE, GOOD), parents=(SERVICE,)),
        "ready",
        "",
    ),
    "a part of it has no effect": (
        route((GATEWAY, [*GOOD, said("PartiallyInvalid", reason="UnsupportedValue", message="Dropped rule 2")])),
        "failed",
        "Dropped rule 2",
    ),
    "a part of it had no effect before": (
        route((GATEWAY, [*GOOD, said("PartiallyInvalid", reason="UnsupportedValue", generation=1)])),
        "ready",
        "",
    ),
}


@pytest.mark.parametrize("case", ROUTES)
@pytest.mark.parametrize("name", ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"])
def test_a_route_is_ready_when_its_parents_say_so(name, case):
    live, state, message = ROUTES[case]
    answer = kind(name).ready(live)
    assert (answer.state, message in answer.message) == (state, True), answer
    assert (answer.patience > 0) == (state == "failed")


def gateway(conditions, listeners=(), declared=("http", "https")):
    return {
        "metadata": {"name": "edge", "namespace": "infra", "generation": 2},
        "spec": {"listeners": [{"name": name} for name in declared]},
        "status": {
            "conditions": conditions,
            "listeners": [{"name": name, "conditions": told} for name, told in listeners],
        },
    }


UP = [ACCEPTED, PROGRAMMED]
FINE = ("http", [ACCEPTED, PROGRAMMED, RESOLVED, said("Conflicted", "False", "NoConflicts")])
GATEWAYS = {
    "as the API server stores it": (
        gateway([DEFAULT, {**DEFAULT, "type": "Programmed"}]),
        "waiting",
        "Waiting for controller",
    ),
    "no status": ({**gateway([]), "status": {}}, "waiting", "Accepted is not known yet"),
    "programmed": (gateway(UP), "ready", ""),
    "programmed, listeners too": (gateway(UP, [FINE]), "ready", ""),
    "programmed before the change": (
        gateway([said("Accepted", generation=1), said("Programmed", generation=1)]),
        "waiting",
        "the present generation",
    ),
    "accepted alone": (gateway([ACCEPTED, said("Programmed", "False", "Pending")]), "waiting", "Pending"),
    "no address yet": (gateway([ACCEPTED, said("Programmed", "False", "AddressNotAssigned")]), "waiting", "Programmed"),
    "an address of a wrong type": (
        gateway([said("Accepted", "False", "UnsupportedAddress"), said("Programmed", "False", "UnsupportedAddress")]),
        "failed",
        "UnsupportedAddress",
    ),
    "a certificate that is not there yet": (
        gateway(UP, [FINE, ("https", [ACCEPTED, said("ResolvedRefs", "False", "InvalidCertificateRef")])]),
        "waiting",
        "listener https: ResolvedRefs is False (InvalidCertificateRef)",
    ),
    "a certificate that nobody granted": (
        gateway(UP, [FINE, ("https", [ACCEPTED, said("ResolvedRefs", "False", "RefNotPermitted")])]),
        "failed",
        "listener https",
    ),
    "a conflict": (
        gateway(
            [said("Accepted", reason="ListenersNotValid"), PROGRAMMED],
            [
                FINE,
                (
                    "https",
                    [said("Accepted", "False", "HostnameConflict"), said("Conflicted", reason="HostnameConflict")],
                ),
            ],
        ),
        "failed",
        "listener https: Accepted is False (HostnameConflict)",
    ),
    "no listener is valid, and why": (
        gateway(
            [said("Accepted", "False", "ListenersNotValid"), PROGRAMMED],
            [("http", [said("Accepted", "False", "UnsupportedProtocol")])],
        ),
        "failed",
        "listener http: Accepted is False (UnsupportedProtocol)",
    ),
    "a word about a listener that is older": (
        gateway(UP, [("http", [said("Accepted", "False", "HostnameConflict", generation=1)])]),
        "ready",
        "",
    ),
    "a word about a listener that is gone": (
        gateway(UP, [("old", [said("Accepted", "False", "HostnameConflict")])]),
        "ready",
        "",
    ),
}


@pytest.mark.parametrize("case", GATEWAYS)
@pytest.mark.parametrize("name", ["Gateway", "ListenerSet"])
def test_a_gateway_is_ready_with_all_of_its_listeners(name, case):
    live, state, message = GATEWAYS[case]
    answer = kind(name).ready(live)
    assert (answer.state, message in answer.message) == (state, True), answer
    assert (answer.patience > 0) == (state == "failed")


def policy(*ancestors):
    told = [{"ancestorRef": reference, "conditions": conditions} for reference, conditions in ancestors]
    return {"metadata": {"name": "tls", "namespace": "shop", "generation": 2}, "status": {"ancestors": told}}


POLICIES = {
    "nobody has answered": (policy(), "waiting", "no controller has reported a status"),
    "taken": (policy((SERVICE, GOOD), (GATEWAY, GOOD)), "ready", ""),
    "taken at one of two places": (
        policy((SERVICE, GOOD), (GATEWAY, [said("Accepted", generation=1), RESOLVED])),
        "waiting",
        "Gateway edge",
    ),
    "no such service yet": (policy((SERVICE, refused("TargetNotFound"))), "waiting", "TargetNotFound"),
    "no authorities yet": (
        policy(
            (
                SERVICE,
                [
                    said("Accepted", "False", "NoValidCACertificate"),
                    said("ResolvedRefs", "False", "InvalidCACertificateRef"),
                ],
            )
        ),
        "waiting",
        "NoValidCACertificate",
    ),
    "another policy was first": (policy((SERVICE, refused("Conflicted"))), "failed", "Keep one policy"),
}


@pytest.mark.parametrize("case", POLICIES)
def test_a_policy_is_ready_where_it_is_applied(case):
    live, state, message = POLICIES[case]
    answer = kind("BackendTLSPolicy").ready(live)
    assert (answer.state, message in answer.message) == (state, True), answer


@pytest.mark.parametrize(
    ("conditions", "state"),
    [
        ([], "waiting"),
        ([{**DEFAULT, "reason": "Waiting"}], "waiting"),
        ([said("Accepted")], "ready"),
        ([said("Accepted", "False", "Unsupported")], "failed"),
    ],
)
def test_a_class_is_ready_when_a_controller_serves_it(conditions, state):
    live = {"metadata": {"name": "istio", "generation": 2}, "status": {"conditions": conditions}}
    assert kind("GatewayClass").ready(live).state == state


def test_messages_are_sentences():
    answer = status.verdict(
        [said("Accepted", "False", "NotAllowedByListeners", message="no listener allows it.")], ("Accepted",), 2
    )
    assert answer.message.startswith("Accepted is False (NotAllowedByListeners): no listener allows it. Let ")
    assert ".." not in answer.message


def test_what_others_lean_on_comes_first():
    order = {name: kind(name).order for group, name in registry.KINDS if group == GROUP}
    assert order["GatewayClass"] < order["Gateway"] < order["ListenerSet"] < order["HTTPRoute"]
    assert order["ReferenceGrant"] < order["Gateway"]
    assert order["BackendTLSPolicy"] < order["HTTPRoute"]
    assert len({order[name] for name in order if name.endswith("Route")}) == 1
