# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several sources of a connection at once: who the API server sees, and that kubectl merges kubeconfigs likewise."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import playing
import pytest
import yaml

sys.path.insert(0, str(playing.BUILD / "collections"))

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import kubeconfig

SAMPLE = str(Path(__file__).parent / "charts" / "sample")
NOWHERE = "https://127.0.0.1:9"


@pytest.fixture
def robot(cluster, namespace, secret):
    """The token of a ServiceAccount that may do nothing at all."""
    cluster.kubectl("create", "serviceaccount", "robot", "-n", namespace)
    return secret(cluster.kubectl("create", "token", "robot", "-n", namespace).strip())


@pytest.fixture
def server(cluster):
    configuration = cluster.client.configuration
    return {"host": configuration.host, "ca_cert": configuration.ssl_ca_cert}


@pytest.fixture
def admin(cluster, server, tmp_path):
    """The file of an administrator: a client certificate, which the server believes before any token."""

    def content(path):
        return base64.b64encode(Path(path).read_bytes()).decode()

    configuration = cluster.client.configuration
    user = {
        "client-certificate-data": content(configuration.cert_file),
        "client-key-data": content(configuration.key_file),
    }
    own = {"server": server["host"], "certificate-authority-data": content(server["ca_cert"])}
    path = tmp_path / "admin"
    path.write_text(
        yaml.safe_dump(
            {
                "current-context": "admin",
                "clusters": [{"name": "c", "cluster": own}, {"name": "nowhere", "cluster": {"server": NOWHERE}}],
                "users": [
                    {"name": "admin", "user": user},
                    {"name": "deputy", "user": {**user, "as": "deputy", "as-groups": ["staff"]}},
                ],
                "contexts": [
                    {"name": "admin", "context": {"cluster": "c", "user": "admin"}},
                    {"name": "deputy", "context": {"cluster": "c", "user": "deputy"}},
                    {"name": "nowhere", "context": {"cluster": "nowhere", "user": "admin"}},
                ],
            }
        )
    )
    return str(path)


def reading(name, environment=None, **options):
    """A task that lists namespaces, which the administrator may and the ServiceAccount may not."""
    task = {"name": name, "meshops.lifecycle.mesh_info": {"kind": "Namespace", **options}, "ignore_errors": True}
    return {**task, "environment": environment or {}}


ROBOT, SPOILT, ADMIN, NOBODY, GONE = (
    "'{robot}' may not list namespaces",
    "(401)",
    "",
    "without credentials (403)",
    ("cannot be reached"),
)


@pytest.mark.in_process
def test_the_server_sees_whom_the_task_means(play, cluster, namespace, robot, server, admin):
    """Each row once with the limited token and, where one is given, once with a spoilt one."""
    host, file = {"K8S_AUTH_HOST": server["host"], "K8S_AUTH_SSL_CA_CERT": server["ca_cert"]}, {}
    file = {"K8S_AUTH_KUBECONFIG": admin}
    elsewhere = {"K8S_AUTH_HOST": NOWHERE, "K8S_AUTH_API_KEY": "other"}
    token = {"K8S_AUTH_API_KEY": robot}
    rows = [
        # options of the task, variables, who lists namespaces
        ({**server, "api_key": robot}, file, ROBOT),
        ({**server, "api_key": robot}, {"KUBECONFIG": admin}, ROBOT),
        ({**server, "api_key": robot}, {**file, "K8S_AUTH_CONTEXT": "admin"}, ROBOT),
        ({**server, "api_key": robot, "kubeconfig": admin}, {}, ROBOT),
        ({"api_key": robot}, file, ROBOT),
        ({"api_key": robot}, {"KUBECONFIG": admin}, ROBOT),
        ({"api_key": robot}, {**host, "KUBECONFIG": admin}, ROBOT),
        ({"api_key": robot, "kubeconfig": admin}, {}, ROBOT),
        ({"api_key": robot, "context": "deputy"}, file, ROBOT),
        ({}, {**token, **host, "KUBECONFIG": admin}, ROBOT),
        ({}, {**token, "KUBECONFIG": admin}, ROBOT),
        (server, {**token, "KUBECONFIG": admin}, ROBOT),
        (server, file, NOBODY),
        (server, {"KUBECONFIG": admin}, NOBODY),
        (server, elsewhere, NOBODY),
        ({}, {**host, "KUBECONFIG": admin}, NOBODY),
        ({"kubeconfig": admin}, elsewhere, ADMIN),
        ({"kubeconfig": admin}, {**token, **host}, ADMIN),
        ({"kubeconfig": admin}, {"K8S_AUTH_CONTEXT": "nowhere"}, ADMIN),
        ({"kubeconfig": admin, "context": "nowhere"}, host, GONE),
        ({"kubeconfig": admin, "context": "deputy"}, {}, "'deputy' may not list namespaces"),
        ({"context": "admin"}, {**elsewhere, **file}, ADMIN),
        ({"kubeconfig": "", "host": ""}, file, ADMIN),
    ]
    tasks, expected = [], []
    for options, variables, outcome in rows:
        tasks.append(reading(str(len(tasks)), variables, **options))
        expected.append(outcome)
        if outcome == ROBOT:
            spoilt = json.loads(json.dumps([options, variables]).replace(robot, "spoilt"))
            tasks.append(reading(str(len(tasks)), spoilt[1], **spoilt[0]))
            expected.append(SPOILT)
    run = play(tasks, env={"K8S_AUTH_KUBECONFIG": None, "KUBECONFIG": None})
    account = f"system:serviceaccount:{namespace}:robot"
    for task, outcome, row in zip(run.tasks, expected, tasks):
        words = outcome.replace("{robot}", account)
        assert words in task.msg if words else not task.failed, (row, task.msg)
    assert "K8S_AUTH_KUBECONFIG of the environment name another cluster" in "".join(task.msg for task in run.tasks)


