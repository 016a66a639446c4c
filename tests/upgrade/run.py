#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make upgrade-proof`: Istio 1.30 to 1.31 by revision and back under load, killed in each stage; and by commands.

The load comes from outside through the ingress gateway, and from a sidecar to a sidecar with STRICT mTLS. It is counted
outside of the tools. Writes docs/upgrade-proof.md. Exit code 1 when a request was lost by the playbooks, or a
second run was not refused.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support")]

import clusters  # noqa: E402
import playing  # noqa: E402
from loads import Loads, inside  # noqa: E402

FOLDER = playing.BUILD / "lab-upgrade"
PAGE = playing.ROOT / "docs" / "upgrade-proof.md"
OLD, NEW = ("1-30", "1.30.0"), ("1-31", "1.31.1")
INSIDE = "http://reviews.stock:9080/"
# Where a run is killed: a line of its output, while that stage is at work.
KILLS = {
    "base": r"item=istio-system/istio-base",
    "istiod": r"item=istio-system/istiod-1-31",
    "gateways": r"TASK \[Move a gateway\]",
    "waves": r"TASK .*Restart the workloads",
    "default": r"TASK \[Point the revision tags",
}


@dataclass
class Row:
    """One way: requests and failures of both loads, and what the tool did beside."""

    name: str
    seconds: float
    outside: dict
    inside: dict
    remark: str = ""

    @property
    def failed(self) -> int:
        return self.outside["failed"] + self.inside["failed"]

    def line(self) -> str:
        counts = [f"{part['failed']} of {part['requests']}" for part in (self.outside, self.inside)]
        return f"| {self.name} | {self.seconds:.0f} s | {counts[0]} | {counts[1]} | {self.remark} |"


class Proof:
    def __init__(self, cluster, folder: Path, rate: float):
        self.cluster, self.folder, self.rate = cluster, folder, rate
        self.charts = {OLD: cluster.variables["MESHLAB_OLDER_CHARTS"], NEW: cluster.variables["MESHLAB_CHARTS"]}

    # ---- What runs ---------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Istio 1.30 with a tag, and the shop."""
        self.cluster.kubectl("apply", "--server-side", "-f", self.cluster.variables["MESHLAB_GATEWAY_API_CRDS"])
        variables = {
            "mesh_parts": ["istio"],
            "istio_revision": OLD[0],
            "istio_version": OLD[1],
            "istio_revision_tags": ["prod"],
        }
        code, output = self.play("bootstrap", OLD, **variables)
        assert code == 0, output[-3000:]
        for _attempt in range(10):  # the webhooks answer a moment after the control plane is ready
            if "Error" not in self.cluster.kubectl("apply", "-f", str(HERE / "shop.yaml"), check=False) + self._left():
                break
            time.sleep(2)
        for namespace in ("shop", "stock"):
            self.cluster.kubectl("rollout", "status", "deployment/reviews", "-n", namespace, "--timeout=120s")
        self.cluster.kubectl("wait", "pod/client", "-n", "stock", "--for=condition=Ready", "--timeout=60s")

    def _left(self) -> str:
        """An error where not all of the shop is there."""
        there = self.cluster.kubectl("get", "-f", str(HERE / "shop.yaml"), "-o", "name", check=False).split()
        return "" if len(there) == 10 else "Error"

    def inventory(self, version, **more) -> Path:
        variables = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "istio_chart_source": str(self.charts[version]),
            "mesh_upgrade_base_chart_source": str(self.charts[NEW]),
            "istio_gateway_values": {"autoscaling": {"enabled": False}},
            "istio_istiod_values": {"autoscaleEnabled": False},
            "istio_gateways": [{"name": "istio-ingressgateway", "namespace": "istio-ingress"}],
            "istio_stale_after": 5,
            "mesh_upgrade_probe": {
                "image": "meshlab-http",
                "port": 9080,
                "client_image": "meshlab-client",
                "client_command": ["/usr/bin/curl", "--fail", "--silent", "--show-error", "--max-time", "5"],
            },
            **more,
        }
        path = self.folder / f"inventory-{len(list(self.folder.glob('inventory-*')))}.json"
        path.write_text(json.dumps({"all": {"hosts": {"lab": {}}, "vars": variables}}))
        return path.rename(path.with_suffix(".yml"))

    def play(self, playbook: str, version, kill: str = "", at: tuple = (), **variables) -> tuple[int, str]:
        """Exit code (negative when it was killed) and output. ``at``: a pattern, and what to do when it is seen."""
        argv = ["ansible-playbook", f"meshops.lifecycle.{playbook}", "-i", str(self.inventory(version, **variables))]
        environment = self.cluster.environment(PYTHONUNBUFFERED="1")
        environment.pop("ANSIBLE_CALLBACKS_ENABLED")  # the record of runs is for tests
        lines = []
        with subprocess.Popen(
            argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        ) as running:
            for line in running.stdout:
                lines.append(line)
                if kill and re.search(kill, line):
                    os.killpg(running.pid, signal.SIGKILL)
                    kill = ""
                if at and re.search(at[0], line):
                    at[1]()
                    at = ()
        return running.returncode, "".join(lines)

    # ---- The load ----------------------------------------------------------------------------------------------------

    def measured(self, name: str, tool) -> Row:
        """What both loads saw while the tool worked."""
        wanted = {
            "outside": [self.cluster.variables["MESHLAB_GATEWAY_URL"] + "/"],
            "inside": inside("stock/client", INSIDE),
        }
        loads = Loads(self.cluster, self.folder, self.rate, wanted)
        time.sleep(2)
        began = time.monotonic()
        try:
            remark = tool()
        finally:
            seconds = time.monotonic() - began
            time.sleep(2)
            loads.stop()
        row = Row(name, seconds, loads.tallies["outside"], loads.tallies["inside"], remark)
        print(row.line(), flush=True)
        return row

    # ---- The ways ----------------------------------------------------------------------------------------------------

    def upgrade(self) -> str:
        """Killed in each stage, and continued by the next run."""
        goal = {"mesh_upgrade_revision": NEW[0], "mesh_upgrade_version": NEW[1]}
        killed = []
        for stage, pattern in KILLS.items():
            code, output = self.play("upgrade", NEW, kill=pattern, mesh_upgrade_takeover=bool(killed), **goal)
            assert code == -signal.SIGKILL, f"not killed in {stage}: {output[-3000:]}"
            killed.append(stage)
            print(f"killed in {stage}", flush=True)
        code, output = self.play("upgrade", NEW, mesh_upgrade_takeover=True, **goal)
        assert code == 0, output[-3000:]
        assert self.versions() == {NEW[1]}, self.versions()
        return f"killed in {', '.join(killed)}, and continued"

    def back(self) -> str:
        """A second run meanwhile is refused."""
        goal = {"mesh_upgrade_revision": OLD[0], "mesh_upgrade_version": OLD[1]}
        seen = []
        second = (
            r"TASK .*Have namespaces select the control plane",
            lambda: seen.append(self.play("upgrade_back", OLD, **goal)),
        )
        code, output = self.play("upgrade_back", OLD, at=second, **goal)
        assert code == 0, output[-3000:]
        assert seen and seen[0][0] and "is under way" in seen[0][1], "a second run was not refused"
        assert self.versions() == {OLD[1]}, self.versions()
        return "a second run was refused"

    def recipe(self) -> str:
        """The steps of Istio's documentation, by helm and kubectl, each waited for."""
        charts, kubectl, helm = Path(self.charts[NEW]), self.cluster.kubectl, self.cluster.helm
        waited = ["--set", "revision=1-31", "--wait", "--timeout", "100s"]
        istiod = [str(charts / "istio-control/istio-discovery"), "--set", "autoscaleEnabled=false"]
        helm("upgrade", "--install", "istiod-1-31", *istiod, "-n", "istio-system", *waited)
        gateway = [str(charts / "gateway"), "--set", "autoscaling.enabled=false", "--force-conflicts"]
        helm("upgrade", "istio-ingressgateway", *gateway, "-n", "istio-ingress", *waited)
        for namespace in ("shop", "stock"):
            kubectl("label", "namespace", namespace, "istio.io/rev=1-31", "--overwrite")
            kubectl("rollout", "restart", "deployment", "-n", namespace)
        for namespace in ("shop", "stock"):
            kubectl("rollout", "status", "deployment/reviews", "-n", namespace, "--timeout=100s")
        return "no proof of the new control plane, all namespaces at once, tag and validator left"

    def versions(self) -> set:
        """Of the proxies that are of a Deployment."""
        pods = self.cluster.kubectl("get", "pods", "-A", "-o", "json")["items"]
        return {
            container["image"].rpartition(":")[2]
            for pod in pods
            if not pod["metadata"].get("deletionTimestamp") and pod["metadata"].get("ownerReferences")
            for container in [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]
            if container["name"] == "istio-proxy"
        }


