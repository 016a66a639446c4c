# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two Deployments whose requests are moved by traffic_shift, or by kubectl, which has no gates."""

from __future__ import annotations

import json
import time
from pathlib import Path

import playing
import shop
from cases import READY, Case

NAMESPACE = "canary"
STEPS = (10, 50)
SETTLED = 5.0  # seconds of load after version 1 has gone
GATES = [
    {"type": "success_rate", "min": 99, "fail_below": 98},
    {"type": "latency", "percentile": 99, "max": 250},
]
JUDGED = {
    "gates": GATES,
    "min_requests": 50,
    "interval": 3,
    "metrics": {"service": {"namespace": "monitoring", "name": "prometheus-operated"}, "scrape_interval": 5},
}


class Deployments:
    """What both tools begin with: version 1 has all requests, version 2 runs beside it."""

    name, namespace, canary = "", NAMESPACE, "v2"

    def __init__(self, cluster, folder: Path):
        self.cluster = cluster
        self.player = playing.Player(folder, cluster.kubeconfig, cluster.environment())

    def create(self) -> None:
        apply(self.cluster, *shop.documents(NAMESPACE))
        apply(self.cluster, shop.subsets(NAMESPACE, {version: {"version": version} for version in ("v1", "v2")}))

    def prepare(self, case: Case) -> None:
        """The shop as before the case, and version 2 as it is in this case."""
        apply(self.cluster, shop.route(NAMESPACE, {"v1": 100}))
        apply(self.cluster, shop.deployment(NAMESPACE, "v1", shop.pod("v1", {}, READY)))
        template = shop.pod("v2", case.environment, case.ready_port)
        self.cluster.kubectl("delete", "deployment", "reviews-v2", "-n", NAMESPACE, "--ignore-not-found")
        apply(self.cluster, shop.deployment(NAMESPACE, "v2", template))
        for name in ("reviews-v1", *(["reviews-v2"] if case.starts else []), "client"):
            self.cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", NAMESPACE, "--timeout=120s")

    def is_bad(self) -> bool:
        return False

    def settle(self) -> None:
        """After a promotion version 1 goes."""
        self.cluster.kubectl("scale", "deployment/reviews-v1", "-n", NAMESPACE, "--replicas=0")
        time.sleep(SETTLED)


class TrafficShift(Deployments):
    name = "traffic_shift"

    def shift(self, case: Case, pause: float) -> str:
        arguments = {
            "name": "reviews",
            "namespace": NAMESPACE,
            "from": {"subset": "v1"},
            "to": {"subset": "v2"},
            "steps": [{"weight": weight} for weight in STEPS],
            "pause": pause,
            **JUDGED,
        }
        task = {"name": "Shift", "meshops.lifecycle.traffic_shift": arguments}
        result = self.player.play([task], expect="any")["Shift"].result
        print(f"    {result.get('phase')}: {result.get('msg', '')}"[:600], flush=True)
        if result.get("phase") == "promoted":
            self.settle()
            return "promoted"
        return "rolled back" if result.get("phase") == "aborted" else "refused"

    def is_bad(self) -> bool:
        path = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
        journals = self.cluster.api("GET", path, labelSelector="meshops.lifecycle/operation")["items"]
        rows = [row for journal in journals for row in json.loads(journal["data"]["journal"]).get("verdicts", [])]
        return any(row.get("outcome") == "fail" for row in rows)


class Kubectl(Deployments):
    name = "kubectl"

    def shift(self, case: Case, pause: float) -> str:
        for weight in (*STEPS, 100):
            apply(self.cluster, shop.route(NAMESPACE, {"v1": 100 - weight, "v2": weight}))
            time.sleep(pause if weight < 100 else 1.0)
        self.settle()
        return "promoted"


def apply(cluster, *documents) -> None:
    """`kubectl apply` of documents, each as text or parsed."""
    texts = [each if isinstance(each, str) else shop.text(each) for each in documents]
    cluster.kubectl("apply", "-f", "-", stdin="---\n".join(texts))
