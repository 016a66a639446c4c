# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""argocd_application on the real application controller, repo-server and Git."""

from __future__ import annotations

import re
import time

import gitops
import pytest
from gitops import NOWHERE, config_map, deployment, hook

AT_ONCE = 40  # seconds within which a failure has to be told; the time-outs of these tests are longer
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"ports": [{"port": 80}]}}


def result(run):
    return run["Application"].result["result"]


def quiet(apps):
    """The resourceVersion once the controller has written nothing for two seconds."""
    since, version = time.monotonic(), None
    while time.monotonic() - since < 2:
        found = apps.live()["metadata"]["resourceVersion"]
        if found != version:
            since, version = time.monotonic(), found
        time.sleep(0.2)
    return version


# --- coming into being ---------------------------------------------------------------------------------------------


def test_first_sync_and_nothing_the_second_time(play, apps):
    tasks = apps.present(spec={"syncPolicy": {"automated": {}}})
    predicted = play(tasks, check=True, diff=True)
    assert predicted.changed == ["Application"]
    assert apps.live() is None
    assert re.search(rf"^\+ +\W?name\W+{apps.name()}\W*$", predicted.stdout, re.M)

    run = play(tasks, diff=True)
    status = result(run)["status"]
    assert (status["sync"]["status"], status["health"]["status"]) == ("Synced", "Healthy")
    assert status["operationState"]["phase"] == "Succeeded"
    assert run["Application"].result["waited"] is True
    assert apps.core("configmaps", "one")["data"] == {"colour": "blue"}
    assert apps.live()["spec"]["syncPolicy"] == {"automated": {}}

    # Nothing is written any more; that the controller itself writes late can happen once, on a busy machine.
    untouched = []
    while True not in untouched and len(untouched) < 3:
        before = quiet(apps)
        assert play(tasks).changed == []
        untouched.append(apps.live()["metadata"]["resourceVersion"] == before)
    assert untouched[-1]


@pytest.mark.in_process
def test_what_argocd_drops_does_not_come_and_go(converges, apps):
    """The controller writes the whole Application back when it starts a sync, without what its types cannot hold."""
    source = {**apps.spec()["source"], "directory": {"recurse": False}, "helm": {}, "chart": ""}
    run = converges(
        apps.present(
            spec={
                "source": source,
                "syncPolicy": {"automated": {"prune": False}, "retry": {"limit": 0}, "syncOptions": []},
                "info": [],
                "ignoreDifferences": [],
            }
        )
    )
    assert run.changed == ["Application"]
    assert apps.live()["spec"]["syncPolicy"] == {"automated": {"prune": False}, "retry": {}}


@pytest.mark.in_process
def test_several_sources_with_values(converges, apps):
    apps.repository.commit(
        {
            "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
            "chart/templates/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: values}\ndata:\n"
            "  file: {{ .Values.file | quote }}\n  object: {{ .Values.object.deep | quote }}\n"
            "  parameter: {{ .Values.parameter | quote }}\n",
            "values/prod.yaml": "file: from-a-file\n",
        }
    )
    helm = {
        "valueFiles": ["$config/values/prod.yaml"],
        "valuesObject": {"object": {"deep": False}, "nothing": None},  # a null takes away a default of the chart
        "parameters": [{"name": "parameter", "value": "yes", "forceString": True}],
    }
    sources = [
        {"repoURL": apps.repository.url, "path": "chart", "targetRevision": "main", "helm": helm},
        {"repoURL": apps.repository.url, "targetRevision": "main", "ref": "config"},
        {"repoURL": apps.repository.url, "path": "one", "targetRevision": "main", "directory": {"recurse": False}},
    ]
    spec = apps.spec(sources=sources)
    del spec["source"]
    converges(apps.task(spec=spec, wait=True, wait_timeout=60))
    values = apps.core("configmaps", "values")["data"]
    assert values == {"file": "from-a-file", "object": "false", "parameter": "yes"}
    assert apps.core("configmaps", "one")


@pytest.mark.in_process
def test_a_file_is_read_as_it_is(play, apps, tmp_path):
    document = tmp_path / "application.yaml"
    document.write_text(
        f"""
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {apps.name()}
  namespace: argocd
  annotations: {{note: "{{{{ braces }}}}"}}
spec:
  project: default
  source: {{repoURL: "{apps.repository.url}", path: one, targetRevision: HEAD}}
  destination: {{server: {gitops.HERE}, namespace: {apps.namespace}}}
  syncPolicy: {{automated: {{prune: true, selfHeal: true}}}}
"""
    )
    tasks = [{"name": "Application", "meshops.lifecycle.argocd_application": {"src": str(document), "wait": True}}]
    run = play(tasks)
    assert result(run)["metadata"]["annotations"] == {"note": "{{ braces }}"}
    assert play(tasks).changed == []


