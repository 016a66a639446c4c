# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""argocd_applicationset and trees of Applications, on the real controllers."""

from __future__ import annotations

import pytest
import yaml
from gitops import HERE, NOWHERE, config_map, deployment

SETS = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applicationsets"
AT_ONCE = 40  # seconds within which a failure has to be told
pytestmark = pytest.mark.in_process


@pytest.fixture
def name(apps, cluster):
    """The name of an ApplicationSet that is gone after the test, with its Applications."""
    name = apps.namespace
    yield name
    cluster.api("DELETE", f"{SETS}/{name}")


def applicationset(name, **arguments):
    return [{"name": "Set", "meshops.lifecycle.argocd_applicationset": {"name": name, **arguments}}]


def spec(apps, generators, **more):
    """Applications NAMESPACE-NAME of the folder NAME, for parameters with a `name`."""
    return {
        "goTemplate": True,
        "goTemplateOptions": ["missingkey=error"],
        "generators": generators,
        "template": {
            "metadata": {"name": f"{apps.namespace}-{{{{ .name }}}}"},
            "spec": {
                "project": "default",
                "source": {"repo_url": apps.repository.url, "path": "{{ .name }}", "target_revision": "main"},
                "destination": {"server": HERE, "namespace": apps.namespace},
                "sync_policy": {"automated": {"prune": True}},
            },
        },
        **more,
    }


def unsafe(value):
    """Text whose braces are Argo CD's: as YAML that Ansible does not template."""
    if isinstance(value, dict):
        return {key: unsafe(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unsafe(item) for item in value]
    return Braces(value) if isinstance(value, str) and "{{" in value else value


class Braces(str):
    """Written as ``!unsafe`` text."""


yaml.SafeDumper.add_representer(Braces, lambda dumper, value: dumper.represent_scalar("!unsafe", str(value), '"'))


def test_a_set_is_generated_awaited_and_stays(play, converges, apps, name, cluster):
    for suffix in ("one", "two"):
        apps.name(suffix)
    wanted = spec(
        apps, [{"list": {"elements": [{"name": "one"}]}}], sync_policy={"preserve_resources_on_deletion": False}
    )
    # A subscription of notifications is an annotation with an empty value.
    wanted["template"]["metadata"]["annotations"] = {"notifications.argoproj.io/subscribe.on-sync.slack": ""}
    run = converges(applicationset(name, spec=unsafe(wanted), wait=True, wait_timeout=60))
    assert run.changed == ["Set"]
    assert apps.core("configmaps", "one")
    generated = cluster.get(f"/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/{apps.namespace}-one")
    assert generated["metadata"]["annotations"]["notifications.argoproj.io/subscribe.on-sync.slack"] == ""
    # A webhook has the controller generate again, and write the object back in its own form. That is no drift.
    path = f"{SETS}/{name}"
    refresh = {"metadata": {"annotations": {"argocd.argoproj.io/application-set-refresh": "true"}}}
    asked = cluster.api("PATCH", path, refresh, "application/merge-patch+json")["metadata"]["resourceVersion"]
    apps.until(lambda _live: "annotations" not in cluster.get(path)["metadata"], suffix="one")
    assert cluster.get(path)["metadata"]["resourceVersion"] != asked
    # A second Application: the wait ends when that one is there, synced and healthy.
    wanted["generators"] = [{"list": {"elements": [{"name": "one"}, {"name": "two"}]}}]
    run = play(applicationset(name, spec=unsafe(wanted), wait=True, wait_timeout=60))
    assert run.changed == ["Set"]
    assert apps.core("configmaps", "two")
    # The whole tree is awaited when it goes.
    run = play(applicationset(name, state="absent", wait=True, wait_timeout=60))
    assert apps.live("one") is None and apps.live("two") is None


def test_nested_generators_from_a_file(play, apps, name, cluster, tmp_path):
    """Every combination of folders in Git and a list; and the braces of a file are left alone."""
    document = tmp_path / "set.yaml"
    apps.name("one-a"), apps.name("two-a")
    document.write_text(
        f"""
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: {name}}}
spec:
  goTemplate: true
  generators:
    - matrix:
        generators:
          - git: {{repoURL: "{apps.repository.url}", revision: main, directories: [{{path: "*"}}]}}
          - list: {{elements: [{{suffix: a}}]}}
  template:
    metadata: {{name: "{apps.namespace}-{{{{ .path.basename }}}}-{{{{ .suffix }}}}"}}
    spec:
      project: default
      source: {{repoURL: "{apps.repository.url}", path: "{{{{ .path.path }}}}", targetRevision: main}}
      destination: {{server: {HERE}, namespace: {apps.namespace}}}
  templatePatch: |
    spec:
      syncPolicy: {{automated: {{prune: {{{{ eq .suffix "a" }}}} }} }}
"""
    )
    tasks = applicationset(src=str(document), name=name, wait=True, wait_timeout=60)
    play(tasks)
    assert [apps.live(suffix)["spec"]["syncPolicy"] for suffix in ("one-a", "two-a")] == [
        {"automated": {"prune": True}}
    ] * 2
    assert play(tasks).changed == []


def test_failures_of_generators_templates_and_children_are_told(play, apps, name):
    apps.name("one")
    elements = {"list": {"elements": [{"nme": "one"}]}}
    run = play(applicationset(name, spec=unsafe(spec(apps, [elements])), wait=True), expect="failed")
    assert 'map has no entry for key "name"' in run.msg
    assert run.seconds < AT_ONCE
    git = {"git": {"repo_url": "file:///nowhere/at/all", "revision": "main", "directories": [{"path": "*"}]}}
    run = play(applicationset(name, spec=unsafe(spec(apps, [git])), wait=True), expect="failed")
    assert "error generating params from git" in run.msg and "Check spec.generators" in run.msg
    assert run.seconds < AT_ONCE
    # And an Application that is generated well, of what the API server refuses.
    apps.repository.commit({"one/map.yaml": {**config_map("one"), "data": {"a": {"b": 1}}}})
    good = spec(apps, [{"list": {"elements": [{"name": "one"}]}}])
    good["template"]["spec"]["sync_policy"]["retry"] = {"limit": 0}
    run = play(applicationset(name, spec=unsafe(good), wait=True), expect="failed")
    assert f"its Application argocd/{apps.name('one')} failed" in run.msg
    assert run.seconds < AT_ONCE
    wrong = spec(apps, [{"lists": {}}])
    run = play(applicationset(name, spec=unsafe(wrong)), expect="failed")
    assert "Did you mean 'list'?" in run.msg
    wrong = spec(apps, [{"list": {}}])
    wrong["template"]["spec"]["sync_polcy"] = {}
    run = play(applicationset(name, spec=unsafe(wrong)), expect="failed")
    assert "Did you mean 'sync_policy'?" in run.msg


def test_an_app_of_apps_is_awaited_as_a_tree(play, apps):
    """Argo CD calls the parent healthy as soon as the child is there; the task waits for what the child deploys."""
    child = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": apps.name("child"), "namespace": "argocd"},
        "spec": apps.spec("one", syncPolicy={"automated": {"prune": True}}),
    }
    apps.repository.commit({"parent/child.yaml": child, "one/web.yaml": deployment("web", **NOWHERE)})
    parent = apps.present("parent", "parent", wait_timeout=12)
    run = play(parent, expect="failed")
    assert apps.live("parent")["status"]["health"]["status"] == "Healthy"
    assert f"Application argocd/{apps.name('child')}: it is Synced, and its health is Progressing" in run.msg
    assert f"Deployment {apps.namespace}/web: 0 of 1 replicas available" in run.msg
    assert "0 of 1 Applications below it are ready" in run.stderr
    # It can be left to itself.
    assert play(apps.present("parent", "parent", wait_children=False)).changed == []
    apps.repository.commit({"one/web.yaml": None})
    refreshed = [{"name": "Sync", "meshops.lifecycle.argocd_sync": {"name": apps.name("child"), "action": "refresh"}}]
    info = [{"name": "Info", "meshops.lifecycle.argocd_application_info": {"name": apps.name("child")}}]
    run = play([*refreshed, *apps.present("parent", "parent", wait_timeout=60), *info])
    told = run["Info"].result["applications"][0]
    assert (told["in_order"], told["sync"], told["health"]) == (True, "Synced", "Healthy")
    assert [entry["id"] for entry in told["history"]] == [0, 1]


