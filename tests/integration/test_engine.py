# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object on a real API server, from its first run to its end: what changes, what is predicted, what is adopted."""

from __future__ import annotations

import json
import time

import pytest

NETWORKING = "/apis/networking.istio.io/v1"
NOISE = ("managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "last-applied")
OURS = "meshops.lifecycle"


@pytest.fixture(scope="session")
def cluster(no_istiod):
    return no_istiod


@pytest.fixture(autouse=True)
def _istio(crds):
    crds("istio.io")


@pytest.fixture
def path(namespace):
    return f"{NETWORKING}/namespaces/{namespace}/virtualservices/reviews"


def split(first, second):
    routes = [("v1", first), ("v2", second)]
    return [{"destination": {"host": "reviews", "subset": subset}, "weight": weight} for subset, weight in routes]


SPEC = {
    "hosts": ["reviews"],
    "http": [{"match": [{"uri": {"prefix": "/v1"}}], "rewrite": {"uri": "/"}, "route": split(90, 10)}],
}
OTHER = {"hosts": ["reviews"], "http": [{"route": split(70, 30)}]}


@pytest.fixture
def task(namespace):
    """`task("name", spec=…)`: a task for the VirtualService reviews."""

    def make(called="Route", **options):
        keywords = {
            key: options.pop(key) for key in list(options) if key in ("register", "ignore_errors", "vars", "check_mode")
        }
        options = {"name": "reviews", "namespace": namespace, **options}
        return {"name": called, f"{OURS}.istio_virtualservice": options, **keywords}

    return make


def managers(live):
    return {(entry["manager"], entry["operation"]) for entry in live["metadata"]["managedFields"]}


def owned(live, manager=OURS):
    return next(entry["fieldsV1"] for entry in live["metadata"]["managedFields"] if entry["manager"] == manager)


def actions(result):
    return [one["action"] for one in result.result["resources"]]


# ---- A life ---------------------------------------------------------------------------------------------------------


@pytest.mark.each_core_in_process
@pytest.mark.both_ways
def test_a_life(play, task, cluster, path):
    labels = {"team": "shop"}
    run = play(
        [
            task("create", spec=SPEC, labels=labels),
            task("again", spec=SPEC, labels=labels),
            task("update", spec=OTHER, labels=labels),
            task("drop labels and hosts", spec={"http": OTHER["http"]}),
            task("again dropped", spec={"http": OTHER["http"]}),
        ]
    )
    assert [actions(one) for one in run.tasks] == [["created"], ["unchanged"], ["changed"], ["changed"], ["unchanged"]]
    assert run.changed == ["create", "update", "drop labels and hosts"]
    assert run["again"].result["result"] == run["create"].result["result"]
    assert run["create"].result["validated"] is True
    assert not any("diff" in one.result for one in run.tasks)  # nobody asked for one
    live = cluster.get(path)
    assert live["spec"] == {"http": OTHER["http"]}
    assert "labels" not in live["metadata"]
    assert managers(live) == {(OURS, "Apply")}

    run = play([task("delete", state="absent"), task("again", state="absent")])
    assert [actions(one) for one in run.tasks] == [["deleted"], ["unchanged"]]
    assert run.changed == ["delete"]
    assert cluster.get(path) is None


def test_a_second_run_writes_nothing(play, task, cluster, path):
    play([task(spec=SPEC)])
    before = cluster.get(path)
    time.sleep(1.1)  # managedFields count seconds
    run = play([task(spec=SPEC), task("with the API's names", spec={**SPEC, "exportTo": None})])
    assert run.changed == []
    assert cluster.get(path) == before


@pytest.mark.parametrize(
    ("spec", "kept"),
    [
        ({}, {}),
        ({"hosts": []}, {"hosts": []}),
        ({"http": [{}]}, {"http": [{}]}),
        ({"http": [{"match": [{"headers": {}}], "fault": {}, "retries": {}}]},) * 2,
    ],
)
def test_empty_values_arrive_and_stay(converges, task, cluster, path, spec, kept):
    converges([task(spec=spec)])
    assert cluster.get(path).get("spec") == kept


# ---- Check mode and diffs -------------------------------------------------------------------------------------------


@pytest.mark.each_core
def test_check_mode_is_the_run_without_the_write(play, task):
    """Each step of a life: check mode says what the run then does; had it written, nothing would be left to do."""
    life = {
        "create": {"spec": SPEC, "labels": {"a": "b"}},
        "update": {"spec": OTHER, "labels": {"a": "b"}},
        "drop": {"spec": {"http": OTHER["http"]}},
        "nothing": {"spec": {"http": OTHER["http"]}},
        "delete": {"state": "absent"},
    }
    steps = [
        task(f"{name} {check}", check_mode=check, **options)
        for name, options in life.items()
        for check in (True, False)
    ]
    run = play(steps, diff=True)
    for name in life:
        predicted, done = run[f"{name} True"], run[f"{name} False"]
        results = [predicted.comparable(), done.comparable()]
        if name == "nothing":  # for verify, check mode looks where references lead; a run does where it writes
            assert [result.pop("unresolved", None) is not None for result in results] == [True, False]
        assert results[0] == results[1], name
        assert done.changed == (name != "nothing")


def test_a_check_run_writes_nothing(play, task, cluster, path):
    run = play([task("create", spec=SPEC)], check=True)
    assert run.changed == ["create"]
    assert cluster.get(path) is None
    play([task(spec=SPEC)])
    before = cluster.get(path)
    run = play([task("update", spec=OTHER), task("delete", state="absent")], check=True)
    assert run.changed == ["update", "delete"]
    assert cluster.get(path) == before


def test_diffs_show_the_change_alone(play, task):
    run = play(
        [
            task("create", spec=SPEC, labels={"team": "shop"}),
            task("update", spec=SPEC | {"hosts": ["other"]}, labels={"team": "shop"}),
            task("delete", state="absent"),
        ],
        diff=True,
    )
    shown = {part.split("]")[0]: _changed_lines(part) for part in run.stdout.split("TASK [")[1:]}
    assert {'+"reviews"', '+"team": "shop"'} <= set(shown["create"])
    assert shown["update"] == ['-"reviews"', '+"other"']
    assert {'-"other"', '-"team": "shop"'} <= set(shown["delete"])
    for noise in NOISE:
        assert noise not in json.dumps([one.diffs for one in run.tasks]) + run.stdout


def _changed_lines(text):
    lines = [line for line in text.splitlines() if line and line[0] in "+-" and line[:3] not in ("+++", "---")]
    return [line[0] + line[1:].strip() for line in lines]


def test_check_mode_refuses_what_the_run_would(play, task, cluster, path):
    """The verdict is the server's, also about what no option checks."""
    wrong = task(spec_extra={"http": [{"route": [{"destination": {}}]}]})
    wrong["ignore_errors"] = True
    predicted, done = play([{**wrong, "check_mode": True}, wrong]).tasks
    assert predicted.msg == done.msg
    assert "spec.http[0].route[0].destination.host: Required value" in done.msg
    assert cluster.get(path) is None


def test_a_namespace_that_comes_later_in_the_same_run(play, task, namespace):
    absent = f"{namespace}-not-there"
    run = play(
        [
            task("check", spec=SPEC, namespace=absent, check_mode=True),
            task("run", spec=SPEC, namespace=absent, ignore_errors=True),
            task("gone", state="absent", namespace=absent),
        ]
    )
    assert run["check"].changed and run["check"].result["validated"] is False
    assert any(f"namespace {absent} does not exist" in text for text in run["check"].result["warnings"])
    assert run["run"].msg == f"VirtualService {absent}/reviews: namespace {absent} does not exist. Create it first."
    assert actions(run["gone"]) == ["unchanged"]


# ---- Adoption -------------------------------------------------------------------------------------------------------


def made_by_kubectl_apply(cluster, body):
    cluster.kubectl("apply", "-f", "-", stdin=body)


def made_by_kubectl_server_side(cluster, body):
    cluster.kubectl("apply", "--server-side", "-f", "-", stdin=body)


def made_by_kubectl_create(cluster, body):
    cluster.kubectl("create", "-f", "-", stdin=body)


def made_by_kubectl_edit(cluster, body):
    """What kubectl edit leaves: the object is somebody's, fields of it are kubectl-edit's."""
    spec = {"hosts": body["spec"]["hosts"]}
    cluster.kubectl("create", "-f", "-", stdin={**body, "spec": spec})
    kind, name, namespace = "virtualservice", body["metadata"]["name"], body["metadata"]["namespace"]
    patch = json.dumps({"spec": body["spec"], "metadata": {"labels": body["metadata"]["labels"]}})
    edit = ("--type=merge", "--field-manager=kubectl-edit")
    cluster.kubectl("patch", kind, name, "-n", namespace, "-p", patch, *edit)


def made_by_kubectl_replace(cluster, body):
    cluster.kubectl("create", "-f", "-", stdin={**body, "spec": {}})
    cluster.kubectl("replace", "-f", "-", stdin=body)


def made_by_kubernetes_core(cluster, body):
    """kubernetes.core sends merge patches with the Python client, which names itself by its user agent alone."""
    from kubernetes import client

    api = client.CustomObjectsApi(cluster.client)
    where = ("networking.istio.io", "v1", body["metadata"]["namespace"], "virtualservices")
    api.create_namespaced_custom_object(*where, {**body, "spec": {}})
    api.patch_namespaced_custom_object(*where, body["metadata"]["name"], body)


MAKERS = [
    made_by_kubectl_apply,
    made_by_kubectl_server_side,
    made_by_kubectl_create,
    made_by_kubectl_edit,
    made_by_kubectl_replace,
    made_by_kubernetes_core,
]


def by_others(namespace):
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "reviews", "namespace": namespace, "labels": {"old": "label", "kept": "label"}},
        "spec": {**SPEC, "exportTo": ["."]},
    }


