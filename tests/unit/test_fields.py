# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declared objects against live ones with managedFields, as API servers return them."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds import base

OURS = "meshops.lifecycle"


def live(body, owned, *, manager=OURS, operation="Apply", **metadata):
    entry = {"manager": manager, "operation": operation, "fieldsType": "FieldsV1", "fieldsV1": owned}
    return {"metadata": {"name": "a", "namespace": "b", "managedFields": [entry], **metadata}, **body}


def declared(metadata=None, **body):
    return {"apiVersion": "v1", "kind": "X", "metadata": {"name": "a", "namespace": "b", **(metadata or {})}, **body}


SERVICE = {"ports": [{"name": "http", "port": 80, "protocol": "TCP", "targetPort": 80}], "clusterIP": "10.0.0.1"}
PORT = 'k:{"port":80,"protocol":"TCP"}'
OWNED_PORT = {"f:spec": {"f:ports": {PORT: {".": {}, "f:port": {}, "f:name": {}}}}}

SETTLED = {
    "a leaf": (declared(data={"k": "v"}), live({"data": {"k": "v"}}, {"f:data": {"f:k": {}}})),
    "an atomic list": (
        declared(spec={"hosts": ["a", "b"]}),
        live({"spec": {"hosts": ["a", "b"]}}, {"f:spec": {"f:hosts": {}}}),
    ),
    "another's field beside ours": (
        declared(data={"k": "v"}),
        live({"data": {"k": "v", "other": "x"}}, {"f:data": {"f:k": {}}}),
    ),
    "an empty mapping": (declared(spec={}), live({"spec": {}}, {"f:spec": {}})),
    "an empty mapping deep down": (
        declared(spec={"syncPolicy": {"automated": {}}}),
        live({"spec": {"syncPolicy": {"automated": {}}}}, {"f:spec": {"f:syncPolicy": {"f:automated": {}}}}),
    ),
    "a list of an empty mapping": (
        declared(spec={"rules": [{}]}),
        live({"spec": {"rules": [{}]}}, {"f:spec": {"f:rules": {}}}),
    ),
    "an empty list": (declared(spec={"rules": []}), live({"spec": {"rules": []}}, {"f:spec": {"f:rules": {}}})),
    "labels": (
        declared({"labels": {"x": "y"}}, data={"k": "v"}),
        live({"data": {"k": "v"}}, {"f:data": {"f:k": {}}, "f:metadata": {"f:labels": {"f:x": {}}}}, labels={"x": "y"}),
    ),
    "a list with keys, the server's defaults beside": (
        declared(spec={"ports": [{"port": 80, "name": "http"}]}),
        live({"spec": SERVICE}, OWNED_PORT),
    ),
    "a key with its default declared": (
        declared(spec={"ports": [{"port": 80, "name": "http", "protocol": "TCP"}]}),
        live(
            {"spec": SERVICE},
            {"f:spec": {"f:ports": {PORT: {".": {}, "f:port": {}, "f:name": {}, "f:protocol": {}}}}},
        ),
    ),
    "two items with keys, in another order": (
        declared(spec={"env": [{"name": "b", "value": "2"}, {"name": "a", "value": "1"}]}),
        live(
            {"spec": {"env": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]}},
            {
                "f:spec": {
                    "f:env": {
                        'k:{"name":"a"}': {".": {}, "f:name": {}, "f:value": {}},
                        'k:{"name":"b"}': {".": {}, "f:name": {}, "f:value": {}},
                    }
                }
            },
        ),
    ),
    "a set": (
        declared({"finalizers": ["x/one", "x/two"]}),
        live({}, {"f:metadata": {"f:finalizers": {'v:"x/one"': {}, 'v:"x/two"': {}}}}, finalizers=["x/two", "x/one"]),
    ),
    "a set with another's member": (
        declared({"finalizers": ["x/one"]}),
        live({}, {"f:metadata": {"f:finalizers": {'v:"x/one"': {}}}}, finalizers=["x/other", "x/one"]),
    ),
    "a whole number and its float": (
        declared(spec={"ratio": 1}),
        live({"spec": {"ratio": 1.0}}, {"f:spec": {"f:ratio": {}}}),
    ),
    "empty values that the server leaves out": (
        declared({"annotations": {}}, spec={"a": None, "b": "", "c": {"d": {}}}),
        live({"spec": {}}, {"f:metadata": {"f:annotations": {}}, "f:spec": {"f:a": {}, "f:b": {}, "f:c": {"f:d": {}}}}),
    ),
    "an empty list with keys, which nobody can own": (
        declared(spec={"ports": [], "type": "x"}),
        live({"spec": {"ports": [], "type": "x"}}, {"f:spec": {"f:type": {}}}),
    ),
    "nothing but a name": (declared(), live({}, {}, manager="other")),
}
NOT_SETTLED = {
    "another value": (declared(data={"k": "w"}), live({"data": {"k": "v"}}, {"f:data": {"f:k": {}}})),
    "a field more is declared": (
        declared(data={"k": "v", "l": "w"}),
        live({"data": {"k": "v"}}, {"f:data": {"f:k": {}}}),
    ),
    "a field more is declared, which somebody else set to the same": (
        declared(data={"k": "v", "l": "w"}),
        live({"data": {"k": "v", "l": "w"}}, {"f:data": {"f:k": {}}}),
    ),
    "a field is no longer declared": (
        declared(data={"k": "v"}),
        live({"data": {"k": "v", "l": "w"}}, {"f:data": {"f:k": {}, "f:l": {}}}),
    ),
    "labels are no longer declared": (
        declared(data={"k": "v"}),
        live({"data": {"k": "v"}}, {"f:data": {"f:k": {}}, "f:metadata": {"f:labels": {"f:x": {}}}}, labels={"x": "y"}),
    ),
    "nothing is declared any more": (declared(), live({"data": {"k": "v"}}, {"f:data": {"f:k": {}}})),
    "another's object": (
        declared(data={"k": "v"}),
        live({"data": {"k": "v"}}, {"f:data": {"f:k": {}}}, manager="kubectl"),
    ),
    "ours, but by update": (
        declared(data={"k": "v"}),
        live({"data": {"k": "v"}}, {"f:data": {"f:k": {}}}, operation="Update"),
    ),
    "an empty mapping became full": (declared(spec={}), live({"spec": {"a": 1}}, {"f:spec": {}})),
    "allow all became deny all": (
        declared(spec={"rules": [{}]}),
        live({"spec": {"rules": []}}, {"f:spec": {"f:rules": {}}}),
    ),
    "an atomic list in another order": (
        declared(spec={"hosts": ["b", "a"]}),
        live({"spec": {"hosts": ["a", "b"]}}, {"f:spec": {"f:hosts": {}}}),
    ),
    "a server's default within an atomic list": (
        declared(spec={"http": [{"route": [{}]}]}),
        live({"spec": {"http": [{"route": [{"weight": 1}]}]}}, {"f:spec": {"f:http": {}}}),
    ),
    "an item with keys is gone": (
        declared(spec={"ports": [{"port": 80, "name": "http"}]}),
        live({"spec": {"ports": []}}, OWNED_PORT),
    ),
    "an item with keys is no longer declared": (declared(spec={"ports": []}), live({"spec": SERVICE}, OWNED_PORT)),
    "an item has another value": (
        declared(spec={"ports": [{"port": 80, "name": "web"}]}),
        live({"spec": SERVICE}, OWNED_PORT),
    ),
    "a member of a set is missing": (
        declared({"finalizers": ["x/one"]}),
        live({}, {"f:metadata": {"f:finalizers": {'v:"x/one"': {}}}}, finalizers=["x/other"]),
    ),
    "true is not 1": (declared(spec={"on": True}), live({"spec": {"on": 1}}, {"f:spec": {"f:on": {}}})),
    "a number is not its text": (declared(data={"k": 1}), live({"data": {"k": "1"}}, {"f:data": {"f:k": {}}})),
    "a mapping where a text is": (
        declared(data={"k": {"a": "b"}}),
        live({"data": {"k": "v"}}, {"f:data": {"f:k": {"f:a": {}}}}),
    ),
    "an empty value that is not ours": (declared(spec={"a": {}}), live({"spec": {}}, {"f:spec": {"f:b": {}}})),
    "an empty list where there is none": (
        declared(spec={"ports": [], "type": "x"}),
        live({"spec": {"type": "x"}}, {"f:spec": {"f:type": {}}}),
    ),
    "a field is gone": (declared(data={"k": "v"}), live({}, {"f:data": {"f:k": {}}})),
}


