# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests as Go reads them, and the patches that helm makes of two."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.helm import manifest, merge


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
        ("=", "="),
        ("0644", 420),
        ("0o644", 420),
        ("0x1F", 31),
        ("0b11", 3),
        ("1_000", 1000),
        ("-5", -5),
        ("08", 8),
        ("1e3", 1000),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.2.3", "1.2.3"),
        ("yes", True),
        ("off", False),
        ("y", True),
        ("n", False),
        ("yess", "yess"),
        ("~", None),
        ("null", None),
        ("'1'", "1"),
        ('"yes"', "yes"),
    ],
)
def test_scalars_are_read_as_go_reads_them(text, value):
    found = manifest.documents(f"kind: K\nmetadata: {{name: x}}\ndata: {text}\n")[0]["data"]
    assert found == value and type(found) is type(value)


def test_documents_of_a_manifest():
    text = """---
# Source: chart/templates/empty.yaml
---
kind: ConfigMapList
items:
  - {kind: ConfigMap, metadata: {name: a}}
  - {kind: ConfigMap, metadata: {name: b}}
---
{kind: Pod, metadata: {generateName: c-}}
---
kind: Service
metadata: {name: d}
"""
    assert [document["metadata"]["name"] for document in manifest.documents(text)] == ["a", "b", "d"]


def test_a_manifest_that_is_not_yaml():
    with pytest.raises(MeshError, match="not YAML"):
        manifest.documents("a: [")


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1, "b": 1}, {"a": 1}, {"b": None}),
        ({"a": {"b": 1, "c": 1}}, {"a": {"b": 1}}, {"a": {"c": None}}),
        ({"a": [1]}, {"a": [1, 2]}, {"a": [1, 2]}),
        ({}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ],
)
def test_merge_patch_of_two_manifests(old, new, patch):
    assert merge.json_patch(old, new) == patch


HEAD = {"apiVersion": "apps/v1", "kind": "Deployment"}


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        pytest.param({"x": 1, "y": 1}, {"x": 2}, {"x": 2, "y": None}, id="field-removed"),
        pytest.param({"x": {"a": 1}}, {"x": {"a": None}}, {"x": {"a": None}}, id="null-removes-what-was-there"),
        pytest.param({"args": [1, 2]}, {"args": [1]}, {"args": [1]}, id="plain-list-is-replaced"),
        pytest.param(
            {"env": [{"name": "A", "value": "1"}, {"name": "B"}]},
            {"env": [{"name": "A"}]},
            {"env": [{"name": "A", "value": None}, {"name": "B", "$patch": "delete"}]},
            id="items-by-key",
        ),
        pytest.param(
            {"volumes": [{"name": "v", "emptyDir": {}}]},
            {"volumes": [{"name": "v", "configMap": {"name": "c"}}]},
            {
                "volumes": [
                    {"name": "v", "configMap": {"name": "c"}, "emptyDir": None, "$retainKeys": ["configMap", "name"]}
                ]
            },
            id="a-volume-has-one-source",
        ),
        pytest.param(
            {"strategy": {"type": "RollingUpdate"}},
            {"strategy": {"type": "Recreate"}},
            {"strategy": {"type": "Recreate", "$retainKeys": ["type"]}},
            id="a-strategy-has-one-type",
        ),
        pytest.param(
            {"ports": [{"port": 1}]}, {"ports": [{"port": 2}]}, {"ports": [{"port": 2}]}, id="ports-that-have-no-key"
        ),
    ],
)
def test_strategic_patch(old, new, patch):
    assert merge.strategic({**HEAD, **old}, {**HEAD, **new}, "Deployment") == {**HEAD, **patch}


def test_the_ports_of_a_service_have_a_key():
    head = {"apiVersion": "v1", "kind": "Service"}
    patch = merge.strategic({**head, "ports": [{"port": 1}]}, {**head, "ports": [{"port": 2}]}, "Service")
    assert patch["ports"] == [{"port": 2}, {"port": 1, "$patch": "delete"}]


def test_definitions_are_kept_and_nothing_else_of_a_release(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    definition = (
        "---\n# Source: a\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: %s}\n"
        "spec: {description: " + "x" * 30_000 + "}\n"
    )
    between = "---\nkind: ConfigMap\nmetadata: {name: between}\ndata: {token: hunter2}\n"
    text = definition % "first" + between + definition % "second" + "---\n# nothing\n" + between
    first = manifest.documents(text)
    assert [document["metadata"]["name"] for document in first] == ["first", "between", "second", "between"]
    assert manifest.documents(text) == first
    [entry] = (tmp_path / "meshops.lifecycle" / "documents").iterdir()
    assert "hunter2" not in entry.read_text() and "second" in entry.read_text()