@pytest.mark.parametrize("made_by", MAKERS, ids=lambda maker: maker.__name__.removeprefix("made_by_"))
def test_an_adopted_object_loses_what_the_play_drops(play, task, cluster, namespace, path, made_by):
    made_by(cluster, by_others(namespace))
    wanted = {"spec": OTHER, "labels": {"kept": "label"}}
    run = play([task("check", check_mode=True, **wanted), task("adopt", **wanted), task("again", **wanted)], diff=True)
    assert run["check"].comparable() == run["adopt"].comparable()
    assert run.changed == ["check", "adopt"]
    live = cluster.get(path)
    assert live["spec"] == OTHER
    assert live["metadata"]["labels"] == {"kept": "label"}
    assert "annotations" not in live["metadata"]
    assert managers(live) == {(OURS, "Apply")}


def test_adopting_what_is_the_same_takes_it_over_once(converges, task, cluster, namespace, path):
    made_by_kubectl_apply(cluster, by_others(namespace))
    body = by_others(namespace)
    run = converges([task(spec=body["spec"], labels=body["metadata"]["labels"])])
    assert actions(run[0]) == ["changed"]  # the owner is another, and the annotation of kubectl is gone
    assert managers(cluster.get(path)) == {(OURS, "Apply")}


def test_what_a_controller_owns_stays_through_an_adoption(play, task, cluster, namespace, path):
    made_by_kubectl_apply(cluster, by_others(namespace))
    body = {"metadata": {"labels": {"controller": "here"}}}
    cluster.api("PATCH", f"{path}?fieldManager=a-controller", body, "application/merge-patch+json")
    play([task(spec=OTHER)])
    live = cluster.get(path)
    assert live["metadata"]["labels"] == {"controller": "here"}
    assert managers(live) == {(OURS, "Apply"), ("a-controller", "Update")}


