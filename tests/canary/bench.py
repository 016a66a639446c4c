# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens while a tool works, seen from outside of it: by the callers, in the route, and at istiod."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import shop
from cases import Case
from loads import Loads, inside

LOOK = 0.1  # seconds between two looks
PATIENCE = 20.0  # seconds in which the last proxy is to acknowledge the way back
ROUTES = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"


@dataclass
class Seen:
    """What was seen; times are those of the day. ``failures``: (time, status, version, what the caller was told).

    ``weights``: (time, weight of the canary) whenever it changed; ``bad``: when the tool's first bad verdict could be
    read; ``proxies``: when every proxy had acknowledged the route that goes back; ``last``: when the last request began
    that version 2 has answered.
    """

    case: Case
    tool: str
    outcome: str = ""
    requests: int = 0
    canary: int = 0
    milliseconds: float = 0.0
    failures: list = field(default_factory=list)
    weights: list = field(default_factory=list)
    bad: float | None = None
    proxies: float | None = None
    last: float | None = None
    ended: float = 0.0

    @property
    def begun(self) -> float | None:
        """When the canary's first weight was there."""
        return next((when for when, weight in self.weights if weight), None)

    @property
    def back(self) -> float | None:
        """Since when the canary's weight is 0 for good: a tool may have given it some again meanwhile."""
        when, weight = self.weights[-1] if self.weights else (0.0, 0)
        return when if self.begun and not weight else None

    @property
    def by_shifting(self) -> list:
        """Failures that version 2 does not explain.

        Those without a version are its own where it leaves requests unanswered, from its first weight until one second
        after the last proxy has gone back.
        """
        return [failure for failure in self.failures if failure[2] != "v2" and not self._is_of_canary(failure[0])]

    def _is_of_canary(self, when: float) -> bool:
        if not self.case.unanswered or self.begun is None:
            return False
        return self.begun - LOOK <= when <= (self.proxies or self.back or self.ended) + 1

    def share(self, rate: float) -> float:
        """Requests that the weights gave to the canary."""
        ends = [when for when, _weight in self.weights[1:]] + [self.ended]
        spans = zip(self.weights, ends)
        return sum(rate * weight / 100 * (end - when) for (when, weight), end in spans)


class Watch:
    """Looks at a shop all the time, until it is over."""

    def __init__(self, cluster, namespace: str, canary: str, is_bad: Callable[[], bool], seen: Seen):
        self._cluster, self._canary, self._is_bad, self._seen = cluster, canary, is_bad, seen
        self._path = f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices/reviews"
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        seen = self._seen
        while not self._over.wait(LOOK):
            weight = self._weight()
            if not seen.weights or seen.weights[-1][1] != weight:
                seen.weights.append((time.time(), weight))
                seen.proxies = None
            if seen.begun and seen.bad is None and self._is_bad():
                seen.bad = time.time()
            if seen.back and seen.proxies is None and self._acknowledged(seen.back):
                seen.proxies = time.time()

    def _weight(self) -> int:
        (rule,) = self._cluster.get(self._path)["spec"]["http"]
        return sum(e.get("weight", 100) for e in rule["route"] if e["destination"]["subset"] == self._canary)

    def _acknowledged(self, since: float) -> bool:
        """Whether each proxy has acknowledged routes that istiod has sent since then."""
        url = self._cluster.variables["MESHLAB_ISTIOD_DEBUG_URL"] + "/debug/syncz"
        with urllib.request.urlopen(url, timeout=5) as answer:
            proxies = json.load(answer)
        routes = [proxy["resources"].get(ROUTES) for proxy in proxies]
        return all(
            row["sent"] == row["acked"] and datetime.fromisoformat(row["sentTime"]).timestamp() >= since - 2 * LOOK
            for row in routes
            if row
        )


class Bench:
    """Measures what tools do on one lab."""

    def __init__(self, cluster, folder: Path, rate: int):
        self.cluster, self._folder, self.rate = cluster, folder, rate

    def measure(self, case: Case, tool, pause: float, settle: float) -> Seen:
        """What was seen while the tool moved requests to version 2, after so many seconds of load beforehand."""
        tool.prepare(case)
        seen = Seen(case, tool.name)
        gateway, host = self.cluster.variables["MESHLAB_GATEWAY_URL"], shop.outside(tool.namespace)
        wanted = {
            "sidecar": inside(f"{tool.namespace}/client", f"http://reviews.{tool.namespace}:9080/"),
            "gateway": ("--header", f"Host: {host}", f"{gateway}/"),
        }
        loads = Loads(self.cluster, self._folder, self.rate / len(wanted), wanted)
        try:
            with Watch(self.cluster, tool.namespace, tool.canary, tool.is_bad, seen):
                time.sleep(settle)
                seen.outcome = tool.shift(case, pause)
                time.sleep(2.0)
                patience = time.time() + PATIENCE
                while seen.back and seen.proxies is None and time.time() < patience:
                    time.sleep(LOOK)
            seen.ended = time.time()
        finally:
            loads.stop()
        count(loads, seen)
        return seen


def count(loads: Loads, seen: Seen) -> None:
    """Put into what was seen what the callers saw."""
    for name, tally in loads.tallies.items():
        began = tally["began"]
        seen.requests += tally["requests"]
        seen.canary += tally["versions"].get("v2", 0)
        seen.milliseconds = max(seen.milliseconds, tally["milliseconds"]["p99"])
        if "v2" in tally["last"]:
            seen.last = max(seen.last or 0.0, began + tally["last"]["v2"])
        seen.failures += [
            (began + line["at"], line["status"], line["version"], f"{name}: {line['reason']}")
            for line in loads.failures[name]
        ]
    seen.failures.sort(key=lambda failure: failure[0])
