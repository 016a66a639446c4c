# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests and proofs of Istio need: a lab with the real istiod and gateways, installed by the roles."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import tempfile
from pathlib import Path

import clusters
import playing
import pytest

# part of the mesh → the label of its pods
PODS = {"istio": "app=istiod", "monitoring": "prometheus=mesh"}


def bootstrap(cluster, folder, parts, **more):
    """These parts of the mesh into a lab, by the playbook, as the demo has them, and `more` variables."""
    player = playing.Player(folder, cluster.kubeconfig, cluster.environment())
    demo = ["-i", str(playing.ROOT / "tests/demo/inventory"), "--limit", "meshlab"]
    player.play(playbook="meshops.lifecycle.bootstrap", args=demo, vars={"mesh_parts": [*parts], **more}, timeout=900)


def install(cluster, folder, parts=("istio",), **more):
    """The same after the Gateway API's definitions, which Istio's gateways need."""
    cluster.kubectl("apply", "--server-side", "-f", cluster.variables["MESHLAB_GATEWAY_API_CRDS"])
    bootstrap(cluster, folder, parts, **more)


@contextlib.contextmanager
def lab_with(folder, *parts):
    """The lab when these parts run in it, else another with them in ``folder`` that ends with this."""
    given = clusters.lab()
    if given.variables["MESHLAB_REAL_PODS"] != "yes":
        raise SystemExit("istiod and proxies run for real only with root and network namespaces")
    if all(given.kubectl("get", "pod", "-A", "-l", PODS[part], "-o", "name") for part in parts):
        yield given
        return
    with clusters.another_lab(folder) as other, tempfile.TemporaryDirectory(prefix="mesh-") as scratch:
        install(other, Path(scratch), parts, monitoring_targets=[])
        yield other


def shop(namespace):
    """The lab's shop as documents in a namespace of its own whose pods get sidecars; the namespace comes first."""
    documents = (playing.ROOT / "tests" / "lab" / "shop.yaml").read_text().split("---\n")
    ours = [text for text in documents if "namespace: prod," in text or "namespace: prod}" in text]
    ours = [re.sub(r"namespace: prod\b", f"namespace: {namespace}", text) for text in ours]
    labels = "{istio-injection: enabled}"
    return [f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}, labels: {labels}}}\n", *ours]


def shops_with_a_caller_outside(cluster, spaces, outside, documents=()):
    """The shop in each namespace, and a Deployment `report` without sidecar in another one; all of them run."""
    labels = {"app": "report"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "client", "image": "meshlab-client"}]}}
    report = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "report", "namespace": outside},
        "spec": {"selector": {"matchLabels": labels}, "template": pod},
    }
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": outside}}
    texts = [text for space in spaces for text in shop(space)]
    texts += [json.dumps(document) + "\n" for document in (namespace, report, *documents)]
    cluster.kubectl("apply", "-f", "-", stdin="---\n".join(texts))
    for space in spaces:
        for name in ("reviews-v1", "reviews-v2", "client"):
            cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", space, "--timeout=180s")
    cluster.kubectl("rollout", "status", "deployment/report", "-n", outside, "--timeout=180s")


def below(pid):
    """A process and all its descendants."""
    listed = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [pid, *(one for child in listed.split() for one in below(int(child)))]


@contextlib.contextmanager
def stopped_envoys(agents):
    """The Envoys of these processes, those of the containers istio-proxy, do nothing meanwhile."""
    running = [pid for agent in agents for pid in below(agent)]
    pids = [pid for pid in running if Path(f"/proc/{pid}/comm").read_text() == "envoy\n"]
    assert pids, "no Envoy runs there"
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@pytest.fixture(scope="session")
def mesh(given, together, tmp_path_factory):
    """A lab beside the given one, with Istio and nothing else; skips where istiod cannot run."""
    if not given.is_lab:
        pytest.skip("wants a lab of its own")
    if given.variables["MESHLAB_REAL_PODS"] != "yes":
        pytest.skip("istiod and proxies run for real only with root")
    return together.lab("mesh", prepare=lambda cluster: install(cluster, tmp_path_factory.mktemp("mesh")))


@pytest.fixture(scope="session")
def measured(mesh, together, tmp_path_factory):
    """The same lab with a Prometheus that scrapes its proxies, every 5 s, for Istio's standard metrics."""

    def install_monitoring():
        bootstrap(mesh, tmp_path_factory.mktemp("measured"), ["monitoring"], monitoring_targets=[])

    together.once("mesh-monitoring", install_monitoring)
    return mesh


@pytest.fixture(scope="session")
def movable(given, together, tmp_path_factory):
    """A lab with Istio, without gateways, and Prometheus, for tests that move what is outside of namespaces, too."""
    if not given.is_lab or given.variables["MESHLAB_REAL_PODS"] != "yes":
        pytest.skip("istiod and proxies run for real only in a lab of their own, and with root")

    def prepare(cluster):
        parts = ("istio", "monitoring")
        install(cluster, tmp_path_factory.mktemp("movable"), parts, istio_gateways=[], monitoring_targets=[])

    return together.lab("movable", prepare=prepare)
