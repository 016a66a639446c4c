# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many Applications in one task of mesh_apply: awaited together, by few requests."""

from __future__ import annotations

import re
import sys
import time

import playing
import pytest
from gitops import config_map

sys.path.insert(0, str(playing.BUILD / "collections"))

from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import execute
from ansible_collections.meshops.lifecycle.plugins.modules.mesh_apply import ENTRY

pytestmark = pytest.mark.in_process
COUNT = 15


@pytest.fixture
def documents(apps):
    names = [f"n{number:02}" for number in range(COUNT)]
    apps.repository.commit({f"{name}/map.yaml": config_map(name) for name in names})
    return [
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": apps.name(name), "namespace": "argocd"},
            "spec": apps.spec(name, syncPolicy={"automated": {}, "retry": {"limit": 0}}),
        }
        for name in names
    ]


@pytest.fixture
def apply(cluster):
    """Calls mesh_apply as the action does; the answer has the ``requests`` and ``seconds`` that it took."""

    def call(documents, **options):
        given = {"kubeconfig": str(cluster.kubeconfig), "objects": documents, "wait": True, **options}
        told = []
        task = ENTRY.task(ENTRY.checked(given), check=False, warn=told.append, progress=told.append)
        before, started = dict(task.session.counts), time.monotonic()
        answer = execute(ENTRY, task)
        seconds = time.monotonic() - started
        requests = {name: count - before[name] for name, count in task.session.counts.items()}
        return {**answer, "requests": requests, "seconds": seconds}

    return call


def test_many_are_made_and_awaited_by_one_watch(apply, apps, documents):
    answer = apply(documents, wait_timeout=120)
    assert not answer.get("failed"), answer["msg"]
    assert [row["action"] for row in answer["resources"]] == ["created"] * COUNT
    for number in range(COUNT):
        assert apps.core("configmaps", f"n{number:02}")
        assert apps.live(f"n{number:02}")["status"]["health"]["status"] == "Healthy"
    # One write for each, and another for the few that the controller has to be asked again about. How often the one
    # watch is taken up again depends on the time, not on how many they are.
    assert COUNT <= answer["requests"]["writes"] < 2 * COUNT
    assert answer["requests"]["reads"] <= 5 + answer["seconds"]
    # As declared, and in order: nothing is written, and nobody is asked twice.
    again = apply(documents)
    assert not again["changed"]
    assert again["requests"]["writes"] == 0 and again["requests"]["reads"] <= 5
    # A change of some is not answered by their status from before.
    for document in documents[:3]:
        document["spec"]["source"]["path"] = "two"
    changed = apply(documents, wait_timeout=120)
    assert [row["action"] for row in changed["resources"]].count("changed") == 3
    assert apps.core("configmaps", "two")
    assert apps.live("n00")["status"]["sync"]["comparedTo"]["source"]["path"] == "two"


def test_one_that_fails_among_many_is_told_at_once(apply, apps, documents):
    broken = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"type": "Wrong"}}
    apps.repository.commit({"n07/service.yaml": broken})
    answer = apply(documents, wait_timeout=300)
    assert answer["failed"]
    assert f"Application argocd/{apps.name('n07')}" in answer["msg"] and 'Service "web" is invalid' in answer["msg"]
    # Those that miss their time are counted, and some are named with the reason.
    documents[7]["spec"]["syncPolicy"] = {"automated": {}, "retry": {"limit": 5}}
    documents[7]["spec"]["destination"]["namespace"] = f"{apps.namespace}-more"
    answer = apply(documents, wait_timeout=8)
    assert re.match(rf"Timed out after \d+ s: 1 of {COUNT} Applications are not ready: ", answer["msg"])
    assert apps.name("n07") in answer["msg"]
