# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks that are broken off, run twice at once, or lose their API server half-way; then the next run."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import fault_proxy
import playing
import pytest
from fault_proxy import Fault
from test_passing_faults import MAPS, config_map

MANY = 150


def a_set(namespace, value, numbers):
    objects = [config_map(f"map-{number}", value) for number in numbers]
    return [
        {
            "name": "Set",
            "meshops.lifecycle.mesh_apply": {"name": "set", "namespace": namespace, "prune": True, "objects": objects},
        }
    ]


@pytest.fixture
def player(broken_lab, tmp_path):
    return playing.Player(tmp_path, broken_lab.kubeconfig, broken_lab.environment())


def ours(upstream, namespace):
    """{name: value} of the ConfigMaps of the set."""
    listed = upstream.get(MAPS.format(namespace))["items"]
    named = {item["metadata"]["name"]: item.get("data") or {} for item in listed}
    return {name: data["k"] for name, data in named.items() if name.startswith("map-")}


def wanted(value, numbers):
    return {f"map-{number}": value for number in numbers}


def until(question, seconds=60):
    deadline = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def converged(player, tasks, **options):
    """The next run does what is left, and the one after it nothing."""
    player.play(tasks, **options)
    assert player.play(tasks, **options).changed == []


def count(upstream, namespace):
    return len(ours(upstream, namespace))


def test_the_api_server_is_killed_in_the_middle(player, broken_lab, upstream, namespace):
    tasks = a_set(namespace, "v", range(5 * MANY))
    folder = broken_lab.kubeconfig.parent
    record = json.loads((folder / "run" / "kube-apiserver.json").read_text())
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(player.play, tasks)
        until(lambda: count(upstream, namespace) > MANY or running.done())
        assert not running.done(), "too fast to be struck; take more objects"
        os.kill(record["pid"], signal.SIGKILL)
        broken_lab.lab("up", "--only", "kube")
        run = running.result()
    assert run.changed == ["Set"] and run[0].result["retries"] > 0
    assert len(run[0].result["resources"]) == 5 * MANY
    assert ours(upstream, namespace) == wanted("v", range(5 * MANY))
    assert player.play(tasks).changed == []


SHIFT = "/apis/networking.istio.io/v1/namespaces/{}/virtualservices/shop"


def a_shift(upstream, namespace):
    """A route between two Services without selectors, which need no pods, and the task that shifts it."""
    for name in ("old", "new"):
        body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}}
        upstream.api("POST", f"/api/v1/namespaces/{namespace}/services", body)
    spec = {"hosts": ["shop"], "http": [{"route": [{"destination": {"host": "old"}}]}]}
    metadata = {"name": "shop", "namespace": namespace}
    document = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": metadata, "spec": spec}
    upstream.api("POST", SHIFT.format(namespace).rpartition("/")[0], document)
    sides = {"from": {"host": "old"}, "to": {"host": "new"}, "steps": [{"weight": 10}, {"weight": 50}], "pause": 2}
    return [{"name": "Shift", "meshops.lifecycle.traffic_shift": {**metadata, **sides, "wait_proxies": False}}]


def test_the_api_server_is_killed_during_a_traffic_shift(player, broken_lab, upstream, namespace):
    """It is away for longer than the step takes; the run goes on where it was, and makes no step twice."""
    tasks = a_shift(upstream, namespace)

    def weights():
        (rule,) = upstream.get(SHIFT.format(namespace))["spec"]["http"]
        return [entry.get("weight") for entry in rule["route"]]

    record = json.loads((broken_lab.kubeconfig.parent / "run" / "kube-apiserver.json").read_text())
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(player.play, tasks)
        until(lambda: running.done() or weights() == [90, 10])
        os.kill(record["pid"], signal.SIGKILL)
        time.sleep(3)
        broken_lab.lab("up", "--only", "kube")
        run = running.result()
    assert run["Shift"].result["phase"] == "promoted" and weights() == [0, 100]
    rows = run["Shift"].result["record"]["verdicts"]
    assert [row["step"] for row in rows if row.get("proven")] == [
        "step 1 of 2: 10 %", "step 2 of 2: 50 %", "promotion",
    ]  # fmt: skip
    assert player.play(tasks).changed == []


def end_group(number):
    """End what a killed ansible-playbook has left: its workers."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(number, signal.SIGKILL)


@pytest.mark.parametrize(
    ("number", "in_process"),
    [(signal.SIGKILL, True), (signal.SIGKILL, False), (signal.SIGTERM, True), (signal.SIGINT, False)],
)
def test_a_playbook_that_is_killed_is_run_again(
    request, player, proxy, upstream, namespace, tmp_path, number, in_process
):
    player.play(a_set(namespace, "old", range(10)))
    tasks = a_set(namespace, "new", range(5, MANY))
    through = {**player.environment, "K8S_AUTH_KUBECONFIG": "", "K8S_AUTH_HOST": proxy.url}
    folder, temporary = tmp_path / "killed", tmp_path / "temporary"
    folder.mkdir(), temporary.mkdir()
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        *("-i", str(player._inventory(folder, None))),
        *("-e", json.dumps({"meshops_in_process": in_process})),
        str(player._playbook(folder, tasks)),
    ]
    proxy.faults.append(Fault(fault_proxy.slow, ("PATCH",), "map-1", times=8))  # so that it can be struck
    process = subprocess.Popen(
        command,
        env={**through, "TMPDIR": str(temporary)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    request.addfinalizer(lambda: end_group(process.pid))
    until(lambda: len(proxy.writes()) > 20 or process.poll() is not None)
    process.send_signal(number)
    output, _none = process.communicate(timeout=60)
    assert process.returncode != 0, output
    assert not [text for text in playing.NEVER if text in output]
    assert len(ours(upstream, namespace)) < MANY + 5, "too late to be struck"
    # What is left of the killed run may still be at work, while the next one is.
    converged(player, tasks)
    assert ours(upstream, namespace) == wanted("new", range(5, MANY))
    assert list(temporary.rglob("meshops-*")) == []


def test_two_runs_at_once(player, upstream, namespace, tmp_path, broken_lab):
    player.play(a_set(namespace, "old", range(20)))
    tasks = a_set(namespace, "new", range(10, MANY))
    second = playing.Player(tmp_path / "second", player.kubeconfig, player.environment)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(one.play, tasks) for one in (player, second)]
        assert all(run.result().rc == 0 for run in runs)
    assert ours(upstream, namespace) == wanted("new", range(10, MANY))
    assert player.play(tasks).changed == []
