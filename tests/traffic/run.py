#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make traffic`: a steady load on the lab while a mesh's configuration changes, by mesh_apply and by kubectl.

Requests go through the ingress gateway and from sidecar to sidecar over mutual TLS. Each case goes back and forth
between two states, once by each tool; a request that is not answered with 200 has failed. Exit code 1 when one failed
under mesh_apply, or when kubectl lost nothing in any case, which would prove nothing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import changes  # noqa: E402
import meshes  # noqa: E402
import playing  # noqa: E402

FOLDER = playing.BUILD / "lab-traffic"  # of the lab that is started when there is no other
NAMESPACE = "traffic"
SET = "traffic"
KINDS = ("networking.istio.io/v1/" + kind for kind in ("DestinationRule", "Gateway", "ServiceEntry", "VirtualService"))
ALLOWED = [f"--prune-allowlist={kind}" for kind in KINDS]


@dataclass
class Tally:
    """What the load saw: how many requests, over how many seconds, and (when, what) of each that failed."""

    requests: int
    seconds: float
    failures: list


class Bench:
    """The lab with Istio, two istiods, and a namespace of our own under STRICT mutual TLS."""

    def __init__(self, cluster, folder: Path, rate: int):
        self.cluster, self.folder, self.rate = cluster, folder, rate
        self.player = playing.Player(folder, cluster.kubeconfig, cluster.environment())

    def prepare(self) -> None:
        if not self.cluster.kubectl("get", "deployment", "istiod", "-n", "istio-system", "--ignore-not-found"):
            meshes.bootstrap(self.cluster, self.folder, ["istio"])
        self.cluster.kubectl("scale", "deployment/istiod", "-n", "istio-system", "--replicas=2")
        self._rolled_out("istio-system", "istiod")
        with self._only_the_last_istiod():
            self.cluster.kubectl("apply", "-f", "-", stdin="---\n".join(documents()))
            for name in WORKLOADS:
                self._rolled_out(NAMESPACE, name)

    def _rolled_out(self, namespace: str, name: str) -> None:
        self.cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", namespace, "--timeout=120s")

    @contextlib.contextmanager
    def _only_the_last_istiod(self):
        """Proxies that start meanwhile connect to the second replica; in the lab a name leads to the first address."""
        pods = self.cluster.kubectl("get", "pods", "-n", "istio-system", "-l", "app=istiod", "-o", "json")["items"]
        last = max(pods, key=lambda pod: pod["status"]["podIP"])["metadata"]["name"]
        self.cluster.kubectl("label", "pod", last, "-n", "istio-system", "traffic=second", "--overwrite")
        self._select({"traffic": "second"})
        try:
            time.sleep(3.0)
            yield
        finally:
            self._select({"traffic": None})
            self.cluster.kubectl("label", "pod", last, "-n", "istio-system", "traffic-")

    def _select(self, labels: dict) -> None:
        patch = json.dumps({"spec": {"selector": labels}})
        self.cluster.kubectl("patch", "service", "istiod", "-n", "istio-system", "--type=merge", "-p", patch)

    def clean(self) -> None:
        self.cluster.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found")
        self.cluster.kubectl("scale", "deployment/istiod", "-n", "istio-system", "--replicas=1")

    @contextlib.contextmanager
    def load(self, tallies: dict):
        """The load runs meanwhile; ``tallies`` then holds what each side saw."""
        wish = {"rate": self.rate, "connections": 4}
        outside = {
            "url": self.cluster.variables["MESHLAB_GATEWAY_URL"],
            "headers": {"Host": changes.OUTSIDE.format(NAMESPACE)},
        }
        inside = {"url": f"http://reviews.{NAMESPACE}.svc.cluster.local:9080", "headers": {}}
        script = str(HERE / "load.py")
        in_pod = ("exec", f"{NAMESPACE}/client", "--", "python3", "-c", Path(script).read_text())
        exec_in = self.cluster.lab_command(*in_pod)
        running = {
            "gateway": self._begin([sys.executable, script, json.dumps({**wish, **outside})]),
            "sidecar": self._begin([*exec_in, json.dumps({**wish, **inside})]),
        }
        time.sleep(1.0)
        try:
            yield
            time.sleep(1.0)
        finally:
            for side, process in running.items():
                said, _nothing = process.communicate("", timeout=60)
                tallies[side] = Tally(**json.loads(said))

    def _begin(self, argv: list[str]) -> subprocess.Popen:
        pipe = subprocess.PIPE
        return subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, env=self.cluster.environment())

    def by_mesh_apply(self, states: list[list[dict]]) -> None:
        """One task for each state, as a playbook has them."""
        self.player.play([{"name": f"State {index}", **self._task(state)} for index, state in enumerate(states)])

    def _task(self, state: list[dict]) -> dict:
        arguments = {"name": SET, "namespace": NAMESPACE, "objects": state, "prune": True, "wait": True}
        return {"meshops.lifecycle.mesh_apply": arguments}

    def by_kubectl(self, states: list[list[dict]]) -> None:
        """One `kubectl apply --prune` for each state, and as long a pause as a task of ours takes."""
        for state in states:
            document = {"apiVersion": "v1", "kind": "List", "items": [labelled(item) for item in state]}
            self.cluster.kubectl("apply", "--prune", "-l", "set=traffic", *ALLOWED, "-f", "-", stdin=document)
            time.sleep(1.5)

    def nothing_left(self) -> None:
        for kind in ("virtualservice", "gateway.networking.istio.io", "destinationrule", "serviceentry"):
            self.cluster.kubectl("delete", kind, "--all", "-n", NAMESPACE)
        self.cluster.kubectl("delete", "configmap", SET, "-n", NAMESPACE, "--ignore-not-found")

    def measure(self, states: tuple[list, list], turns: int, tool) -> dict[str, Tally]:
        """The load's tallies while the set goes ``turns`` times to its second state and back."""
        self.nothing_left()
        tool([states[0]])
        time.sleep(2.0)
        tallies: dict[str, Tally] = {}
        with self.load(tallies):
            tool([states[1], states[0]] * turns)
        return tallies