def page(rows: list[Row], rate: float) -> str:
    return f"""# Upgrades under load

`make upgrade-proof` writes this page. Istio {OLD[1]} to {NEW[1]} by revision in the [lab](../tests/lab/README.md):
{rate:g} requests a second from outside through the ingress gateway, and as many from a sidecar to a sidecar with
STRICT mTLS. One namespace selects a tag, another one the revision. Every failed request counts, whatever its cause.
The workloads have a `preStop` that sleeps 3 seconds, which any restart needs for requests that are on their way. Both
Istios run the same Envoy here.

| way | time | lost, through the gateway | lost, sidecar to sidecar | |
|---|---|---|---|---|
{chr(10).join(row.line() for row in rows)}

The recipe is that of Istio's documentation, by `helm` and `kubectl`. What the playbooks have beside: each stage is
proven before the next, an interrupted run is continued, and there is a way back. How they work:
[role mesh_upgrade](role_mesh_upgrade.md).
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rate", type=float, default=50, help="requests a second of each load")
    options = parser.parse_args()
    subprocess.run([*clusters.LAB, "build", "istio-1.30"], check=True)
    with clusters.another_lab(FOLDER) as cluster, tempfile.TemporaryDirectory(prefix="upgrade-") as folder:
        proof = Proof(cluster, Path(folder), options.rate)
        proof.prepare()
        rows = [
            proof.measured("playbook `upgrade`", proof.upgrade),
            proof.measured("playbook `upgrade_back`", proof.back),
            proof.measured("helm and kubectl", proof.recipe),
        ]
        PAGE.write_text(page(rows, options.rate))
        print(f"written: {PAGE}")
        return int(any(row.failed for row in rows[:2]))


if __name__ == "__main__":
    sys.exit(main())
