# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gates on real traffic: good and bad versions of a service behind real proxies, under a steady load.

All versions take their share of one load at the same time; then each is judged as if it were the canary.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time

import pytest
import yaml

GATE = "meshops.lifecycle.mesh_gate"
RATE, SECONDS = 120, 26
WINDOW = 200  # seconds; longer than the load, and than the tasks take that judge one after the other
STABLE = "stable"
# What each version does, by the environment of the lab's server.
VERSIONS = {
    STABLE: {},
    "good": {},
    "errors": {"FAIL": "0.05", "FAIL_STATUS": "500"},
    "broken": {"FAIL": "1", "FAIL_STATUS": "500"},
    "slow": {"SLOW": "0.3", "SLOW_SHARE": "0.2"},
    "restarted": {},
}

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.once, pytest.mark.xdist_group("mesh")]


@pytest.fixture(scope="session")
def cluster(measured):
    return measured


def deployment(version, environment):
    labels = {"app": "reviews", "version": version}
    container = {
        "name": "reviews",
        "image": "meshlab-http",
        "env": [{"name": name, "value": value} for name, value in {"VERSION": version, **environment}.items()],
        "ports": [{"name": "http", "containerPort": 9080}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 9080}},
    }
    return workload(f"reviews-{version}", labels, container)


def workload(name, labels, container):
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def service(name, selector, port="http"):
    ports = [{"name": port, "port": 9080, "targetPort": 9080}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": selector, "ports": ports},
    }


@pytest.fixture
def shop(cluster, namespace):
    """The versions of reviews, two Services without pods, one of bare TCP, and a client."""
    cluster.kubectl("label", "namespace", namespace, "istio-injection=enabled")
    objects = [
        service("reviews", {"app": "reviews"}),
        service("nobody", {"app": "nobody"}),
        service("stream", {"app": "reviews", "version": STABLE}, "tcp-stream"),
        service("dry", {"app": "nobody"}, "tcp-dry"),
        workload("client", {"app": "client"}, {"name": "client", "image": "meshlab-client"}),
        *(deployment(version, environment) for version, environment in VERSIONS.items()),
    ]
    cluster.kubectl("apply", "-n", namespace, "-f", "-", stdin=yaml.safe_dump_all(objects))
    for name in ("client", *(f"reviews-{version}" for version in VERSIONS)):
        cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", namespace, "--timeout=120s")
    return namespace


def traffic(cluster, namespace, tmp_path):
    """The steady load, and beside it calls that reach nobody; what the client counted."""
    began, client = time.monotonic(), ("--from", f"{namespace}/client")
    url = "http://{}:9080/"
    steady = ["--rate", str(RATE), "--seconds", str(SECONDS), url.format("reviews")]
    lines = tmp_path / "load.jsonl"  # a pipe would be full after some hundred failures
    with lines.open("w") as stream:
        load = subprocess.Popen(cluster.lab_command("load", *client, *steady), stdout=stream)
    for name, count in (("nobody", 60), ("stream", 30), ("dry", 30)):
        cluster.lab("call", *client, "--count", str(count), url.format(name))
    time.sleep(max(0.0, SECONDS / 2 - (time.monotonic() - began)))
    # A proxy that starts anew counts from 0 again, in the same pod and so in the same series.
    quit_proxy = ("curl", "-s", "-X", "POST", "http://127.0.0.1:15000/quitquitquit")
    cluster.lab("exec", f"{namespace}/reviews-restarted/istio-proxy", "--", *quit_proxy)
    load.wait(timeout=SECONDS + 60)
    time.sleep(6)  # one more scrape
    return json.loads(lines.read_text().splitlines()[-1])


def side(namespace, version, name="reviews"):
    return {"service": name, "namespace": namespace, "workloads": [f"reviews-{version}"]}