def labelled(item: dict) -> dict:
    return {**item, "metadata": {**item["metadata"], "labels": {"set": "traffic"}}}


WORKLOADS = ("reviews-v1", "reviews-v2", "client")


def documents() -> list[str]:
    """The lab's shop in a namespace of our own, with mutual TLS required."""
    strict = (
        "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\n"
        f"metadata: {{name: default, namespace: {NAMESPACE}}}\nspec: {{mtls: {{mode: STRICT}}}}\n"
    )
    namespace, *ours = meshes.shop(NAMESPACE)
    return [namespace, strict, *ours]


def told(tallies: dict[str, Tally]) -> str:
    made = sum(tally.requests for tally in tallies.values())
    failed = sum(len(tally.failures) for tally in tallies.values())
    return f"{failed} of {made:,}"


def reasons(tallies: dict[str, Tally]) -> list[str]:
    found: dict[str, int] = {}
    for side, tally in tallies.items():
        for _when, what in tally.failures:
            found[f"{side}: {what[:90]}"] = found.get(f"{side}: {what[:90]}", 0) + 1
    return [f"{count} × {what}" for what, count in sorted(found.items(), key=lambda item: -item[1])[:3]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=300, help="requests a second, of each of the two loads")
    parser.add_argument("--turns", type=int, default=5, help="how often each case goes there and back")
    parser.add_argument("--case", help="only cases whose name holds this")
    parser.add_argument("--keep", action="store_true", help="leave the namespace and the second istiod there")
    options = parser.parse_args()
    with meshes.lab_with(FOLDER, "istio") as cluster, tempfile.TemporaryDirectory(prefix="traffic-") as folder:
        bench = Bench(cluster, Path(folder), options.rate)
        bench.prepare()
        rows = []
        for name, states in changes.cases(NAMESPACE).items():
            if options.case and options.case not in name:
                continue
            row = {}
            for tool in (bench.by_mesh_apply, bench.by_kubectl):
                row[tool.__name__] = bench.measure(states, options.turns, tool)
                seen = row[tool.__name__]
                print(f"{name}, {tool.__name__}: {told(seen)} failed", *reasons(seen), sep="\n    ")
                sys.stdout.flush()
            rows.append((name, row["by_mesh_apply"], row["by_kubectl"]))
        if not options.keep:
            bench.clean()
    return report(rows, options)


def report(rows: list, options) -> int:
    seconds = [tally.seconds for row in rows for tallies in row[1:] for tally in tallies.values()]
    requests = [tally.requests for row in rows for tallies in row[1:] for tally in tallies.values()]
    average = 2 * sum(requests) / max(sum(seconds), 1)
    print(f"\n{options.turns} turns a case; {average:.0f} requests a second on average.\n")
    print("| change | mesh_apply: failed of all requests | kubectl apply: failed of all requests |\n|---|---|---|")
    for name, ours, theirs in rows:
        print(f"| {name} | {told(ours)} | {told(theirs)} |")
    lost = [sum(len(tally.failures) for row in rows for tally in row[side].values()) for side in (1, 2)]
    return 1 if lost[0] or not lost[1] else 0


if __name__ == "__main__":
    raise SystemExit(main())
