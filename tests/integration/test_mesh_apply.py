# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many objects as one set: their order, what is pruned and what never is, secrets, and failures half-way."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import threading

import pytest

OURS = "meshops.lifecycle"


@pytest.fixture
def apply(namespace):
    """`apply("name", objects=[…])`: a task for mesh_apply in the test's namespace."""

    def make(called="Set", **options):
        keywords = {key: options.pop(key) for key in list(options) if key in ("ignore_errors", "check_mode", "no_log")}
        return {"name": called, f"{OURS}.mesh_apply": {"namespace": namespace, **options}, **keywords}

    return make


@pytest.fixture
def get(cluster, namespace):
    """`get("configmaps", "one")`: the live object of the core API in the test's namespace, or None."""
    return lambda plural, name: cluster.get(f"/api/v1/namespaces/{namespace}/{plural}/{name}")


def config_map(name, data=None, **metadata):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}, "data": data or {"k": "v"}}


def secret(name, texts):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": texts}


def rows(result):
    return {f"{one['kind']} {one['name']}": one["action"] for one in result.result["resources"]}


# ---- Order ----------------------------------------------------------------------------------------------------------


def test_a_namespace_a_definition_and_what_needs_them_in_one_task(converges, cluster, namespace, apply):
    inner, group = f"{namespace}-inner", f"{namespace}.example.com"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"foos.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": "Foo", "plural": "foos"},
            "scope": "Namespaced",
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }
    foo = {"apiVersion": f"{group}/v1", "kind": "Foo", "metadata": {"name": "foo"}, "spec": {"a": None, "b": {}}}
    objects = [
        {**foo, "metadata": {"name": "foo", "namespace": inner}},
        config_map("in-it", namespace=inner),
        definition,
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": inner}},
    ]
    try:
        run = converges([apply(objects=objects)])
        assert [one["kind"] for one in run[0].result["resources"]] == [
            "Namespace",
            "CustomResourceDefinition",
            "ConfigMap",
            "Foo",
        ]
        assert set(rows(run[0]).values()) == {"created"}
        assert cluster.get(f"/apis/{group}/v1/namespaces/{inner}/foos/foo")["spec"]["b"] == {}
        assert cluster.get(f"/api/v1/namespaces/{inner}/configmaps/in-it")
    finally:
        cluster.api("DELETE", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/foos.{group}")
        cluster.api("DELETE", f"/api/v1/namespaces/{inner}")


def test_what_cannot_be_judged_in_check_mode_is_said(play, namespace, apply):
    inner = f"{namespace}-inner"
    objects = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": inner}},
        config_map("in-it", namespace=inner),
    ]
    run = play([apply(objects=objects)], check=True)
    assert rows(run[0]) == {f"Namespace {inner}": "created", "ConfigMap in-it": "created"}
    assert run[0].result["validated"] is False
    assert f"namespace {inner} does not exist" in run[0].result["warnings"][0]


def test_allow_all_arrives_as_allow_all(converges, crds, cluster, namespace, apply):
    crds("istio.io")
    policy = {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "allow-all"},
        "spec": {"rules": [{}]},
    }
    nothing = {**policy, "metadata": {"name": "allow-nothing"}, "spec": {}}
    converges([apply(objects=[policy, nothing])])
    base = f"/apis/security.istio.io/v1/namespaces/{namespace}/authorizationpolicies"
    assert cluster.get(f"{base}/allow-all")["spec"] == {"rules": [{}]}
    assert cluster.get(f"{base}/allow-nothing")["spec"] == {}


# ---- Prune ----------------------------------------------------------------------------------------------------------


