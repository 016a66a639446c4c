# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan that was made, stored as JSON and read again does what a direct run does; a stale one does nothing."""

from __future__ import annotations

import json
import sys
import uuid

import playing
import pytest

sys.path.insert(0, str(playing.BUILD / "collections"))

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import connect
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import diff, execute, fields, plan_json
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import plan as plan_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.plan import Plan
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.write import Writer
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import execute as run_entry
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.modules.mesh_apply import ENTRY

OURS = "meshops.lifecycle"
MAP, SECRET = KINDS["", "ConfigMap"], KINDS["", "Secret"]
RULE, ROUTE = (KINDS["networking.istio.io", name] for name in ("DestinationRule", "VirtualService"))


@pytest.fixture(scope="session")
def cluster(no_istiod):
    return no_istiod


@pytest.fixture(autouse=True)
def _istio(crds):
    crds("istio.io")


@pytest.fixture
def resources(cluster):
    return Resources(connect({"kubeconfig": str(cluster.kubeconfig)}))


@pytest.fixture
def namespaces(cluster):
    names = [f"t-plan-{uuid.uuid4().hex[:6]}" for _number in range(2)]
    for name in names:
        body = {"metadata": {"name": name, "labels": {"meshops.lifecycle/test": "true"}}}
        cluster.api("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", **body})
    yield names
    for name in names:
        cluster.api("DELETE", f"/api/v1/namespaces/{name}")


def document(kind, name, namespace, **body):
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": kind.api_versions[0], "kind": kind.kind, "metadata": metadata, **body}


def rule(namespace, *subsets):
    named = [{"name": name, "labels": {"version": name}} for name in subsets]
    return document(RULE, "reviews", namespace, spec={"host": "reviews", "subsets": named})


def route(namespace, subset):
    spec = {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "reviews", "subset": subset}}]}]}
    return document(ROUTE, "reviews", namespace, spec=spec)


def settings(namespace, value):
    return document(MAP, "settings", namespace, data={"k": value})


def planned(resources, documents, gone=()):
    """The plan of documents, and of live objects that are to go; and what a dry run adds to it."""

    def decide(body):
        kind = KINDS[body["apiVersion"].rpartition("/")[0], body["kind"]]
        current = resources.get(kind, body["metadata"]["namespace"], body["metadata"]["name"])
        return plan_module.decide(kind, body, current, OURS)

    deletions = [
        plan_module.deletion(kind, space, name, resources.get(kind, space, name)) for kind, space, name in gone
    ]
    steps, prunes = plan_module.in_steps(map(decide, documents)), plan_module.in_steps(deletions)
    return execute.predict_plan(resources, plan_module.with_transition(Plan(OURS, False, steps, prunes)))


def stored(plan):
    return plan_json.from_dict(json.loads(json.dumps(plan_json.to_dict(plan))))


def run(cluster, namespace, documents):
    options = {"namespace": namespace, "objects": documents, "kubeconfig": str(cluster.kubeconfig), "wait": False}
    task = ENTRY.task(ENTRY.checked(options), check=False, warn=print, progress=print)
    return run_entry(ENTRY, task)


def seen(resources, kind, namespace, name):
    """An object as a person sees it, and what of it is ours; the same in any namespace."""
    live = resources.get(kind, namespace, name)
    if live is None:
        return None
    own = (fields.entry(live, OURS) or {}).get("fieldsV1")
    return json.loads(json.dumps([diff.clean(live), own]).replace(namespace, "NAMESPACE"))


def first(namespace):
    return [rule(namespace, "v1"), route(namespace, "v1"), settings(namespace, "a")]


def second(namespace):
    return [rule(namespace, "v2"), route(namespace, "v2"), settings(namespace, "a")]


def test_a_stored_plan_does_what_a_run_does(cluster, resources, namespaces):
    direct, by_plan = namespaces
    for documents in (first, second):
        answer = run(cluster, direct, documents(direct))
        plan = planned(resources, documents(by_plan))
        writes = resources.session.counts["writes"]
        again = stored(plan)
        assert again == plan and resources.session.counts["writes"] == writes
        outcome = execute.apply_plan(resources, again)
        assert not outcome.errors and not outcome.not_begun
        rows = [change.row() for change in outcome.changes]
        assert rows == plan.rows()
        assert [row["action"] for row in rows] == [row["action"] for row in answer["resources"]]
        for kind, name in ((RULE, "reviews"), (ROUTE, "reviews"), (MAP, "settings")):
            assert seen(resources, kind, by_plan, name) == seen(resources, kind, direct, name)
    later = planned(resources, second(by_plan))
    assert {row["action"] for row in later.rows()} == {"unchanged"} and not later.writing
    assert plan_module.differences(plan, later)


def test_a_plan_that_deletes(resources, namespaces):
    namespace = namespaces[0]
    execute.apply_plan(resources, planned(resources, first(namespace)))
    plan = stored(planned(resources, [], gone=[(ROUTE, namespace, "reviews")]))
    assert resources.get(ROUTE, namespace, "reviews")
    outcome = execute.apply_plan(resources, plan)
    assert [change.action for change in outcome.changes] == ["deleted"]
    assert resources.get(ROUTE, namespace, "reviews") is None


def changed_by_somebody(resources, namespace):
    resources.patch(MAP, namespace, "settings", {"data": {"k": "theirs"}}, manager="somebody")