@pytest.mark.parametrize("case", SETTLED)
def test_settled_is_decided_without_the_server(case):
    assert fields.settled(*SETTLED[case], OURS)


@pytest.mark.parametrize("case", NOT_SETTLED)
def test_what_the_server_has_to_decide(case):
    assert not fields.settled(*NOT_SETTLED[case], OURS)


ROUTE = base.defaults_of(
    {
        "spec.parents[].kind": "Gateway",
        "spec.rules[].matches": [{"path": {"value": "/"}}],
        "spec.rules[].matches[].path": {"type": "Prefix", "value": "/"},
        "spec.rules[].matches[].path.type": "Prefix",
        "spec.listeners[].tls.refs[].kind": "Secret",
    }
)
PATH = {"type": "Prefix", "value": "/"}
FILLED = {
    "nothing to fill": ({"a": [1, "x", None]}, {}, {"a": [1, "x", None]}),
    "a field of an item": ({"parents": [{"name": "a"}]}, "spec", {"parents": [{"name": "a", "kind": "Gateway"}]}),
    "what is declared wins": ({"parents": [{"kind": "Service"}]}, "spec", {"parents": [{"kind": "Service"}]}),
    "a default has defaults itself": ({"rules": [{}]}, "spec", {"rules": [{"matches": [{"path": PATH}]}]}),
    "a part of a default": (
        {"rules": [{"matches": [{"path": {"value": "/a"}}, {"method": "GET"}]}]},
        "spec",
        {"rules": [{"matches": [{"path": {"type": "Prefix", "value": "/a"}}, {"method": "GET", "path": PATH}]}]},
    ),
    "nothing is added to an empty list": ({"rules": []}, "spec", {"rules": []}),
    "no message is made for the defaults in it": ({}, "spec", {}),
    "text where a list belongs": ({"rules": "all"}, "spec", {"rules": "all"}),
}


