# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in which Ansible runs a task: in its worker where that is the same, else as a module process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import playing
import pytest

MESH_APPLY = "meshops.lifecycle.mesh_apply"
A_PROCESS = "AnsiballZ_mesh_apply.py"  # what Ansible names at -vvv when it starts a module process


@pytest.fixture
def put(namespace):
    """`put("name", data={…}, become=True)`: a task for a ConfigMap of that name, with keywords of a task."""

    def make(called, data=None, wait_for=None, **keywords):
        name = called.replace(" ", "-")
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data or {"k": "v"}}
        return {"name": called, MESH_APPLY: {"namespace": namespace, "objects": [body]}, **keywords}

    return make


@pytest.fixture
def data(cluster, namespace):
    """`data("one")`: what the ConfigMap holds, or None."""
    return lambda name: (cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}") or {}).get("data")


def never(namespace):
    """A task that waits for what does not come."""
    options = {
        "name": "slow",
        "namespace": namespace,
        "spec": {"hosts": ["a"]},
        "wait": True,
        "wait_for": "status.never",
    }
    return {"name": "slow", "meshops.lifecycle.istio_virtualservice": options}


@pytest.mark.each_core_in_process
@pytest.mark.both_ways
def test_a_loop(play, put, data):
    task = put("{{ item }}", loop=["one", "two", "three"])
    run = play([task, {**task, "name": "again"}])
    assert run[0].changed and [item["changed"] for item in run[0].items] == [True] * 3
    assert not run["again"].changed
    assert data("two") == {"k": "v"}


@pytest.mark.each_core
@pytest.mark.in_process
def test_in_the_worker_no_process_is_started(player, put):
    run = player.play([put("here"), {**put("there"), "vars": {"meshops_in_process": True}}], args=["-vvv"])
    assert A_PROCESS not in run.stdout


@pytest.mark.each_core
@pytest.mark.as_module
def test_as_a_module_a_process_is_started(player, put):
    assert A_PROCESS in player.play([put("there")], args=["-vvv"]).stdout


@pytest.mark.each_core
@pytest.mark.in_process
def test_in_the_background(play, put, data):
    # What asks after a job is Ansible's own module, which runs by whatever Python is discovered.
    ours = {"ansible_python_interpreter": sys.executable}
    later = {"name": "Look", "ansible.builtin.async_status": {"jid": "{{ job.ansible_job_id }}"}, "register": "seen"}
    later.update(until="seen is finished", retries=60, delay=1)
    run = play(
        [
            put("polled", **{"async": 60, "poll": 1}),
            put("left alone", **{"async": 60, "poll": 0}, register="job"),
            later,
        ],
        vars=ours,
    )
    assert run["polled"].changed and run["Look"].changed
    assert data("polled") == data("left-alone") == {"k": "v"}
    if playing.ANSIBLE_CORE < (2, 17):
        return  # Ansible refuses async in check mode
    predicted = play([put("predicted", **{"async": 60, "poll": 1})], check=True, vars=ours)
    assert predicted["predicted"].changed and data("predicted") is None


@pytest.mark.each_core
@pytest.mark.in_process
def test_as_another_user(play, put, data):
    if os.geteuid() != 0 or not shutil.which("su"):
        pytest.skip("wants root, who needs no password to become somebody")
    become = {"ansible_become_method": "ansible.builtin.su"}
    run = play(
        [put("keyword", become=True, vars=become), put("variable", vars={**become, "ansible_become": True})],
        args=["-vvv"],
    )
    assert run.changed == ["keyword", "variable"]
    assert run.stdout.count(f"/{A_PROCESS}") >= 2, "to become somebody a process is needed, whatever is asked for"
    assert data("keyword") and data("variable")


@pytest.mark.each_core
@pytest.mark.in_process
def test_on_another_host(play, put, data, tmp_path):
    """The host that a task is delegated to decides by which Python it runs."""
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\necho used >> {tmp_path}/used\nexec {sys.executable} "$@"\n')
    other.chmod(0o755)
    hosts = {"first": {}, "second": {"ansible_python_interpreter": str(other)}}
    play(
        [
            put("here", when="inventory_hostname == 'first'"),
            put("implicit", delegate_to="localhost", run_once=True),
            put("other python", delegate_to="second", run_once=True),
        ],
        inventory=hosts,
    )
    assert (tmp_path / "used").exists()
    assert data("here") and data("implicit") and data("other-python")