def test_what_leaves_the_set_leaves_the_cluster(play, cluster, namespace, apply, get):
    cluster.kubectl("create", "-n", namespace, "-f", "-", stdin=config_map("of-somebody"))
    both, one = [config_map("one"), config_map("two"), secret("three", {"k": "v"})], [config_map("one")]
    prune = {"name": "set", "prune": True}
    run = play(
        [
            apply("both", objects=both, **prune),
            apply("same", objects=both, **prune),
            apply("check one", objects=one, check_mode=True, **prune),
            apply("one", objects=one, **prune),
            apply("same one", objects=one, **prune),
        ]
    )
    gone = {"ConfigMap one": "unchanged", "ConfigMap two": "deleted", "Secret three": "deleted"}
    assert rows(run["check one"]) == rows(run["one"]) == gone
    assert run.changed == ["both", "check one", "one"]
    assert (get("configmaps", "two"), get("secrets", "three")) == (None, None)
    assert get("configmaps", "one") and get("configmaps", "of-somebody")


def test_the_whole_set_goes_only_when_that_is_said(play, apply, get):
    prune = {"name": "set", "prune": True}
    run = play(
        [
            apply("two", objects=[config_map("one"), config_map("two")], **prune),
            apply("check none", objects=[], ignore_errors=True, check_mode=True, **prune),
            apply("none", objects=[], ignore_errors=True, **prune),
        ]
    )
    for refused in run.tasks[1:]:
        assert "The set set would lose all of its 2 objects, because none is declared." in refused.msg
        assert "prune_all: true" in refused.msg
    assert get("configmaps", "one")
    run = play([apply("all", objects=[], prune_all=True, **prune), apply("again", objects=[], prune_all=True, **prune)])
    assert run.changed == ["all"]
    assert get("configmaps", "one") is None


def test_a_set_that_is_deleted(play, apply, get):
    objects = [config_map("one"), config_map("two")]
    run = play(
        [
            apply("there", name="set", objects=objects),
            apply("check gone", name="set", state="absent", check_mode=True),
            apply("gone", name="set", state="absent", wait=True),
            apply("again", name="set", state="absent"),
        ]
    )
    assert rows(run["check gone"]) == rows(run["gone"]) == {"ConfigMap one": "deleted", "ConfigMap two": "deleted"}
    assert run.changed == ["there", "check gone", "gone"]
    for name in ("one", "two", "set"):
        assert get("configmaps", name) is None


def test_objects_that_are_deleted_by_name(play, apply, get):
    run = play(
        [
            apply("there", objects=[config_map("one"), config_map("two")]),
            apply("one gone", objects=[config_map("one"), config_map("never")], state="absent"),
        ]
    )
    assert rows(run["one gone"]) == {"ConfigMap never": "unchanged", "ConfigMap one": "deleted"}
    assert get("configmaps", "two")


def test_a_parent_of_somebody_else_is_not_taken(play, cluster, namespace, apply, get):
    cluster.kubectl("create", "-n", namespace, "-f", "-", stdin=config_map("set"))
    run = play([apply(name="set", objects=[config_map("one")])], expect="failed")
    assert f"ConfigMap {namespace}/set is there and is not the parent of a set of ours" in run.msg
    assert get("configmaps", "one") is None


@pytest.mark.in_process
def test_what_is_asked_for_must_go_together(play, apply):
    run = play([apply(prune=True, objects=[])], expect="failed")
    assert run.msg == "prune is True but all of the following are missing: name"


# ---- Adoption, conflicts, failures ----------------------------------------------------------------------------------


def test_objects_of_kubectl_join_a_set(converges, cluster, namespace, apply, get):
    cluster.kubectl("apply", "-n", namespace, "-f", "-", stdin=config_map("one", {"k": "v", "old": "x"}))
    run = converges([apply(name="set", objects=[config_map("one", {"k": "w"})])])
    live = get("configmaps", "one")
    assert live["data"] == {"k": "w"}
    assert "annotations" not in live["metadata"]
    assert rows(run[0]) == {"ConfigMap one": "changed"}


