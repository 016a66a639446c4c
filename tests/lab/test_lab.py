# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab itself: it starts, repairs what was killed, carries real mTLS, and leaves nothing behind.

A lab of its own, beside any other that runs here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import nullcontext
from pathlib import Path

import pytest

LAB = Path(__file__).with_name("lab")
PORT_BASE = 21400
pytestmark = [pytest.mark.in_order, pytest.mark.xdist_group("lab")]
SOMEBODY = 47123  # the number of a user who is nobody on this machine, and has no rights
ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not ROOT, reason="istio-init tells users apart: that needs root")


class Lab:
    """A lab in this folder. ``program``: how `lab` is run; ``env``: its environment, if not ours."""

    def __init__(self, folder: Path, program: tuple = (sys.executable, LAB), env: dict[str, str] | None = None):
        self.folder, self.program, self.env = folder, program, env

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess:
        command, *rest = arguments
        argv = [*self.program, command, "--dir", self.folder, *rest]
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=3600, stdin=subprocess.DEVNULL, env=self.env, cwd="/"
        )
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


def pids_of_pods(lab) -> dict[str, int]:
    return {f"{pod['name']}/{c['name']}": c["pid"] for pod in lab.state()["pods"] for c in pod["containers"]}


def all_run(lab, namespace: str) -> bool:
    containers = [c for pod in lab.state()["pods"] if pod["namespace"] == namespace for c in pod["containers"]]
    return bool(containers) and all(c["ready"] for c in containers)


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
        pytest.skip("without root and user namespaces there is no node agent")
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


# ---- Two labs --------------------------------------------------------------------------------------------------------


@pytest.fixture
def neighbour(lab, tmp_path):
    """Another lab's folder, beside ``lab``, which runs."""
    other = Lab(tmp_path / "other")
    yield other
    other.run("down", check=False)


def test_a_port_base_that_another_lab_has_is_refused_with_its_name(lab, neighbour):
    done = neighbour.run("up", "--only", "kube", "--port-base", str(PORT_BASE), check=False)
    assert done.returncode == 1
    assert f"belongs to the lab in {lab.folder}" in done.stderr
    assert "Traceback" not in done.stderr
    assert neighbour.run("down").stderr == f"lab: no lab in {neighbour.folder}\n"
    assert_untouched(lab)


def test_a_port_base_with_the_same_addresses_is_refused(lab, neighbour):
    done = neighbour.run("up", "--only", "kube", "--port-base", str(PORT_BASE + 25600), check=False)
    assert done.returncode == 1
    assert f"addresses 198.18.{PORT_BASE // 100}.* of the lab in {lab.folder}" in done.stderr


def test_the_usual_port_base_is_left_to_who_has_it(neighbour):
    with listen(16400) or nullcontext():  # somebody listens there: we, or who did before
        said = neighbour.run("up", "--only", "kube").stderr
    base = neighbour.state()["port_base"]
    assert base != 16400
    assert f"taking {base}" in said
    assert "Ready" in neighbour.tool("kubectl", "get", "nodes")


def test_a_lab_whose_port_base_is_taken_by_now_leaves_the_owner_alone(lab, neighbour):
    """As after an `up` that an older version of the lab began and could not end."""
    neighbour.folder.mkdir()
    remembered = {"port_base": PORT_BASE, "real_pods": True, "rootless": False}
    (neighbour.folder / "lab.json").write_text(json.dumps(remembered))
    done = neighbour.run("up", "--only", "kube", check=False)
    assert done.returncode == 1
    assert f"belongs to the lab in {lab.folder} by now" in done.stderr
    neighbour.run("down")
    assert_untouched(lab)


def test_a_port_that_another_program_took_is_named(neighbour):
    neighbour.run("up", "--only", "kube")
    base = neighbour.state()["port_base"]
    scheduler = next(row["pid"] for row in neighbour.state()["processes"] if row["name"] == "kube-scheduler")
    os.kill(scheduler, signal.SIGKILL)
    neighbour.eventually(lambda: not lives(scheduler))
    with neighbour.eventually(lambda: listen(base + 4)):
        done = neighbour.run("up", "--only", "kube", check=False)
    assert done.returncode == 1
    assert f"kube-scheduler needs port {base + 4}" in done.stderr


