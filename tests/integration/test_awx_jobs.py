# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The templates of examples/awx as jobs: by its credential type's injectors, in check mode, for real, cancelled."""

from __future__ import annotations

import awx
import canaries
import playing
import pytest

pytestmark = [pytest.mark.in_process, pytest.mark.once]


@pytest.fixture(scope="session")
def cluster(no_istiod):
    return no_istiod


@pytest.fixture
def controller(cluster, tmp_path):
    environment = cluster.environment()
    del environment["K8S_AUTH_KUBECONFIG"], environment["ANSIBLE_CALLBACKS_ENABLED"]
    return awx.Controller(tmp_path / "job", environment)


@pytest.fixture
def credential(cluster, controller):
    return controller.inject("Mesh kubeconfig", kubeconfig=cluster.kubeconfig.read_text())


def clean(job):
    return [text for text in (*playing.NEVER, "client-key-data", "[WARNING]") if text in job.output]


def objects(namespace, count):
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"settings-{number}", "namespace": namespace},
            "data": {"text": "x" * 500},
        }
        for number in range(count)
    ]


def test_jobs_of_a_mesh(cluster, namespace, controller, credential):
    """Install a part, show changes, verify, remove in check mode; what is large or secret stays out of the events."""
    declared = {
        "mesh_parts": "mesh_config",
        "mesh_config_set_namespace": namespace,
        "mesh_config_objects": objects(namespace, 300),
    }
    labels = {"metadata": {"labels": {"meshops.lifecycle/installed": "true"}}}
    cluster.api("PATCH", f"/api/v1/namespaces/{namespace}", labels, content_type="application/merge-patch+json")

    refused = controller.launch("Mesh - Remove", {**declared, "teardown_confirmation": "prod"}, credential=credential)
    assert refused.status == "failed" and "type its name as the confirmation" in refused.output

    shown = controller.launch("Mesh - Show changes", declared, credential=credential)
    assert shown.status == "successful" and "created ConfigMap" in shown.output, shown.output
    assert not cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/settings-1")

    applied = controller.launch("Mesh - Install", declared, credential=credential)
    assert applied.status == "successful", applied.output
    assert cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/settings-299")

    again = controller.launch("Mesh - Apply changes", declared, credential=credential)
    assert again.status == "successful" and "changed=0" in again.output
    verified = controller.launch("Mesh - Verify", declared, credential=credential)
    assert verified.status == "successful" and "as declared" in verified.output, verified.output

    removal = {**declared, "teardown_confirmation": "staging"}
    removed = controller.launch("Mesh - Remove", removal, credential=credential, check=True)
    assert removed.status == "successful" and "deleted ConfigMap" in removed.output, removed.output
    jobs = [refused, shown, applied, again, verified, removed]
    assert [clean(job) for job in jobs] == [[]] * 6
    assert max(job.largest for job in (applied, again, verified, removed)) < 100_000


def test_a_canary_by_its_workflow_is_cancelled_and_goes_on(cluster, namespace, controller, credential, play, crds):
    crds("istio.io")
    there, shop = canaries.shop(namespace)
    play([{"name": "Shop", "meshops.lifecycle.mesh_apply": {"objects": there, "wait": True}}])
    declared = {name: value for name, value in shop.items() if name != "canary_release_steps"}
    answers = {**declared, "canary_weights": "10, 50", "canary_release_pause": 5}
    gates = {"canary_release_gates": [], "canary_release_metrics": {}}

    def weights():
        return canaries.state(cluster, namespace)[0]

    def launch(name, **options):
        more = options.pop("answers", {})
        return controller.launch(f"Canary - {name}", {**answers, **gates, **more}, credential=credential, **options)

    started = launch("Start")
    assert started.status == "successful", started.output
    assert started.artifacts["canary_release"]["step"] == "step 1 of 2: 10 %"
    assert weights() == {"stable": 90, "canary": 10}

    # In the middle of the way: AWX kills all processes of a job.
    cancelled = launch("Promote", cancel=awx.once_true(lambda: weights() == {"stable": 50, "canary": 50}))
    assert cancelled.status == "canceled", cancelled.output
    assert weights() == {"stable": 50, "canary": 50}

    promoted = launch("Promote")
    assert promoted.status == "successful", promoted.output
    assert canaries.state(cluster, namespace) == ({"stable": 100, "canary": 0}, {"stable": "2", "canary": None})

    aborted = launch("Abort")
    assert aborted.status == "successful", aborted.output
    assert "changed=0" in aborted.output and weights() == {"stable": 100, "canary": 0}
    assert [clean(job) for job in (started, cancelled, promoted, aborted)] == [[]] * 4