# --- failures are told at once, in the controller's words ----------------------------------------------------------

FAILURES = {
    "wrong path": ({"path": "nope"}, {}, "nope: app path does not exist", "spec.source.path"),
    "wrong revision": ({"targetRevision": "nope"}, {}, "unable to resolve 'nope'", "target_revision"),
    "no such repository": ({"repoURL": "file:///nowhere/at/all"}, {}, "repository not found", "spec.source.repo_url"),
    "no such cluster": ({}, {"destination": {"server": "https://10.255.0.1"}}, "10.255.0.1", "registered in Argo CD"),
    "no such project": ({}, {"project": "nobody"}, "project nobody which does not exist", "argocd_project"),
}


@pytest.mark.in_process
@pytest.mark.parametrize("case", FAILURES)
def test_failures_that_come_before_a_sync(play, apps, case):
    source, spec, told, advice = FAILURES[case]
    tasks = apps.present(wait_timeout=120, spec={"source": {**apps.spec()["source"], **source}, **spec})
    for _again in range(2):
        run = play(tasks, expect="failed")
        assert told in run.msg
        assert advice in run.msg
        assert run.seconds < AT_ONCE


def test_a_manifest_that_the_api_server_refuses(play, apps):
    wrong = {**SERVICE, "spec": {"type": "Wrong", "ports": [{"port": 80}]}}
    apps.repository.commit({"one/service.yaml": wrong})
    run = play(apps.present(wait_timeout=120), expect="failed")
    assert 'Service "web" is invalid' in run.msg
    assert "goes on to try again" in run.msg
    assert run.seconds < AT_ONCE
    shown = run["Application"].result["application"]
    assert shown["operation"]["phase"] == "Running"
    first = shown["resources"][0]
    assert (first["kind"], first["namespace"], first["name"]) == ("Service", apps.namespace, "web")

    # The commit that repairs it: the play goes on from there.
    apps.repository.commit({"one/service.yaml": SERVICE})
    apps.patch({"operation": None})
    run = play(apps.present(wait_timeout=60, refresh="normal"))
    assert apps.core("services", "web")


@pytest.mark.in_process
def test_a_failed_hook_fails_the_wait_although_everything_is_synced(play, apps):
    apps.repository.commit({"one/hook.yaml": {**hook("check", "PostSync"), "spec": {"backoffLimit": "wrong"}}})
    policy = {"automated": {}, "retry": {"limit": 0}}
    run = play(apps.present(wait_timeout=120, spec={"syncPolicy": policy}), expect="failed")
    assert "the sync to" in run.msg
    assert run.seconds < AT_ONCE
    assert apps.core("configmaps", "one")


@pytest.mark.in_process
def test_a_project_that_forbids_is_not_overlooked(play, apps, cluster):
    """Source and destination stay the same, so the last comparison looks current; the project is another one."""
    play(apps.present())
    project = f"{apps.namespace}-narrow"
    elsewhere = [{"server": "*", "namespace": f"{apps.namespace}-else"}]
    forbidding = (
        ({"source_repos": ["https://git.example.com/*"]}, f"is not permitted in project '{project}'"),
        (
            {"source_repos": ["*"], "destinations": elsewhere},
            f"do not match any of the allowed destinations in project '{project}'",
        ),
    )
    try:
        for spec, told in forbidding:
            narrow = {"name": "Project", "meshops.lifecycle.argocd_project": {"name": project, "spec": spec}}
            run = play([narrow, *apps.present(wait_timeout=120, spec={"project": project})], expect="failed")
            assert told in run.msg
            assert run.seconds < AT_ONCE
    finally:
        cluster.api("DELETE", f"{gitops.PROJECTS}/{project}")


def test_the_articles_application_as_printed(play, apps):
    run = play(
        apps.task(
            spec={
                "project": "default",
                "source": {
                    "repoURL": "undefined",
                    "targetRevision": "HEAD",
                    "path": "manifests/charts/istio-control/istio-discovery",
                },
                "destination": {"server": "undefined", "namespace": "istio-system"},
                "syncPolicy": {"automated": {"prune": True, "selfHeal": True}},
            }
        ),
        expect="failed",
    )
    assert "spec.source.repoURL is 'undefined', which is not the URL of a repository" in run.msg
    assert "spec.destination.server is 'undefined', which is not the URL of a cluster" in run.msg
    assert "A variable was undefined or empty" in run.msg
    assert apps.live() is None