def assert_untouched(lab):
    assert lab.run("status", check=False).returncode == 0
    if ROOT:
        assert subprocess.run(["ip", "link", "show", f"meshlab{PORT_BASE // 100}"], capture_output=True).returncode == 0


def listen(port: int) -> socket.socket | None:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        return None


def test_istiod_runs_when_it_is_installed_and_comes_back_when_killed(lab):
    if not lab.state()["real_pods"]:
        pytest.skip("without root and user namespaces every pod is pretended")
    charts = lab.folder / "files" / "charts"
    lab.tool("helm", "install", "istio-base", str(charts / "base"), "-n", "istio-system", "--create-namespace")
    lab.tool("helm", "install", "istiod", str(charts / "istio-control/istio-discovery"), "-n", "istio-system", "--wait")
    first = lab.eventually(lambda: lab.pid("istio-system", "discovery"))
    os.kill(first, signal.SIGKILL)
    lab.eventually(lambda: lab.pid("istio-system", "discovery") not in (None, first))


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


# ---- Istio's standard metrics ----------------------------------------------------------------------------------------

DASHBOARDS = LAB.parents[2] / "roles" / "monitoring" / "files" / "dashboards"
REVIEWS = 'destination_service_name="reviews",destination_workload_namespace="production"'
LATENCY = "sum by (destination_version, response_code, le) (rate(istio_request_duration_milliseconds_bucket{%s}[1m]))"


@pytest.fixture(scope="module")
def prometheus(lab):
    """A Prometheus, its operator, a gateway and more of the shop; gives `query(promql)`: {labels as a set: value}."""
    charts = lab.folder / "files" / "charts"
    bundle = lab.folder / "files" / "prometheus-operator" / "bundle.yaml"
    lab.tool("helm", "install", "ingressgateway", str(charts / "gateway"), "-n", "istio-system")
    lab.tool("kubectl", "apply", "--server-side", "-f", str(bundle))
    lab.tool("kubectl", "wait", "--for=condition=Established", "crd/prometheuses.monitoring.coreos.com")
    lab.tool("kubectl", "apply", "-f", "-", stdin=PROMETHEUS)
    lab.tool("kubectl", "apply", "-n", "production", "-f", "-", stdin=SPLIT)

    def query(promql: str) -> dict[frozenset, float]:
        url = f"http://127.0.0.1:{PORT_BASE + 15}/api/v1/query?query={urllib.parse.quote(promql)}"
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                results = json.load(response)["data"]["result"]
        except OSError:
            return {}
        return {frozenset(each["metric"].items()): float(each["value"][1]) for each in results}

    proxies = {"prod": 3, "production": 5, "istio-system": 1}  # each is scraped, and has all that it shall count with
    up = 'sum by (namespace) (up{job="istio-system/meshlab-istio"})'
    lab.eventually(lambda: query(up) == {labels(namespace=name): number for name, number in proxies.items()}, 90)
    return query


def labels(**pairs: str) -> frozenset:
    return frozenset(pairs.items())


def is_counted(prometheus, promql: str, expected: dict, seconds: float = 40) -> None:
    """Within a few scrapes the query gives exactly this, series that are 0 aside."""
    deadline = time.monotonic() + seconds
    while (answer := {series: value for series, value in prometheus(promql).items() if value}) != expected:
        assert time.monotonic() < deadline, "\n".join(f"{value} {sorted(series)}" for series, value in answer.items())
        time.sleep(1)


