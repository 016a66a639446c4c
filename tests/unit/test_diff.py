# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person is shown of objects: no server noise, no secret."""

from __future__ import annotations

import copy
import json

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import CREATED, DELETED, UPDATED, Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CRD

NOISE = {
    "managedFields": [{"manager": "x"}],
    "resourceVersion": "5",
    "uid": "u",
    "generation": 2,
    "creationTimestamp": "2026-11-21T00:00:00Z",
    "selfLink": "/x",
}
LAST = "kubectl.kubernetes.io/last-applied-configuration"


def config_map(data=None, **metadata):
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "namespace": "b", **NOISE, **metadata},
        "data": data or {},
        "status": {"phase": "x"},
    }


def secret(data, **metadata):
    return {**config_map(data, **metadata), "kind": "Secret"}


@pytest.mark.parametrize(
    ("metadata", "kept"),
    [
        ({}, {"name": "a", "namespace": "b"}),
        ({"labels": {"x": "y"}}, {"name": "a", "namespace": "b", "labels": {"x": "y"}}),
        ({"annotations": {LAST: "{}"}}, {"name": "a", "namespace": "b"}),
        ({"annotations": {LAST: "{}", "x": "y"}}, {"name": "a", "namespace": "b", "annotations": {"x": "y"}}),
        ({"finalizers": ["f"]}, {"name": "a", "namespace": "b", "finalizers": ["f"]}),
    ],
)
def test_clean(metadata, kept):
    live = config_map({"k": "v"}, **metadata)
    before = copy.deepcopy(live)
    assert diff.clean(live) == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": kept, "data": {"k": "v"}}
    assert live == before


def test_create_update_and_delete_have_a_before_and_an_after():
    old, new = config_map({"k": "v"}), config_map({"k": "w"})
    assert diff.difference(None, new)["before"] is None
    assert diff.difference(old, None)["after"] is None
    made = diff.difference(old, new)
    assert (made["before"]["data"], made["after"]["data"]) == ({"k": "v"}, {"k": "w"})
    assert made["before_header"] == made["after_header"] == "ConfigMap/b/a"
    assert diff.difference(None, None)["before_header"] == ""


HIDDEN, CHANGED = diff.MASK, diff.MASK_CHANGED


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ({"k": "djE="}, {"k": "djE="}, {"k": HIDDEN}, {"k": HIDDEN}),
        ({"k": "djE="}, {"k": "djI="}, {"k": HIDDEN}, {"k": CHANGED}),
        ({"k": "djE="}, {}, {"k": HIDDEN}, {}),
        ({}, {"k": "djI="}, {}, {"k": CHANGED}),
    ],
)
def test_secrets_are_told_apart_but_not_shown(old, new, before, after):
    made = diff.difference(secret(old), secret(new))
    assert (made["before"]["data"], made["after"]["data"]) == (before, after)


@pytest.mark.parametrize("pair", [(None, {"k": "djI="}), ({"k": "djI="}, None)])
def test_secrets_created_and_deleted_are_not_shown(pair):
    made = diff.difference(*(None if data is None else secret(data) for data in pair))
    assert "djI=" not in json.dumps(made)


def test_secret_fields_of_a_kind():
    old = {"kind": "X", "metadata": {}, "spec": {"auth": {"password": "p1", "user": "u"}, "token": "t1"}}
    new = {"kind": "X", "metadata": {}, "spec": {"auth": {"password": "p2", "user": "u"}, "token": "t1"}}
    made = diff.difference(old, new, ("spec.auth.password", "spec.token", "spec.not.there"))
    assert made["before"]["spec"] == {"auth": {"password": HIDDEN, "user": "u"}, "token": HIDDEN}
    assert made["after"]["spec"] == {"auth": {"password": CHANGED, "user": "u"}, "token": HIDDEN}


def test_a_whole_secret_is_masked_in_a_result():
    live = secret({"k": "djE="}, annotations={LAST: '{"data":{"k":"djE="}}', "x": "y"})
    before = copy.deepcopy(live)
    shown = diff.masked(live)
    assert shown["data"] == {"k": HIDDEN}
    assert shown["metadata"]["annotations"] == {"x": "y"}
    assert "managedFields" not in shown["metadata"]
    assert shown["metadata"]["uid"] == "u"
    assert live == before
    assert diff.masked(None) == {}


def test_secrets_inside_the_last_applied_annotation_are_not_shown_in_a_diff():
    old = secret({"k": "djE="}, annotations={LAST: '{"data":{"k":"djE="}}'})
    assert "djE=" not in json.dumps(diff.difference(old, secret({})))


def test_a_definition_that_comes_or_goes_is_one_line():
    """Definitions of a bare cluster would be most of 150,000 lines."""
    spec = {"scope": "Namespaced", "versions": [{"name": "v2"}, {"name": "v1", "storage": True, "schema": "s" * 5000}]}
    definition = {"kind": "CustomResourceDefinition", "metadata": {"name": "shops.example.com"}, "spec": spec}
    line = "CustomResourceDefinition shops.example.com: Namespaced, v2, v1 (stored), 5 kB\n"
    created = Change(CRD, None, "shops.example.com", CREATED, None, definition).diff()
    assert (created["before"], created["after"]) == (None, line)
    assert Change(CRD, None, "shops.example.com", DELETED, definition, None).diff()["before"] == line
    changed = Change(CRD, None, "shops.example.com", UPDATED, definition, {**definition, "spec": {}}).diff()
    assert changed["before"]["spec"] == spec
