# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of what an Application deploys: shown before and after; a step that its makers do not support is refused."""

from __future__ import annotations

import pytest

OURS = "meshops.lifecycle"
pytestmark = [pytest.mark.in_process]
CHARTS = "https://charts.example.com"


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


@pytest.fixture(autouse=True)
def _definitions(crds):
    crds("argoproj.io")
    crds("istio.io")


def upgrade(called, namespace, version, *others, **options):
    keywords = {key: options.pop(key) for key in list(options) if key in ("ignore_errors", "check_mode")}
    source = {"repo_url": CHARTS, "chart": "istiod", "target_revision": version}
    spec = {"project": "default", "destination": {"namespace": namespace, "server": "https://kubernetes.default.svc"}}
    spec |= {"sources": [source, *others]} if others else {"source": source}
    module = {"name": "istiod", "namespace": namespace, "spec": spec, "max_minor_upgrade": 1, **options}
    return {"name": called, f"{OURS}.argocd_application": module, **keywords}


def test_steps_between_versions(play, cluster, namespace):
    values = {"repo_url": "https://git.example.com/a.git", "target_revision": "main", "ref": "values"}
    refused = {"ignore_errors": True}
    run = play(
        [
            upgrade("create", namespace, "1.30.2"),
            upgrade("jump, in check mode", namespace, "1.32.0", check_mode=True, **refused),
            upgrade("jump", namespace, "1.32.0", **refused),
            upgrade("downgrade", namespace, "1.29.1", **refused),
            upgrade("upgrade, in check mode", namespace, "1.31.1", check_mode=True),
            upgrade("upgrade", namespace, "1.31.1"),
            upgrade("again", namespace, "1.31.1"),
            upgrade("to several", namespace, "1.32.0", values),
            upgrade("asked for", namespace, "1.27.0", values, upgrade_from="1.32.0"),
            upgrade("a branch", namespace, "master", values),
            upgrade("without a limit", namespace, "1.20.0", max_minor_upgrade=None),
        ]
    )
    label = f"Application {namespace}/istiod"
    for name in ("jump, in check mode", "jump"):
        assert f"{label}: from 1.30.2 to 1.32.0 is more than 1 minor version, which is not supported" in run[name].msg
    assert "1.29.1 is older than 1.30.2" in run["downgrade"].msg and "upgrade_from: 1.30.2" in run["downgrade"].msg
    step = [{"repo_url": CHARTS, "path": "istiod", "from": "1.30.2", "to": "1.31.1"}]
    assert run["upgrade, in check mode"].result["revisions"] == run["upgrade"].result["revisions"] == step
    for name in ("create", "again"):
        assert "revisions" not in run[name].result
    assert not any(run[name].failed for name in ("to several", "asked for", "a branch", "without a limit"))
    assert run["asked for"].result["revisions"][0]["to"] == "1.27.0"


def test_the_role_refuses_what_istio_does_not_support(player, cluster, namespace):
    """As it does with Helm: in check mode too, with both versions in the summary of a step that is supported."""
    applications = f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/applications"
    source = {"repoURL": CHARTS, "chart": "base", "targetRevision": "1.30.2"}
    spec = {"project": "default", "source": source, "destination": {"namespace": namespace, "name": "in-cluster"}}
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "istio-base"},
        "spec": spec,
    }
    cluster.api("POST", applications, body)
    variables = {
        "mesh_parts": ["istio"],
        "mesh_force_conflicts": True,
        "istio_install_method": "argocd",
        "istio_argocd_namespace": namespace,
        "istio_namespace": namespace,
        "istio_gateways": [],
        "istio_chart_source": CHARTS,
    }

    def run(**more):
        expect = more.pop("expect", "ok")
        playbook = f"{OURS}.bootstrap"
        return player.play(playbook=playbook, vars={**variables, **more}, check=True, expect=expect)

    done = run(istio_version="1.27.0", expect="failed")
    assert f"Application {namespace}/istio-base: 1.27.0 is older than 1.30.2" in str([task.msg for task in done.tasks])
    summary = run(istio_version="1.31.1")["What changed"].msg
    assert f"changed Application {namespace}/istio-base from base 1.30.2 to 1.31.1" in summary