@needs_root
def test_requests_are_counted_at_both_ends_with_istios_labels(lab, prometheus):
    for count, *origin in (
        (200, "--header", "Host: shop.example.com", f"http://127.0.0.1:{PORT_BASE + 10}/"),
        (100, "--from", "production/client", "http://reviews.production:9080/"),
    ):
        answers = json.loads(lab.run("call", "--count", str(count), *origin).stdout)
        assert answers["statuses"] == {"200": count}
    counted = "sum by (reporter, source_workload, %s) (istio_requests_total{%s})"
    shared = {"destination_canonical_service": "reviews", "response_code": "200", "request_protocol": "http"}
    is_counted(
        prometheus,
        counted % (", ".join(shared), f'{REVIEWS},source_workload_namespace=~"production|istio-system"'),
        {
            labels(reporter=reporter, source_workload=workload, **shared): number
            for reporter in ("source", "destination")
            for workload, number in (("ingressgateway", 200), ("client", 100))
        },
    )
    of_client = f'{REVIEWS},source_workload="client",source_workload_namespace="production"'
    by_version = f"sum by (destination_version) (istio_requests_total{{{of_client},reporter='%s'}})"
    told = {reporter: prometheus(by_version % reporter) for reporter in ("source", "destination")}
    assert told["source"] == told["destination"]
    assert set(told["source"]) == {labels(destination_version="v1"), labels(destination_version="v2")}
    whole = [
        "source_workload_namespace", "source_principal", "source_app", "source_canonical_revision", "source_cluster",
        "destination_workload", "destination_principal", "destination_service", "destination_service_namespace",
        "destination_canonical_revision", "connection_security_policy", "response_flags",
    ]  # fmt: skip
    found = prometheus(
        f"count by ({', '.join(whole)}) "
        f"(istio_requests_total{{{of_client},reporter='destination',destination_version='v1'}})"
    )
    assert set(found) == {
        labels(
            source_workload_namespace="production",
            source_principal="spiffe://cluster.local/ns/production/sa/client",
            source_app="client",
            source_canonical_revision="latest",
            source_cluster="Kubernetes",
            destination_workload="reviews-v1",
            destination_principal="spiffe://cluster.local/ns/production/sa/reviews",
            destination_service="reviews.production.svc.cluster.local",
            destination_service_namespace="production",
            destination_canonical_revision="v1",
            connection_security_policy="mutual_tls",
            response_flags="-",
        )
    }


@needs_root
def test_a_bad_version_shows_in_error_rate_and_latency(lab, prometheus):
    lab.run("behave", "production/reviews-v2", "fail=1", "fail_status=500", "slow=0.3")
    load = lab.run(
        "load", "--from", "production/client", "--rate", "20", "--seconds", "15", "http://reviews.production:9080/"
    )
    lab.run("behave", "production/reviews-v2", "fail=0", "slow=0")
    *failed, tally = map(json.loads, load.stdout.splitlines())
    assert tally["requests"] == 300
    assert tally["failed"] == len(failed) == tally["versions"]["v2"] > 20
    assert {(line["status"], line["version"]) for line in failed} == {(500, "v2")}
    selected = f'{REVIEWS},reporter="destination",source_workload="client"'
    is_counted(
        prometheus,
        f'sum by (destination_version) (istio_requests_total{{{selected},response_code=~"5.."}})',
        {labels(destination_version="v2"): float(len(failed))},
    )
    latency = prometheus(f"histogram_quantile(0.5, {LATENCY % selected})")
    assert latency[labels(destination_version="v1", response_code="200")] < 100
    assert latency[labels(destination_version="v2", response_code="500")] > 250


@needs_root
def test_plaintext_grpc_and_tcp_have_labels_of_their_own(lab, prometheus):
    lab.run("call", "--count", "7", "--from", "legacy/client", "http://reviews.prod:9080/")
    is_counted(
        prometheus,
        "sum by (connection_security_policy, source_workload, source_principal)"
        ' (istio_requests_total{reporter="destination",destination_service="reviews.prod.svc.cluster.local"})',
        {labels(connection_security_policy="none", source_workload="unknown", source_principal="unknown"): 7},
    )
    # A server without HTTP/2, which its sidecar finds unavailable; the client's tries again.
    grpc = ["curl", "--silent", "--http2-prior-knowledge", "--request", "POST", "-H", "content-type: application/grpc"]
    lab.run("exec", "production/client", "--", *grpc, "http://ratings-grpc:9082/shop.Ratings/Get")
    is_counted(
        prometheus,
        'count by (reporter, grpc_response_status) (istio_requests_total{request_protocol="grpc"})',
        {labels(reporter=name, grpc_response_status="14"): 1 for name in ("source", "destination")},
    )
    for _ in range(3):
        lab.call("production/client", "http://ratings:9081/")
    ends = (
        "by (reporter, source_workload_namespace, destination_workload, request_protocol, connection_security_policy)"
    )
    ratings = {"destination_workload": "ratings", "source_workload_namespace": "production", "request_protocol": "tcp"}
    expected = {
        labels(reporter="source", connection_security_policy="unknown", **ratings): 3.0,
        labels(reporter="destination", connection_security_policy="mutual_tls", **ratings): 3.0,
    }
    for name in ("opened", "closed"):
        is_counted(prometheus, f"sum {ends} (istio_tcp_connections_{name}_total)", expected)
    received = prometheus(f"sum {ends} (istio_tcp_received_bytes_total)")
    assert set(received) == set(expected)
    assert len(set(received.values())) == 1 and min(received.values()) > 100