@pytest.mark.in_process
def test_bad_options(play, apps):
    run = play(apps.task(spec=apps.spec(syncPolicy={"automatd": {}})), expect="failed")
    assert "automatd" in run.msg and "automated" in run.msg
    operation = {"definition": {"operation": {"sync": {}}, "spec": apps.spec()}}
    run = play(apps.task(**operation), expect="failed")
    assert "'operation' starts a sync" in run.msg
    assert apps.live() is None


# --- waits that must not hang, and must not be fooled --------------------------------------------------------------


@pytest.mark.in_process
def test_without_automated_sync_the_wait_says_so_at_once(play, apps):
    spec = {"syncPolicy": {}}
    run = play(apps.present(wait_timeout=120, spec=spec), expect="failed")
    assert "nothing will sync it, because it has no automated sync" in run.msg
    assert run.seconds < AT_ONCE
    off = {"syncPolicy": {"automated": {"enabled": False}}}
    run = play(apps.present(wait_timeout=120, spec=off), expect="failed")
    assert "enabled: false" in run.msg
    assert run.seconds < AT_ONCE
    # Synced already is good enough, whoever did it.
    play(apps.present())
    run = play(apps.present(spec=spec))
    assert run.changed == ["Application"]
    assert result(run)["status"]["sync"]["status"] == "Synced"


@pytest.mark.in_process
def test_a_resource_that_never_becomes_healthy_is_named(play, apps):
    apps.repository.commit({"one/web.yaml": deployment("web", **NOWHERE)})
    run = play(apps.present(wait_timeout=12), expect="failed")
    assert "its health is Progressing" in run.msg
    assert f"Deployment {apps.namespace}/web: 0 of 1 replicas available" in run.msg
    assert "(pod web-" in run.msg and "node affinity/selector" in run.msg, "its pod says why"
    assert f"waiting for Deployment {apps.namespace}/web" in run.stderr
    shown = run["Application"].result["application"]
    assert [r["name"] for r in shown["resources"]] == ["web"]
    assert play(apps.present(wait_health=["Healthy", "Progressing"])).changed == []


@pytest.mark.in_process
def test_suspended_can_be_good_enough(play, apps):
    paused = deployment("web", **NOWHERE)
    paused["spec"]["paused"] = True
    apps.repository.commit({"one/web.yaml": paused})
    run = play(apps.present(wait_timeout=8), expect="failed")
    assert "its health is Suspended" in run.msg
    assert result(play(apps.present(wait_health=["Healthy", "Suspended"])))["status"]["health"]["status"] == "Suspended"


@pytest.mark.in_process
def test_a_changed_source_is_never_answered_with_the_old_status(play, apps):
    """Synced and Healthy stay in the status until the controller has compared the new source."""
    play(apps.present())
    for path, there in (("two", "two"), ("one", "one"), ("two", "two"), ("one", "one")):
        run = play(apps.present(path=path))
        assert result(run)["status"]["sync"]["comparedTo"]["source"]["path"] == path
        assert apps.core("configmaps", there), f"the wait ended before {there} was there"


@pytest.mark.in_process
def test_a_commit_arrives(play, apps):
    play(apps.present())
    for colour in ("green", "red"):
        revision = apps.repository.commit({"one/map.yaml": config_map("one", {"colour": colour})})
        run = play(apps.present(refresh="normal"))
        assert run.changed == []
        assert result(run)["status"]["sync"]["revision"] == revision
        assert apps.core("configmaps", "one")["data"] == {"colour": colour}


@pytest.mark.in_process
def test_a_repository_that_is_gone_is_told_and_takes_nothing_along(play, apps):
    play(apps.present())
    away = apps.repository.folder.with_name(f"{apps.repository.folder.name}-away")
    apps.repository.folder.rename(away)
    try:
        run = play(apps.present(refresh="hard", wait_timeout=120), expect="failed")
        assert "its manifests cannot be rendered" in run.msg and "spec.source.repo_url" in run.msg
        assert run.seconds < AT_ONCE
        assert apps.core("configmaps", "one")
    finally:
        away.rename(apps.repository.folder)
    assert play(apps.present(refresh="hard")).changed == []


@pytest.mark.in_process
def test_drift_is_healed(play, apps, cluster):
    play(apps.present())
    path = f"/api/v1/namespaces/{apps.namespace}/configmaps/one"
    cluster.api("PATCH", path, {"data": {"colour": "yellow"}}, "application/merge-patch+json")
    play(apps.present(refresh="normal", wait_timeout=60))
    assert apps.core("configmaps", "one")["data"] == {"colour": "blue"}