def test_a_failure_leaves_a_state_that_the_next_run_goes_on_from(play, apply, get, namespace):
    bad = config_map("bad", {"k": 5})
    route = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "later"},
        "spec": {"podSelector": {}},
    }
    objects = [config_map("good"), bad, route]
    run = play(
        [
            apply("stop", objects=objects, validate="ignore", ignore_errors=True),
            apply("go on", objects=objects, validate="ignore", on_failure="continue", ignore_errors=True),
            apply("repaired", objects=[config_map("good"), config_map("bad"), route]),
        ]
    )
    failed = run["stop"].result
    refusal = f"ConfigMap {namespace}/bad: data.k must be text. Put quotes around it."
    assert refusal in run["stop"].msg
    assert "Of 3 objects 1 were changed, 1 failed and 1 were not begun" in run["stop"].msg
    assert failed["errors"] == {f"ConfigMap {namespace}/bad": refusal}
    assert failed["not_begun"] == [f"NetworkPolicy {namespace}/later"]
    assert rows(run["stop"]) == {"ConfigMap good": "created"}
    assert rows(run["go on"]) == {"NetworkPolicy later": "created"}
    assert rows(run["repaired"])["ConfigMap bad"] == "created"


def test_nothing_is_pruned_when_an_object_failed(play, apply, get):
    prune = {"name": "set", "prune": True}
    play(
        [
            apply("both", objects=[config_map("one"), config_map("two")], **prune),
            apply("bad", objects=[config_map("one", {"k": 5})], validate="ignore", ignore_errors=True, **prune),
        ]
    )
    assert get("configmaps", "two")


def test_a_conflict_within_a_set(play, cluster, namespace, apply, get):
    play([apply(objects=[config_map("one", {"k": "v"}), config_map("two")])])
    body = {"data": {"k": "theirs"}}
    url = f"/api/v1/namespaces/{namespace}/configmaps/one?fieldManager=somebody"
    cluster.api("PATCH", url, body, "application/merge-patch+json")
    objects = [config_map("one", {"k": "v"}), config_map("two")]
    run = play(
        [
            apply("conflict", objects=objects, ignore_errors=True),
            apply("forced", objects=objects, force_conflicts=True),
        ]
    )
    assert "data.k by 'somebody'" in run["conflict"].msg
    assert rows(run["forced"]) == {"ConfigMap one": "changed", "ConfigMap two": "unchanged"}
    assert get("configmaps", "one")["data"] == {"k": "v"}


@pytest.mark.in_process
@pytest.mark.parametrize(
    ("objects", "told"),
    [
        ([config_map("one"), config_map("one")], "one is declared twice, by objects[0] and by objects[1]. Keep one."),
        (
            [{"apiVersion": "v1", "kind": "ServiceMonitor", "metadata": {"name": "argocd-metrics"}}],
            "objects[0]: ServiceMonitor is not in 'v1'. Its apiVersion is monitoring.coreos.com/v1.",
        ),
        (
            [{"apiVersion": "apps/v1", "kind": "Deploymnet", "metadata": {"name": "a"}}],
            "objects[0]: The cluster serves no Deploymnet of apps/v1.",
        ),
        ([{"kind": "ConfigMap", "metadata": {"name": "a"}}], "objects[0] has no apiVersion or no kind."),
        ([{"apiVersion": "v1", "kind": "ConfigMap"}], "objects[0]: a ConfigMap without metadata.name."),
    ],
)
def test_documents_that_are_wrong(play, apply, objects, told):
    assert told in play([apply(objects=objects)], expect="failed").msg


# ---- Secrets --------------------------------------------------------------------------------------------------------


@pytest.mark.each_core_in_process
@pytest.mark.both_ways
def test_secrets_are_seen_nowhere(play, apply, get, secret_texts):
    # By variables, as people do: of a text in the playbook itself, Ansible shows the lines around a failure.
    steps = [
        apply("create", objects=[secret("s", {"k": "{{ first }}"})]),
        apply("same", objects=[secret("s", {"k": "{{ first }}"})]),
        apply("update", objects=[secret("s", {"k": "{{ second }}", "switch": True})], ignore_errors=True),
        apply("update in order", objects=[secret("s", {"k": "{{ second }}"})]),
        apply("delete", objects=[secret("s", {})], state="absent"),
    ]
    run = play(steps, diff=True, args=["-vvvv"], vars=dict(zip(("first", "second"), secret_texts)))
    assert run.changed == ["create", "update in order", "delete"]
    assert "Secret s: stringData.switch must be text" in run["update"].msg
    assert "Put quotes around it." in run["update"].msg
    assert "<hidden, changed>" in json.dumps(run["update in order"].diffs)