@needs_root
def test_the_mesh_dashboard_shows_these_requests(lab, prometheus):
    panels = json.loads((DASHBOARDS / "mesh.json").read_text())["panels"]
    queries = {panel["title"]: target["expr"] for panel in panels for target in panel["targets"]}
    of_istio = {title: expression for title, expression in queries.items() if "istio_" in expression}
    assert len(of_istio) == 8
    assert [title for title, expression in of_istio.items() if not prometheus(expression)] == []


@needs_root
def test_up_repairs_a_lost_bridge_under_running_pods(lab):
    before, pods = lab.up(), pids_of_pods(lab)
    subprocess.run(["ip", "link", "delete", f"meshlab{PORT_BASE // 100}"], check=True)
    assert lab.call("prod/client", "http://reviews.production:9080/hello")["status"] != 200
    assert lab.up() == before
    lab.eventually(lambda: lab.call("prod/client", "http://reviews.production:9080/hello")["status"] == 200)
    assert pids_of_pods(lab) == pods


@needs_root
def test_up_repairs_lost_network_namespaces(lab):
    lost = next(pod["netns"] for pod in lab.state()["pods"] if pod["name"].startswith("reviews-v1"))
    subprocess.run(["ip", "netns", "delete", lost], check=True)
    before, after = pids_of_pods(lab), lab.up() and pids_of_pods(lab)
    assert not set(before.values()) & set(after.values()) - {None}
    for namespace in ("prod", "production"):
        lab.eventually(lambda namespace=namespace: all_run(lab, namespace))
    lab.eventually(lambda: lab.call("prod/client", "http://reviews.production:9080/hello")["status"] == 200)


@needs_root
def test_kubectl_and_istioctl_reach_into_pods(lab):
    client = ["-n", "prod", "deploy/client", "-c", "istio-proxy"]
    assert lab.tool("kubectl", "exec", *client, "--", "id", "-u").strip() == "1337"
    assert "Envoy proxy is ready" in lab.tool("kubectl", "logs", *client)
    assert "reviews-v1" in lab.tool("istioctl", "proxy-status")  # by port-forward


def test_istiod_stops_when_it_is_uninstalled(lab):
    if not lab.pid("istio-system", "discovery"):
        pytest.skip("it does not run")
    lab.tool("helm", "uninstall", "istiod", "-n", "istio-system", "--wait")
    lab.eventually(lambda: not [pod for pod in lab.state()["pods"] if pod["name"].startswith("istiod")])


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


# ---- As a person without root ----------------------------------------------------------------------------------------


def can(argv: list[str]) -> bool:
    return subprocess.run(argv, capture_output=True, cwd="/").returncode == 0


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture
def somebodys_lab(lab):
    """A lab of a user without rights, who reads copies of the code and of the cache (``lab`` has filled it)."""
    become = ["setpriv", f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups"]
    if not ROOT or not shutil.which("setpriv"):
        pytest.skip("wants root and setpriv, to become somebody else")
    if not can([*become, "unshare", "--user", "--map-root-user", "--net", "--mount", "true"]):
        pytest.skip("user namespaces are forbidden here")
    pythons = [str(Path(sys.executable).resolve()), "/usr/bin/python3", "/usr/local/bin/python3"]
    # By way of a shell: setpriv itself still may what root may.
    new_enough = [*become, "sh", "-c", "exec $0 -c 'import sys; sys.exit(sys.version_info < (3, 11))'"]
    python = next((p for p in pythons if Path(p).exists() and can([*new_enough, p])), None)
    if not python:
        pytest.skip("no Python 3.11 here that everybody may run")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "meshops-lab"
    home = Path(tempfile.mkdtemp(prefix="meshlab-"))  # pytest's own folders are closed to others
    home.chmod(0o755)
    shutil.copytree(LAB.parent, home / "lab", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(cache, home / "cache" / cache.name, copy_function=link_or_copy, symlinks=True)
    (home / "mine").mkdir()
    os.chown(home / "mine", SOMEBODY, SOMEBODY)
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home / "mine"), "XDG_CACHE_HOME": str(home / "cache")}
    theirs = Lab(home / "mine" / "lab", (*become, python, home / "lab" / "lab"), env)
    yield theirs
    theirs.run("down", check=False)
    shutil.rmtree(home)