@pytest.fixture
def progressive(play, argocd):
    """An applicationset controller that knows progressive syncs, which is a parameter that it reads at its start."""
    params = {"applicationsetcontroller.enable.progressive.syncs": True}
    manager = {"field_manager": "meshops.lifecycle.tests", "wait": True}

    def task(**arguments):
        return [{"name": "Params", "meshops.lifecycle.argocd_config": {**arguments, **manager}}]

    run = play(task(params=params))
    assert run["Params"].result["restarted"] == ["Deployment argocd/argocd-applicationset-controller"]
    yield
    play(task(state="absent", restart=True))


@pytest.mark.needs_lab
@pytest.mark.disturbs_argocd
@pytest.mark.usefixtures("progressive")
def test_steps_are_followed_and_one_that_degrades_is_told(play, apps, name):
    """What the second step has is not synced as long as the first is not healthy, and the wait says why."""
    for suffix in ("one", "two"):
        apps.name(suffix)
    elements = [{"name": "one", "step": "first"}, {"name": "two", "step": "second"}]
    steps = [
        {"match_expressions": [{"key": "step", "operator": "In", "values": [element["step"]]}]} for element in elements
    ]
    wanted = spec(
        apps,
        [{"list": {"elements": elements}}],
        strategy={"type": "RollingSync", "rolling_sync": {"steps": steps}},
    )
    wanted["template"]["metadata"]["labels"] = {"step": "{{ .step }}"}
    late = deployment("web", **NOWHERE)
    late["spec"]["progressDeadlineSeconds"] = 1
    apps.repository.commit({"one/web.yaml": late})
    tasks = applicationset(name, spec=unsafe(wanted), wait=True, wait_timeout=300)
    run = play(tasks, expect="failed")
    assert f"its Application argocd/{apps.name('one')} failed: it is Synced, and its health is Degraded" in run.msg
    assert f"Deployment {apps.namespace}/web" in run.msg
    assert "the steps after it do not begin" in run.msg
    rows = {row["application"].rsplit("-", 1)[1]: row for row in run["Set"].result["applications"]}
    assert rows["two"]["message"] == "it is not its turn yet"
    assert apps.core("configmaps", "one") and apps.core("configmaps", "two") is None

    apps.repository.commit({"one/web.yaml": None})
    refresh = {"name": apps.name("one"), "action": "refresh"}
    run = play([{"name": "Refresh", "meshops.lifecycle.argocd_sync": refresh}, *tasks])
    assert run.changed == []
    assert apps.core("configmaps", "two")
    operations = [apps.live(suffix)["status"]["operationState"] for suffix in ("one", "two")]
    # Argo CD lets the second begin when the first is healthy, which may be a moment before its operation has ended.
    assert operations[0]["startedAt"] <= operations[1]["startedAt"]
