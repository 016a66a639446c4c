# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications that can never be in order, on the real Argo CD: a wait ends with what it reports, and the way out."""

from __future__ import annotations

import subprocess
import time

import pytest
import yaml
from gitops import APPLICATIONS, PROJECTS, config_map

pytestmark = pytest.mark.in_process
NEVER = 300  # seconds of a time-out that no case may come to


def chart(name, repository):
    """A chart in Git whose dependency is in this repository."""
    dependencies = [{"name": "common", "version": "1.x.x", "repository": repository}]
    about = {"apiVersion": "v2", "name": name, "version": "1.0.0", "dependencies": dependencies}
    return {f"{name}/Chart.yaml": about, f"{name}/templates/map.yaml": config_map(name)}


def custom(group, version="v1", kind="Thing"):
    return {"apiVersion": f"{group}/{version}", "kind": kind, "metadata": {"name": "thing"}, "spec": {}}


# folder -> files, and what the message has
CASES = {
    "crd": (
        {"crd/thing.yaml": custom("no-such-group.example.com")},
        ["Thing", "CRD is installed", "Install the CRD first", "SkipDryRunOnMissingResource"],
    ),
    "version": (
        {"version/app.yaml": custom("apps", "v1beta9", "Deployment")},
        ["Deployment", "v1beta9", "Use the apiVersion that the cluster serves"],
    ),
    "dependency": (
        chart("dependency", "http://127.0.0.1:9/charts"),
        ["building helm chart dependencies", "Chart.yaml", "repo-server reaches"],
    ),
    "address": (chart("address", "http://charts.invalid"), ["building helm chart dependencies", "Chart.yaml"]),
}


def test_what_can_never_be_in_order_ends_the_wait(play, apps):
    files = {}
    for more, _words in CASES.values():
        files |= more
    apps.repository.commit(files)
    tasks = [
        {**apps.present(case, path=case, wait_timeout=NEVER)[0], "name": case, "ignore_errors": True} for case in CASES
    ]
    started = time.monotonic()
    run = play(tasks)
    assert time.monotonic() - started < NEVER
    for case, (_files, words) in CASES.items():
        assert [word for word in words if word not in run[case].msg] == [], run[case].msg
        assert "wait_timeout may help" not in run[case].msg and "credentials that Argo CD has" not in run[case].msg


@pytest.fixture
def definition(cluster, namespace):
    """A custom resource definition of the test's own, that is not there yet."""
    plural, group = f"t{namespace.split('-')[-1]}things", f"{namespace}.example.com"
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    yield {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": plural, "kind": "Thing"},
            "versions": [{"name": "v1", "served": True, "storage": True, "schema": schema}],
        },
    }
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    cluster.api("DELETE", f"{path}/{plural}.{group}")


def test_a_kind_that_another_application_brings_is_waited_for(play, apps, definition):
    """The one that needs the kind is begun first, and fails; the next attempt is Argo CD's own, seconds later."""
    group = definition["spec"]["group"]
    apps.repository.commit({"user/thing.yaml": custom(group), "bringer/crd.yaml": definition})
    objects = [
        {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Application",
            "metadata": {"name": apps.name(name), "namespace": "argocd"},
            "spec": apps.spec(name),
        }
        for name in ("user", "bringer")
    ]
    run = play(
        [{"name": "Both", "meshops.lifecycle.mesh_apply": {"objects": objects, "wait": True, "wait_timeout": 120}}]
    )
    assert run.changed == ["Both"]
    assert apps.live("user")["status"]["sync"]["status"] == "Synced"


def test_a_namespace_that_argocd_does_not_watch(play, apps, cluster):
    """The object is accepted, and nobody ever looks at it."""
    place = {"name": apps.name(), "namespace": apps.namespace, "wait": True, "wait_timeout": NEVER}
    tasks = [
        {"name": "one", "meshops.lifecycle.argocd_application": {**place, "spec": apps.spec()}},
        {
            "name": "set",
            "meshops.lifecycle.argocd_applicationset": {
                **place,
                "spec": {
                    "generators": [{"list": {"elements": []}}],
                    "template": {"metadata": {"name": "a"}, "spec": {**apps.spec(), "project": "default"}},
                },
            },
        },
    ]
    run = play([{**task, "ignore_errors": True} for task in tasks])
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{apps.namespace}"
    cluster.api("DELETE", f"{path}/applications/{apps.name()}")
    cluster.api("DELETE", f"{path}/applicationsets/{apps.name()}")
    for name, key in (("one", "application.namespaces"), ("set", "applicationsetcontroller.namespaces")):
        assert f"does not watch namespace {apps.namespace}. Add it to {key}" in run[name].msg, run[name].msg


def test_automated_sync_that_others_keep_on_is_told(play, apps, cluster):
    manual = {"syncPolicy": {"retry": {"limit": 1}}}
    play(apps.present(wait=False, spec=manual))
    path = f"{APPLICATIONS}/{apps.name()}?fieldManager=somebody"
    cluster.api("PATCH", path, {"spec": {"syncPolicy": {"automated": {}}}}, "application/merge-patch+json")
    for check in (True, False):
        run = play(apps.present(wait=False, spec=manual), check=check)
        assert run.changed == []
        assert any(
            "automated sync was turned on by 'somebody'" in text for text in run["Application"].result["warnings"]
        )


@pytest.mark.needs_lab
def test_tokens_that_argocd_issues_for_a_role_stay(play, converges, apps, cluster, tmp_path):
    """By Argo CD's own command line, which runs its API server's code here."""
    name = apps.namespace
    role = {"name": "ci", "policies": [f"p, proj:{name}:ci, applications, sync, {name}/*, allow"]}
    task = {"name": name, "spec": {"source_repos": ["*"], "roles": [role]}}

    def project(**changes):
        return [{"name": "Project", "meshops.lifecycle.argocd_project": {**task, **changes}}]

    config = yaml.safe_load(cluster.kubeconfig.read_text())
    for context in config["contexts"]:
        context["context"]["namespace"] = "argocd"
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(config))

    def argocd(*arguments):
        environment = cluster.environment(KUBECONFIG=str(tmp_path / "kubeconfig"))
        command = [cluster.program("argocd"), *arguments, "--core"]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 0, ended.stderr

    try:
        play(project())
        argocd("proj", "role", "create-token", name, "ci", "--id", "first")
        issued = cluster.get(f"{PROJECTS}/{name}")["spec"]["roles"][0]["jwtTokens"]
        assert [token["id"] for token in issued] == ["first"]
        assert play(project()).changed == []
        other = {"source_repos": ["*"], "roles": [{**role, "description": "for CI"}]}
        converges(project(spec=other))
        assert cluster.get(f"{PROJECTS}/{name}")["spec"]["roles"] == [
            {**role, **other["roles"][0], "jwtTokens": issued}
        ]
    finally:
        cluster.api("DELETE", f"{PROJECTS}/{name}")
