# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make demo CLUSTER=…` and `make test-cluster CLUSTER=…` reach a cluster only when they may."""

from __future__ import annotations

import subprocess
import sys

import playing
import pytest
import yaml

pytestmark = pytest.mark.xdist_group("cluster-guard")  # one of them looks like an Istio of somebody else


@pytest.fixture
def guard(cluster, tmp_path):
    """Runs the guard on the cluster; returns its exit code, what it prints, and the file it writes."""
    out = tmp_path / "kubeconfig"

    def run(name=None, **environment):
        command = [sys.executable, str(playing.ROOT / "tools" / "cluster_guard.py"), "--out", str(out)]
        done = subprocess.run(
            [*command, name or str(cluster.kubeconfig)],
            env=playing.environment(**environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr, out

    return run


def deployment(cluster, namespace):
    """A Deployment that looks like an istiod, without a pod."""
    labels = {"app": "istiod", "test": "guard"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "discovery", "image": "istiod"}]}}
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "istiod", "labels": labels},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": pod},
    }
    cluster.api("POST", f"/apis/apps/v1/namespaces/{namespace}/deployments", body)


def test_an_istio_of_somebody_else_is_refused_and_ours_is_not(cluster, namespace, guard):
    deployment(cluster, namespace)
    code, said, out = guard(CONFIRM="yes")
    assert code == 1 and not out.exists()
    assert f"Istio: Deployment {namespace}/istiod" in said and "Refused" in said

    marked = {"metadata": {"labels": {"meshops.lifecycle/installed": "true"}}}
    cluster.api("PATCH", f"/api/v1/namespaces/{namespace}", marked, "application/merge-patch+json")
    assert f"{namespace}/istiod" not in guard(CONFIRM="yes")[1]


@pytest.mark.needs_lab
def test_it_shows_the_cluster_and_wants_a_yes(cluster, guard):
    code, said, out = guard()
    assert code == 1 and not out.exists()
    assert cluster.client.configuration.host in said and "CONFIRM=yes" in said

    code, said, out = guard(CONFIRM="yes")
    assert code == 0, said
    copy = yaml.safe_load(out.read_text())
    assert len(copy["contexts"]) == 1 and copy["clusters"][0]["cluster"]["server"] == cluster.client.configuration.host


def test_a_cluster_that_does_not_answer_is_told_in_a_sentence(guard, tmp_path):
    config = {
        "current-context": "gone",
        "clusters": [{"name": "gone", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "me", "user": {"token": "abcdef"}}],
        "contexts": [{"name": "gone", "context": {"cluster": "gone", "user": "me"}}],
    }
    path = tmp_path / "gone"
    path.write_text(yaml.safe_dump(config))
    code, said, out = guard(str(path), CONFIRM="yes")
    assert code == 1 and not out.exists()
    assert "https://127.0.0.1:1 does not answer" in said and "Traceback" not in said and "abcdef" not in said