def test_an_adoption_that_meets_a_conflict_changes_nothing(play, task, cluster, namespace, path):
    made_by_kubectl_apply(cluster, by_others(namespace))
    body = {"spec": {"hosts": ["theirs"]}}
    cluster.api("PATCH", f"{path}?fieldManager=a-controller", body, "application/merge-patch+json")
    before = cluster.get(path)
    run = play([task(f"{check}", spec=OTHER, check_mode=check, ignore_errors=True) for check in (True, False)])
    for one in run.tasks:
        assert "owned by another manager: spec.hosts by 'a-controller'. " in one.msg
    assert cluster.get(path) == before


# ---- Conflicts ------------------------------------------------------------------------------------------------------


def test_a_conflict_names_the_owner_and_the_field(play, task, cluster, path):
    play([task(spec=SPEC)])
    body = {"spec": {"http": OTHER["http"]}}
    cluster.api("PATCH", f"{path}?fieldManager=kubectl-edit", body, "application/merge-patch+json")
    forced = {"spec": SPEC, "force_conflicts": True}
    run = play(
        [
            task("check", spec=SPEC, check_mode=True, ignore_errors=True),
            task("run", spec=SPEC, ignore_errors=True),
            task("check forced", check_mode=True, **forced),
            task("forced", **forced),
        ]
    )
    for one in run.tasks[:2]:
        assert "fields are owned by another manager: spec.http by 'kubectl-edit'. " in one.msg
        assert "force_conflicts: true" in one.msg
        assert one.result["conflicts"] == [{"manager": "kubectl-edit", "fields": ["spec.http"]}]
    assert run["check forced"].comparable() == run["forced"].comparable()
    assert run["forced"].changed  # so the tasks before it wrote nothing
    live = cluster.get(path)
    assert live["spec"] == SPEC
    assert managers(live) == {(OURS, "Apply")}


