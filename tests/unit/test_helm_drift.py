# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of stated against live values: which differences somebody made by hand."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.quantities import quantity
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release import drift

HELM, KUBECTL, PILOT = "helm", "kubectl-edit", "pilot-discovery"


def live(body, **owners):
    """A live object; ``owners``: manager (``_`` for ``-``) to its field set."""
    entries = [
        {"manager": manager.replace("_", "-"), "operation": "Update", "fieldsV1": tree}
        for manager, tree in owners.items()
    ]
    return {**body, "metadata": {"name": "x", **body.get("metadata", {}), "managedFields": entries}}


def paths(declared, current):
    return [fields.path_text(path) for path in drift.suspects({"metadata": {"name": "x"}, **declared}, current)]


COLOR = {"f:data": {".": {}, "f:color": {}}}


@pytest.mark.parametrize(
    ("declared", "current", "expected"),
    [
        pytest.param({"data": {"color": "a"}}, live({"data": {"color": "a"}}, helm=COLOR), [], id="equal"),
        pytest.param({"data": {"color": "a"}}, live({"data": {"color": "a", "other": "b"}}, helm=COLOR), [], id="more"),
        pytest.param(
            {"data": {"color": "a"}},
            live({"data": {"color": "b"}}, helm=COLOR),
            [],
            id="stored-another-way-by-the-server",
        ),
        pytest.param(
            {"data": {"color": "a"}}, live({"data": {"color": "b"}}, kubectl_edit=COLOR), ["data.color"], id="edit"
        ),
        pytest.param(
            {"data": {"color": "a"}}, live({"data": {"color": "b"}}, some_operator=COLOR), [], id="a-controller-owns-it"
        ),
        pytest.param({"data": {"color": "a"}}, live({"data": {"color": "b"}}), ["data.color"], id="nobody-owns-it"),
        pytest.param({"data": {"color": "a"}}, live({"data": {}}, helm={}), ["data.color"], id="key-removed"),
        pytest.param({"data": {"color": "a"}}, live({}, helm={}), ["data"], id="map-removed"),
        pytest.param({"data": {"color": None}}, live({}, helm={}), ["data"], id="null-in-map-that-is-gone"),
        pytest.param(
            {"data": {"a": 1}}, live({"data": {"a": 1.0}}, kubectl_edit={"f:data": {"f:a": {}}}), [], id="number"
        ),
        pytest.param(
            {"metadata": {"name": "x", "labels": {"a": "b"}}},
            live({"metadata": {"labels": {"a": "c"}}}, kubectl_label={"f:metadata": {"f:labels": {"f:a": {}}}}),
            ["metadata.labels.a"],
            id="label",
        ),
        pytest.param(
            {"metadata": {"name": "y", "annotations": {"a/b": "c"}}},
            live({"metadata": {"annotations": {"a/b": "d"}}}, kubectl={"f:metadata": {"f:annotations": {"f:a/b": {}}}}),
            ["metadata.annotations.a/b"],
            id="annotation-with-a-slash",
        ),
        pytest.param(
            {"status": {"phase": "a"}}, live({"status": {"phase": "b"}}, kubectl_edit={"f:status": {}}), [], id="status"
        ),
    ],
)
def test_maps(declared, current, expected):
    assert paths(declared, current) == expected


PLATFORM = {"f:data": {".": {}, "f:PLATFORM": {}}}


@pytest.mark.parametrize(
    ("value", "operation", "builtin", "expected"),
    [
        pytest.param("", "Apply", False, [], id="helm-owns-what-the-server-does-not-store"),
        pytest.param("x", "Apply", False, [], id="of-any-value"),
        pytest.param("", "Update", True, [], id="an-empty-text-of-a-built-in-kind"),
        pytest.param("", "Update", False, ["data.PLATFORM"], id="an-empty-text-of-a-custom-resource"),
        pytest.param("x", "Update", True, ["data.PLATFORM"], id="another-text"),
    ],
)
def test_a_value_that_is_not_there(value, operation, builtin, expected):
    """As the charts of Istio state PLATFORM: "" in the environment of istiod."""
    current = live({"data": {}}, helm=PLATFORM)
    current["metadata"]["managedFields"][0]["operation"] = operation
    suspected = drift.suspects({"metadata": {"name": "x"}, "data": {"PLATFORM": value}}, current, builtin=builtin)
    assert [fields.path_text(path) for path in suspected] == expected


REPLICAS = {"f:spec": {"f:replicas": {}}}


def scaled_by(manager):
    entry = {"manager": manager, "operation": "Update", "subresource": "scale", "fieldsV1": REPLICAS}
    return {"spec": {"replicas": 5}, "metadata": {"name": "x", "managedFields": [entry]}}


def test_an_autoscaler_owns_replicas_and_a_person_does_not():
    assert paths({"spec": {"replicas": 1}}, scaled_by("kube-controller-manager")) == []
    assert paths({"spec": {"replicas": 1}}, scaled_by("kubectl")) == ["spec.replicas"]


CONTAINER = {
    "f:spec": {"f:containers": {'k:{"name":"app"}': {".": {}, "f:name": {}, "f:image": {}, "f:resources": {}}}}
}


