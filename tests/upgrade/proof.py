# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh under load, playbooks that are killed, and what was lost meanwhile."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support")]

from loads import Loads, inside  # noqa: E402

OLD, NEW = ("1-30", "1.30.0"), ("1-31", "1.31.1")
VALIDATOR = "istiod-default-validator"
INSIDE = "http://reviews.stock:9080/"


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


def state_of(item: dict) -> tuple[tuple, object]:
    """What one object says of it, under its kind and name; None for what is not compared."""
    metadata, kind = item["metadata"], item["kind"]
    labels = metadata.get("labels") or {}
    key = kind, metadata.get("namespace", ""), metadata["name"]
    if kind == "Namespace":
        chosen = {name: value for name, value in labels.items() if name.startswith("istio")}
        ours = {name: text for name, text in (metadata.get("annotations") or {}).items() if "meshops" in name}
        return key, None if metadata["name"] == "meshops-upgrade-probe" else (chosen, ours)
    if key[1] in ("argocd", "kube-system", "meshops-upgrade-probe"):
        return key, None
    if labels.get("istio.io/rev") == NEW[0] and "istio.io/tag" not in labels and key[2] != VALIDATOR:
        return key, None  # the new control plane's own, which stays beside the old one
    if kind == "Deployment":
        template = item["spec"]["template"]
        return key, (template["metadata"]["labels"], [each["image"] for each in template["spec"]["containers"]])
    if kind == "Service":
        return key, (labels.get("istio.io/rev"), item["spec"].get("selector"), item["spec"].get("ports"))
    hooks = [
        (hook["name"], hook["clientConfig"].get("service"), hook.get("namespaceSelector"), hook.get("objectSelector"))
        for hook in item.get("webhooks") or []
    ]
    return key, (labels.get("istio.io/rev"), hooks)


def killed_with_all(pid: int) -> None:
    """End a playbook as the end of its machine does; Ansible's workers are in sessions of their own."""
    os.kill(pid, signal.SIGSTOP)  # so that it makes no more of them
    for process in [*descendants(pid), pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def descendants(pid: int) -> list[int]:
    """The processes that a process has made, and theirs."""
    listed = " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))
    return [process for child in map(int, listed.split()) for process in [child, *descendants(child)]]


class Proof:
    """A mesh of the older version under load. ``revision``: of its control plane, empty for the default."""

    revision = OLD[0]
    tags = ("prod",)

    def __init__(self, cluster, folder: Path, rate: float):
        self.cluster, self.folder, self.rate = cluster, folder, rate
        self.charts = {OLD: cluster.variables["MESHLAB_OLDER_CHARTS"], NEW: cluster.variables["MESHLAB_CHARTS"]}

    # ---- What runs ---------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Istio 1.30 with a tag, and the shop."""
        self.cluster.kubectl("apply", "--server-side", "-f", self.cluster.variables["MESHLAB_GATEWAY_API_CRDS"])
        variables = {
            "mesh_parts": ["istio"],
            "istio_revision": self.revision,
            "istio_version": OLD[1],
            "istio_revision_tags": [*self.tags],
        }
        code, output = self.play("bootstrap", OLD, **variables)
        assert code == 0, output[-3000:]
        for _attempt in range(10):  # the webhooks answer a moment after the control plane is ready
            if "Error" not in self.cluster.kubectl("apply", "-f", "-", stdin=self.shop(), check=False) + self._left():
                break
            time.sleep(2)
        for namespace in ("shop", "stock"):
            self.cluster.kubectl("rollout", "status", "deployment/reviews", "-n", namespace, "--timeout=120s")
        self.cluster.kubectl("wait", "pod/client", "-n", "stock", "--for=condition=Ready", "--timeout=60s")

    def shop(self) -> str:
        """The shop as YAML; one of its namespaces selects the control plane without a tag."""
        text = (HERE / "shop.yaml").read_text()
        return text if self.revision else text.replace("istio.io/rev: 1-30", "istio-injection: enabled")

    def _left(self) -> str:
        """An error where not all of the shop is there."""
        there = self.cluster.kubectl("get", "-f", "-", "-o", "name", stdin=self.shop(), check=False).split()
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
            "mesh_upgrade_lease_duration": 20,
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
                    killed_with_all(running.pid)
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

    def killed(self, playbook: str, version, kills: dict, **goal) -> str:
        """A playbook that is killed at each of these lines of its output, then goes to its end; what to say of it."""
        for stage, pattern in kills.items():
            code, output = self.play(playbook, version, kill=pattern, **goal)
            assert code == -signal.SIGKILL, f"not killed in {stage}: {output[-3000:]}"
            print(f"killed in {stage}", flush=True)
        code, output = self.play(playbook, version, **goal)
        assert code == 0, output[-3000:]
        assert self.versions() == {version[1]}, self.versions()
        return f"killed in {', '.join(kills)}, and continued"

    # ---- The way back ------------------------------------------------------------------------------------------------

    def goal(self, side) -> dict:
        """The variables of a playbook that goes to one of the two versions."""
        return {"mesh_upgrade_revision": side[0], "mesh_upgrade_version": side[1]}

    def back_from_each(self) -> str:
        """Killed in each stage, and taken back from there; then everything is as it was before the first."""
        before = self.state()
        for stage, pattern in self.kills.items():
            if stage in ("base", "istiod"):  # what an earlier way has left is not installed anew
                self.remove_new_plane()
            code, output = self.play("upgrade", NEW, kill=pattern, **self.goal(NEW))
            assert code == -signal.SIGKILL, f"not killed in {stage}: {output[-3000:]}"
            code, output = self.play("upgrade_back", OLD, **self.goal(OLD))
            assert code == 0, output[-3000:]
            after = self.state()
            other = {
                key: (before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)
            }
            assert (self.versions(), other) == ({OLD[1]}, {}), f"back from {stage}: {other}"
            print(f"back from {stage}", flush=True)
        return f"killed in {', '.join(self.kills)}, and taken back from there each time: all as before"

    def remove_new_plane(self) -> None:
        """Take the new control plane away, which nothing uses."""

    def state(self) -> dict:
        """What decides who uses which control plane, without the new one's own objects and without definitions."""
        kinds = "namespaces,mutatingwebhookconfigurations,validatingwebhookconfigurations,services,deployments"
        items = self.cluster.kubectl("get", kinds, "-A", "-o", "json")["items"]
        return {key: value for item in items for key, value in [state_of(item)] if value is not None}

    def removal(self) -> None:
        """What is to be removed at the end, where anything is."""

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