@pytest.mark.each_core_in_process
@pytest.mark.both_ways
def test_many_hosts_at_once(play, put, data):
    hosts = {f"h{number}": {} for number in range(6)}
    task = put("map {{ inventory_hostname }}")
    task[MESH_APPLY]["objects"][0]["metadata"]["name"] = "map-{{ inventory_hostname }}"
    run = play([task], inventory=hosts)
    assert len(run.tasks) == 6 and all(one.changed for one in run.tasks)
    assert all(data(f"map-{host}") for host in hosts)


@pytest.mark.each_core
@pytest.mark.both_ways
def test_check_mode_by_task(play, put, data):
    run = play([put("written anyway", check_mode=False), put("not written")], check=True)
    assert run.changed == ["written anyway", "not written"]
    assert data("written-anyway") and data("not-written") is None


@pytest.mark.each_core
@pytest.mark.both_ways
def test_retries_and_no_log(play, put, secret):
    text = secret("do-not-show-me")
    again = put("bad", data={"k": 5}, register="r", until="r is succeeded", retries=1, delay=0, ignore_errors=True)
    run = play([again, put("quiet", data={"k": text}, no_log=True)], diff=True, args=["-vvv"])
    assert run["bad"].result["attempts"] == 1
    assert run["quiet"].changed


@pytest.mark.each_core
@pytest.mark.both_ways
def test_secret_options_are_masked(play, put, secret):
    token = secret("abcdef-not-to-be-shown")
    task = put("one", ignore_errors=True)
    headers = {"basic_auth": "user:{{ token }}"}
    task[MESH_APPLY].update(api_key="{{ token }}", password="{{ token }}", proxy_headers=headers)
    inline = put("two", ignore_errors=True)
    inline[MESH_APPLY]["kubeconfig"] = {
        "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "a", "user": {"token": "{{ token }}"}}],
    }
    # In the extra variables, as Ansible shows the lines of a playbook around a task that failed.
    run = play([task, inline], args=["-vvvv"], vars={"token": token})
    assert run["two"].failed
    if playing.ANSIBLE_CORE >= (2, 20) and "invocation" not in run["two"].result:
        return  # newer versions do not pass on what a module says of its arguments
    shown = run["two"].result["invocation"]["module_args"]["kubeconfig"]
    assert shown["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:9"


# ---- What a program reads -------------------------------------------------------------------------------------------


@pytest.mark.each_core
@pytest.mark.in_process
def test_progress_leaves_standard_output_alone(player, crds, namespace):
    crds("istio.io")
    task = never(namespace)
    task["meshops.lifecycle.istio_virtualservice"]["wait_timeout"] = 3
    run = player.play([task], env={"ANSIBLE_STDOUT_CALLBACK": "one_document"}, expect="failed")
    (answer,) = json.loads(run.stdout)
    assert "was not ready after 3 s: wait_for (status.never) gives None" in answer["msg"]
    assert f"  ... [cluster] VirtualService {namespace}/slow: wait_for (status.never) gives None" in run.stderr


@pytest.mark.each_core
@pytest.mark.in_process
def test_ansibles_own_time_limit(player, crds, namespace):
    """`timeout` of a task ends a wait, and it is Ansible that says so."""
    crds("istio.io")
    run = player.play([{**never(namespace), "timeout": 2}], expect="failed")
    words = ("Timed out after 2 second", "exceeded", "in the expected time frame (2)")  # of Ansible's versions
    assert any(text in run.msg for text in words)
    assert playing.BUG not in run.msg
    assert run.seconds < 60


@pytest.mark.each_core
@pytest.mark.in_process
def test_one_line_by_hand(cluster, namespace):
    """`ansible -m … -o` as a person types it."""
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "typed"}, "data": {"k": "v"}}
    arguments = json.dumps({"namespace": namespace, "objects": [body]})
    command = [str(Path(sys.executable).with_name("ansible")), "localhost", "-m", MESH_APPLY, "-a", arguments, "-o"]
    variables = {name: str(value) for name, value in cluster.environment().items()}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith("localhost | CHANGED => ")
    assert json.loads(line.partition("=> ")[2])["resources"][0]["action"] == "created"


@pytest.mark.each_core
@pytest.mark.both_ways
def test_exit_codes(play, put):
    """2 of a task that failed, 0 of one whose failure is ignored; `expect="ok"` is 0 in all other tests."""
    ignored = put("bad", data={"k": 5}, ignore_errors=True)
    assert play([ignored]).rc == 0
    assert play([ignored, put("bad", data={"k": 5})], expect="failed").rc == 2