def test_two_tasks_declare_parts_of_one_object(play, task, cluster, path):
    mine = task("mine", spec={"hosts": ["reviews"]}, labels={"a": "1"})
    theirs = task("theirs", labels={"b": "2"}, field_manager="theirs")
    run = play([mine, theirs, {**mine, "name": "mine again"}, {**theirs, "name": "theirs again"}])
    assert run.changed == ["mine", "theirs"]
    live = cluster.get(path)
    assert live["metadata"]["labels"] == {"a": "1", "b": "2"}
    assert managers(live) == {(OURS, "Apply"), ("theirs", "Apply")}


# ---- Objects that do not go, and waits ------------------------------------------------------------------------------


def test_an_object_held_by_a_finalizer(play, task, cluster, path):
    play([task(spec=SPEC)])
    held = {"metadata": {"finalizers": ["example.com/stuck"]}}
    cluster.api("PATCH", f"{path}?fieldManager=somebody", held, "application/merge-patch+json")
    try:
        run = play(
            [
                task("delete", state="absent"),
                task("again", state="absent"),
                task("wait", state="absent", wait=True, wait_timeout=1, ignore_errors=True),
                task("anew in check mode", spec=SPEC, check_mode=True, ignore_errors=True),
                task("anew", spec=SPEC, ignore_errors=True),
            ]
        )
        assert run.changed == ["delete"]
        assert "marked for deletion but still there, held by example.com/stuck" in run["wait"].msg
        for one in run.tasks[3:]:
            assert "is being deleted since" in one.msg and "held by example.com/stuck" in one.msg
    finally:
        free = {"metadata": {"finalizers": None}}
        cluster.api("PATCH", path, free, "application/merge-patch+json")
    assert cluster.get(path) is None


def test_waits(play, task, cluster, path):
    there = task("there", spec=SPEC, wait=True, wait_for="spec.hosts[0] == 'reviews'")
    never = task("never", spec=SPEC, wait=True, wait_timeout=1, wait_for="status.ready", ignore_errors=True)
    wrong = task("wrong", spec=SPEC, wait=True, wait_for="spec..x", ignore_errors=True)
    gone = task("gone", state="absent", wait=True)
    run = play([there, never, wrong, gone])
    assert run["there"].result["waited"] is True
    assert "reviews was not ready after 1 s: wait_for (status.ready) gives None" in run["never"].msg
    assert run["wrong"].msg.startswith("wait_for is not JMESPath")
    assert run["gone"].result["waited"] is True
    assert cluster.get(path) is None


def test_a_wait_ends_when_its_condition_comes_true(player, task, cluster, path):
    """Somebody writes the status while the task waits; the watch sees it at once."""
    import threading

    def write_status():
        deadline = time.monotonic() + 60
        while cluster.get(path) is None and time.monotonic() < deadline:
            time.sleep(0.1)
        body = {"status": {"observedGeneration": "7"}}
        cluster.api("PATCH", f"{path}/status", body, "application/merge-patch+json")

    writer = threading.Thread(target=write_status)
    writer.start()
    wait = {"wait": True, "wait_timeout": 60, "wait_for": "status.observedGeneration"}
    run = player.play([task(spec=SPEC, **wait)])
    writer.join()
    assert run[0].result["result"]["status"] == {"observedGeneration": "7"}
    assert run.seconds < 50


