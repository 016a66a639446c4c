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


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        # A field that the declaration lacks goes, one that it has stays.
        (
            [entry("kubectl-create", data("a", "b"))],
            [entry(OURS, data("a"), "Apply"), entry("kubectl-create", data("a", "b"))],
            {"data": {"a": "1"}},
        ),
        # What a controller owns as well, or alone, stays.
        (
            [entry("kubectl-edit", data("a", "b")), entry("a-controller", data("b"))],
            [entry(OURS, data("a"), "Apply"), entry("kubectl-edit", data("b")), entry("a-controller", data("b"))],
            {"data": {"a": "1", "b": "2"}},
        ),
        # Nothing was adopted.
        (
            [entry("a-controller", data("b"))],
            [entry(OURS, data("a"), "Apply"), entry("a-controller", data("b"))],
            {"data": {"a": "1", "b": "2"}},
        ),
        # All of it goes, and the mapping that was made for it.
        (
            [entry("kubectl-create", {"f:data": {".": {}, "f:a": {}, "f:b": {}}})],
            [entry(OURS, {}, "Apply"), entry("kubectl-create", {"f:data": {".": {}, "f:a": {}, "f:b": {}}})],
            {},
        ),
    ],
)
def test_what_is_left_after_the_first_apply(before, after, left):
    made = live(*after, data={"a": "1", "b": "2"})
    kept = copy.deepcopy(made)
    found = adopt.less_dropped(made, live(*before), OURS)
    assert {key: value for key, value in found.items() if key != "metadata"} == left
    assert made == kept


def test_the_annotation_of_kubectl_apply_goes_with_its_owner():
    owned = {"f:metadata": {"f:annotations": {".": {}, f"f:{LAST}": {}}}, **data("a")}
    made = live(entry(OURS, data("a"), "Apply"), entry("kubectl-client-side-apply", owned), data={"a": "1"})
    made["metadata"]["annotations"] = {LAST: "{}"}
    found = adopt.less_dropped(made, live(entry("kubectl-client-side-apply", owned)), OURS)
    assert "annotations" not in found["metadata"]
    assert found["data"] == {"a": "1"}
