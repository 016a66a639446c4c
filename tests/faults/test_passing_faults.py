# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fault that passes, at each request of a run in turn: the run does what it would have done, and forgets nothing."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import fault_proxy
import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import session
from ansible_collections.meshops.lifecycle.plugins.modules.istio_virtualservice import ENTRY as ROUTE
from ansible_collections.meshops.lifecycle.plugins.modules.mesh_apply import ENTRY as SET
from fault_proxy import PASSING, Fault

ROUTES = "/apis/networking.istio.io/v1/namespaces/{}/virtualservices"
MAPS = "/api/v1/namespaces/{}/configmaps"


def split(first):
    weights = (("v1", first), ("v2", 100 - first))
    return {
        "hosts": ["reviews"],
        "http": [{"route": [{"destination": {"host": "reviews", "subset": v}, "weight": w} for v, w in weights]}],
    }


def route(namespace, first):
    metadata = {"name": "reviews", "namespace": namespace, "labels": {"old": "label"}}
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": metadata,
        "spec": split(first),
    }


def config_map(name, value="v", **metadata):
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, **metadata},
        "data": {"k": value},
    }


@dataclass
class Scenario:
    """One run: its state before, its module and options, and what the cluster holds afterwards."""

    entry: object
    before: Callable  # (upstream, namespace, call)
    options: Callable  # namespace -> dict
    after: Callable  # (upstream, namespace) -> anything that can be compared
    fails: str = ""  # what its message says, where the run itself is to fail


def nothing(_upstream, _namespace, _call):
    pass


def ours(_upstream, namespace, call):
    assert call(ROUTE, **the_route(90)(namespace))["changed"]


def theirs(upstream, namespace, _call):
    """What kubectl apply leaves, with the manager and the annotation of its own."""
    body = route(namespace, 50)
    applied = json.dumps(body)
    body["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": applied}
    upstream.api("POST", ROUTES.format(namespace) + "?fieldManager=kubectl-client-side-apply", body)


def a_set(_upstream, namespace, call):
    assert call(SET, **the_set("old", range(6))(namespace))["changed"]


def the_route(first, **more):
    return lambda namespace: {"name": "reviews", "namespace": namespace, "spec": split(first), **more}


def the_set(value, numbers, *others, **more):
    return lambda namespace: {
        "name": "set",
        "namespace": namespace,
        "prune": True,
        "objects": [*(config_map(f"map-{number}", value) for number in numbers), *others],
        **more,
    }


def seen(live):
    """An object without what differs between two runs."""
    if live is None:
        return None
    kept = copy.deepcopy(live)
    for name in ("uid", "resourceVersion", "creationTimestamp", "namespace", "generation"):
        kept["metadata"].pop(name, None)
    owners = [
        (one["manager"], one["operation"], one["fieldsV1"]) for one in kept["metadata"].pop("managedFields", None) or []
    ]
    return kept, sorted(owners, key=str)


def one(upstream, namespace):
    return seen(upstream.get(f"{ROUTES.format(namespace)}/reviews"))


def maps(upstream, namespace):
    listed = upstream.get(MAPS.format(namespace))["items"]
    found = {item["metadata"]["name"]: seen(item) for item in listed}
    found.pop("kube-root-ca.crt", None)
    without = re.sub(r"applyset-[\w-]+-v1", "SET", json.dumps(found))  # the set's id is of its namespace
    return json.loads(without.replace(namespace, "NAMESPACE"))


# A later step than ConfigMaps, so that those were changed when it fails.
LATER = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "refused"},
    "spec": {"nothing": "known"},
}

SCENARIOS = {
    "create": Scenario(ROUTE, nothing, the_route(90), one),
    "update": Scenario(ROUTE, ours, the_route(70), one),
    "adopt": Scenario(ROUTE, theirs, the_route(70), one),
    "unchanged": Scenario(ROUTE, ours, the_route(90), one),
    "delete": Scenario(ROUTE, ours, lambda namespace: the_route(90, state="absent", wait=True)(namespace), one),
    "set": Scenario(SET, a_set, the_set("new", range(3, 9)), maps),
    "roll back": Scenario(
        SET, a_set, the_set("new", range(3, 9), LATER, on_failure="rollback"), maps, "were not begun"
    ),
    "forget": Scenario(SET, a_set, lambda namespace: {"name": "set", "namespace": namespace, "state": "absent"}, maps),
}


@pytest.fixture(autouse=True)
def _gives_up_on_silence(monkeypatch):
    monkeypatch.setattr(session, "READ_TIMEOUT", 1.0)


@pytest.fixture
def faultless(proxy, upstream, new_namespace, call):
    """(result, state, requests) of a scenario in which nothing goes wrong; what the others are compared with."""

    def run(scenario):
        namespace = new_namespace()
        scenario.before(upstream, namespace, call)
        proxy.log.clear()
        result = call(scenario.entry, **scenario.options(namespace))
        return comparable(result, namespace), scenario.after(upstream, namespace), list(proxy.log)

    return run


def comparable(result, namespace):
    kept = {key: result.get(key) for key in ("changed", "failed", "msg", "undone", "not_undone", "not_begun")}
    kept["resources"] = sorted(map(json.dumps, result.get("resources") or []))
    kept["undone"] = sorted(kept["undone"] or [])
    return json.loads(json.dumps(kept).replace(namespace, "NAMESPACE"))


def places(log):
    """Which requests of a run are struck: the first and the last of each verb."""
    count: dict[str, int] = {}
    for verb, _path in log:
        count[verb] = count.get(verb, 0) + 1
    return sorted({(verb, skip) for verb, number in count.items() for skip in (0, number - 1)})


# Sets make many requests; they meet one fault of each sort: never sent, done but unheard, and refused for now.
OF_A_SET = (fault_proxy.reset, fault_proxy.lost, fault_proxy.half_a_document, fault_proxy.unavailable)
CASES = [(name, act) for name in SCENARIOS for act in (PASSING if SCENARIOS[name].entry is ROUTE else OF_A_SET)]


@pytest.mark.parametrize(("name", "act"), CASES, ids=[f"{name}-{act.__name__}" for name, act in CASES])
def test_a_fault_that_passes_changes_nothing(name, act, proxy, upstream, new_namespace, call, faultless):
    scenario = SCENARIOS[name]
    expected, state, log = faultless(scenario)
    assert bool(expected["failed"]) == bool(scenario.fails) and scenario.fails in (expected["msg"] or "")
    for verb, skip in places(log):
        namespace = new_namespace()
        scenario.before(upstream, namespace, call)
        fault = Fault(act, (verb,), namespace if verb != "GET" else "", skip)
        proxy.faults.append(fault)
        result = call(scenario.entry, **scenario.options(namespace))
        proxy.faults.clear()
        where = f"{act.__name__} at {verb} number {skip + 1}"
        assert fault.met == 1, where
        assert comparable(result, namespace) == expected, where
        assert scenario.after(upstream, namespace) == state, where
        if act not in (fault_proxy.slow, fault_proxy.half_a_document):  # half of a 404 is a 404
            assert result["retries"], where
        if scenario.fails:
            continue
        proxy.log.clear()
        again = call(scenario.entry, **scenario.options(namespace))
        assert again["changed"] is False and proxy.writes() == [], where