def deleted(resources, namespace):
    resources.delete(MAP, namespace, "settings")


def recreated(resources, namespace):
    deleted(resources, namespace)
    resources.create(MAP, namespace, settings(namespace, "a"))


@pytest.mark.parametrize(
    ("meanwhile", "reason"),
    [
        (changed_by_somebody, "changed since"),
        (deleted, "was deleted since"),
        (recreated, "was deleted and created again since"),
    ],
)
def test_a_stale_plan_writes_nothing(resources, namespaces, meanwhile, reason):
    namespace = namespaces[0]
    execute.apply_plan(resources, planned(resources, first(namespace)))
    plan = stored(planned(resources, [*second(namespace)[:2], settings(namespace, "b")]))
    meanwhile(resources, namespace)
    before = seen(resources, RULE, namespace, "reviews")
    writes = resources.session.counts["writes"]
    with pytest.raises(MeshError, match=f"ConfigMap {namespace}/settings {reason}") as error:
        execute.apply_plan(resources, plan)
    assert "Nothing was written" in str(error.value.message)
    assert resources.session.counts["writes"] == writes
    assert seen(resources, RULE, namespace, "reviews") == before


def test_an_object_that_somebody_has_created_since(resources, namespaces):
    namespace = namespaces[0]
    plan = stored(planned(resources, first(namespace)))
    resources.create(MAP, namespace, settings(namespace, "theirs"))
    with pytest.raises(MeshError, match="was created since"):
        execute.apply_plan(resources, plan)
    assert resources.get(ROUTE, namespace, "reviews") is None


def test_a_new_status_is_no_change(resources, namespaces):
    namespace = namespaces[0]
    execute.apply_plan(resources, planned(resources, first(namespace)))
    plan = stored(planned(resources, second(namespace)))
    status = {"status": {"observedGeneration": 1}}
    before = resources.get(ROUTE, namespace, "reviews")["metadata"]["resourceVersion"]
    resources.patch(ROUTE, namespace, "reviews", status, subresource="status", manager="controller")
    assert resources.get(ROUTE, namespace, "reviews")["metadata"]["resourceVersion"] != before
    outcome = execute.apply_plan(resources, plan)
    assert [change.action for change in outcome.changes] == ["unchanged", "changed", "changed"]


def test_a_stored_plan_cannot_write_a_secret_and_says_so_before_it_writes(resources, namespaces):
    namespace = namespaces[0]
    password = document(SECRET, "s", namespace, data={"password": "SHVudGVyMg=="})
    plan = planned(resources, [*first(namespace), password])
    with pytest.raises(MeshError, match=f"no values of secrets, so it cannot apply Secret {namespace}/s"):
        execute.apply_plan(resources, stored(plan))
    assert resources.get(ROUTE, namespace, "reviews") is None
    execute.apply_plan(resources, plan)  # in the same process the values are there
    assert not stored(planned(resources, [password])).writing


# ---- Two forms: what routes may still name stays until they have left it ---------------------------------------------


def subsets(resources, namespace):
    return [subset["name"] for subset in resources.get(RULE, namespace, "reviews")["spec"]["subsets"]]


def subset_of_route(resources, namespace):
    http = resources.get(ROUTE, namespace, "reviews")["spec"]["http"]
    return http[0]["route"][0]["destination"]["subset"]


def carried_out(resources, plan, in_effect):
    pace = execute.Pace(in_effect=in_effect, two_forms=True)
    return execute.Execution(plan, Writer(resources, plan.manager), pace).run()


def test_a_subset_goes_after_the_route_that_names_it(resources, namespaces):
    namespace = namespaces[0]
    execute.apply_plan(resources, planned(resources, first(namespace)))
    states = []

    def in_effect(_changes):
        states.append((subsets(resources, namespace), subset_of_route(resources, namespace)))

    plan = planned(resources, second(namespace))
    outcome = carried_out(resources, plan, in_effect)
    assert states == [(["v2", "v1"], "v1"), (["v2", "v1"], "v2")]
    assert (subsets(resources, namespace), subset_of_route(resources, namespace)) == (["v2"], "v2")
    rows = [change.row() for change in outcome.changes]
    assert rows == plan.rows()  # what is written twice is one row, as check mode says
    (rule_change,) = [change for change in outcome.changes if change.kind == RULE]
    assert rule_change.before["spec"]["subsets"][0]["name"] == "v1"
    assert not planned(resources, second(namespace)).writing


def test_a_wait_that_fails_leaves_what_serves_old_and_new(resources, namespaces):
    namespace = namespaces[0]
    execute.apply_plan(resources, planned(resources, first(namespace)))

    def in_effect(_changes):
        raise MeshError("no acknowledgement")

    outcome = carried_out(resources, planned(resources, second(namespace)), in_effect)
    assert outcome.errors == {execute.WAIT: "no acknowledgement"}
    assert [change.label for change in outcome.not_begun] == [f"VirtualService {namespace}/reviews"]
    assert (subsets(resources, namespace), subset_of_route(resources, namespace)) == (["v2", "v1"], "v1")
    assert not carried_out(resources, planned(resources, second(namespace)), lambda _changes: None).errors
    assert (subsets(resources, namespace), subset_of_route(resources, namespace)) == (["v2"], "v2")