@pytest.mark.in_process
def test_helm_and_the_inventory_act_as_the_same(play, namespace, robot, server, admin, tmp_path):
    release = {"name": "shop", "namespace": namespace, "chart": SAMPLE}
    run = play(
        [
            {
                "name": name,
                "meshops.lifecycle.helm_release": {**release, **server, "api_key": token},
                "environment": {"K8S_AUTH_KUBECONFIG": admin, "KUBECONFIG": admin, "HELM_KUBETOKEN": "other"},
                "ignore_errors": True,
            }
            for name, token in (("robot", robot), ("spoilt", "spoilt"))
        ],
        env={"K8S_AUTH_KUBECONFIG": None},
    )
    assert f"'system:serviceaccount:{namespace}:robot' may not" in run["robot"].msg
    assert "(401)" in run["spoilt"].msg
    source = tmp_path / "argocd_clusters.yml"
    source.write_text(yaml.safe_dump({"plugin": "meshops.lifecycle.argocd_clusters", **server, "api_key": robot}))
    shown = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-inventory")), "-i", str(source), "--list"],
        env=playing.environment(K8S_AUTH_KUBECONFIG=admin),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "may not list secrets in namespace argocd (403)" in shown.stderr


def config(name, folder, current=None, **parts):
    document = {"apiVersion": "v1", "kind": "Config"}
    if current is not None:
        document["current-context"] = current
    for part, entries in parts.items():
        inner = part[:-1]
        document[part] = [{"name": key, inner: value} for key, value in entries.items()]
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(yaml.safe_dump(document))


