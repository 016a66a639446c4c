# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab itself: it starts, repairs what was killed, carries real mTLS, and leaves nothing behind.

A lab of its own, beside any other that runs here.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

LAB = Path(__file__).with_name("lab")
PORT_BASE = 21400
ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="pods run as processes in namespaces: that needs root")


class Lab:
    def __init__(self, folder: Path):
        self.folder = folder

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        command, *rest = arguments
        argv = [sys.executable, LAB, command, "--dir", self.folder, *rest]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=3600, stdin=subprocess.DEVNULL)
        assert not check or done.returncode == 0, done.stderr
        return done

    def up(self) -> dict[str, int]:
        """Start or repair; name → pid of every background process."""
        self.run("up", "--port-base", str(PORT_BASE))
        return {row["name"]: row["pid"] for row in self.state()["processes"]}

    def state(self) -> dict:
        return json.loads(self.run("status", "--json", check=False).stdout)

    def pid(self, namespace: str, container: str) -> int | None:
        found = [c for pod in self.state()["pods"] if pod["namespace"] == namespace for c in pod["containers"]]
        return next((c["pid"] for c in found if c["name"] == container and c["ready"]), None)

    def tool(self, name: str, *arguments: str, stdin: str | None = None) -> str:
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "KUBECONFIG": str(self.folder / "kubeconfig")}
        done = subprocess.run(
            [self.folder / "bin" / name, *arguments], env=env, input=stdin, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def call(self, origin: str, url: str) -> dict:
        return json.loads(self.run("call", "--from", origin, url).stdout)

    def eventually(self, condition, seconds: float = 60):
        deadline = time.monotonic() + seconds
        while not (result := condition()):
            assert time.monotonic() < deadline, f"not so after {seconds} s: {self.run('status', check=False).stdout}"
            time.sleep(0.5)
        return result


def lives(pid: int) -> bool:
    """A zombie that its parent has not collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    lab.up()
    yield lab
    lab.run("down", check=False)


def test_up_gives_a_ready_node_and_no_kubeconfig_of_the_person(lab):
    assert "Ready" in lab.tool("kubectl", "get", "nodes")
    exports = lab.run("env").stdout
    assert f"export KUBECONFIG={lab.folder}/kubeconfig" in exports
    assert f"127.0.0.1:{PORT_BASE}" in (lab.folder / "kubeconfig").read_text()


def test_up_again_changes_nothing(lab):
    assert lab.up() == lab.up()


@pytest.mark.parametrize("name", ["kube-apiserver", "etcd", "node-agent"])
def test_up_repairs_what_was_killed(lab, name):
    before = lab.up()
    if name not in before:
        pytest.skip("without root there is no node agent")
    os.kill(before[name], signal.SIGKILL)
    assert lab.run("status", check=False).returncode == 3
    after = lab.up()
    assert after[name] != before[name]
    assert {k: v for k, v in after.items() if k != name} == {k: v for k, v in before.items() if k != name}
    assert "default" in lab.tool("kubectl", "get", "namespaces")


def test_another_port_base_for_a_running_lab_is_refused(lab):
    done = lab.run("up", "--port-base", str(PORT_BASE + 100), check=False)
    assert done.returncode == 1
    assert f"uses port base {PORT_BASE}" in done.stderr


@needs_root
def test_istiod_runs_when_it_is_installed_and_comes_back_when_killed(lab):
    charts = lab.folder / "files" / "charts"
    lab.tool("helm", "install", "istio-base", str(charts / "base"), "-n", "istio-system", "--create-namespace")
    lab.tool("helm", "install", "istiod", str(charts / "istio-control/istio-discovery"), "-n", "istio-system", "--wait")
    first = lab.eventually(lambda: lab.pid("istio-system", "discovery"))
    os.kill(first, signal.SIGKILL)
    assert lab.eventually(lambda: lab.pid("istio-system", "discovery")) != first


@needs_root
def test_sidecars_have_real_identities_and_strict_cuts_plaintext(lab):
    for namespace in ("prod", "production"):
        lab.tool("kubectl", "create", "namespace", namespace)
        lab.tool("kubectl", "label", "namespace", namespace, "istio-injection=enabled")
    lab.tool("kubectl", "apply", "--server-side", "-f", str(LAB.with_name("shop.yaml")))
    for namespace in ("prod", "production", "legacy"):
        lab.tool("kubectl", "wait", "--for=condition=Ready", "pods", "--all", "-n", namespace, "--timeout=120s")
    url = "http://reviews.production:9080/hello"
    lab.eventually(lambda: lab.call("legacy/client", url)["status"] == 200)
    assert "URI=spiffe://cluster.local/ns/prod/sa/client" in lab.call("prod/client", url)["body"]
    strict = {
        "apiVersion": "security.istio.io/v1",
        "kind": "PeerAuthentication",
        "metadata": {"name": "default", "namespace": "production"},
        "spec": {"mtls": {"mode": "STRICT"}},
    }
    lab.tool("kubectl", "apply", "-f", "-", stdin=json.dumps(strict))
    lab.eventually(lambda: lab.call("legacy/client", url)["status"] == 0)
    assert lab.call("prod/client", url)["status"] == 200


@needs_root
def test_kubectl_and_istioctl_reach_into_pods(lab):
    client = ["-n", "prod", "deploy/client", "-c", "istio-proxy"]
    assert lab.tool("kubectl", "exec", *client, "--", "id", "-u").strip() == "1337"
    assert "Envoy proxy is ready" in lab.tool("kubectl", "logs", *client)
    assert "reviews-v1" in lab.tool("istioctl", "proxy-status")  # by port-forward


@needs_root
def test_istiod_stops_when_it_is_uninstalled(lab):
    lab.tool("helm", "uninstall", "istiod", "-n", "istio-system", "--wait")
    lab.eventually(lambda: not [pod for pod in lab.state()["pods"] if pod["namespace"] == "istio-system"])


def test_down_leaves_no_process_and_no_network(lab):
    state = lab.state()
    pids = [row["pid"] for row in state["processes"]]
    pids += [c["pid"] for pod in state["pods"] for c in pod["containers"] if c["pid"]]
    assert pids
    lab.run("down")
    assert [pid for pid in pids if lives(pid)] == []
    if ROOT:
        links = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True).stdout
        assert f"meshlab{PORT_BASE // 100}" not in links
        namespaces = subprocess.run(["ip", "netns"], capture_output=True, text=True).stdout
        assert f"meshlab{PORT_BASE // 100}-" not in namespaces
    assert lab.run("status", check=False).returncode == 3
    assert lab.run("down").returncode == 0