class Judging:
    """Tasks of mesh_gate, each with one gate, run in one play."""

    def __init__(self, namespace, metrics):
        self.namespace, self.metrics, self.tasks = namespace, metrics, []

    def add(self, label, gate, version="good", **options):
        arguments = {
            "canary": side(self.namespace, version),
            "stable": side(self.namespace, STABLE),
            "metrics": self.metrics,
            "window": WINDOW,
            "fail_on": [],
            "gates": [gate],
            **options,
        }
        self.tasks.append({"name": label, GATE: arguments})

    def verdicts(self, play):
        run = play(self.tasks)
        return {task["name"]: run[task["name"]].result["verdicts"][0] for task in self.tasks}


SUCCESS = {"type": "success_rate", "min": 99, "fail_below": 97}
SLOWNESS = {"type": "latency", "max": 200}
DRY = {"workloads": [], "version": "none"}


def outcome(verdict):
    return verdict["outcome"], verdict["reason"]


def test_versions_are_judged_by_what_they_do(play, cluster, shop, tmp_path):
    tally = traffic(cluster, shop, tmp_path)
    metrics = {"service": {"namespace": "monitoring", "name": "prometheus-operated"}, "scrape_interval": 5}
    judging = Judging(shop, metrics)
    for version in VERSIONS:
        judging.add(f"success {version}", SUCCESS, version)
        judging.add(f"latency {version}", SLOWNESS, version)
        judging.add(f"errors {version}", {"type": "compare"}, version)
    judging.add("median of slow", {**SLOWNESS, "percentile": 50}, "slow")
    for version in ("good", "slow"):
        judging.add(f"p90 {version}", {**SLOWNESS, "percentile": 90}, version)
    judging.add("nobody", SUCCESS, canary={"service": "nobody", "namespace": shop})
    judging.add("no traffic", SUCCESS, canary=side(shop, "unheard-of"))
    judging.add("too little traffic", {**SUCCESS, "min_requests": 100000})
    judging.add("tcp", {**SUCCESS, "protocol": "tcp", "min_requests": 1}, canary=side(shop, STABLE, "stream"))
    judging.add("dry", {**SUCCESS, "protocol": "tcp", "min_requests": 1}, canary={"service": "dry", "namespace": shop})
    judging.add("their quantile", {"type": "query", "query": QUANTILE, "max": 200}, "slow")
    judging.add("NaN", {"type": "query", "query": "0/0", "max": 1})
    judging.add("several", {"type": "query", "query": "count by (reporter) (istio_requests_total)", "min": 1})
    judging.add("nonsense", {"type": "query", "query": "sum((", "min": 1})
    judging.add("away", SUCCESS, metrics={**metrics, "service": {"namespace": "monitoring", "name": "gone"}})
    verdicts = judging.verdicts(play)

    assert {version: outcome(verdicts[f"success {version}"]) for version in VERSIONS} == {
        STABLE: ("pass", "within_bounds"),
        "good": ("pass", "within_bounds"),
        "errors": ("fail", "threshold"),
        "broken": ("fail", "threshold"),
        "slow": ("pass", "within_bounds"),
        "restarted": ("pass", "within_bounds"),
    }
    slow = {version for version in VERSIONS if verdicts[f"latency {version}"]["outcome"] == "fail"}
    worse = {version for version in VERSIONS if verdicts[f"errors {version}"]["outcome"] == "fail"}
    assert (slow, worse) == ({"slow"}, {"errors", "broken"})
    assert verdicts["median of slow"]["outcome"] == verdicts["p90 good"]["outcome"] == "pass"
    assert outcome(verdicts["p90 slow"]) == ("fail", "threshold") and "p90 is " in verdicts["p90 slow"]["message"]
    for version, responses in tally["versions"].items():
        # Also of a series that is new in the window, and of one that began at 0 again. What a proxy counts between its
        # last scrape and its restart is lost, and a busy machine scrapes late.
        count = verdicts[f"success {version}"]["count"]
        assert 0.6 * responses < count < 1.25 * responses, (version, count, responses)
    assert verdicts["success errors"]["value"] == pytest.approx(95, abs=3)
    assert verdicts["their quantile"]["value"] == pytest.approx(verdicts["latency slow"]["value"], rel=0.05)

    assert outcome(verdicts["nobody"]) == ("fail", "threshold")
    # Sixty requests were sent; what Prometheus extrapolates may be one more or less.
    assert re.search(r"\(503 UH: (59|60|61)\)", verdicts["nobody"]["message"])
    assert outcome(verdicts["no traffic"]) == ("no_data", "empty")
    assert outcome(verdicts["too little traffic"]) == ("no_data", "below_min_requests")
    assert outcome(verdicts["tcp"]) == ("pass", "within_bounds")
    assert outcome(verdicts["dry"]) == ("fail", "threshold")
    assert outcome(verdicts["NaN"]) == ("no_data", "nan")
    assert outcome(verdicts["several"]) == ("inconclusive", "several_series")
    assert outcome(verdicts["nonsense"]) == ("no_data", "bad_query")
    assert outcome(verdicts["away"]) == ("no_data", "unreachable")
    assert_that_verify_names_what_fails(play, shop, metrics)


