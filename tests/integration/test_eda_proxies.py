# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source of proxies, and its rulebook, on a real istiod and a real Envoy that hangs."""

from __future__ import annotations

import contextlib
import json

import event_sources
import meshes
import pytest

pytestmark = [pytest.mark.in_process, pytest.mark.once, pytest.mark.needs_lab, pytest.mark.xdist_group("mesh")]
SPACE = "eda-proxies"


@pytest.fixture(scope="session")
def cluster(mesh):
    return mesh


@pytest.fixture(scope="module")
def client(cluster):
    """The name of a pod with a sidecar, and the process of its proxy's agent."""
    cluster.kubectl("apply", "-f", "-", stdin="---\n".join(meshes.shop(SPACE)))
    cluster.kubectl("rollout", "status", "deployment/client", "-n", SPACE, "--timeout=180s")
    pods = json.loads((cluster.kubeconfig.parent / "data" / "pods.state").read_text())["pods"]
    (pod,) = [each for each in pods if each["namespace"] == SPACE and each["name"].startswith("client")]
    yield pod["name"], [each["pid"] for each in pod["containers"] if each["name"] == "istio-proxy"]
    cluster.kubectl("delete", "namespace", SPACE, "--wait=false")


def send_configuration(cluster, name):
    """Give the proxies of the namespace something to acknowledge, a new VirtualService."""
    route = {"hosts": [name], "http": [{"route": [{"destination": {"host": "reviews"}}]}]}
    head = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": name}}
    path = f"/apis/networking.istio.io/v1/namespaces/{SPACE}/virtualservices"
    cluster.api("POST", path, {**head, "spec": route})


def test_a_proxy_that_hangs_is_told_and_taken_back(eda, cluster, client):
    name, agents = client
    args = {"kubeconfig": str(cluster.kubeconfig), "namespaces": [SPACE], "stale_after": 3, "interval": 1}
    events = event_sources.Source(eda, "mesh_proxies", args)
    try:
        events.nothing_within(4)
        with meshes.stopped_envoys(agents):
            send_configuration(cluster, "first")
            stale = events.next()
            assert (stale["state"], stale["proxy"]) == ("stale", {"pod": name, "namespace": SPACE})
            assert stale["reason"] in ("not_acknowledged", "disconnected") and stale["seconds"] >= 3
        recovered = events.next()
        while recovered["state"] == "stale":  # its connection was closed as well, before it went on
            recovered = events.next()
        assert (recovered["state"], recovered["proxy"]["pod"]) == ("recovered", name)
        assert events.end() == {"end": "cancelled"}
    finally:
        events.process.kill()


def test_a_rulebook_runs_a_playbook_for_a_proxy_that_hangs(rulebook, cluster, client, tmp_path):
    name, agents = client
    marker = tmp_path / "marker"
    (tmp_path / "look.yml").write_text(event_sources.REPORT.replace("application.name", "proxy.pod"))
    book = event_sources.narrowed("proxies", tmp_path, namespaces=[SPACE], interval=1)
    variables = {"stale_playbook": str(tmp_path / "look.yml"), "marker": str(marker), "proxy_hosts": "staging"}
    running = rulebook(book, {**variables, "proxy_stale_after": 3}, {"staging": {}, "prod": {}})
    for number in range(20):  # a proxy that hangs before the source has seen it connected is not known to it
        with meshes.stopped_envoys(agents), contextlib.suppress(AssertionError):
            send_configuration(cluster, f"more-{number}")
            event_sources.until(marker.exists, running, within=25)
            break
    event_sources.until(lambda: "PLAY RECAP" in running.text(), running)
    event_sources.until(lambda: "recovered" in running.text(), running)
    assert marker.read_text() == f"staging {name}" and "[prod]" not in running.text(), running.text()
    assert running.text().count("PLAY RECAP") == 1, running.text()  # one run in five minutes for each proxy