def test_without_root_gateways_and_what_has_no_sidecar_run(somebodys_lab):
    lab, port_base = somebodys_lab, PORT_BASE + 100
    said = lab.run("up", "--port-base", str(port_base)).stderr
    assert "without root: pods with a sidecar are pretended" in said
    assert "MESHLAB_REAL_PODS=some" in lab.run("env").stdout
    charts = lab.folder / "files" / "charts"
    lab.tool("helm", "install", "istio-base", str(charts / "base"), "-n", "istio-system", "--create-namespace")
    lab.tool("helm", "install", "istiod", str(charts / "istio-control/istio-discovery"), "-n", "istio-system", "--wait")
    lab.tool("helm", "install", "ingressgateway", str(charts / "gateway"), "-n", "istio-system")
    lab.tool("kubectl", "apply", "-f", "-", stdin=POD % ("plain", "plain", "false") + ROUTE)
    lab.tool("kubectl", "apply", "-f", "-", stdin=POD % ("meshed", "meshed", "true"))
    lab.tool("kubectl", "wait", "--for=condition=Ready", "pods", "--all", "--timeout=60s")
    assert lab.tool("kubectl", "get", "pod", "meshed", "-o", "jsonpath={.status.podIP}").startswith("198.19.")

    def answer() -> dict | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port_base + 10}/hello", timeout=2) as response:
                return json.load(response)
        except OSError:
            return None

    assert lab.eventually(answer)["pod"] == "plain"
    lab.run("down")
    assert [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if lives(pid) and belongs(pid)] == []


def belongs(pid: int) -> bool:
    try:
        return os.stat(f"/proc/{pid}").st_uid == SOMEBODY
    except OSError:
        return False


PROMETHEUS = """
apiVersion: v1
kind: ServiceAccount
metadata: {name: prometheus, namespace: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: prometheus}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: prometheus, namespace: default}]
---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: metrics, namespace: default}
spec:
  image: prometheus
  serviceAccountName: prometheus
  podMonitorSelector: {}
  podMonitorNamespaceSelector: {}
"""
SPLIT = """
apiVersion: v1
kind: Service
metadata: {name: ratings}
spec: {selector: {app: ratings}, ports: [{name: tcp, port: 9081, targetPort: 9081}]}
---
apiVersion: v1
kind: Service
metadata: {name: ratings-grpc}
spec: {selector: {app: ratings-grpc}, ports: [{name: grpc, port: 9082, targetPort: 9080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ratings}
spec:
  selector: {matchLabels: {app: ratings}}
  template:
    metadata: {labels: {app: ratings}}
    spec:
      serviceAccountName: reviews
      containers: [{name: app, image: meshlab-http, env: [{name: PORT, value: "9081"}]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ratings-grpc}
spec:
  selector: {matchLabels: {app: ratings-grpc}}
  template:
    metadata: {labels: {app: ratings-grpc}}
    spec:
      serviceAccountName: reviews
      containers: [{name: app, image: meshlab-http}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: shop}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: [shop.example.com]
  gateways: [shop]
  http: [{route: [{destination: {host: reviews, port: {number: 9080}}}]}]
"""
POD = """
apiVersion: v1
kind: Pod
metadata: {name: %s, labels: {version: %s, sidecar.istio.io/inject: "%s"}}
spec:
  containers: [{name: app, image: meshlab-http, readinessProbe: {tcpSocket: {port: 9080}}}]
---
"""
ROUTE = """
apiVersion: v1
kind: Service
metadata: {name: reviews}
spec:
  selector: {version: plain}
  ports: [{name: http, port: 9080}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: shop}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: ["*"]
  gateways: [shop]
  http: [{route: [{destination: {host: reviews, port: {number: 9080}}}]}]
"""