def assert_that_verify_names_what_fails(play, shop, metrics):
    variables = {
        "mesh_parts": ["mesh_config"],
        "mesh_config_set_namespace": shop,
        "mesh_config_namespaces": [{"name": shop, "injection": "enabled"}],
        "mesh_config_foreign_policies": "ignore",
        "mesh_verify_metrics": metrics,
        "mesh_verify_window": WINDOW,
        "mesh_verify_min_requests": 20,
    }
    run = play(playbook="meshops.lifecycle.verify", vars=variables, expect="failed")
    lines = [line for line in run["Check that the mesh is healthy"].msg if line.startswith("requests to ")]
    assert [line.partition(": ")[0] for line in lines] == [
        f"requests to Service {shop}/{name}" for name in ("nobody", "reviews")
    ]
    assert "0.00 % of" in lines[0] and "503 UH" in lines[0]


# Of both reporters the one that sees it slower is the source.
QUANTILE = (
    'histogram_quantile(0.99, sum by (le) (rate(istio_request_duration_milliseconds_bucket{reporter="source",'
    'destination_workload_namespace="${namespace}",destination_workload="${canary_workloads}"}[${window}])))'
)


@contextlib.contextmanager
def stopped(cluster, namespace, pod, container):
    """The process of a container does nothing meanwhile."""
    pods = json.loads(cluster.lab("status", "--json"))["pods"]
    containers = [
        each
        for entry in pods
        if (entry["namespace"], entry["name"]) == (namespace, pod)
        for each in entry["containers"]
    ]
    (pid,) = [each["pid"] for each in containers if each["name"] == container]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_prometheus_that_does_not_answer_gives_no_data(play, cluster, secret):
    """By its address and by the port-forward; the token is not shown."""
    service = {"service": {"namespace": "monitoring", "name": "prometheus-operated"}}
    url = {"url": cluster.variables["MESHLAB_PROMETHEUS_URL"], "token": secret("hunter2-prometheus")}
    gates = [{"type": "query", "query": "vector(1)", "min": 1}]
    tasks = [
        {"name": name, GATE: {"metrics": {**metrics, "timeout": 1}, "gates": gates, "window": 60, "fail_on": []}}
        for name, metrics in (("service", service), ("url", url))
    ]
    env = {"NO_PROXY": "127.0.0.1"}
    run = play(tasks, env=env)
    assert [run[name].result["outcome"] for name in ("service", "url")] == ["pass", "pass"]
    before = {"name": "before", GATE: {**tasks[1][GATE], "preflight": True}, "ignore_errors": True}
    with stopped(cluster, "monitoring", "prometheus-mesh-0", "prometheus"):
        run = play([*tasks, before], env=env)
    for name in ("service", "url"):
        assert run[name].result["outcome"] == "no_data"
    # Its readiness probe fails meanwhile, and then no ready pod is behind the Service.
    assert run["service"].result["verdicts"][0]["reason"] in ("slow", "unreachable")
    assert run["url"].result["verdicts"][0]["reason"] == "slow"
    assert "no response within 1 s. metrics.timeout allows more" in run["before"].msg


