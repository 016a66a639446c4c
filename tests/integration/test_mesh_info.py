# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading objects: what selectors choose, and waiting for it."""

from __future__ import annotations

import threading

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


def test_waiting_for_what_somebody_else_writes(play, cluster, namespace):
    head = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "late"}, "data": {"done": "no"}}
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    later = threading.Timer(2, lambda: cluster.api("POST", path, head))
    later.start()
    waiting = {"kind": "ConfigMap", "namespace": namespace, "name": "late", "wait": True}
    tasks = [
        {"name": "none", "meshops.lifecycle.mesh_info": {**waiting, "name": "never", "wait_timeout": 1}},
        {"name": "there", "meshops.lifecycle.mesh_info": {**waiting, "wait_timeout": 60}},
        {
            "name": "not so",
            "meshops.lifecycle.mesh_info": {**waiting, "wait_for": "data.done == 'yes'", "wait_timeout": 1},
        },
        {"name": "check", "meshops.lifecycle.mesh_info": {**waiting, "name": "never"}, "check_mode": True},
    ]
    run = play([{**task, "ignore_errors": True} for task in tasks])
    later.join()
    assert run["none"].msg.startswith("ConfigMap never was not ready after 1 s: there is none.")
    assert [live["metadata"]["name"] for live in run["there"].result["resources"]] == ["late"]
    assert "late: wait_for (data.done == 'yes') gives False. A longer wait_timeout may help." in run["not so"].msg
    assert run["check"].result["resources"] == [] and run["check"].result["changed"] is False
