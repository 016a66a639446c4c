#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make canary`: requests move to a good or a bad version under a steady load, by traffic_shift and by plain kubectl.

Both take the same steps, as long each. kubectl has no gates: it goes on whatever happens. What the load saw is counted
from outside, and so is the weight of the canary, ten times a second. Writes docs/canary-proof.md. Exit code 1 when a
request was lost by the shifting itself, when a bad version was promoted, or a good one was not.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import meshes  # noqa: E402
import playing  # noqa: E402
from loads import Loads, inside  # noqa: E402

FOLDER = playing.BUILD / "lab-canary"  # of the lab that is started when there is no other with Istio and Prometheus
PAGE = playing.ROOT / "docs" / "canary-proof.md"
NAMESPACE = "canary"
URL = f"http://reviews.{NAMESPACE}:9080/"
ROUTE = f"/apis/networking.istio.io/v1/namespaces/{NAMESPACE}/virtualservices/reviews"
STEPS = (10, 50)
SETTLE = 12.0  # seconds of load before the first step, so that metrics know the stable side
WELL = "fail=0 fail_status=500 slow=0 slow_share=1"
# What the canary does, and whether it is to be promoted.
CASES = {
    "good version": (WELL, True),
    "5 % errors": ("fail=0.05 fail_status=500 slow=0 slow_share=1", False),
    "100 % errors": ("fail=1 fail_status=500 slow=0 slow_share=1", False),
    "slow at p99": ("fail=0 fail_status=500 slow=0.4 slow_share=0.1", False),
}


@dataclass
class Measured:
    """What was seen from outside. Times are seconds since the load began.

    ``failures``: (time, status, version); ``weights``: (time, weight of the canary) whenever it changed.
    """

    requests: int
    canary: int
    p99: float
    failures: list
    weights: list = field(default_factory=list)
    promoted: bool = False

    @property
    def by_shifting(self):
        """Failures that the behaviour of the canary does not explain."""
        return [failure for failure in self.failures if failure[2] != "v2"]

    @property
    def back(self):
        """When the canary's weight was 0 again, or None."""
        begun = next((number for number, (_when, weight) in enumerate(self.weights) if weight), None)
        after = self.weights[begun:] if begun is not None else []
        return next((when for when, weight in after if not weight), None)

    @property
    def begun(self):
        return next((when for when, weight in self.weights if weight), None)


class Bench:
    def __init__(self, cluster, folder: Path, options):
        self.cluster, self.folder, self.options = cluster, folder, options
        self.player = playing.Player(folder, cluster.kubeconfig, cluster.environment())

    def prepare(self) -> None:
        self.cluster.kubectl("apply", "-f", "-", stdin="---\n".join(documents()))
        for name in ("reviews-v1", "reviews-v2", "client"):
            self.cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", NAMESPACE, "--timeout=120s")

    def clean(self) -> None:
        self.cluster.kubectl("delete", "namespace", NAMESPACE, "--wait=false")

    def measure(self, behaviour: str, tool) -> Measured:
        """What the load saw while the tool moved requests to the canary."""
        self._route({"v1": 100})
        self.cluster.lab("behave", f"{NAMESPACE}/reviews-v2", *behaviour.split())
        load = Loads(self.cluster, self.folder, self.options.rate, {"client": inside(f"{NAMESPACE}/client", URL)})
        weights, over = [], threading.Event()
        watch = threading.Thread(target=self._watch, args=(weights, over))
        watch.start()
        try:
            time.sleep(SETTLE)
            promoted = tool()
            time.sleep(2.0)
        finally:
            over.set()
            watch.join()
            ended = time.monotonic()
            load.stop()
        return self._measured(load, weights, ended, promoted)

    def _watch(self, weights: list, over: threading.Event) -> None:
        """Note the canary's weight whenever it is another one."""
        while not over.wait(0.1):
            (rule,) = self.cluster.get(ROUTE)["spec"]["http"]
            weight = sum(entry.get("weight", 100) for entry in rule["route"] if entry["destination"]["subset"] == "v2")
            if not weights or weights[-1][1] != weight:
                weights.append((time.monotonic(), weight))

    @staticmethod
    def _measured(load: Loads, weights: list, ended: float, promoted: bool) -> Measured:
        failures, tally = load.failures["client"], load.tallies["client"]
        begun = ended - tally["seconds"]
        failed = [(line["at"], line.get("status"), line.get("version")) for line in failures]
        since = [(when - begun, weight) for when, weight in weights]
        counts = tally["versions"].get("v2", 0)
        return Measured(tally["requests"], counts, tally["milliseconds"]["p99"], failed, since, promoted)

    def by_traffic_shift(self) -> bool:
        gates = [
            {"type": "success_rate", "min": 99, "fail_below": 98},
            {"type": "latency", "percentile": 99, "max": 250},
        ]
        service = {"namespace": "monitoring", "name": "prometheus-operated"}
        arguments = {
            "name": "reviews",
            "namespace": NAMESPACE,
            "from": {"subset": "v1"},
            "to": {"subset": "v2"},
            "steps": [{"weight": weight} for weight in STEPS],
            "pause": self.options.pause,
            "gates": gates,
            "min_requests": 50,
            "interval": 3,
            "metrics": {"service": service, "scrape_interval": 5},
        }
        task = {"name": "Shift", "meshops.lifecycle.traffic_shift": arguments}
        result = self.player.play([task], expect="any")["Shift"].result
        print(f"    {result.get('phase')}: {result.get('msg', '')}"[:400], flush=True)
        return result.get("phase") == "promoted"

    def by_kubectl(self) -> bool:
        for weight in (*STEPS, 100):
            self._route({"v1": 100 - weight, "v2": weight})
            time.sleep(self.options.pause if weight < 100 else 1.0)
        return True

    def _route(self, weights: dict[str, int]) -> None:
        route = [
            {"destination": {"host": "reviews", "subset": subset}, "weight": weight}
            for subset, weight in weights.items()
            if weight
        ]
        self.cluster.kubectl("apply", "-f", "-", stdin=virtual_service(route))


