# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic shifts on real proxies while istiod dies, a proxy does not answer, or nobody sends requests."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.request

import meshes
import pytest

SPACE = "shift-troubles"
ROUTE = f"/apis/networking.istio.io/v1/namespaces/{SPACE}/virtualservices/reviews"
URL = f"http://reviews.{SPACE}:9080/"

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.once, pytest.mark.xdist_group("mesh")]


@pytest.fixture(scope="session")
def cluster(measured):
    return measured


@pytest.fixture(scope="module", autouse=True)
def shop(cluster):
    """The lab's shop in a namespace of its own, the subsets of its two versions, and the route to the first."""
    subsets = [{"name": version, "labels": {"version": version}} for version in ("v1", "v2")]
    rule = of("DestinationRule", {"host": "reviews", "subsets": subsets})
    cluster.kubectl("apply", "-f", "-", stdin="---\n".join([*meshes.shop(SPACE), json.dumps(rule) + "\n"]))
    for name in ("reviews-v1", "reviews-v2", "client"):
        cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", SPACE, "--timeout=120s")
    yield SPACE
    cluster.kubectl("delete", "namespace", SPACE, "--wait=false")


def of(kind, spec):
    metadata = {"name": "reviews", "namespace": SPACE}
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


@pytest.fixture(autouse=True)
def route(cluster):
    """Everything goes to version 1, and nothing is under way."""
    rule = {"route": [{"destination": {"host": "reviews", "subset": "v1"}}], "retries": {"attempts": 0}}
    document = of("VirtualService", {"hosts": ["reviews"], "http": [rule]})
    cluster.kubectl("delete", "virtualservice", "--all", "-n", SPACE)
    cluster.kubectl("delete", "configmap,lease", "-n", SPACE, "-l", "meshops.lifecycle/operation")
    cluster.kubectl("apply", "-f", "-", stdin=document)
    until(lambda: {"client", "reviews-v1", "reviews-v2"} <= connected(cluster), 120)


def proxies(cluster):
    """What istiod knows of the shop's proxies, none while it does not answer."""
    url = cluster.variables["MESHLAB_ISTIOD_DEBUG_URL"] + "/debug/syncz"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return [proxy for proxy in json.load(answer) if proxy["proxy"].endswith(f".{SPACE}")]
    except OSError:
        return []


def connected(cluster):
    """The workloads whose proxies istiod knows; after a restart of istiod they come back one by one."""
    return {proxy["proxy"].removesuffix(f".{SPACE}").rsplit("-", 2)[0] for proxy in proxies(cluster)}


def at_rest(cluster):
    """Whether the shop's proxies have taken what istiod has sent, and istiod sends no more."""
    before = proxies(cluster)
    time.sleep(1.0)
    states = [state for proxy in before for state in proxy["resources"].values()]
    return before == proxies(cluster) and all(state.get("acked") == state.get("sent") for state in states)


def shifting(**options):
    sides = {"from": {"subset": "v1"}, "to": {"subset": "v2"}, "steps": [{"weight": 10}, {"weight": 50}], "pause": 1}
    arguments = {"name": "reviews", "namespace": SPACE, **sides, **options}
    return [{"name": "Shift", "meshops.lifecycle.traffic_shift": arguments}]


def weights(cluster):
    (rule,) = cluster.get(ROUTE)["spec"]["http"]
    return [entry.get("weight") for entry in rule["route"]]


def process(cluster, namespace, pod, container):
    """The process id of a container of the pod whose name begins so."""
    pods = json.loads(cluster.lab("status", "--json"))["pods"]
    (pid,) = [
        each["pid"]
        for entry in pods
        if entry["namespace"] == namespace and entry["name"].startswith(pod)
        for each in entry["containers"]
        if each["name"] == container
    ]
    return pid


@contextlib.contextmanager
def load(cluster, rate, seconds):
    """Requests of the client meanwhile; the list then has the tally."""
    command = cluster.lab_command("load", "--from", f"{SPACE}/client", "--rate", str(rate), "--seconds", str(seconds))
    tally = []
    with subprocess.Popen([*command, URL], stdout=subprocess.PIPE, text=True, env=cluster.environment()) as running:
        try:
            yield tally
        finally:
            running.send_signal(signal.SIGINT)
            tally.append(json.loads(running.communicate(timeout=60)[0].splitlines()[-1]))


def until(question, seconds=60):
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.1)


