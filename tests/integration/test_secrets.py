# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module that is given a secret, at the highest verbosity: no text of it is seen, logged, or left in a file.

The secrets are made here, and come by variables: of a text in the playbook itself, Ansible shows the lines around a
failure.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import tempfile
import time
import uuid
from pathlib import Path

import pytest

SAMPLE = str(Path(__file__).parent / "charts" / "sample")
NOWHERE = "https://127.0.0.1:9"
OPENSSH = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUg"  # how a key without a passphrase begins
SSH_KEY = (
    f"-----BEGIN OPENSSH PRIVATE KEY-----\n{OPENSSH}\n{{{{ s.ssh | b64encode }}}}\n-----END OPENSSH PRIVATE KEY-----"
)
TLS_KEY = "-----BEGIN PRIVATE KEY-----\n{{ s.key | b64encode }}\n-----END PRIVATE KEY-----"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----"


def module(task, of, /, **options):
    return {"name": task, f"meshops.lifecycle.{of}": options}


def opaque(name, **fields):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, **fields}


def kubeconfig(**user):
    return {
        "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": NOWHERE}}],
        "users": [{"name": "a", "user": user}],
    }


def made(namespace):
    """Tasks that succeed, each with a secret of its own: {{ s.NAME }}, and another value once `s` is another."""
    place = {"namespace": namespace}
    listed = {"apiVersion": "v1", "kind": "List", "items": [opaque("of-a-list", stringData={"k": "{{ s.listed }}"})]}
    registry = {"auths": {"registry.example.com": {"auth": "{{ s.registry }}"}}}
    return [
        module(
            "set",
            "mesh_apply",
            **place,
            objects=[
                opaque("as-text", stringData={"k": "{{ s.text }}"}),
                opaque("as-data", data={"k": "{{ s.data | b64encode }}"}),
                opaque(
                    "registry",
                    type="kubernetes.io/dockerconfigjson",
                    # Before ansible-core 2.19 a template's text that begins like JSON becomes a mapping.
                    stringData={".dockerconfigjson": " " + json.dumps(registry)},
                ),
                listed,
                {
                    "apiVersion": "v1",
                    "kind": "ConfigMap",
                    "metadata": {"name": "with-a-url"},
                    "data": {"url": "https://me:{{ s.in_url }}@git.example.com/a.git", "pem": "{{ s.pem }}"},
                },
            ],
        ),
        module("read", "mesh_info", **place, kind="Secret"),
        module(
            "https",
            "argocd_repository",
            **place,
            name="https",
            spec={
                "url": "https://{{ s.in_url }}@git.example.com/a.git",
                "username": "me",
                "password": "{{ s.password }}",
                "proxy": "http://me:{{ s.proxy }}@proxy.example.com:3128",
            },
        ),
        module(
            "ssh",
            "argocd_repository",
            **place,
            name="ssh",
            spec={"url": "git@git.example.com:a", "ssh_private_key": SSH_KEY},
        ),
        module(
            "cluster",
            "argocd_cluster",
            **place,
            name="{{ ns }}",
            spec={
                "server": "https://10.9.8.7",
                "config": {
                    "username": "me",
                    "password": "{{ s.cluster }}",
                    "tls_client_config": {"cert_data": CERTIFICATE, "key_data": TLS_KEY},
                },
            },
        ),
        module(
            "application",
            "argocd_application",
            **place,
            name="shop",
            spec={
                "project": "default",
                "destination": {"server": NOWHERE, "namespace": "shop"},
                "source": {
                    "repo_url": "https://git.example.com/a.git",
                    "path": "a",
                    "helm": {
                        "values_object": {"env": {"TOKEN": "{{ s.by_name }}"}, "count": "{{ s.by_name | length }}"},
                        "values": "db: {password: {{ s.by_name }}}",
                        "parameters": [{"name": "db.token", "value": "{{ s.by_name }}"}],
                    },
                },
            },
        ),
        module(
            "release", "helm_release", **place, name="shop", chart=SAMPLE, values={"password": "{{ s.chart_value }}"}
        ),
    ]