@pytest.mark.in_process
def test_lists_of_files_are_merged_as_kubectl_merges_them(cluster, tmp_path, monkeypatch):
    relative = {"certificate-authority": "ca.crt", "server": "https://second"}
    user = {"client-certificate": "../c.crt", "client-key": "keys/c.key"}
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin", "interactiveMode": "Never"}
    config(
        "one/a",
        tmp_path,
        "first",
        clusters={"same": {"server": "https://first"}, "a": {"server": "https://a"}},
        users={"same": {"token": "first"}},
        contexts={"first": {"cluster": "same", "user": "same"}},
    )
    config(
        "two/b",
        tmp_path,
        "second",
        clusters={"same": relative, "b": relative},
        users={
            "same": {"username": "jane", "password": "pass"},
            "file": user,
            "tokenfile": {"tokenFile": "t"},
            "plugin": {"exec": plugin},
            "on path": {"exec": {**plugin, "command": "plugin"}},
            "absolute": {"client-certificate": f"{tmp_path}/c.crt", "client-key": f"{tmp_path}/c.key"},
        },
        contexts={
            "first": {"cluster": "b", "user": "file"},
            "second": {"cluster": "b", "user": "file", "namespace": "shop"},
        },
    )
    config("no current", tmp_path, clusters={"c": {"server": "https://c"}}, users={"u": {}}, contexts={})
    config("empty current", tmp_path, "", clusters={"c": {"server": "https://other"}})
    for path in ("two/ca.crt", "ca.crt", "c.crt", "c.key", "two/keys/c.key", "two/t"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(f"content of {path}")
    (tmp_path / "empty").write_text("")
    (tmp_path / "broken").write_text("clusters: [")
    config("twice", tmp_path, "x", clusters={"c": {"server": "https://c"}})
    document = yaml.safe_load((tmp_path / "twice").read_text())
    (tmp_path / "twice").write_text(yaml.safe_dump({**document, "clusters": document["clusters"] * 2}))
    monkeypatch.chdir(tmp_path)
    rows = ["one/a", "one/a:two/b", "two/b:one/a", "one/a:/nonexistent", "/nonexistent:two/b", ":one/a:", "one/a:one/a"]
    rows += ["no current:two/b", "empty current:no current:two/b", "empty:one/a", "one/a:empty"]
    rows += [f"{tmp_path}/one/a:two/b", "one/a:broken", "one/a:one", "one/a:twice"]
    refused = []
    for row in rows:
        done = subprocess.run(
            [cluster.program("kubectl"), "config", "view", "--raw", "--flatten", "-ojson"],
            env={**os.environ, "KUBECONFIG": row},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            refused.append(row)
            with pytest.raises(MeshError):
                kubeconfig.read(row)
            continue
        document, _name = kubeconfig.read(row)
        shown = json.loads(done.stdout)
        assert document["current-context"] == shown["current-context"], row
        for part in ("clusters", "users", "contexts"):
            ours, theirs = (_comparable(one.get(part)) for one in (document, shown))
            assert ours == theirs, (row, part)
    assert refused == ["one/a:broken", "one/a:one", "one/a:twice"]


def _comparable(entries):
    """By name, with files' contents in the place of their paths, as kubectl shows them, and without its defaults."""
    by_name = {}
    for entry in entries or []:
        inner = next(value for key, value in entry.items() if key != "name")
        plugin = inner.get("exec")
        if plugin:
            plugin = {key: plugin[key] for key in ("apiVersion", "command", "interactiveMode")}
            inner["exec"] = {**plugin, "command": os.path.basename(plugin["command"])}
        for key in ("certificate-authority", "client-certificate", "client-key"):
            if key in inner:
                inner[f"{key}-data"] = base64.b64encode(Path(inner.pop(key)).read_bytes()).decode()
        if "tokenFile" in inner:
            inner["tokenFile"] = os.path.basename(inner["tokenFile"])
        by_name[entry["name"]] = inner
    return by_name


@pytest.mark.in_process
def test_the_second_cluster_of_argocd_cluster_is_reached_by_what_is_said_of_it(
    play, namespace, robot, server, admin, secret
):
    """The task itself is an administrator's, by the environment, and what it says of the other cluster is not."""
    register = {
        "name": "prod",
        "namespace": namespace,
        "service_account": {"name": "argocd", "namespace": namespace},
        "spec": {"server": "https://10.9.8.7"},
    }
    given = secret("a-token-of-somebody")
    ways = {
        "robot": {**server, "api_key": robot},
        "spoilt": {**server, "api_key": "spoilt"},
        "nobody": server,
        "context": {"context": "deputy"},
        "nowhere": {"api_key": robot},
    }
    tasks = [
        {
            "name": name,
            "meshops.lifecycle.argocd_cluster": {**register, "cluster": way},
            "environment": {"K8S_AUTH_KUBECONFIG": admin},
            "ignore_errors": True,
        }
        for name, way in ways.items()
    ]
    stated = {**register, "spec": {**register["spec"], "config": {"bearer_token": given}}}
    tasks.append({"name": "shown", "meshops.lifecycle.argocd_cluster": stated})
    run = play(tasks, diff=True, args=["-vvv"])
    account = f"'system:serviceaccount:{namespace}:robot' may not get serviceaccounts in namespace {namespace} (403)"
    assert account in run["robot"].msg
    assert "(401)" in run["spoilt"].msg
    assert "without credentials (403), and none are configured" in run["nobody"].msg
    assert "'deputy' may not get serviceaccounts" in run["context"].msg
    assert "'cluster' does not name a cluster" in run["nowhere"].msg
    (diff,) = run["shown"].diffs
    assert diff["after"]["data"] == {
        "name": "prod",
        "server": "https://10.9.8.7",
        "config": "<hidden, changed>",
    }


@pytest.mark.in_process
def test_a_refusal_has_what_the_server_sent_and_nothing_more(play, namespace, robot, server):
    bad = {"name": "a", "namespace": namespace, "spec": {"url": "https://git.example.com/a"}, "labels": {"a b": "c"}}
    run = play(
        [
            {"name": "invalid", "meshops.lifecycle.argocd_repository": bad, "ignore_errors": True},
            reading("forbidden", **server, api_key=robot),
            reading("unauthorised", **server, api_key="spoilt"),
            reading("no server", host=NOWHERE, api_key="x"),
        ]
    )
    sent = {task.name: {key: task.result.get(key, "") for key in ("status", "reason")} for task in run.tasks}
    assert sent == {
        "invalid": {"status": 422, "reason": "Invalid"},
        "forbidden": {"status": 403, "reason": "Forbidden"},
        "unauthorised": {"status": 401, "reason": "Unauthorized"},
        "no server": {"status": "", "reason": ""},
    }
    assert "reason" not in run["no server"].result and "status" not in run["no server"].result