@pytest.mark.in_process
def test_drift_that_nobody_heals_is_told(play, apps, cluster):
    spec = {"syncPolicy": {"automated": {}}}
    play(apps.present(spec=spec))
    path = f"/api/v1/namespaces/{apps.namespace}/configmaps/one"
    cluster.api("PATCH", path, {"data": {"colour": "yellow"}}, "application/merge-patch+json")
    apps.until(lambda live: live["status"]["sync"]["status"] == "OutOfSync")
    run = play(apps.present(spec=spec, wait_timeout=120), expect="failed")
    assert f"ConfigMap {apps.namespace}/one differ again" in run.msg
    assert "self_heal: true" in run.msg
    assert run.seconds < AT_ONCE


@pytest.mark.in_process
def test_what_would_have_to_be_pruned_is_told(play, apps):
    spec = {"syncPolicy": {"automated": {}}}
    apps.repository.commit({"one/more.yaml": config_map("more")})
    play(apps.present(spec=spec))
    apps.repository.commit({"one/more.yaml": None})
    run = play(apps.present(spec=spec, refresh="normal", wait_timeout=120), expect="failed")
    assert f"the source no longer has ConfigMap {apps.namespace}/more" in run.msg
    assert "prune: true" in run.msg
    assert run.seconds < AT_ONCE
    play(apps.present())
    assert apps.core("configmaps", "more") is None


@pytest.mark.in_process
def test_the_next_run_goes_on_after_argocd_has_given_up(play, apps, cluster):
    target = f"{apps.namespace}-more"
    spec = {
        "destination": {"server": gitops.HERE, "namespace": target},
        "syncPolicy": {"automated": {}, "retry": {"limit": 0}},
    }
    run = play(apps.present(wait_timeout=120, spec=spec), expect="failed")
    assert f'namespaces "{target}" not found' in run.msg
    assert "CreateNamespace=true" in run.msg
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": target}}
    cluster.api("POST", "/api/v1/namespaces", body)
    try:
        run = play(apps.present(wait_timeout=120, spec=spec, retry_failed=False), expect="failed")
        assert "does not try a revision again that it has given up on" in run.msg
        assert run.seconds < AT_ONCE
        run = play(apps.present(wait_timeout=60, spec=spec))
        assert run.changed == []
        assert "Its sync was started again" in run.stderr
        assert result(run)["status"]["sync"]["status"] == "Synced"
        assert result(run)["status"]["operationState"]["operation"]["initiatedBy"] == {"username": "meshops.lifecycle"}
    finally:
        cluster.api("DELETE", f"/api/v1/namespaces/{target}")


@pytest.mark.in_process
def test_retries_are_waited_through(play, apps, cluster):
    """A namespace that comes while Argo CD tries again."""
    target = f"{apps.namespace}-more"
    spec = {
        "destination": {"server": gitops.HERE, "namespace": target},
        "syncPolicy": {"automated": {}, "retry": {"limit": 5, "backoff": {"duration": "2s", "factor": 1}}},
    }
    play(apps.present(wait=False, spec=spec))
    apps.until(lambda live: (live.get("status") or {}).get("operationState", {}).get("retryCount"))
    cluster.api("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": target}})
    try:
        run = play(apps.present(wait_timeout=60, spec=spec))
        assert result(run)["status"]["sync"]["status"] == "Synced"
    finally:
        cluster.api("DELETE", f"/api/v1/namespaces/{target}")


@pytest.mark.in_process
def test_progress_goes_to_stderr(play, apps):
    apps.repository.commit({"one/hook.yaml": hook("slow", "PreSync", **NOWHERE)})
    run = play(apps.present(wait_timeout=8), expect="failed")
    assert "0 of 1 resources synced, waiting for completion of hook batch/Job/slow" in run.msg
    assert "0 of 1 resources synced" in run.stderr
    assert "..." not in run.stdout


# --- changes -------------------------------------------------------------------------------------------------------


def test_a_change_is_predicted_and_shown(play, apps):
    play(apps.present(spec={"info": [{"name": "team", "value": "blue"}]}))
    changed = apps.present(spec={"info": [{"name": "team", "value": "red"}]})
    predicted = play(changed, check=True, diff=True)
    assert predicted.changed == ["Application"]
    assert re.search(r"^- +\W?value\W+blue\W*$", predicted.stdout, re.M)
    assert re.search(r"^\+ +\W?value\W+red\W*$", predicted.stdout, re.M)
    assert "operationState" not in predicted.stdout
    assert apps.live()["spec"]["info"] == [{"name": "team", "value": "blue"}]
    play(changed)
    assert apps.live()["spec"]["info"] == [{"name": "team", "value": "red"}]
    # What is no longer declared is gone.
    play(apps.present())
    assert "info" not in apps.live()["spec"]


