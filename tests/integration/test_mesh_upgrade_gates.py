# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gates between the waves of an upgrade, on real traffic and Istio's standard metrics: a bad wave stops the upgrade.

From the default revision to another one of the same Istio, by the playbook, with real proxies.
"""

from __future__ import annotations

import json
import time

import playing
import pytest
import yaml
from loads import Loads, inside

FIRST, SECOND, CALLER = "gated-first", "gated-second", "gated-caller"
METRICS = {"service": {"namespace": "monitoring", "name": "prometheus-operated"}, "scrape_interval": 5}
SERVICE = {"service": "reviews", "namespace": FIRST}
SUCCESS = {"type": "success_rate", "min": 99, "fail_below": 97, "min_requests": 50}
RATE, WINDOW = 20, 30

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.once, pytest.mark.xdist_group("movable")]


@pytest.fixture(scope="session")
def cluster(movable):
    return movable


def documents(namespace):
    """Reviews, whose pods take from a ConfigMap when they start how many of their answers fail."""
    labels = {"app": "reviews"}
    container = {
        "name": "reviews",
        "image": "meshlab-http",
        "env": [{"name": "VERSION", "value": "v1"}, {"name": "FAIL_STATUS", "value": "500"}],
        "envFrom": [{"configMapRef": {"name": "reviews"}}],
        "ports": [{"name": "http", "containerPort": 9080}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 9080}},
        "lifecycle": {"preStop": {"sleep": {"seconds": 3}}},
    }
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    metadata = {"name": "reviews", "namespace": namespace}
    yield {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": namespace, "labels": {"istio-injection": "enabled"}},
    }
    yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"FAIL": "0"}}
    ports = [{"name": "http", "port": 9080}]
    yield {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": labels, "ports": ports}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    yield {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


@pytest.fixture
def shops(cluster, tmp_path):
    """Two namespaces of the mesh, and a steady load on the first, by a caller that the upgrade leaves alone."""
    caller = {"labels": {"istio-injection": "enabled"}, "annotations": {"meshops.lifecycle/upgrade": "skip"}}
    objects = [
        *documents(FIRST),
        *documents(SECOND),
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": CALLER, **caller}},
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "client", "namespace": CALLER},
            "spec": {"containers": [{"name": "client", "image": "meshlab-client"}]},
        },
    ]
    cluster.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(objects))
    for space in (FIRST, SECOND):
        cluster.kubectl("rollout", "status", "deployment/reviews", "-n", space, "--timeout=120s")
    cluster.kubectl("wait", "pod/client", "-n", CALLER, "--for=condition=Ready", "--timeout=120s")
    loads = Loads(cluster, tmp_path, RATE, {"reviews": inside(f"{CALLER}/client", f"http://reviews.{FIRST}:9080/")})
    yield
    loads.stop()


def upgrade(player, **more):
    variables = {
        "mesh_upgrade_revision": "canary",
        "mesh_upgrade_version": "1.31.1",
        "mesh_upgrade_from_revision": "default",
        "mesh_upgrade_gateways": [],
        "mesh_upgrade_probe": {
            "image": "meshlab-http",
            "port": 9080,
            "client_image": "meshlab-client",
            "client_command": ["/usr/bin/curl", "--fail", "--silent", "--show-error", "--max-time", "5"],
        },
        "mesh_upgrade_waves": [[FIRST], [SECOND]],
        "mesh_upgrade_gates": [SUCCESS],
        "mesh_upgrade_gate_service": SERVICE,
        "mesh_upgrade_gate_window": WINDOW,
        "mesh_upgrade_metrics": METRICS,
        "mesh_upgrade_pause": WINDOW + 10,  # so that the next gate judges what the wave has made
    }
    demo = ["-i", str(playing.ROOT / "tests/demo/inventory"), "--limit", "meshlab"]
    return player.play(playbook="meshops.lifecycle.upgrade", args=demo, vars=variables, timeout=600, **more)


def await_outcome(play, outcome, seconds=120):
    """Until the gate's verdict is this one."""
    gate = {"canary": SERVICE, "metrics": METRICS, "window": WINDOW, "gates": [SUCCESS], "fail_on": []}
    deadline = time.monotonic() + seconds
    while True:
        judged = play([{"name": "Judge", "meshops.lifecycle.mesh_gate": gate}])["Judge"].result
        if judged["outcome"] == outcome:
            return
        assert time.monotonic() < deadline, judged["report"]
        time.sleep(3)


def selected(cluster, namespace):
    labels = cluster.get(f"/api/v1/namespaces/{namespace}")["metadata"]["labels"]
    return {name: value for name, value in labels.items() if "istio" in name}


def failing(cluster, share):
    patch = json.dumps({"data": {"FAIL": share}})
    cluster.kubectl("patch", "configmap", "reviews", "-n", FIRST, "-p", patch)


def pods(cluster, namespace):
    items = cluster.kubectl("get", "pods", "-n", namespace, "-l", "app=reviews", "-o", "json")["items"]
    return {item["metadata"]["uid"] for item in items if not item["metadata"].get("deletionTimestamp")}


def test_a_wave_that_fails_its_gate_stops_the_upgrade_and_the_next_run_goes_on(player, cluster, shops):
    await_outcome(player.play, "pass")
    failing(cluster, "1")  # what runs does not notice; what the first wave starts anew does
    untouched = pods(cluster, SECOND)

    stopped = upgrade(player, expect="failed")
    verdict = stopped["Judge the mesh by its gates"].msg
    assert "success_rate" in verdict and "fail" in verdict
    reason = stopped["Fail for the reason of the stage"].msg
    assert verdict in reason and "Run this again to go on, or upgrade_back to go back" in reason
    assert selected(cluster, FIRST) == {"istio.io/rev": "canary"}
    assert selected(cluster, SECOND) == {"istio-injection": "enabled"} and pods(cluster, SECOND) == untouched

    again = upgrade(player, expect="failed")  # it is still bad, so nothing moves
    assert "success_rate" in again.msg and selected(cluster, SECOND) == {"istio-injection": "enabled"}

    failing(cluster, "0")
    cluster.kubectl("rollout", "restart", "deployment/reviews", "-n", FIRST)
    cluster.kubectl("rollout", "status", "deployment/reviews", "-n", FIRST, "--timeout=120s")
    await_outcome(player.play, "pass")
    first = pods(cluster, FIRST)
    upgrade(player)
    assert selected(cluster, SECOND) == {"istio.io/rev": "canary"}
    assert pods(cluster, FIRST) == first and pods(cluster, SECOND).isdisjoint(untouched)
    assert upgrade(player).changed == []