@pytest.mark.parametrize("case", FILLED)
def test_defaults_are_filled_as_the_server_does(case):
    declared_spec, part, expected = FILLED[case]
    before = copy.deepcopy(declared_spec)
    assert fields.filled(declared_spec, ROUTE[part] if part else {}) == expected
    assert declared_spec == before


KEYED = 'k:{"name":"https"}'
LISTENER = {"name": "https", "tls": {"refs": [{"name": "a", "kind": "Secret"}], "mode": "Terminate"}}
WITH_DEFAULTS = {
    "in an atomic list": (
        declared(spec={"rules": [{"matches": [{"path": {"value": "/"}}]}]}),
        live({"spec": {"rules": [{"matches": [{"path": PATH}]}]}}, {"f:spec": {"f:rules": {}}}),
        True,
    ),
    "in an atomic list of a keyed item, beside a default that the server owns": (
        declared(spec={"listeners": [{"name": "https", "tls": {"refs": [{"name": "a"}]}}]}),
        live(
            {"spec": {"listeners": [LISTENER]}},
            {"f:spec": {"f:listeners": {KEYED: {".": {}, "f:name": {}, "f:tls": {"f:refs": {}}}}}},
        ),
        True,
    ),
    "another value than the default": (
        declared(spec={"parents": [{"name": "a"}]}),
        live({"spec": {"parents": [{"name": "a", "kind": "Service"}]}}, {"f:spec": {"f:parents": {}}}),
        False,
    ),
    "a server that does not fill it in": (
        declared(spec={"parents": [{"name": "a"}]}),
        live({"spec": {"parents": [{"name": "a"}]}}, {"f:spec": {"f:parents": {}}}),
        False,
    ),
    "a default of a field that we do not own is no reason to own it": (
        declared(spec={"listeners": [{"name": "https", "tls": {"refs": [{"name": "a"}]}}]}),
        live({"spec": {"listeners": [LISTENER]}}, {"f:spec": {"f:listeners": {KEYED: {".": {}, "f:name": {}}}}}),
        False,
    ),
}


@pytest.mark.parametrize("case", WITH_DEFAULTS)
def test_the_servers_defaults_are_no_difference(case):
    wanted, there, expected = WITH_DEFAULTS[case]
    assert fields.settled(wanted, there, OURS, ROUTE) is expected


def test_a_managers_status_is_not_its_entry():
    thing = live({}, {"f:status": {}})
    thing["metadata"]["managedFields"][0]["subresource"] = "status"
    assert fields.entry(thing, OURS) is None
    assert fields.entry({"metadata": {}}, OURS) is None


@pytest.mark.parametrize(
    ("sets", "merged"),
    [
        ([], {}),
        ([{"f:a": {}}], {"f:a": {}}),
        ([{"f:a": {"f:b": {}}}, {"f:a": {"f:c": {}}}], {"f:a": {"f:b": {}, "f:c": {}}}),
        ([{"f:a": {}}, {"f:a": {"f:c": {}}}], {"f:a": {"f:c": {}}}),
        ([{"f:a": {".": {}}}, {"f:a": {"f:c": {}}}], {"f:a": {".": {}, "f:c": {}}}),
    ],
)
def test_union(sets, merged):
    before = copy.deepcopy(sets)
    assert fields.union(*sets) == merged
    assert sets == before


