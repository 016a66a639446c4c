# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steady loads on the lab and what they saw; what all parts of the proof share."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import clusters
import playing

FOLDER = playing.BUILD / "lab-security"  # of the lab that is started when there is no other with Istio and Prometheus


@dataclass
class Row:
    """A row of the page. ``good``: whether it is as it should be; of a recipe of others it always is."""

    case: str
    by: str
    outcome: str
    requests: int
    failed: int
    seconds: float | None = None
    remark: str = ""
    good: bool = True

    def cells(self):
        time = "" if self.seconds is None else f"{self.seconds:.1f} s"
        return (self.case, self.by, self.outcome, f"{self.requests:,}", f"{self.failed:,}", time, self.remark)


@contextlib.contextmanager
def measured():
    """The lab when Istio and Prometheus run in it, else another that ends with this."""
    given = clusters.lab()
    if given.variables["MESHLAB_REAL_PODS"] != "yes":
        raise SystemExit("istiod and proxies run for real only with root and network namespaces")
    if all(given.kubectl("get", "pod", "-A", "-l", label, "-o", "name") for label in ("app=istiod", "prometheus=mesh")):
        yield given
        return
    with clusters.another_lab(FOLDER) as other, tempfile.TemporaryDirectory(prefix="security-") as folder:
        other.kubectl("apply", "--server-side", "-f", other.variables["MESHLAB_GATEWAY_API_CRDS"])
        player = playing.Player(Path(folder), other.kubeconfig, other.environment())
        demo = ["-i", str(playing.ROOT / "tests" / "demo" / "inventory"), "--limit", "meshlab"]
        parts = {"mesh_parts": ["istio", "monitoring"], "monitoring_targets": []}
        player.play(playbook="meshops.lifecycle.bootstrap", args=demo, vars=parts, timeout=900)
        yield other


class Loads:
    """Loads from clients ("NAMESPACE/NAME") to addresses, until `stop`; then ``requests`` and ``failed`` of each."""

    def __init__(self, cluster, folder, rate, addresses):
        self.requests, self.failed, self._running = {}, {}, []
        for number, (client, url) in enumerate(addresses.items()):
            lines = folder / f"load-{number}.jsonl"  # a pipe would be full after some hundred failures
            arguments = ("load", "--from", client, "--rate", str(rate), url)
            with lines.open("w") as stream:
                self._running.append((client, lines, subprocess.Popen(cluster.lab_command(*arguments), stdout=stream)))

    def stop(self):
        for _client, _lines, process in self._running:
            process.send_signal(signal.SIGINT)
        for client, lines, process in self._running:
            process.wait(timeout=60)
            tally = json.loads(lines.read_text().splitlines()[-1])
            self.requests[client], self.failed[client] = tally["requests"], tally["failed"]
        self._running = []
