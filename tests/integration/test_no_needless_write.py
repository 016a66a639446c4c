# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there already is found so by one read: no write and no dry run, whatever the API server fills in itself."""

from __future__ import annotations

import contextlib
import sys
import uuid

import playing
import pytest
import yaml

sys.path.insert(0, str(playing.BUILD / "collections"))

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import connect
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import write
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import execute
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.modules.mesh_apply import ENTRY

CASES = playing.ROOT / "tests" / "integration" / "cases"


def documents(pattern):
    for path in sorted(CASES.glob(pattern)):
        for document in yaml.safe_load_all(path.read_text()):
            label = f"{path.parent.name}/{path.stem}: {document['kind']} {document['metadata']['name']}"
            yield pytest.param(document, id=label)


@contextlib.contextmanager
def a_namespace(cluster):
    name = f"t-no-needless-write-{uuid.uuid4().hex[:6]}"
    body = {"metadata": {"name": name, "labels": {"meshops.lifecycle/test": "true"}}}
    cluster.api("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", **body})
    yield name
    cluster.api("DELETE", f"/api/v1/namespaces/{name}")


@pytest.fixture(scope="module")
def place(cluster):
    """A namespace for all documents, and the session that writes them."""
    with a_namespace(cluster) as name:
        yield name, Resources(connect({"kubeconfig": str(cluster.kubeconfig)}))


def run(place, document):
    """(what happened, how many requests of each sort it took) of one run of a task for the document."""
    namespace, resources = place
    kind = KINDS[document["apiVersion"].rpartition("/")[0], document["kind"]]
    body = desired.checked_document(kind, desired.tidy(document))
    body["metadata"]["namespace"] = namespace
    before = dict(resources.session.counts)
    live = resources.get(kind, namespace, body["metadata"]["name"])
    made = write.apply(resources, kind, body, live, manager="meshops.lifecycle", force=False, check=False)
    return made.action, {name: count - before[name] for name, count in resources.session.counts.items()}


ONE_READ = {"reads": 1, "dry_runs": 0, "writes": 0, "retries": 0}


def remove(place, document):
    """Delete what an earlier try of the test has left."""
    namespace, resources = place
    kind = KINDS[document["apiVersion"].rpartition("/")[0], document["kind"]]
    resources.delete(kind, namespace, document["metadata"]["name"])


@pytest.mark.parametrize("document", list(documents("*/*.yaml")))
def test_a_second_run_is_one_read(place, crds, document):
    crds(document["apiVersion"].rpartition("/")[0])
    remove(place, document)
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

    remove(place, route())
    assert run(place, route())[0] == "created"
    assert run(place, route(weight=1, kind="Service")) == ("unchanged", ONE_READ)
    assert run(place, route(weight=5))[0] == "changed"
    assert run(place, route())[0] == "changed", "the default comes back"
    assert run(place, route()) == ("unchanged", ONE_READ)


@pytest.fixture
def apply(cluster):
    """`apply(objects, …)`: (what happened, how many requests of each sort it took) of one run of mesh_apply, in a
    namespace of the test's own: how many pages its objects take is counted.
    """
    with a_namespace(cluster) as namespace:
        yield lambda objects, **options: _applied(cluster, namespace, objects, **options)


def _applied(cluster, namespace, objects, *, check=False, **options):
    options = {"namespace": namespace, "objects": objects, "kubeconfig": str(cluster.kubeconfig), **options}
    task = ENTRY.task(ENTRY.checked(options), check=check, warn=print, progress=print)
    before = dict(task.session.counts)
    answer = execute(ENTRY, task)
    actions = {row["action"] for row in answer["resources"]}
    return actions, {name: count - before[name] for name, count in task.session.counts.items()}


def maps(*names):
    return [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"k": "v"}} for name in names]


def test_five_hundred_objects_are_read_by_lists(apply):
    """A page holds 500: a set of 501 is two requests for its members, which its objects are, and one for its parent."""
    objects = maps(*[f"map-{number}" for number in range(501)])
    assert apply(objects, name="many", prune=True)[0] == {"created"}
    assert apply(objects, name="many", prune=True) == ({"unchanged"}, {**ONE_READ, "reads": 3})


def test_a_namespace_of_which_nothing_is_declared_is_not_written(cluster):
    with a_namespace(cluster) as namespace:
        objects = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}]
        assert _applied(cluster, namespace, objects) == ({"unchanged"}, ONE_READ)


@pytest.mark.parametrize(
    "declared",
    [{"labels": {}, "annotations": {}}, {"annotations": {}}, {"labels": {}, "finalizers": []}, {"spec": {}}],
    ids=["labels and annotations", "annotations", "labels and finalizers", "spec"],
)
def test_emptiness_that_others_fill_is_written_once(cluster, declared):
    """As `kubectl create namespace --dry-run=client -o yaml` prints one. The server has its own there."""
    with a_namespace(cluster) as namespace:
        metadata = {"name": namespace, **{name: value for name, value in declared.items() if name != "spec"}}
        spec = {"spec": declared["spec"]} if "spec" in declared else {}
        objects = [{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata, **spec}]
        _applied(cluster, namespace, objects)
        assert _applied(cluster, namespace, objects) == ({"unchanged"}, ONE_READ)
        labelled = [{**objects[0], "metadata": {**metadata, "labels": {"a": "b"}}}]
        assert _applied(cluster, namespace, labelled)[0] == {"changed"}
        assert _applied(cluster, namespace, objects)[0] == {"changed"}, "the label goes"
        assert "a" not in cluster.get(f"/api/v1/namespaces/{namespace}")["metadata"]["labels"]
        assert _applied(cluster, namespace, objects) == ({"unchanged"}, ONE_READ)


def test_few_objects_among_many_are_not_looked_for_page_by_page(apply):
    """Of 1,100 objects, which are three pages: what is on the first, and what is not."""
    *first, last = [f"among-{number:04}" for number in range(1100)]
    assert apply(maps(*first, last))[0] == {"created"}
    assert apply(maps(*first[:4])) == ({"unchanged"}, ONE_READ)
    assert apply(maps(*first[:3], last)) == ({"unchanged"}, {**ONE_READ, "reads": 2})
    found, asked = apply(maps(*first[:4], "zebra"), check=True)
    assert found == {"unchanged", "created"}
    assert asked == {**ONE_READ, "reads": 2, "dry_runs": 1}
    assert apply(maps(*first, last)) == ({"unchanged"}, {**ONE_READ, "reads": 3})
