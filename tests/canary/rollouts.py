# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same by Argo Rollouts: a Rollout with Istio as its traffic router, the same steps, queries and limits.

Its own defaults are kept, but for what would have it lose: an analysis without data is no error (the metrics of a new
version come with its first requests), and the queries want as many requests as our gates do.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import shop
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import promql
from cases import READY, Case

from tools import JUDGED, STEPS, apply

NAMESPACE = "canary-rollouts"
WINDOW = 20  # seconds: four scrapes
# Requests that reach no pod have no version; as our gates do, they are counted as the canary's.
CANARY = (
    f'reporter="source",destination_service_name="reviews",destination_service_namespace="{NAMESPACE}",'
    'destination_version=~"v2|unknown"'
)
PLACE = f"/apis/argoproj.io/v1alpha1/namespaces/{NAMESPACE}"
DEADLINE = 45  # seconds for pods to become ready, before the Rollout is aborted


class Rollouts:
    name, namespace, canary = "Argo Rollouts", NAMESPACE, "canary"

    def __init__(self, cluster, folder: Path):
        self.cluster, self._folder = cluster, folder

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Its controller runs meanwhile; it is compiled when it was not yet."""
        subprocess.run(self.cluster.lab_command("build", "rollouts-controller"), check=True)
        self.cluster.kubectl("apply", "--server-side", "-f", self.cluster.variables["MESHLAB_ROLLOUTS_CRDS"])
        kinds = (f"{plural}.argoproj.io" for plural in ("rollouts", "analysisruns", "analysistemplates"))
        self.cluster.await_definitions(*kinds)
        ports = ("--metricsPort", free_port(), "--healthzPort", free_port())
        argv = self.cluster.lab_command("tool", "rollouts-controller", "--kubeconfig", str(self.cluster.kubeconfig))
        log = (self._folder / "rollouts-controller.log").open("w")
        with log, subprocess.Popen([*argv, *ports, "--leader-elect=false"], stdout=log, stderr=log) as controller:
            try:
                yield
            finally:
                controller.terminate()

    def create(self) -> None:
        """The namespace and the client; what a Rollout changes is made anew for each case."""
        apply(self.cluster, *shop.documents(NAMESPACE))
        self.cluster.kubectl("delete", "deployment", "reviews-v1", "reviews-v2", "-n", NAMESPACE, "--wait")
        self.cluster.kubectl("rollout", "status", "deployment/client", "-n", NAMESPACE, "--timeout=120s")

    def prepare(self, case: Case) -> None:
        for plural in ("rollouts", "analysisruns"):
            self.cluster.kubectl("delete", f"{plural}.argoproj.io", "--all", "-n", NAMESPACE)
        labels = {"app": "reviews"}
        apply(self.cluster, shop.subsets(NAMESPACE, {"stable": labels, "canary": labels}))
        apply(self.cluster, shop.route(NAMESPACE, {"stable": 100, "canary": 0}))
        apply(
            self.cluster,
            template(self.cluster.variables["MESHLAB_PROMETHEUS_URL"]),
            rollout(shop.pod("v1", {}, READY), 1.0),
        )
        self._until("Healthy")

    def shift(self, case: Case, pause: float) -> str:
        apply(self.cluster, rollout(shop.pod("v2", case.environment, case.ready_port), pause))
        time.sleep(2.0)
        # Where pods never become ready it does not even come to its deadline: it waits to switch the DestinationRule.
        seconds = 600.0 if case.starts else DEADLINE + 10.0
        phase = self._until("Healthy", "Degraded", seconds=seconds)
        status = self.cluster.get(f"{PLACE}/rollouts/reviews")["status"]
        print(f"    {phase}: {status.get('message', '')}"[:600], flush=True)
        if phase == "Healthy":
            time.sleep(35.0)  # it keeps the old pods for 30 s
            return "promoted"
        return "rolled back" if self._has_begun() else "not begun"

    def _has_begun(self) -> bool:
        return bool(self.cluster.get(f"{PLACE}/analysisruns")["items"])

    def is_bad(self) -> bool:
        runs = self.cluster.get(f"{PLACE}/analysisruns")["items"]
        results = [result for run in runs for result in run.get("status", {}).get("metricResults", [])]
        return any(each["phase"] == "Failed" for result in results for each in result.get("measurements", []))

    def _until(self, *phases: str, seconds: float = 600.0) -> str:
        """Wait for one of the phases, of the present specification; "" when the time is over."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            live = self.cluster.get(f"{PLACE}/rollouts/reviews")
            status = live.get("status") or {}
            current = str(status.get("observedGeneration")) == str(live["metadata"]["generation"])
            if current and status.get("phase") in phases:
                return status["phase"]
            time.sleep(0.2)
        return ""


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return str(listening.getsockname()[1])


def rollout(pod: dict, pause: float) -> dict:
    steps = [step for weight in STEPS for step in ({"setWeight": weight}, {"pause": {"duration": f"{pause:g}s"}})]
    istio = {
        "virtualService": {"name": "reviews"},
        "destinationRule": {"name": "reviews", "stableSubsetName": "stable", "canarySubsetName": "canary"},
    }
    canary = {
        "trafficRouting": {"istio": istio},
        "analysis": {"templates": [{"templateName": "reviews"}], "startingStep": 1},
        "steps": steps,
    }
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "reviews"}},
        "template": pod,
        "progressDeadlineSeconds": DEADLINE,
        "progressDeadlineAbort": True,
        "strategy": {"canary": canary},
    }
    return argo("Rollout", spec)


def template(address: str) -> dict:
    """The gates as an AnalysisTemplate."""
    requests = promql.increases(promql.REQUESTS, CANARY, (), WINDOW)
    good = promql.increases(promql.REQUESTS, f'{CANARY},response_code!~"5..|0"', (), WINDOW)
    buckets = promql.increases(promql.DURATIONS, CANARY, ("le",), WINDOW)
    enough = f"and on() ({requests}) >= {JUDGED['min_requests']}"
    metrics = [
        metric("success-rate", address, f"(({good}) or vector(0)) / ({requests}) {enough}", ">= 0.99", "< 0.98"),
        metric("latency", address, f"histogram_quantile(0.99, {buckets}) {enough}", "<= 250", "> 250"),
    ]
    return argo("AnalysisTemplate", {"metrics": metrics})


def metric(name: str, address: str, query: str, passes: str, fails: str) -> dict:
    return {
        "name": name,
        "interval": f"{JUDGED['interval']}s",
        "successCondition": f"len(result) == 0 || isNaN(result[0]) || result[0] {passes}",
        "failureCondition": f"len(result) > 0 && result[0] {fails}",
        "failureLimit": 1,  # fails at the second
        "inconclusiveLimit": 1000,
        "consecutiveErrorLimit": 20,
        "provider": {"prometheus": {"address": address, "query": query}},
    }


def argo(kind: str, spec: dict) -> dict:
    metadata = {"name": "reviews", "namespace": NAMESPACE}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}