@pytest.fixture
def secret_texts(secret):
    """Two texts that no run may print, neither as they are nor as a Secret stores them."""
    import base64

    texts = [secret("hunter2-first"), secret("hunter2-second")]
    for text in texts:
        secret(base64.b64encode(text.encode()).decode())
    return texts


# ---- Files, and rights ----------------------------------------------------------------------------------------------


@pytest.mark.each_core
def test_files_are_not_templated(converges, apply, get, tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "one.yml").write_text(json.dumps(config_map("one", {"k": "{{ name }}"})))
    (folder / "two.yaml").write_text("---\n" + json.dumps(config_map("two", {"k": "{% raw"})) + "\n---\n")
    (folder / "notes.txt").write_text("{")
    converges([apply(src=[str(folder)])])
    assert get("configmaps", "one")["data"] == {"k": "{{ name }}"}
    assert get("configmaps", "two")["data"] == {"k": "{% raw"}


def test_where_a_list_is_forbidden_each_object_is_read(converges, cluster, namespace, apply):
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "writer", "namespace": namespace},
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "create", "patch"]}],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "writer", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "writer"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "writer"}],
    }
    cluster.kubectl("create", "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": [role, binding]})
    objects = [config_map(f"map-{number}") for number in range(6)]
    converges([apply(objects=objects, impersonate_user="writer")])


# ---- Templates and addresses ----------------------------------------------------------------------------------------


@pytest.fixture
def served(tmp_path):
    """`served(text)`: its address on this machine, and its checksum."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def serve(name, text):
        (folder / name).write_text(text)
        digits = hashlib.sha256(text.encode()).hexdigest()
        return {"url": f"http://127.0.0.1:{server.server_port}/{name}", "checksum": f"sha256:{digits}"}

    yield serve
    server.shutdown()


@pytest.mark.each_core_in_process
@pytest.mark.both_ways
def test_templates_and_addresses(converges, play, apply, get, served, tmp_path):
    template = tmp_path / "maps.yml.j2"
    template.write_text(
        "{% for name in names %}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ name }}}\n"
        "data: {host: '{{ inventory_hostname }}'}\n{% endfor %}\n"
    )
    there = served("map.yml", json.dumps(config_map("served", {"k": "{{ kept }}"})))
    run = converges([apply(templates=[str(template)], urls=[there])], vars={"names": ["one", "two"]})
    assert set(rows(run[0]).values()) == {"created"} and len(rows(run[0])) == 3
    assert get("configmaps", "two")["data"] == {"host": "cluster"}
    assert get("configmaps", "served")["data"] == {"k": "{{ kept }}"}, "what comes from elsewhere is never templated"
    wrong = {
        "another": {**there, "checksum": "sha256:" + "0" * 64},
        "weak": {**there, "checksum": "md5:" + "0" * 32},
        "gone": {**there, "url": there["url"] + "x"},
        "file": {**there, "url": "file:///etc/passwd"},
    }
    tasks = [apply(called, urls=[one], ignore_errors=True) for called, one in wrong.items()]
    tasks.append(apply("no checksum", urls=[{"url": there["url"]}], ignore_errors=True))
    tasks.append(apply("no value", templates=[str(template)], ignore_errors=True))
    told = {one.name: one.msg for one in play(tasks).tasks}
    assert f"checksum: it is {there['checksum']}, not sha256:000" in told["another"]
    assert "must be one of sha256, sha384, sha512" in told["weak"]
    assert f"{wrong['gone']['url']} answers 404" in told["gone"]
    assert "is not an http or https URL. Use 'src' for local files" in told["file"]
    assert told["no checksum"] == "urls[0] has no 'checksum', which is required."
    assert f"templates: {template} cannot be rendered" in told["no value"] and "names" in told["no value"]