def refused(namespace):
    """Tasks that fail, on the way to the cluster and in it."""
    place = {"namespace": namespace}
    one = {"name": "a", "spec": {"hosts": ["a"]}, **place}
    tls, json_file = "kubernetes.io/tls", "kubernetes.io/dockerconfigjson"
    return [
        module("half", "mesh_apply", **place, objects=[opaque("h", type=tls, stringData={"tls.crt": "{{ s.text }}"})]),
        module(
            "no JSON",
            "mesh_apply",
            **place,
            objects=[opaque("j", type=json_file, stringData={".dockerconfigjson": "{{ s.registry }}"})],
        ),
        module("no base64", "mesh_apply", **place, objects=[opaque("b", data={"k": "{{ s.data }}"})]),
        module("no field", "mesh_apply", **place, objects=[opaque("f", password="{{ s.password }}")]),
        module(
            "git",
            "mesh_apply",
            **place,
            delivery="git",
            git={"repository": "http://127.0.0.1:9/a.git", "username": "me", "password": "{{ s.password }}"},
            objects=[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}],
        ),
        module(
            "git address",
            "mesh_apply",
            **place,
            delivery="git",
            git={"repository": "https://me:{{ s.in_url }}@127.0.0.1:9/a.git"},
            objects=[opaque("a", stringData={"k": "{{ s.text }}"})],
        ),
        module("text", "mesh_apply", **place, objects=["kind: Secret\nstringData: {k: '{{ s.text }}'}"]),
        module(
            "kind", "mesh_apply", **place, objects=[{**opaque("k", stringData={"k": "{{ s.text }}"}), "kind": "secret"}]
        ),
        module("kind as text", "mesh_apply", **place, objects="kind: secret\nstringData: {k: '{{ s.text }}'}"),
        module(
            "SecretList",
            "mesh_apply",
            **place,
            objects=[{"apiVersion": "v1", "kind": "SecretList", "items": [{"strngData": {"k": "{{ s.text }}"}}]}],
        ),
        module(
            "last applied",
            "mesh_apply",
            **place,
            objects=[
                {
                    **opaque("l", stringdata={"k": "{{ s.text }}"}),
                    "metadata": {
                        "name": "l",
                        "annotations": {
                            "kubectl.kubernetes.io/last-applied-configuration": '{"stringData": {"k": "{{ s.data }}"}}'
                        },
                    },
                }
            ],
        ),
        module("typo", "argocd_repository", **place, name="t", spec={"url": "a", "pasword": "{{ s.password }}"}),
        module("type", "argocd_repository", **place, name="t", spec={"url": "a", "password": ["{{ s.password }}"]}),
        module("whole", "argocd_repository", **place, name="t", spec="password: {{ s.password }}"),
        module("no key", "argocd_repository", **place, name="t", spec={"url": "g@h:a", "password": "{{ s.password }}"}),
        module("account", "argocd_account", **place, name="a", account_password="{{ s.password }}"),
        module("hash", "argocd_account", **place, name="a", account_password_hash="{{ s.password }}"),
        module("key for a certificate", "argocd_certificate", **place, type="tls", server="a", data="{{ s.pem }}"),
        module("chart", "helm_release", **place, name="no", chart="oci://127.0.0.1:1/a", repo_password="{{ s.chart }}"),
        module(
            "repository",
            "helm_release",
            **place,
            name="no",
            chart="a",
            repo_url="http://me:{{ s.in_url }}@127.0.0.1:1/charts",
        ),
        module(
            "no release",
            "helm_release",
            **place,
            name="no",
            chart=SAMPLE,
            values={"fails": 1, "k": "{{ s.chart_value }}"},
        ),
        module("token", "istio_virtualservice", **one, host=NOWHERE, api_key="{{ s.token }}", validate_certs=False),
        module("line break", "istio_virtualservice", **one, host=NOWHERE, api_key="a{{ '\n' }}{{ s.token }}"),
        module("password", "istio_virtualservice", **one, host=NOWHERE, username="me", password="{{ s.password }}"),
        module(
            "proxy",
            "istio_virtualservice",
            **one,
            host=NOWHERE,
            api_key="a",
            proxy="http://me:{{ s.proxy }}@127.0.0.1:9",
            proxy_headers={"proxy_basic_auth": "me:{{ s.token }}"},
        ),
        module("no proxy", "istio_virtualservice", **one, host=NOWHERE, proxy="socks://me:{{ s.proxy }}@a"),
        module("inline", "istio_virtualservice", **one, kubeconfig=kubeconfig(token="{{ s.token }}")),
        module(
            "inline key",
            "istio_virtualservice",
            **one,
            kubeconfig=kubeconfig(**{"client-certificate-data": "YQ==", "client-key-data": "{{ s.key | b64encode }}"}),
        ),
        module("key", "istio_virtualservice", **one, kubeconfig=kubeconfig(**{"client-key-data": "{{ s.key }}"})),
        module(
            "plugin",
            "istio_virtualservice",
            **one,
            kubeconfig=kubeconfig(
                exec={
                    "apiVersion": "client.authentication.k8s.io/v1",
                    "command": "false",
                    "args": ["--token", "{{ s.token }}"],
                    "env": [{"name": "T", "value": "{{ s.key }}"}],
                }
            ),
        ),
        module("as text", "istio_virtualservice", **one, kubeconfig="users:\n- token: {{ s.token }}\n  broken: ["),
        module("in a field", "istio_virtualservice", name="a", **place, spec={"hosts": [{"a": "{{ s.text }}"}]}),
        module(
            "address", "mesh_apply", **place, urls=[{"url": "http://me:{{ s.in_url }}@127.0.0.1:9/a", "checksum": "a"}]
        ),
        module(
            "other cluster",
            "argocd_cluster",
            **place,
            name="a",
            cluster={"host": NOWHERE, "api_key": "{{ s.token }}"},
            spec={"server": NOWHERE},
        ),
    ]


