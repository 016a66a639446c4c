# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there already is found so by one read: no write and no dry run, whatever the API server fills in itself."""

from __future__ import annotations

import sys
import uuid

import playing
import pytest
import yaml

sys.path.insert(0, str(playing.BUILD / "collections"))

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import connect
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import change, desired
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import execute
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.modules.mesh_apply import ENTRY

CASES = playing.ROOT / "tests" / "integration" / "cases"


def documents(pattern):
    for path in sorted(CASES.glob(pattern)):
        for document in yaml.safe_load_all(path.read_text()):
            label = f"{path.parent.name}/{path.stem}: {document['kind']} {document['metadata']['name']}"
            yield pytest.param(document, id=label)


@pytest.fixture(scope="module")
def place(cluster):
    """A namespace for all documents, and the session that writes them."""
    name = f"t-no-needless-write-{uuid.uuid4().hex[:6]}"
    body = {"metadata": {"name": name, "labels": {"meshops.lifecycle/test": "true"}}}
    cluster.api("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", **body})
    yield name, Resources(connect({"kubeconfig": str(cluster.kubeconfig)}))
    cluster.api("DELETE", f"/api/v1/namespaces/{name}")


def run(place, document):
    """(what happened, how many requests of each sort it took) of one run of a task for the document."""
    namespace, resources = place
    kind = KINDS[document["apiVersion"].rpartition("/")[0], document["kind"]]
    body = desired.checked_document(kind, desired.tidy(document))
    body["metadata"]["namespace"] = namespace
    before = dict(resources.session.counts)
    live = resources.get(kind, namespace, body["metadata"]["name"])
    made = change.apply(resources, kind, body, live, manager="meshops.lifecycle", force=False, check=False)
    return made.action, {name: count - before[name] for name, count in resources.session.counts.items()}


ONE_READ = {"reads": 1, "dry_runs": 0, "writes": 0, "retries": 0}


@pytest.mark.parametrize("document", list(documents("*/*.yaml")))
def test_a_second_run_is_one_read(place, crds, document):
    crds(document["apiVersion"].rpartition("/")[0])
    assert run(place, document)[0] == "created"
    assert run(place, document) == ("unchanged", ONE_READ)


def test_a_default_that_is_stated_now_is_no_difference_and_another_value_is(place, crds):
    crds("gateway.networking.k8s.io")

    def route(**backend):
        parent = {"name": "edge"}
        return {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": "defaults"},
            "spec": {"parentRefs": [parent], "rules": [{"backendRefs": [{"name": "a", "port": 80, **backend}]}]},
        }

    assert run(place, route())[0] == "created"
    assert run(place, route(weight=1, kind="Service")) == ("unchanged", ONE_READ)
    assert run(place, route(weight=5))[0] == "changed"
    assert run(place, route())[0] == "changed", "the default comes back"
    assert run(place, route()) == ("unchanged", ONE_READ)


def test_five_hundred_objects_are_read_by_lists(place, cluster):
    """A page holds 500: a set of 501 is two requests for its members, two for its objects, and one for its parent."""
    namespace, _resources = place
    head = {"apiVersion": "v1", "kind": "ConfigMap"}
    objects = [{**head, "metadata": {"name": f"map-{number}"}, "data": {"k": "v"}} for number in range(501)]
    options = {"namespace": namespace, "name": "many", "objects": objects, "prune": True}
    options["kubeconfig"] = str(cluster.kubeconfig)

    def run():
        task = ENTRY.task(ENTRY.checked(options), check=False, warn=print, progress=print)
        before = dict(task.session.counts)
        answer = execute(ENTRY, task)
        actions = {row["action"] for row in answer["resources"]}
        return actions, {name: count - before[name] for name, count in task.session.counts.items()}

    assert run()[0] == {"created"}
    assert run() == ({"unchanged"}, {"reads": 5, "dry_runs": 0, "writes": 0, "retries": 0})
