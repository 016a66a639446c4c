# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The revision tag `default` by commits: two real istiods, and the real Argo CD that delivers the files."""

from __future__ import annotations

import json
from pathlib import Path

import gitops
import playing
import pytest

HOOKS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
REVISION = "tagged"

pytestmark = [
    pytest.mark.needs_lab,
    pytest.mark.in_process,
    pytest.mark.once,
    pytest.mark.xdist_group("movable"),
]


@pytest.fixture(scope="session")
def cluster(movable):
    return movable


@pytest.fixture(scope="module")
def player_of_all(cluster, tmp_path_factory):
    return playing.Player(tmp_path_factory.mktemp("tagged"), cluster.kubeconfig, cluster.environment())


@pytest.fixture(scope="module")
def plane(cluster, player_of_all):
    """A second control plane, beside that of the revision default, which Helm has."""

    def release(state):
        return {
            "name": "A second control plane",
            "meshops.lifecycle.helm_release": {
                "name": f"istiod-{REVISION}",
                "namespace": "istio-system",
                "chart": f"{cluster.variables['MESHLAB_FILES']}/charts/istio-control/istio-discovery",
                "values": {"revision": REVISION, "autoscaleEnabled": False, "global": {"tag": "1.31.1"}},
                "state": state,
                "wait": True,
                "wait_timeout": 180,
            },
        }

    player_of_all.play([release("present")])
    yield
    player_of_all.play([release("absent")])


@pytest.fixture(scope="module")
def git(cluster, together, tmp_path_factory):
    """A repository whose folder `tags` an Application of Argo CD delivers, as the option `git` of the module."""
    together.once("movable-argocd", lambda: gitops.install(cluster, tmp_path_factory.mktemp("argocd")))
    parent = Path(cluster.variables["MESHLAB_GIT"].removeprefix("file://")).parent
    repository = gitops.Repository(parent / "tagged")
    repository._git("config", "receive.denyCurrentBranch", "ignore")
    repository.commit({"tags/beside.yaml": gitops.config_map("beside", namespace="default")})
    source = {"repoURL": repository.url, "path": "tags", "targetRevision": "main", "directory": {"recurse": True}}
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "tags", "namespace": "argocd"},
        "spec": {
            "project": "default",
            "source": source,
            "destination": {"server": gitops.HERE},
            "syncPolicy": {"automated": {"prune": True, "selfHeal": True}},
        },
    }
    cluster.kubectl("apply", "-f", "-", stdin=json.dumps(application))
    yield {"repository": str(repository.folder), "branch": "main", "path": "tags", "application": "tags"}
    cluster.kubectl("delete", "application", "tags", "-n", "argocd")


def injected_by(cluster, name):
    """Which revision injects a pod that names none."""
    body = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default", "labels": {"sidecar.istio.io/inject": "true"}},
        "spec": {"containers": [{"name": "main", "image": "meshlab-http"}]},
    }
    made = cluster.api("POST", "/api/v1/namespaces/default/pods", body)
    cluster.api("DELETE", f"/api/v1/namespaces/default/pods/{name}")
    return made["metadata"].get("annotations", {}).get("istio.io/rev")


def test_the_default_tag_comes_moves_and_goes_by_commits(cluster, play, plane, git):
    def task(name, **options):
        stated = {"name": "default", "delivery": "git", "git": git, "wait_timeout": 120, **options}
        return {"name": name, "meshops.lifecycle.istio_revision_tag": stated}

    assert injected_by(cluster, "before") == "default"
    there = play([task("Tag", revision=REVISION), task("Again", revision=REVISION)])
    assert there["Tag"].changed and not there["Again"].changed
    tag, own = (cluster.get(f"{HOOKS}/{name}") for name in ("istio-revision-tag-default", "istio-sidecar-injector"))
    assert tag["metadata"]["annotations"]["argocd.argoproj.io/tracking-id"].startswith("tags:")
    never = {"matchLabels": {"istio.io/deactivated": "never-match"}}
    assert all(hook["namespaceSelector"] == never for hook in own["webhooks"])
    assert injected_by(cluster, "by-the-tag") == REVISION

    gone = play([task("Gone", state="absent"), task("Again", state="absent")])
    assert gone["Gone"].changed and not gone["Again"].changed
    assert cluster.get(f"{HOOKS}/istio-revision-tag-default") is None
    assert injected_by(cluster, "after") == "default"


def test_a_default_tag_that_no_file_has_is_removed_where_it_is(cluster, play, plane, git):
    """It was made before tags came from Git."""
    live = {"name": "default", "wait_timeout": 120}
    play([{"name": "Tag", "meshops.lifecycle.istio_revision_tag": {**live, "revision": REVISION}}])
    task = {**live, "state": "absent", "delivery": "git", "git": git}
    assert play([{"name": "Gone", "meshops.lifecycle.istio_revision_tag": task}])["Gone"].changed
    assert cluster.get(f"{HOOKS}/istio-revision-tag-default") is None
    assert injected_by(cluster, "after-it") == "default"
