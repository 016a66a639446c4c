# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of Istio need: a lab of their own with the real istiod and gateways, installed by the role."""

from __future__ import annotations

import re

import playing
import pytest


def install(cluster, folder, **more):
    """The Gateway API's definitions and Istio into a lab, by the role, as the demo has it, and `more` variables."""
    cluster.kubectl("apply", "--server-side", "-f", cluster.variables["MESHLAB_GATEWAY_API_CRDS"])
    player = playing.Player(folder, cluster.kubeconfig, cluster.environment())
    demo = ["-i", str(playing.ROOT / "tests/demo/inventory"), "--limit", "meshlab"]
    player.play(playbook="meshops.lifecycle.bootstrap", args=demo, vars={"mesh_parts": ["istio"], **more}, timeout=900)


def shop(namespace):
    """The lab's shop as documents in a namespace of its own whose pods get sidecars; the namespace comes first."""
    documents = (playing.ROOT / "tests" / "lab" / "shop.yaml").read_text().split("---\n")
    ours = [text for text in documents if "namespace: prod," in text or "namespace: prod}" in text]
    ours = [re.sub(r"namespace: prod\b", f"namespace: {namespace}", text) for text in ours]
    labels = "{istio-injection: enabled}"
    return [f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}, labels: {labels}}}\n", *ours]


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
        player = playing.Player(tmp_path_factory.mktemp("measured"), mesh.kubeconfig, mesh.environment())
        demo = ["-i", str(playing.ROOT / "tests/demo/inventory"), "--limit", "meshlab"]
        parts = {"mesh_parts": ["monitoring"], "monitoring_targets": []}
        player.play(playbook="meshops.lifecycle.bootstrap", args=demo, vars=parts, timeout=600)

    together.once("mesh-monitoring", install_monitoring)
    return mesh
