# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which managers' fields a first apply takes over, and what is then left of an object."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import adopt

OURS = "meshops.lifecycle"


def entry(manager, owned=None, operation="Update", **more):
    return {"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": owned or {}, **more}


def live(*entries, **body):
    return {"metadata": {"name": "a", "managedFields": list(entries)}, **body}


@pytest.mark.parametrize(
    ("entries", "taken"),
    [
        ([], []),
        ([entry("kubectl-client-side-apply")], ["kubectl-client-side-apply"]),
        ([entry("kubectl-create")], ["kubectl-create"]),
        ([entry("kubectl-edit"), entry("kubectl-patch")], ["kubectl-edit", "kubectl-patch"]),
        ([entry("OpenAPI-Generator")], ["OpenAPI-Generator"]),
        ([entry("kubectl", operation="Apply")], ["kubectl"]),
        # Controllers, other tools and people's own names are not taken over.
        ([entry("argocd-controller", operation="Apply"), entry("helm"), entry("pilot-discovery")], []),
        ([entry("kubectl-edit", subresource="status")], []),
        # Ours already: what kubectl did since is somebody's will, and a conflict.
        ([entry(OURS, operation="Apply"), entry("kubectl-edit")], []),
        ([entry(OURS), entry("kubectl-edit")], ["kubectl-edit"]),
        ([entry("meshops.lifecycle.other", operation="Apply"), entry("kubectl-edit")], ["kubectl-edit"]),
    ],
)
def test_whose_fields_are_taken_over(entries, taken):
    assert [found["manager"] for found in adopt.foreign(live(*entries), OURS)] == taken


def data(*names):
    return {"f:data": {f"f:{name}": {} for name in names}}


LAST = "kubectl.kubernetes.io/last-applied-configuration"
WRITER = f"{OURS}.write"
WITH_PARENT = {"f:data": {".": {}, "f:a": {}, "f:b": {}}}


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        # A field that the declaration lacks goes, one that it has stays.
        (
            [entry("kubectl-create", data("a", "b"))],
            [entry(WRITER, data("a"), "Apply"), entry("kubectl-create", data("a", "b"))],
            {"data": {"a": "1"}},
        ),
        # What a controller owns as well, or alone, stays.
        (
            [entry("kubectl-edit", data("a", "b")), entry("a-controller", data("b"))],
            [entry(WRITER, data("a"), "Apply"), entry("kubectl-edit", data("b")), entry("a-controller", data("b"))],
            {"data": {"a": "1", "b": "2"}},
        ),
        # Nothing was adopted.
        (
            [entry("a-controller", data("b"))],
            [entry(WRITER, data("a"), "Apply"), entry("a-controller", data("b"))],
            {"data": {"a": "1", "b": "2"}},
        ),
        # All of it stays, though kubectl owned the mapping as well.
        (
            [entry("kubectl-create", WITH_PARENT)],
            [entry(WRITER, data("a", "b"), "Apply"), entry("kubectl-create", WITH_PARENT)],
            {"data": {"a": "1", "b": "2"}},
        ),
        # All of it goes, and the mapping that was made for it.
        (
            [entry("kubectl-create", WITH_PARENT)],
            [entry(WRITER, {}, "Apply"), entry("kubectl-create", WITH_PARENT)],
            {},
        ),
        # All of it goes, and an empty mapping was declared.
        (
            [entry("kubectl-create", WITH_PARENT)],
            [entry(WRITER, {"f:data": {}}, "Apply"), entry("kubectl-create", WITH_PARENT)],
            {"data": {}},
        ),
        # It was ours before.
        (
            [entry(OURS, data("a", "b"), "Apply")],
            [entry(WRITER, data("b"), "Apply"), entry(OURS, data("a", "b"), "Apply")],
            {"data": {"b": "2"}},
        ),
    ],
)
def test_what_is_left_after_an_apply(before, after, left):
    merged = live(*after, data={"a": "1", "b": "2"})
    kept = copy.deepcopy(merged)
    wanted = adopt.less_dropped(merged, {}, live(*before), OURS, adopt.foreign(live(*before), OURS))
    assert {key: value for key, value in wanted.items() if key != "metadata"} == left
    assert WRITER not in str(wanted) and "kubectl" not in str(wanted)
    assert merged == kept


def test_the_annotation_of_kubectl_apply_goes_with_its_owner():
    owned = {"f:metadata": {"f:annotations": {".": {}, f"f:{LAST}": {}}}, **data("a")}
    merged = live(entry(WRITER, data("a"), "Apply"), entry("kubectl-client-side-apply", owned), data={"a": "1"})
    merged["metadata"]["annotations"] = {LAST: "{}"}
    before = live(entry("kubectl-client-side-apply", owned))
    wanted = adopt.less_dropped(merged, {}, before, OURS, adopt.foreign(before, OURS))
    assert "annotations" not in wanted["metadata"]
    assert wanted["data"] == {"a": "1"}


EMPTIED = {
    "a mapping that becomes empty": ({"spec": {"a": {}}}, [("f:spec", "f:a")]),
    "and one that has something else": ({"spec": {"a": {"y": 1}}}, []),
    "all of the spec": ({"spec": {}}, [("f:spec",)]),
    "what is no longer declared goes as a whole": ({"spec": {"keyed": [{"name": "n", "v": {"q": 1}}]}}, []),
    "a list with keys": ({"spec": {"a": {"x": 1}, "keyed": []}}, [("f:spec", "f:keyed")]),
    "a mapping in an item": (
        {"spec": {"keyed": [{"name": "n", "v": {}}]}},
        [("f:spec", "f:keyed", 'k:{"name":"n"}', "f:v")],
    ),
    "empty lists alone, which leave nothing to own": ({"spec": {"keyed": []}}, [("f:spec",)]),
    "null is null": ({"spec": {"a": None}}, []),
    "nothing changes": ({"spec": {"a": {"x": 1}, "keyed": [{"name": "n", "v": {"q": 1}}]}}, []),
}


@pytest.mark.parametrize("case", EMPTIED)
def test_what_an_apply_would_leave_as_null(case):
    desired, paths = EMPTIED[case]
    item = {".": {}, "f:name": {}, "f:v": {"f:q": {}}}
    owned = {"f:spec": {"f:a": {"f:x": {}}, "f:keyed": {'k:{"name":"n"}': item}}}
    spec = {"a": {"x": 1}, "keyed": [{"name": "n", "v": {"q": 1}}]}
    assert adopt.preparation(desired, live(entry(OURS, owned, "Apply"), spec=spec), OURS, []).emptied == paths


def test_what_a_write_left_that_was_cut_off_is_taken_over():
    before = live(entry(OURS, data("a"), "Apply"), entry(WRITER, data("b")), entry("kubectl-edit", data("b")))
    owners = adopt.foreign(before, OURS)
    assert [one["manager"] for one in owners] == [WRITER]
    assert adopt.names(owners, OURS) == []
