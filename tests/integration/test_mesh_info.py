# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading objects: what selectors choose."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.in_process, pytest.mark.once]


def test_fields_and_labels_choose(play, cluster, namespace):
    for name, labels in {"one": {"a": "b"}, "two": {"a": "b"}, "three": {}}.items():
        head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": labels}}
        cluster.api("POST", f"/api/v1/namespaces/{namespace}/configmaps", head)
    choices = {
        "a field": {"field_selectors": ["metadata.name=one"]},
        "other than a field": {"field_selectors": ["metadata.name!=one"], "label_selectors": ["a=b"]},
        "name and field": {"name": "one", "field_selectors": ["metadata.name=two"]},
        "no such field": {"field_selectors": ["data.text=x"]},
    }
    read = {
        "kind": "ConfigMap",
        "namespace": namespace,
        "query": "[?metadata.name != 'kube-root-ca.crt'].metadata.name",
    }
    tasks = [
        {"name": name, "meshops.lifecycle.mesh_info": {**read, **chosen}, "ignore_errors": True}
        for name, chosen in choices.items()
    ]
    run = play(tasks)
    answers = {name: run[name].result.get("result") for name in choices}
    assert answers == {"a field": ["one"], "other than a field": ["two"], "name and field": [], "no such field": None}
    assert "is not a known field selector" in run["no such field"].msg
