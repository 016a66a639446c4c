# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options, pasted documents and files → the object that a task declares."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.params import check
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.virtualservice import KIND as ROUTE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.monitoring.servicemonitor import KIND as MONITOR
from ansible_collections.meshops.lifecycle.plugins.module_utils.specs.istio_virtualservice import ARGUMENTS

CLUSTER_WIDE = Kind("x.io", "Wide", "wides", ("v1",), namespaced=False)


def made(kind=ROUTE, **arguments):
    written = check(arguments, ARGUMENTS, "istio_virtualservice", partial=True)
    return desired.declared(kind, written, ARGUMENTS, "from-context")


def test_options_alone():
    assert made(name="a", namespace="b", spec={"hosts": ["h"], "exportTo": ["."]}) == {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"hosts": ["h"], "exportTo": ["."]},
    }


PASTED = {
    "apiVersion": "networking.istio.io/v1beta1",
    "kind": "VirtualService",
    "metadata": {
        "name": "pasted",
        "namespace": "theirs",
        "labels": {"a": "1"},
        "uid": "u",
        "resourceVersion": "7",
        "generation": 3,
        "creationTimestamp": None,
        "managedFields": [{}],
        "selfLink": "/x",
    },
    "spec": {"hosts": ["h"], "http": [{"name": "one"}]},
    "status": {"conditions": []},
}


def test_a_pasted_document_loses_what_only_the_server_writes():
    before = copy.deepcopy(PASTED)
    assert made(definition=PASTED) == {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "pasted", "namespace": "theirs", "labels": {"a": "1"}},
        "spec": {"hosts": ["h"], "http": [{"name": "one"}]},
    }
    assert before == PASTED


@pytest.mark.parametrize(
    ("arguments", "metadata", "spec"),
    [
        ({"name": "n"}, {"name": "n", "namespace": "theirs", "labels": {"a": "1"}}, PASTED["spec"]),
        ({"namespace": "n"}, {"name": "pasted", "namespace": "n", "labels": {"a": "1"}}, PASTED["spec"]),
        (
            {"labels": {"b": "2"}},
            {"name": "pasted", "namespace": "theirs", "labels": {"a": "1", "b": "2"}},
            PASTED["spec"],
        ),
        (
            {"spec": {"http": [{"name": "two"}], "export_to": ["*"]}},
            {"name": "pasted", "namespace": "theirs", "labels": {"a": "1"}},
            {"hosts": ["h"], "http": [{"name": "two"}], "exportTo": ["*"]},
        ),
        (
            {"spec": {"hosts": []}, "spec_extra": {"hosts": ["x"], "newerField": {}}},
            {"name": "pasted", "namespace": "theirs", "labels": {"a": "1"}},
            {"hosts": ["x"], "http": [{"name": "one"}], "newerField": {}},
        ),
    ],
)
def test_options_win_over_the_document(arguments, metadata, spec):
    found = made(definition=PASTED, **arguments)
    assert (found["metadata"], found["spec"]) == (metadata, spec)


@pytest.mark.parametrize(
    ("arguments", "namespace"),
    [
        ({"name": "a"}, "from-context"),
        ({"name": "a", "namespace": "own"}, "own"),
        ({"definition": {"metadata": {"name": "a", "namespace": "theirs"}}}, "theirs"),
        ({"definition": {"metadata": {"name": "a", "namespace": None}}}, "from-context"),
        ({"definition": {"metadata": {"name": "a", "namespace": ""}}}, "from-context"),
    ],
)
def test_where_the_namespace_comes_from(arguments, namespace):
    assert made(**arguments)["metadata"]["namespace"] == namespace


def test_what_is_cluster_wide_has_no_namespace():
    assert made(CLUSTER_WIDE, name="a", namespace="b")["metadata"] == {"name": "a"}