@pytest.mark.in_process
def test_sent_is_the_declaration_alone(play, apps):
    """No status and no operation in an apply, also when a whole exported document is pasted."""
    play(apps.present())
    exported = apps.live()
    run = play(
        [{"name": "Application", "meshops.lifecycle.argocd_application": {"definition": exported, "wait": True}}]
    )
    ours = [e for e in apps.live()["metadata"]["managedFields"] if e["manager"] == "meshops.lifecycle"]
    applied = [e for e in ours if e["operation"] == "Apply"]
    assert len(applied) == 1
    assert set(applied[0]["fieldsV1"]) <= {"f:spec", "f:metadata"}
    assert run["Application"].result["result"]["status"]["sync"]["status"] == "Synced"


# --- the end -------------------------------------------------------------------------------------------------------


def test_delete_takes_the_resources_along(play, apps):
    play(apps.present())
    gone = apps.task(state="absent", wait=True, wait_timeout=60)
    predicted = play(gone, check=True, diff=True)
    assert predicted.changed == ["Application"]
    assert not apps.live()["metadata"].get("finalizers")
    assert apps.live()["metadata"].get("deletionTimestamp") is None
    run = play(gone)
    assert run.changed == ["Application"]
    assert apps.live() is None
    assert apps.core("configmaps", "one") is None
    assert play(gone).changed == []


@pytest.mark.in_process
@pytest.mark.parametrize("policy", ["foreground", "background"])
def test_delete_with_a_policy(play, apps, policy):
    play(apps.present())
    apps.patch({"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}})
    run = play(apps.task(state="absent", propagation_policy=policy, wait=True, wait_timeout=60))
    assert run.changed == ["Application"]
    assert apps.live() is None
    assert apps.core("configmaps", "one") is None


@pytest.mark.in_process
def test_delete_leaves_the_resources(play, apps):
    play(apps.present())
    apps.patch({"metadata": {"finalizers": ["resources-finalizer.argocd.argoproj.io"]}})
    play(apps.task(state="absent", cascade=False, wait=True, wait_timeout=60))
    assert apps.live() is None
    assert apps.core("configmaps", "one")


@pytest.mark.in_process
def test_delete_ends_what_runs(play, apps):
    apps.repository.commit({"one/hook.yaml": hook("endless", "PreSync", **NOWHERE)})
    play(apps.present(wait=False))
    apps.until(lambda live: (live.get("status") or {}).get("operationState", {}).get("phase") == "Running")
    run = play(apps.task(state="absent", wait=True, wait_timeout=60))
    assert apps.live() is None
    assert apps.core("configmaps", "one") is None
    assert run.seconds < 40


@pytest.mark.in_process
def test_a_finalizer_that_does_not_end_is_named(play, apps, cluster):
    held = config_map("held", finalizers=["example.com/held"])
    apps.repository.commit({"one/held.yaml": held})
    play(apps.present())
    try:
        run = play(apps.task(state="absent", wait=True, wait_timeout=8), expect="failed")
        assert "held by resources-finalizer.argocd.argoproj.io" in run.msg
        assert f"ConfigMap {apps.namespace}/held" in run.msg
        assert "cascade: false" in run.msg
        run = play(apps.task(state="absent", cascade=False, wait=True, wait_timeout=20))
        assert apps.live() is None
    finally:
        path = f"/api/v1/namespaces/{apps.namespace}/configmaps/held"
        cluster.api("PATCH", path, {"metadata": {"finalizers": None}}, "application/merge-patch+json")


@pytest.mark.in_process
def test_a_deletion_that_argocd_cannot_do_is_told(play, apps, cluster):
    """Without its project an Application cannot be deleted with its resources."""
    project = f"{apps.namespace}-gone"
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": project}}
    everything = {"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}]}
    cluster.api("POST", gitops.PROJECTS, {**body, "spec": everything})
    play(apps.present(spec={"project": project}))
    cluster.api("DELETE", f"{gitops.PROJECTS}/{project}")
    time.sleep(1)
    run = play(apps.task(state="absent", wait=True, wait_timeout=120), expect="failed")
    assert "cannot be deleted" in run.msg
    assert project in run.msg
    assert run.seconds < AT_ONCE