# ---- Ways to say it -------------------------------------------------------------------------------------------------


def test_a_pasted_document_as_an_export_prints_it(converges, cluster, namespace, path):
    cluster.kubectl("create", "-f", "-", stdin=by_others(namespace))
    exported = cluster.kubectl(
        "get", "virtualservice", "reviews", "-n", namespace, "-o", "json", "--show-managed-fields"
    )
    cluster.api("DELETE", path)
    assert exported["metadata"]["managedFields"]
    exported["status"] = {"conditions": []}
    converges([{"name": "Pasted", f"{OURS}.istio_virtualservice": {"definition": exported}}])
    live = cluster.get(path)
    assert live["spec"] == by_others(namespace)["spec"]
    assert managers(live) == {(OURS, "Apply")}


def test_a_file_keeps_its_braces(converges, task, cluster, path, tmp_path):
    source = tmp_path / "route.yml"
    source.write_text(
        "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: from-file\n"
        "  annotations: {template: '{{ .Values.x }} {% raw %}'}\nspec:\n  hosts: ['{{name}}.example.com']\n"
    )
    converges([task(src=str(source), spec={"export_to": ["."]})])
    live = cluster.get(path)
    assert live["metadata"]["annotations"] == {"template": "{{ .Values.x }} {% raw %}"}
    assert live["spec"] == {"hosts": ["{{name}}.example.com"], "exportTo": ["."]}


@pytest.mark.each_core_in_process
@pytest.mark.both_ways
def test_a_file_beside_the_playbook_and_in_a_role(player, task, cluster, namespace, tmp_path):
    def document(name):
        metadata = {"name": name, "namespace": namespace}
        return json.dumps({"kind": "VirtualService", "metadata": metadata, "spec": {"hosts": [name]}})

    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "beside.yml").write_text(document("beside"))
    role = tmp_path / "roles" / "one"
    (role / "files").mkdir(parents=True)
    (role / "tasks").mkdir()
    (role / "files" / "in-role.yml").write_text(document("in-role"))
    inside = [{"name": "in role", f"{OURS}.istio_virtualservice": {"src": "in-role.yml"}}]
    (role / "tasks" / "main.yml").write_text(json.dumps(inside))
    tasks = [
        {"name": "beside", f"{OURS}.istio_virtualservice": {"src": "beside.yml"}},
        {"ansible.builtin.include_role": {"name": "one"}},
    ]
    playbook = tmp_path / "site.yml"
    playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
    player.play(playbook=str(playbook))
    for name in ("beside", "in-role"):
        live = cluster.get(f"{NETWORKING}/namespaces/{namespace}/virtualservices/{name}")
        assert live["spec"]["hosts"] == [name]


def test_our_spelling_and_the_apis_are_one(play, task, cluster, path):
    snake = {"hosts": ["a"], "http": [{"cors_policy": {"allow_origins": [{"exact": "b"}], "max_age": "1s"}}]}
    camel = {"hosts": ["a"], "http": [{"corsPolicy": {"allowOrigins": [{"exact": "b"}], "maxAge": "1s"}}]}
    run = play([task("snake", spec=snake), task("camel", spec=camel), task("raw", spec_extra=camel)])
    assert run.changed == ["snake"]
    assert cluster.get(path)["spec"] == camel


def test_both_ways_give_one_result(player, task):
    """In process and as a module, for each step of a life, in check mode and not, good and bad."""
    steps = [
        task("create", spec=SPEC, labels={"a": "b"}),
        task("same", spec=SPEC, labels={"a": "b"}),
        task("update", spec=OTHER),
        task("server refuses", spec_extra={"http": [{"route": [{}]}]}, ignore_errors=True),
        task("unknown option", spec={"hots": []}, ignore_errors=True),
        task("no name", name=None, ignore_errors=True),
        task("bad wait", spec=OTHER, wait=True, wait_for="]", ignore_errors=True),
        task("delete", state="absent", wait=True),
    ]
    for check in (True, False):
        found = {}
        for in_process in (True, False):
            run = player.play(steps, check=check, diff=True, in_process=in_process)
            found[in_process] = [(one.name, one.status, one.comparable()) for one in run.tasks]
        assert found[True] == found[False]