@pytest.mark.parametrize(
    ("labels", "texts"),
    [
        ({"a": "true", "b": "1", "e": None}, {"a": "true", "b": "1", "e": ""}),
        ({}, {}),
    ],
)
def test_labels_and_annotations_are_text(labels, texts):
    assert made(name="a", labels=labels)["metadata"]["labels"] == texts
    assert made(name="a", annotations=labels)["metadata"]["annotations"] == texts
    assert made(definition={"metadata": {"name": "a", "labels": labels}})["metadata"]["labels"] == texts


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.1, "1.1"),  # version: 1.10
        (42798, "42798"),  # build: 0123456
        (45045, "45045"),  # at: 12:30:45
        (False, "false"),  # country: NO
        (["a"], "a list"),
        ({"a": "b"}, "a mapping"),
    ],
)
def test_labels_and_annotations_that_have_lost_their_text(value, shown):
    arguments = [{"labels": {"a": value}}, {"annotations": {"a": value}}]
    for given in [{"name": "a", **one} for one in arguments] + [{"definition": {"metadata": one}} for one in arguments]:
        with pytest.raises(MeshError) as caught:
            made(**given)
        where = next(iter(given.get("definition", {}).get("metadata", given).keys() & {"labels", "annotations"}))
        where = f"metadata.{where}" if "definition" in given else where
        assert caught.value.message.startswith(f"{where}.a must be text, not {shown}.")
        assert ("Put quotes around it" in caught.value.message) == (not isinstance(value, (list, dict)))


@pytest.mark.parametrize(
    ("extra", "spec"),
    [
        ({"http": [{"name": "b"}]}, {"hosts": ["h"], "http": [{"name": "b"}]}),
        ({"nested": {"b": {}}}, {"hosts": ["h"], "nested": {"b": {}}}),
        ({}, {"hosts": ["h"]}),
    ],
)
def test_raw_fields_are_merged_in(extra, spec):
    assert made(name="a", spec={"hosts": ["h"]}, spec_extra=extra)["spec"] == spec


def test_an_empty_spec_is_declared_and_none_is_not():
    assert made(name="a", spec={})["spec"] == {}
    assert "spec" not in made(name="a")


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (ROUTE, {}, "VirtualService: give 'name', or a document with metadata.name."),
        (ROUTE, {"definition": {"metadata": {}}}, "VirtualService: give 'name', or a document with metadata.name."),
        (
            ROUTE,
            {"definition": {"kind": "Gateway", "metadata": {"name": "a"}}},
            "The document is a Gateway; this module manages only VirtualService. Use the module for Gateway, or "
            "mesh_apply.",
        ),
        (
            MONITOR,
            {"definition": {"apiVersion": "v1", "kind": "ServiceMonitor", "metadata": {"name": "a"}}},
            "ServiceMonitor has no apiVersion 'v1'. It must be monitoring.coreos.com/v1.",
        ),
        (
            ROUTE,
            {"definition": {"apiVersion": "networking.istio.io/v2", "metadata": {"name": "a"}}},
            "VirtualService has no apiVersion 'networking.istio.io/v2'. It must be networking.istio.io/v1 or "
            "networking.istio.io/v1beta1 or networking.istio.io/v1alpha3.",
        ),
        (ROUTE, {"definition": {"metadata": "a"}}, "metadata of a document must be a mapping, not text."),
        (
            ROUTE,
            {"definition": {"metadata": {"name": "a", "lables": {}}}},
            "metadata.lables is not a field of metadata. Did you mean 'labels'?",
        ),
        (
            ROUTE,
            {"definition": {"metadata": {"generateName": "a-"}}},
            "metadata.generateName creates another object in every run, so it cannot be declared. Set metadata.name.",
        ),
        (
            ROUTE,
            {"definition": {"metadata": {"name": "a"}, "sepc": {}}},
            "sepc is not a field of VirtualService. Did you mean 'spec'?",
        ),
        (
            ROUTE,
            {"definition": {"metadata": {"name": "a"}, "spec": {"http": [{"rout": []}]}}},
            "spec.http[0].rout is not a field of VirtualService. Did you mean 'route'? If the field is newer than this "
            "collection, use validate: warn.",
        ),
        (
            ROUTE,
            {"definition": {"metadata": {"name": "a", "labels": "b"}}},
            "metadata.labels must be a mapping of text to text, not text.",
        ),
    ],
)
def test_documents_that_are_wrong(kind, arguments, message):
    with pytest.raises(MeshError) as caught:
        made(kind, **arguments)
    assert caught.value.message == message


def test_a_file_with_several_documents_is_for_mesh_apply(tmp_path):
    path = tmp_path / "file.yml"
    path.write_text("a: 1\n---\nb: 1\n")
    with pytest.raises(MeshError) as caught:
        made(src=str(path))
    assert caught.value.message == f"src: {path} holds 2 documents; this module takes one. mesh_apply takes many."


@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ({}, {}, {}),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ],
)
def test_merge(base, over, merged):
    before = copy.deepcopy(base)
    assert desired.merge(base, over) == merged
    assert base == before