@pytest.mark.parametrize(
    ("one", "other", "left"),
    [
        ({"f:a": {}}, {}, {"f:a": {}}),
        ({"f:a": {}}, {"f:a": {}}, {}),
        ({"f:a": {"f:b": {}, "f:c": {}}}, {"f:a": {"f:b": {}}}, {"f:a": {"f:c": {}}}),
        ({"f:a": {"f:b": {}}}, {"f:a": {"f:b": {}}}, {}),
        ({"f:a": {".": {}, "f:b": {}}}, {"f:a": {".": {}}}, {"f:a": {"f:b": {}}}),
        ({"f:a": {"f:b": {}}}, {"f:a": {}}, {"f:a": {"f:b": {}}}),  # the other's is empty
        ({"f:a": {}}, {"f:a": {"f:b": {}}}, {"f:a": {}}),
        ({"f:a": {".": {}, "f:b": {}}}, {"f:a": {"f:b": {}}}, {}),  # a parent alone is no field of anybody
    ],
)
def test_minus(one, other, left):
    assert fields.minus(one, other) == left


ITEM = {".": {}, "f:name": {}, "f:v": {}}
X, Y = 'k:{"name":"x"}', 'k:{"name":"y"}'


@pytest.mark.parametrize(
    ("thing", "last", "kept", "left"),
    [
        ({"a": 1, "b": 2}, {"f:a": {}}, {}, {"b": 2}),
        ({"a": 1, "b": 2}, {"f:a": {}, "f:b": {}}, {"f:b": {}}, {"b": 2}),
        ({"a": 1}, {"f:b": {}, ".": {}}, {}, {"a": 1}),
        # A field that had something of ours and has nothing of anybody goes with what nobody owns.
        ({"a": {"b": 1, "default": 2}}, {"f:a": {"f:b": {}}}, {}, {}),
        ({"a": {"b": 1, "default": 2}}, {"f:a": {"f:b": {}}}, {"f:a": {"f:c": {}}}, {"a": {"default": 2}}),
        ({"a": {"b": 1}}, {"f:a": {"f:b": {}}}, {"f:a": {}}, {"a": {}}),
        ({"a": {"b": 1}}, {"f:a": {"f:b": {}}}, {"f:a": {".": {}}}, {"a": {}}),
        ({"a": ["x", "y"]}, {"f:a": {'v:"x"': {}}}, {"f:a": {'v:"y"': {}}}, {"a": ["y"]}),
        ({"a": [{"name": "x", "v": 1}, {"name": "y"}]}, {"f:a": {X: ITEM}}, {"f:a": {Y: ITEM}}, {"a": [{"name": "y"}]}),
        (
            {"a": [{"name": "x", "v": 1}]},
            {"f:a": {X: ITEM}},
            {"f:a": {X: {".": {}, "f:name": {}}}},
            {"a": [{"name": "x"}]},
        ),
        # An item is its owner's; a field in it keeps it for nobody.
        ({"a": [{"name": "x", "v": 1}]}, {"f:a": {X: ITEM}}, {"f:a": {X: {"f:v": {}}}}, {"a": []}),
    ],
)
def test_prune(thing, last, kept, left):
    fields.prune(thing, last, kept)
    assert thing == left


def test_paths_are_as_a_person_writes_them():
    owned = {
        "f:data": {".": {}, "f:a": {}},
        "f:spec": {"f:ports": {PORT: {".": {}, "f:name": {}}}, "f:set": {'v:"x"': {}}},
    }
    assert fields.paths(owned) == ["data.a", "spec.ports[port=80,protocol=TCP].name", "spec.set[x]"]


ITEM = 'k:{"name":"a"}'
REMOVED = {
    "an item whose key goes": (
        {"f:ports": {ITEM: {"f:number": {}}}, "f:x": {}},
        {"ports": [{"name": "a", "number": 1}], "x": 1},
        {"ports": [], "x": 1},
        {"f:x": {}},
    ),
    "a part of an item": (
        {"f:ports": {ITEM: {".": {}, "f:number": {}, "f:y": {}}}},
        {"ports": [{"name": "a", "number": 1, "y": 2}]},
        {"ports": [{"name": "a", "y": 2}]},
        {"f:ports": {ITEM: {".": {}, "f:y": {}}}},
    ),
    "what was in neither": ({"f:x": {}, "f:l": {}}, {"l": 1}, {}, {"f:x": {}}),
    "nothing": ({"f:m": {".": {}, "f:n": {}}}, {"m": {"n": 1}}, {"m": {"n": 2}}, {"f:m": {".": {}, "f:n": {}}}),
}


@pytest.mark.parametrize(("owned", "before", "after", "left"), REMOVED.values(), ids=REMOVED)
def test_what_is_removed_is_nobodys(owned, before, after, left):
    assert fields.less_removed(owned, before, after) == left