def test_what_preflight_finds(play, cluster, namespace):
    """Nothing is counted of a Service that nobody calls; two sides with the same labels are one."""
    metrics = {"url": cluster.variables["MESHLAB_PROMETHEUS_URL"], "scrape_interval": 5}
    pair = {"stable": side(namespace, "a"), "canary": side(namespace, "a")}
    same = {"canary": side(namespace, "b"), "stable": side(namespace, "a")}
    tasks = [
        {
            "name": name,
            GATE: {"metrics": metrics, "preflight": True, "gates": [SUCCESS], **sides},
            "ignore_errors": True,
        }
        for name, sides in (("twins", pair), ("silent", same))
    ]
    run = play(tasks, env={"NO_PROXY": "127.0.0.1"})
    assert "Metrics cannot tell the canary from the stable side" in run["twins"].msg
    silent = run["silent"].msg  # the second where no test before has sent a request through this lab
    assert f"for Service {namespace}/reviews in the last 300 s" in silent or "no istio_requests_total at all" in silent


def application(name, health):
    """An Application with the status that its controller would have written."""
    spec = {
        "project": "default",
        "source": {"repoURL": "https://git.example.com/shop.git", "path": "."},
        "destination": {"server": "https://kubernetes.default.svc"},
    }
    compared = {"source": spec["source"], "destination": spec["destination"]}
    status = {"health": health, "sync": {"status": "Synced", "comparedTo": compared}}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name},
        "spec": spec,
        "status": status,
    }


def test_gates_over_objects_and_addresses(play, cluster, namespace, crds):
    """They need no Prometheus, and by default what does not pass fails the task."""
    crds("argoproj.io")
    states = {"well": {"status": "Healthy"}, "ill": {"status": "Degraded", "message": "pods crash"}, "new": {}}
    applications = [application(name, health) for name, health in states.items()]
    cluster.kubectl("create", "-n", namespace, "-f", "-", stdin=yaml.safe_dump_all(applications))
    document = {"kind": "Namespace", "name": namespace}
    gates = [
        {"type": "object", "object": document, "expression": "status.phase == 'Active'"},
        {"type": "object", "name": "gone", "object": {**document, "name": "gone"}, "expression": "status"},
        {"type": "url", "url": cluster.variables["MESHLAB_PROMETHEUS_URL"] + "/-/ready", "body": "is Ready"},
        {"type": "url", "name": "lost", "url": cluster.variables["MESHLAB_PROMETHEUS_URL"] + "/lost"},
        {"type": "url", "name": "closed", "url": "http://127.0.0.1:1/"},
        *(
            {"type": "application", "name": name, "object": {"name": name, "namespace": namespace}}
            for name in (*states, "none")
        ),
    ]
    run = play([{"name": "Gates", GATE: {"gates": gates}}], env={"NO_PROXY": "127.0.0.1"}, expect="failed")
    result = run["Gates"].result
    assert [outcome(verdict) for verdict in result["verdicts"]] == [
        ("pass", "true"),
        ("fail", "missing"),
        ("pass", "answered"),
        ("fail", "status"),
        ("fail", "unreachable"),
        ("pass", "healthy"),
        ("fail", "degraded"),
        ("inconclusive", "unknown"),
        ("fail", "missing"),
    ]
    assert "its health is Degraded (pods crash)" in run.msg
    assert "lost: fail, answers 404, not 200" in run.msg
    assert "| lost | **fail** | 404 |" in result["report"]