def documents() -> list[str]:
    """The lab's shop in a namespace of its own, and its subsets."""
    subsets = [{"name": version, "labels": {"version": version}} for version in ("v1", "v2")]
    return [*meshes.shop(NAMESPACE), istio("DestinationRule", {"host": "reviews", "subsets": subsets})]


def virtual_service(route: list) -> str:
    # Without Istio's own retries: what a change loses is not to be repaired by the next attempt.
    return istio("VirtualService", {"hosts": ["reviews"], "http": [{"retries": {"attempts": 0}, "route": route}]})


def istio(kind: str, spec: dict) -> str:
    metadata = {"name": "reviews", "namespace": NAMESPACE}
    return json.dumps({"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": metadata, "spec": spec}) + "\n"


def row(name: str, tool: str, seen: Measured) -> str:
    share = f"{100 * seen.canary / seen.requests:.1f} %"
    after = [when for when, *_rest in seen.failures if seen.back is not None and when > seen.back]
    back = f"{seen.back - seen.begun:.1f} s" if seen.back is not None and seen.begun is not None else ""
    tail = f"{max(after) - seen.back:.1f} s, {len(after)}" if after else "none" if back else ""
    outcome = "promoted" if seen.promoted else "rolled back" if back else "not begun"
    counts = f"{seen.requests:,} | {len(seen.by_shifting)} | {len(seen.failures):,} | {share}"
    return f"| {name} | {tool} | {outcome} | {counts} | {seen.p99:.0f} ms | {back} | {tail} |"


HEAD = """# Canaries under load, by traffic_shift and by kubectl

`make canary` writes this page. One client sends a steady load of {rate} requests a second through real sidecars of the
lab, with mutual TLS and without retries, while requests move from version 1 to version 2 with the weights {steps} and
100, {pause} s each. `traffic_shift` has two gates (success rate at least 99 %, fails below 98 %; p99 at most 250 ms) on
the lab's Prometheus, which scrapes every 5 s, and goes back after two failed evaluations in a row; kubectl has none.
Requests and weights are counted from outside of both. Measured on {when} on a machine with two busy cores.

- **Failed by shifting**: failed requests that version 2 has not failed on purpose. **All failed**: those as well.
- **Back after**: from the first step to the weight of 0; 20 s of it (four scrapes) are before the first verdict.
- **Failed after that**: until when requests failed after the weight was 0 again, and how many.

| version 2 | by | outcome | requests | failed by shifting | all failed | to v2 | p99 | back after | failed after that |
|---|---|---|---|---|---|---|---|---|---|
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=int, default=100, help="requests a second")
    parser.add_argument("--pause", type=int, default=40, help="seconds of each step")
    parser.add_argument("--case", help="only cases whose name holds this; the page is not written")
    parser.add_argument("--tool", help="only this tool, traffic_shift or kubectl; the page is not written")
    parser.add_argument("--keep", action="store_true", help="leave the namespace there")
    options = parser.parse_args()
    rows, bad, ours_seen = [], [], []
    with (
        meshes.lab_with(FOLDER, "istio", "monitoring") as cluster,
        tempfile.TemporaryDirectory(prefix="canary-") as folder,
    ):
        bench = Bench(cluster, Path(folder), options)
        bench.prepare()
        for name, (behaviour, good) in CASES.items():
            if options.case and options.case not in name:
                continue
            for label, tool in {"traffic_shift": bench.by_traffic_shift, "kubectl": bench.by_kubectl}.items():
                if options.tool and options.tool != label:
                    continue
                seen = bench.measure(behaviour, tool)
                ours = label == "traffic_shift"
                rows.append(row(name, label, seen))
                timeline = ", ".join(f"{weight} % at {when:.1f} s" for when, weight in seen.weights)
                print(f"    weights: {timeline}", rows[-1], sep="\n", flush=True)
                ours_seen += [seen] * ours
                if ours and (seen.by_shifting or seen.promoted != good):
                    bad.append(name)
        if not options.keep:
            bench.clean()
    if not options.case and not options.tool:
        when = time.strftime("%Y-%m-%d")
        head = HEAD.format(rate=options.rate, pause=options.pause, steps=" and ".join(map(str, STEPS)), when=when)
        requests, lost = (sum(counts) for counts in zip(*((s.requests, len(s.by_shifting)) for s in ours_seen)))
        whole = f"\nBy traffic_shift {lost} of {requests:,} requests failed by shifting.\n"
        PAGE.write_text(head + "\n".join(rows) + "\n" + whole, encoding="utf-8")
    print(f"not as it should be: {', '.join(bad)}" if bad else "as it should be")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
