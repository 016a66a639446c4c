# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The upgrade templates of examples/awx as jobs, on two real versions of Istio: one cancelled in the middle, and back.

Every stage under load, by every method, is `make upgrade-proof`.
"""

from __future__ import annotations

import functools
import subprocess
import sys

import awx
import clusters
import meshes
import playing
import pytest

SPACE = "awx-upgrade"
OLD, NEW = ("1-30", "1.30.0"), ("1-31", "1.31.1")
GOAL = {"mesh_upgrade_revision": NEW[0], "mesh_upgrade_version": NEW[1]}
BACK = {"upgrade_back_revision": OLD[0], "upgrade_back_version": OLD[1]}

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.once, pytest.mark.xdist_group("upgrading")]


@pytest.fixture(scope="session")
def cluster(given, together, tmp_path_factory):
    """A lab of its own with the older Istio and one namespace that selects it."""
    if not given.is_lab or given.variables["MESHLAB_REAL_PODS"] != "yes":
        pytest.skip("istiod and proxies run for real only with root")

    def prepare(lab):
        subprocess.run([*clusters.LAB, "build", "istio-1.30"], check=True)
        folder = tmp_path_factory.mktemp("upgrading")
        variables = {**declared(lab, OLD), "istio_revision": OLD[0], "istio_version": OLD[1]}
        player = playing.Player(folder, lab.kubeconfig, lab.environment())
        player.play(playbook="meshops.lifecycle.bootstrap", vars={"mesh_parts": ["istio"], **variables}, timeout=900)
        shop = "---\n".join(meshes.shop(SPACE)).replace("istio-injection: enabled", f"istio.io/rev: {OLD[0]}")
        lab.kubectl("apply", "-f", "-", stdin=shop)
        for name in ("reviews-v1", "client"):
            lab.kubectl("rollout", "status", f"deployment/{name}", "-n", SPACE, "--timeout=180s")

    return together.lab("upgrading", prepare=prepare)


def declared(lab, version):
    """What the inventory has."""
    charts = {OLD: lab.variables["MESHLAB_OLDER_CHARTS"], NEW: lab.variables["MESHLAB_CHARTS"]}
    curl = ["/usr/bin/curl", "--fail", "--silent", "--show-error", "--max-time", "5"]
    probe = {"image": "meshlab-http", "port": 9080, "client_image": "meshlab-client", "client_command": curl}
    return {
        "istio_chart_source": charts[version],
        "istio_gateways": [],
        "istio_istiod_values": {"autoscaleEnabled": False},
        "istio_stale_after": 5,
        **({} if version == OLD else {"mesh_upgrade_lease_duration": 20, "mesh_upgrade_probe": probe}),
        "ansible_python_interpreter": sys.executable,
    }


def selected(cluster):
    return cluster.get(f"/api/v1/namespaces/{SPACE}")["metadata"]["labels"].get("istio.io/rev")


def proxies(cluster):
    """The versions of the proxies that run."""
    pods = cluster.kubectl("get", "pods", "-n", SPACE, "-o", "json")["items"]
    return {
        container["image"].rpartition(":")[2]
        for pod in pods
        if not pod["metadata"].get("deletionTimestamp")
        for container in [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]
        if container["name"] == "istio-proxy"
    }


def test_an_upgrade_is_cancelled_in_a_wave_goes_on_and_goes_back(cluster, tmp_path):
    controller, credential = awx.controller(cluster, tmp_path / "job", **declared(cluster, NEW))
    launch = functools.partial(controller.launch, credential=credential)

    plan = launch("Upgrade - Show plan", GOAL)
    assert plan.status == "successful" and SPACE in plan.output, plan.output
    assert selected(cluster) == OLD[0] and proxies(cluster) == {OLD[1]}

    cancelled = launch("Upgrade - Run", GOAL, cancel=awx.once_true(lambda: selected(cluster) == NEW[0], limit=400))
    assert cancelled.status == "canceled", cancelled.output
    url = f"http://reviews.{SPACE}:9080/"
    assert '"200": 20' in cluster.lab("call", "--from", f"{SPACE}/client", "--count", "20", url)

    done = launch("Upgrade - Run", GOAL)
    assert done.status == "successful", done.output
    assert (selected(cluster), proxies(cluster)) == (NEW[0], {NEW[1]})
    again = launch("Upgrade - Run", GOAL)
    assert again.status == "successful" and "changed=0" in again.output, again.output

    back = controller.launch("Upgrade - Go back", BACK, credential=credential)
    assert back.status == "successful", back.output
    assert (selected(cluster), proxies(cluster)) == (OLD[0], {OLD[1]})
    jobs = [plan, cancelled, done, again, back]
    # The lab's own EnvoyFilter is none of ours, and told.
    assert [line for line in awx.unwanted(*jobs) if "but set by 'meshlab'" not in line] == []
    assert max(job.largest for job in jobs) < 150_000