def test_istiod_dies_between_two_steps(play, cluster):
    """The next step waits for the new one, and no request is lost."""
    with load(cluster, 50, 120) as tally, concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(play, shifting(pause=4))
        until(lambda: running.done() or weights(cluster) == [90, 10])
        time.sleep(1.0)
        os.kill(process(cluster, "istio-system", "istiod", "discovery"), signal.SIGKILL)
        run = running.result()
    assert run["Shift"].result["phase"] == "promoted" and weights(cluster) == [0, 100]
    asked = [row["proxies"] for row in run["Shift"].result["record"]["verdicts"] if row.get("proven")]
    # The shop's three and the gateway's; those of pods that an earlier test has deleted may be counted or not.
    assert len(asked) == 3 and min(asked) >= 4, "a step was proven by those alone that were back already"
    assert tally[0]["failed"] == 0 and tally[0]["requests"] > 200


def test_a_proxy_that_is_not_back_since_istiod_died(play, cluster):
    """It is awaited and named, as long as its pod runs; the step is not taken for proven without it."""
    begun = play(shifting(state="started"))["Shift"]
    with meshes.stopped_envoys([process(cluster, SPACE, "client", "istio-proxy")]):
        os.kill(process(cluster, "istio-system", "istiod", "discovery"), signal.SIGKILL)
        until(lambda: {"reviews-v1", "reviews-v2"} <= (back := connected(cluster)) and "client" not in back)
        failed = play(shifting(state="advanced", wait_timeout=5), expect="failed")
        assert "these proxies run, and have not connected to istiod again: client-" in failed.msg
        assert "reviews-v" not in failed.msg and weights(cluster) == [50, 50]
    run = play(shifting(state="started"))["Shift"]
    assert not run.changed and run.result["proxies"] == begun.result["proxies"]
    cluster.kubectl("rollout", "restart", "deployment/reviews-v1", "-n", SPACE)
    cluster.kubectl("rollout", "status", "deployment/reviews-v1", "-n", SPACE, "--timeout=120s")
    assert play(shifting())["Shift"].result["phase"] == "promoted"  # those whose pods are gone are not awaited


def test_a_proxy_that_does_not_acknowledge_a_step(play, cluster):
    """It is named, the step is not taken for proven, and the next run proves it before it goes on."""
    agent = process(cluster, SPACE, "client", "istio-proxy")
    until(lambda: at_rest(cluster))  # or it would lack what was declared before, and nothing would begin
    with meshes.stopped_envoys([agent]):
        failed = play(shifting(state="started", wait_timeout=4), expect="failed")
        assert "these proxies have not acknowledged the configuration: " in failed.msg and "client-" in failed.msg
        assert "reviews-v1" not in failed.msg and weights(cluster) == [90, 10]
        assert play(shifting(state="advanced", wait_timeout=2), expect="failed").msg and weights(cluster) == [90, 10]
    run = play(shifting(state="started"))["Shift"]
    assert not run.changed and run.result["proxies"] >= 4
    assert [row["step"] for row in run.result["record"]["verdicts"] if row.get("proven")] == ["step 1 of 2: 10 %"]


def test_without_enough_requests_it_does_not_go_on(play, cluster):
    """No traffic at all, or too little of it, is no pass, however good it looks."""
    options = {
        "gates": [{"type": "success_rate"}],
        "metrics": {"url": cluster.variables["MESHLAB_PROMETHEUS_URL"], "scrape_interval": 2},
        "interval": 2,
        "on_no_data": "abort",
        "window": 60,
    }
    cluster.lab("call", "--from", f"{SPACE}/client", "--count", "20", URL)
    time.sleep(7)  # one scrape: metrics know the Service
    silent = play(shifting(pause=9, **options), expect="failed", env={"NO_PROXY": "127.0.0.1"})
    assert f"no http requests to Service {SPACE}/reviews (reviews-v2) in " in silent.msg
    with load(cluster, 30, 120) as tally:
        few = play(shifting(pause=14, min_requests=5000, **options), expect="failed", env={"NO_PROXY": "127.0.0.1"})
    assert "fewer than the 5000 of min_requests" in few.msg and "100.00 %" in few.msg and tally[0]["failed"] == 0
    for run in (silent, few):
        assert run["Shift"].result["phase"] == "aborted"
        assert {row["outcome"] for row in run["Shift"].result["record"]["verdicts"] if "outcome" in row} == {"no_data"}
    assert weights(cluster) == [None]
