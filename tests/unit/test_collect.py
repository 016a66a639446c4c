# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many documents → the objects of a set, in the order they are applied in."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import collect

NO_CLUSTER = None  # the kinds in these tables are known without one


def doc(kind, name="a", api="v1", namespace=None, **body):
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **body}


NETWORKING = "networking.istio.io/v1"
SECURITY = "security.istio.io/v1"


def items(*documents, **more):
    numbered = [(f"objects[{index}]", document) for index, document in enumerate(documents)]
    return collect.items(NO_CLUSTER, numbered, "here", **more)


def crd(kind="Foo", plural="foos", group="x.io", scope="Namespaced", versions=("v1",)):
    served = [{"name": version, "served": True} for version in versions]
    spec = {"group": group, "names": {"kind": kind, "plural": plural}, "scope": scope, "versions": served}
    return doc("CustomResourceDefinition", f"{plural}.{group}", "apiextensions.k8s.io/v1", spec=spec)


def test_the_order_of_a_mesh():
    found = items(
        doc("VirtualService", api=NETWORKING),
        doc("Gateway", api=NETWORKING),
        doc("DestinationRule", api=NETWORKING),
        doc("Deployment", api="apps/v1"),
        doc("ConfigMap"),
        doc("ServiceAccount"),
        crd(),
        doc("Namespace"),
    )
    assert [item.kind.kind for item in found] == [
        "Namespace",
        "CustomResourceDefinition",
        "ServiceAccount",
        "ConfigMap",
        "Deployment",
        "DestinationRule",
        "Gateway",
        "VirtualService",
    ]


def test_namespaces():
    found = items(doc("ConfigMap"), doc("ConfigMap", namespace="b"), doc("Namespace", namespace="lost"))
    assert {(item.kind.kind, item.namespace) for item in found} == {
        ("ConfigMap", "here"),
        ("ConfigMap", "b"),
        ("Namespace", None),
    }
    assert {item.label for item in found} == {"ConfigMap here/a", "ConfigMap b/a", "Namespace a"}


def test_a_namespace_of_what_is_in_none_is_told():
    warnings = []
    items(
        doc("ConfigMap", namespace="b"), doc("Namespace", "x", namespace="lost"), doc("Namespace"), warn=warnings.append
    )
    [warning] = warnings
    assert warning.startswith("Namespace x: metadata.namespace 'lost' has no effect")


def test_an_empty_namespace_is_one_that_is_left_out():
    document = doc("ConfigMap")
    document["metadata"]["namespace"] = ""
    assert [item.namespace for item in items(document)] == ["here"]


def test_a_list_counts_as_its_items():
    inner = {"apiVersion": "v1", "kind": "List", "items": [doc("ConfigMap", "c")]}
    found = items({"apiVersion": "v1", "kind": "List", "items": [doc("ConfigMap"), inner]}, doc("ConfigMap", "b"))
    assert [item.name for item in found] == ["a", "c", "b"]
    assert items({"apiVersion": "v1", "kind": "ConfigMapList", "items": None}) == []


def test_kinds_that_definitions_of_the_same_set_bring():
    found = items(doc("Foo", api="x.io/v1"), crd(), crd("Wide", "wides", scope="Cluster"), doc("Wide", api="x.io/v1"))
    assert [(item.kind.plural, item.namespace) for item in found[2:]] == [("foos", "here"), ("wides", None)]


def test_secrets_are_compared_as_they_are_stored():
    (item,) = items(doc("Secret", stringData={"k": "v"}, data={"l": "dw=="}))
    assert item.desired["data"] == {"l": "dw==", "k": "dg=="}
    assert "stringData" not in item.desired


@pytest.mark.parametrize(
    ("documents", "message"),
    [
        ([5], "objects[0] is not an object but a number."),
        (["a: b"], "objects[0] is not an object but text."),
        ([{"kind": "List", "items": [doc("ConfigMap"), []]}], "objects[0], item 1 is not an object but a list."),
        (
            [{"apiVersion": "v1", "kind": "List", "items": 5}],
            "objects[0]: a List must have 'items', a list of objects.",
        ),
        ([{"apiVersion": "v1", "kind": "List"}], "objects[0]: a List must have 'items', a list of objects."),
        ([{"kind": "ConfigMapList", "items": {}}], "objects[0]: a ConfigMapList must have 'items', a list of objects."),
        ([{"metadata": {"name": "a"}}], "objects[0] has no apiVersion or no kind."),
        ([{"apiVersion": "v1", "kind": "ConfigMap"}], "objects[0]: a ConfigMap without metadata.name."),
        (
            [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": []}],
            "objects[0], ConfigMap: metadata of a document must be a mapping, not a list.",
        ),
        (
            [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": "a"}],
            "objects[0]: metadata must be a mapping, not text.",
        ),
        (
            [doc("ConfigMap"), doc("ConfigMap", namespace="here")],
            "ConfigMap here/a is declared twice, by objects[0] and by objects[1]. Keep one.",
        ),
        (
            [doc("VirtualService", api=NETWORKING), doc("VirtualService", api="networking.istio.io/v1beta1")],
            "VirtualService here/a is declared twice, by objects[0] and by objects[1]. Keep one.",
        ),
        (
            [doc("ServiceMonitor")],
            "objects[0]: ServiceMonitor is not in 'v1'. Its apiVersion is monitoring.coreos.com/v1.",
        ),
        ([doc("Deployment")], "objects[0]: Deployment is not in 'v1'. Its apiVersion is apps/v1."),
        (
            [doc("VirtualService", api="networking.istio.io/v9")],
            "objects[0]: VirtualService has no apiVersion 'networking.istio.io/v9'; it has networking.istio.io/v1, "
            "networking.istio.io/v1beta1, networking.istio.io/v1alpha3.",
        ),
    ],
)
def test_documents_that_are_wrong(documents, message):
    with pytest.raises(MeshError) as caught:
        items(*documents)
    assert caught.value.message == message


@pytest.mark.parametrize("spec", [[], "a", {"names": "a"}, {"names": {"kind": "Foo"}, "versions": None}])
def test_a_broken_definition_is_left_to_the_server(spec):
    broken = doc("CustomResourceDefinition", "foos.x.io", "apiextensions.k8s.io/v1", spec=spec)
    assert [item.desired["spec"] for item in items(broken)] == [spec]


def test_files_folders_and_globs(tmp_path):
    for name in ("b.yml", "a.yaml", "c.json", "d.txt", "deep/e.yml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")

    def found(pattern):
        return [path.removeprefix(f"{tmp_path}/") for path in collect.files(str(pattern))]

    assert found(tmp_path) == ["a.yaml", "b.yml", "c.json", "deep/e.yml"]
    assert found(tmp_path / "d.txt") == ["d.txt"]
    assert found(tmp_path / "*.y*ml") == ["a.yaml", "b.yml"]
    assert found(tmp_path / "**" / "*.yml") == ["b.yml", "deep/e.yml"]
    with pytest.raises(MeshError, match="is not a file, not a folder with"):
        collect.files(str(tmp_path / "nothing*"))