NAMES = ["text", "data", "listed", "registry", "in_url", "password", "proxy", "ssh", "cluster", "key"]
NAMES += ["chart", "chart_value", "token", "pem", "by_name"]


@pytest.fixture
def texts(secret):
    """`texts()`: new secrets by name; no run of the test may print them, in whatever form they are stored."""

    def make():
        found = {}
        for name in NAMES:
            text = secret(f"{name}-{uuid.uuid4().hex}")
            secret(base64.b64encode(text.encode()).decode())
            found[name] = text
        found["pem"] = f"-----BEGIN PRIVATE KEY-----\n{found['pem']}\n-----END PRIVATE KEY-----\n"
        return found

    return make


@pytest.fixture
def places(tmp_path, player):
    """The folders in which a run may leave something, and its log."""
    folders = {name: tmp_path / name for name in ("ANSIBLE_REMOTE_TEMP", "ANSIBLE_LOCAL_TEMP")}
    for folder in folders.values():
        folder.mkdir()
    folders["TMPDIR"] = Path(tempfile.mkdtemp(prefix="t-"))  # short: Ansible puts a socket into it
    folders["ANSIBLE_ASYNC_DIR"] = tmp_path / "async"
    folders["ANSIBLE_LOG_PATH"] = tmp_path / "log"
    yield folders
    shutil.rmtree(folders["TMPDIR"], ignore_errors=True)


def left(places, secrets):
    """What of the secrets stands in a file, as "file: secret's beginning"."""
    found = []
    for place in places.values():
        for path in [place, *place.rglob("*")]:
            if path.is_file():
                content = path.read_text(errors="replace")
                found += [f"{path}: {text[:8]}" for text in secrets if text in content]
    return found


# As a module each task is a process, so that it is those that end there, and differently, that run that way too.
AS_MODULE = {"set", "https", "release", "half", "key for a certificate", "token", "proxy", "inline"}


@pytest.mark.each_core
@pytest.mark.both_ways
def test_no_secret_is_seen_or_left_anywhere(player, mode, namespace, texts, places, crds):
    crds("argoproj.io")
    env = {name: str(path) for name, path in places.items()}
    first = texts()
    good, bad = (
        [task for task in tasks if mode == "in_process" or task["name"] in AS_MODULE]
        for tasks in (made(namespace), [{**task, "ignore_errors": True} for task in refused(namespace)])
    )
    changing = [task["name"] for task in good if task["name"] != "read"]

    def play(tasks, secrets=first, **options):
        given = {"s": secrets, "ns": namespace}
        return player.play(tasks, env=env, args=["-vvvv"], diff=True, vars=given, **options)

    if mode == "in_process":
        assert play(good, check=True).changed == changing
    run = play(good + bad)
    assert run.changed == changing
    assert [task.name for task in run.tasks if task.failed] == [task["name"] for task in bad]
    if mode == "in_process":
        run = play(good, texts())
        assert run.changed == changing
        for name in ("set", "application"):
            assert "<hidden, changed>" in json.dumps(run[name].diffs)
    else:
        play([{**good[0], "async": 60, "poll": 0}])
        finished(places)
    assert places["ANSIBLE_LOG_PATH"].stat().st_size > 10_000
    assert left(places, player.secrets) == []
    assert list(places["TMPDIR"].rglob("*")) == []


def finished(places):
    """Wait for the one job in the background: its result is in its file, and Ansible's copy of the module is gone."""
    jobs, copies = places["ANSIBLE_ASYNC_DIR"], places["ANSIBLE_REMOTE_TEMP"]
    deadline = time.monotonic() + 60

    def copied():  # by os.walk, which bears a folder that goes away meanwhile
        return any(name.startswith("AnsiballZ") for _folder, _folders, files in os.walk(copies) for name in files)

    while not any('"resources"' in path.read_text() for path in jobs.glob("j*")) or copied():
        assert time.monotonic() < deadline, [path.read_text() for path in jobs.glob("j*")]
        time.sleep(0.1)
