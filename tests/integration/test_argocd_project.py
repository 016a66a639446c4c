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


def issue(cluster, project, manager, **token):
    """Write a token of role ci as Argo CD's API server does: into the list of roles, and into the status."""
    live = cluster.get(f"{gitops.PROJECTS}/{project}")
    role = live["spec"]["roles"][0]
    tokens = [*role.get("jwtTokens", []), token]
    body = {
        "spec": {"roles": [{**role, "jwtTokens": tokens}]},
        "status": {"jwtTokensByRole": {"ci": {"items": tokens}}},
    }
    path = f"{gitops.PROJECTS}/{project}?fieldManager={manager}"
    cluster.api("PATCH", path, body, "application/merge-patch+json")


@pytest.mark.in_process
def test_tokens_of_a_role_stay(play, converges, cluster, project):
    def role():
        return cluster.get(f"{gitops.PROJECTS}/{project}")["spec"]["roles"][0]

    play(task(project, spec=SPEC))
    issue(cluster, project, "argocd-server", iat=1767225600, id="one")
    assert play(task(project, spec=SPEC), diff=True).changed == []
    issue(cluster, project, "argocd-server", iat=1767225601, id="two")
    both = [{"iat": 1767225600, "id": "one"}, {"iat": 1767225601, "id": "two"}]

    other = {**SPEC, "roles": [{**SPEC["roles"][0], "description": "for CI"}]}
    run = converges(task(project, spec=other), diff=True)
    assert role() == {**SPEC["roles"][0], "description": "for CI", "jwtTokens": both}
    assert any("tokens of roles stay as they were" in warning for warning in run["Project"].result["warnings"])

    objects = [{"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "metadata": {"name": project}}]
    objects[0] |= {"spec": {"sourceRepos": ["*"], "roles": [{"name": "ci", "policies": []}]}}
    issue(cluster, project, "argocd-server", iat=1767225602)
    many = {"objects": objects, "namespace": "argocd", "force_conflicts": True}
    play([{"name": "Many", "meshops.lifecycle.mesh_apply": many}])
    assert role() == {"name": "ci", "policies": [], "jwtTokens": [*both, {"iat": 1767225602}]}

    # A token that is declared is the one that is meant, by whatever id Argo CD has given it.
    declared = {**SPEC, "roles": [{**SPEC["roles"][0], "jwt_tokens": [{"iat": 1767225600}]}]}
    play(task(project, spec=declared, force_conflicts=True))
    assert role()["jwtTokens"] == both[:1]
    assert play(task(project, spec=declared)).changed == []


@pytest.mark.in_process
def test_roles_that_somebody_else_wrote_are_a_conflict(play, cluster, project):
    play(task(project, spec=SPEC))
    issue(cluster, project, "somebody", iat=1767225600, id="one")
    other = {**SPEC, "roles": [{**SPEC["roles"][0], "description": "for CI"}]}
    run = play(task(project, spec=other), expect="failed")
    assert "spec.roles by 'somebody'" in run.msg


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