@pytest.mark.parametrize(
    ("declared", "found", "expected"),
    [
        pytest.param([{"name": "app"}], [{"name": "app", "image": "x"}], [], id="defaults"),
        pytest.param([{"name": "app"}], [{"name": "side"}, {"name": "app"}], [], id="injected-before"),
        pytest.param(
            [{"name": "app", "image": "a"}], [{"name": "app", "image": "b"}], ["spec.containers[name=app].image"]
        ),
        pytest.param([{"name": "app"}], [{"name": "other"}], ["spec.containers[name=app]"], id="item-gone"),
        pytest.param([{"name": "app"}], [], ["spec.containers[name=app]"], id="list-empty"),
        pytest.param(
            [{"name": "app", "resources": {"limits": {"cpu": "1000m", "memory": "1024Mi"}}}],
            [{"name": "app", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}],
            [],
            id="quantities",
        ),
        pytest.param(
            [{"name": "app", "resources": {"limits": {"cpu": 0.1}}}],
            [{"name": "app", "resources": {"limits": {"cpu": "100m"}}}],
            [],
            id="quantity-as-number",
        ),
        pytest.param(
            [{"name": "app", "resources": {"limits": {"cpu": "1"}}}],
            [{"name": "app", "resources": {"limits": {"cpu": "2"}}}],
            ["spec.containers[name=app].resources.limits.cpu"],
            id="another-quantity",
        ),
    ],
)
def test_lists_with_keys(declared, found, expected):
    current = live({"spec": {"containers": found}}, kubectl_edit=CONTAINER)
    assert paths({"spec": {"containers": declared}}, current) == expected


def test_a_key_that_was_changed_is_an_item_that_is_gone():
    mine = {"f:spec": {"f:ports": {}}}  # what is left of helm's entry when its item's key was changed
    theirs = {"f:spec": {"f:ports": {'k:{"port":81,"protocol":"TCP"}': {".": {}, "f:port": {}}}}}
    current = live({"spec": {"ports": [{"port": 81, "protocol": "TCP"}]}}, helm=mine, kubectl_patch=theirs)
    assert paths({"spec": {"ports": [{"port": 80}]}}, current) == ["spec.ports[port=80]"]


def test_an_item_is_found_by_the_keys_that_it_states():
    tree = {"f:spec": {"f:ports": {'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:port": {}, "f:targetPort": {}}}}}
    current = live({"spec": {"ports": [{"port": 80, "protocol": "TCP", "targetPort": 1}]}}, kubectl_patch=tree)
    assert paths({"spec": {"ports": [{"port": 80}]}}, current) == []
    assert paths({"spec": {"ports": [{"port": 80, "targetPort": 2}]}}, current) == ["spec.ports[port=80].targetPort"]


WHOLE = {"f:spec": {"f:http": {}}}


@pytest.mark.parametrize(
    ("found", "manager", "expected"),
    [
        ([{"route": 1}], KUBECTL, []),
        ([{"route": 1, "timeout": "5s"}], KUBECTL, ["spec.http"]),
        ([{"route": 1, "timeout": "5s"}], HELM, []),
        ([{"route": 1, "timeout": "5s"}], PILOT, []),
        ([{"route": 2}], KUBECTL, ["spec.http"]),
        ([{"route": 1}, {"route": 2}], KUBECTL, ["spec.http"]),
    ],
)
def test_lists_that_are_owned_whole(found, manager, expected):
    current = live({"spec": {"http": found}}, **{manager.replace("-", "_"): WHOLE})
    assert paths({"spec": {"http": [{"route": 1}]}}, current) == expected


def test_a_set_of_words():
    tree = {"f:metadata": {"f:finalizers": {'v:"a"': {}}}}
    current = live({"metadata": {"finalizers": ["a"]}}, helm=tree)
    assert paths({"metadata": {"name": "x", "finalizers": ["a"]}}, current) == []
    assert paths({"metadata": {"name": "x", "finalizers": ["a", "b"]}}, current) == ["metadata.finalizers[b]"]


def test_what_istiod_writes_into_its_webhooks_is_its_own():
    hook = {"f:webhooks": {'k:{"name":"a"}': {".": {}, "f:name": {}}}}
    theirs = {"f:webhooks": {'k:{"name":"a"}': {"f:clientConfig": {"f:caBundle": {}}, "f:failurePolicy": {}}}}
    declared = {"webhooks": [{"name": "a", "failurePolicy": "Ignore", "clientConfig": {"caBundle": ""}}]}
    body = {"webhooks": [{"name": "a", "failurePolicy": "Fail", "clientConfig": {"caBundle": "LS0t"}}]}
    assert paths(declared, live(body, helm=hook, pilot_discovery=theirs)) == []
    edited = {"f:webhooks": {'k:{"name":"a"}': {"f:failurePolicy": {}}}}
    assert paths(declared, live(body, helm=hook, kubectl_edit=edited, pilot_discovery=hook)) == [
        "webhooks[name=a].failurePolicy",
        "webhooks[name=a].clientConfig.caBundle",
    ]


def test_the_portion_of_an_object_that_restores_paths():
    declared = {"spec": {"a": 1, "b": {"c": 2, "d": 3}, "list": [{"name": "x", "y": 1}, {"name": "z"}]}}
    wanted = [("f:spec", "f:b", "f:c"), ("f:spec", "f:list", 'k:{"name": "x"}', "f:y")]
    assert drift.portion(declared, wanted) == {"spec": {"b": {"c": 2}, "list": declared["spec"]["list"]}}


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("1000m", 1), ("1Ki", 1024), ("1.5", 1.5), ("1e3", 1000), ("1E", 10**18), (0.5, 0.5), ("2k", 2000)],
)
def test_quantities(text, number):
    assert quantity(text) == number


@pytest.mark.parametrize("text", ["", "Mi", "one", "1 Gi", True])
def test_what_is_no_quantity(text):
    assert quantity(text) is None
