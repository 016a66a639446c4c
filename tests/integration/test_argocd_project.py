# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""argocd_project: what is declared arrives, and a project that is needed stays."""

from __future__ import annotations

import gitops
import pytest


@pytest.fixture
def project(crds, cluster, namespace, together):
    """The name of a project that is not there yet; whatever is left of it and its Applications goes afterwards."""
    crds("argoproj.io")
    with together.locked("definitions"):
        if cluster.get("/api/v1/namespaces/argocd") is None:
            body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}}
            cluster.api("POST", "/api/v1/namespaces", body)
    yield namespace
    cluster.api("DELETE", f"{gitops.APPLICATIONS}/{namespace}-user")
    cluster.api("DELETE", f"{gitops.PROJECTS}/{namespace}")


def task(name, **arguments):
    return [{"name": "Project", "meshops.lifecycle.argocd_project": {"name": name, **arguments}}]


SPEC = {
    "description": "for tests",
    "source_repos": ["https://git.example.com/*"],
    "destinations": [{"server": "*", "namespace": "shop"}],
    "cluster_resource_whitelist": [{"group": "", "kind": "Namespace"}],
    "orphaned_resources": {},
    "roles": [{"name": "ci", "policies": ["p, proj:x:ci, applications, sync, x/*, allow"]}],
    "sync_windows": [
        {
            "kind": "deny",
            "schedule": "0 8 * * 1-5",
            "duration": "10h",
            "applications": ["*"],
            "manual_sync": False,
            "time_zone": "Europe/Berlin",
        }
    ],
}


def test_a_project_comes_changes_and_goes(converges, play, cluster, project):
    converges(task(project, spec=SPEC))
    live = cluster.get(f"{gitops.PROJECTS}/{project}")
    assert live["metadata"]["namespace"] == "argocd"
    assert live["spec"]["orphanedResources"] == {}
    assert live["spec"]["syncWindows"][0]["manualSync"] is False

    fewer = {key: value for key, value in SPEC.items() if key not in ("sync_windows", "orphaned_resources")}
    converges(task(project, spec={**fewer, "cluster_resource_whitelist": []}))
    spec = cluster.get(f"{gitops.PROJECTS}/{project}")["spec"]
    assert "syncWindows" not in spec and "orphanedResources" not in spec
    assert spec["clusterResourceWhitelist"] == []

    converges(task(project, state="absent", wait=True))
    assert cluster.get(f"{gitops.PROJECTS}/{project}") is None


@pytest.mark.in_process
def test_a_project_that_applications_belong_to_stays(play, cluster, project):
    play(task(project, spec=SPEC))
    source = {"repoURL": "https://git.example.com/shop.git", "path": "."}
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": f"{project}-user"},
        "spec": {"project": project, "source": source, "destination": {"server": gitops.HERE}},
    }
    cluster.api("POST", gitops.APPLICATIONS, body)
    run = play(task(project, state="absent"), expect="failed")
    assert f"1 Application still belongs to it: argocd/{project}-user" in run.msg
    assert cluster.get(f"{gitops.PROJECTS}/{project}")
    cluster.api("DELETE", f"{gitops.APPLICATIONS}/{project}-user")
    assert play(task(project, state="absent", wait=True)).changed == ["Project"]


@pytest.mark.in_process
@pytest.mark.usefixtures("served")
def test_argocds_own_project_stays(play):
    run = play(task("default", state="absent"), expect="failed")
    assert "is Argo CD's own and cannot be removed" in run.msg


@pytest.mark.in_process
def test_a_document_keeps_its_namespace(play, cluster, project, namespace):
    document = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "AppProject",
        "metadata": {"name": project, "namespace": namespace},
        "spec": {"sourceRepos": ["*"]},
    }
    run = play([{"name": "Project", "meshops.lifecycle.argocd_project": {"definition": document}}])
    assert run["Project"].result["result"]["metadata"]["namespace"] == namespace
    run = play(task(project, spec={"destinatons": []}), expect="failed")
    assert "destinatons" in run.msg and "destinations" in run.msg
