# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The templates of examples/awx as jobs: by its credential type's injectors, in check mode, for real, cancelled."""

from __future__ import annotations

import functools

import awx
import canaries
import pytest

pytestmark = [pytest.mark.in_process, pytest.mark.once]


@pytest.fixture(scope="session")
def cluster(no_istiod):
    return no_istiod


@pytest.fixture
def launch(cluster, tmp_path):
    """`launch("Mesh - Verify", answers, …)` runs a template as a job: see awx.Controller.launch."""
    controller, credential = awx.controller(cluster, tmp_path / "job")
    return functools.partial(controller.launch, credential=credential)


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


def test_jobs_of_a_mesh(cluster, namespace, launch):
    """Install a part, show changes, verify, remove in check mode; what is large or secret stays out of the events."""
    declared = {
        "mesh_parts": "mesh_config",
        "mesh_config_set_namespace": namespace,
        "mesh_config_objects": objects(namespace, 500),
    }
    labels = {"metadata": {"labels": {"meshops.lifecycle/installed": "true"}}}
    cluster.api("PATCH", f"/api/v1/namespaces/{namespace}", labels, content_type="application/merge-patch+json")

    refused = launch("Mesh - Remove", {**declared, "teardown_confirmation": "prod"})
    assert refused.status == "failed" and "type its name as the confirmation" in refused.output

    shown = launch("Mesh - Show changes", declared)
    assert shown.status == "successful" and "created ConfigMap" in shown.output, shown.output
    assert not cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/settings-1")

    applied = launch("Mesh - Install", declared)
    assert applied.status == "successful", applied.output
    assert cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/settings-499")
    assert "skipping:" not in applied.output  # of the parts that were not asked for

    again = launch("Mesh - Apply changes", declared)
    assert again.status == "successful" and "changed=0" in again.output
    verified = launch("Mesh - Verify", declared)
    assert verified.status == "successful" and "as declared" in verified.output, verified.output

    removal = {**declared, "teardown_confirmation": "staging"}
    removed = launch("Mesh - Remove", removal, check=True)
    assert removed.status == "successful" and "deleted ConfigMap" in removed.output, removed.output
    assert awx.unwanted(refused, shown, applied, again, verified, removed) == []
    assert max(job.largest for job in (shown, applied, again, verified, removed)) < 150_000


def test_a_canary_by_its_workflow_is_cancelled_and_goes_on(cluster, namespace, launch, play, crds):
    crds("istio.io")
    there, shop = canaries.shop(namespace)
    play([{"name": "Shop", "meshops.lifecycle.mesh_apply": {"objects": there, "wait": True}}])
    declared = {name: value for name, value in shop.items() if name != "canary_release_steps"}
    answers = {**declared, "canary_weights": "10, 30, 50", "canary_release_pause": 5}
    gates = {"canary_release_gates": [], "canary_release_metrics": {}}

    def weights():
        return canaries.state(cluster, namespace)[0]

    def canary(name, **options):
        return launch(f"Canary - {name}", {**answers, **gates}, **options)

    started = canary("Start")
    assert started.status == "successful", started.output
    assert started.artifacts["canary_release"]["step"] == "step 1 of 3: 10 %"
    assert weights() == {"stable": 90, "canary": 10}

    advanced = canary("Next step")
    assert advanced.status == "successful" and weights() == {"stable": 70, "canary": 30}, advanced.output
    assert advanced.artifacts["canary_release"]["step"] == "step 2 of 3: 30 %"

    # In the middle of the way: AWX kills all processes of a job.
    cancelled = canary("Promote", cancel=awx.once_true(lambda: weights() == {"stable": 50, "canary": 50}))
    assert cancelled.status == "canceled", cancelled.output
    assert weights() == {"stable": 50, "canary": 50}

    promoted = canary("Promote")
    assert promoted.status == "successful", promoted.output
    assert canaries.state(cluster, namespace) == ({"stable": 100, "canary": 0}, {"stable": "2", "canary": None})

    aborted = canary("Abort")
    assert aborted.status == "successful", aborted.output
    assert "changed=0" in aborted.output and weights() == {"stable": 100, "canary": 0}
    assert awx.unwanted(started, advanced, cancelled, promoted, aborted) == []
