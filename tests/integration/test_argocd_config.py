# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""argocd_config, argocd_account and argocd_certificate, on a real Argo CD that takes what they declare."""

from __future__ import annotations

import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import certificates
import pytest

MAPS = "/api/v1/namespaces/argocd/configmaps"
PENDING = "meshops.lifecycle/restart-pending"
pytestmark = [
    pytest.mark.in_process,
    pytest.mark.needs_lab,
    pytest.mark.usefixtures("argocd"),
    pytest.mark.xdist_group("argocd-cm"),  # they compare the whole ConfigMap
]


def task(module, **arguments):
    return [{"name": "Task", f"meshops.lifecycle.{module}": arguments}]


def restarts(cluster, name):
    """When kubectl or we last restarted a Deployment of Argo CD."""
    found = cluster.get(f"/apis/apps/v1/namespaces/argocd/deployments/{name}")
    return (found["spec"]["template"]["metadata"].get("annotations") or {}).get("kubectl.kubernetes.io/restartedAt")


def test_keys_are_owned_one_by_one_and_readers_restarted(play, converges, cluster):
    manager = {"field_manager": "meshops.lifecycle.tests"}
    before = cluster.get(f"{MAPS}/argocd-cm")["data"]
    others = {name: restarts(cluster, name) for name in ("argocd-repo-server", "argocd-redis")}
    declared = {
        "config": {"users.session.duration": "10h", "kustomize.versions.note": {"a": [1, True]}},
        "rbac": {"policy.default": "role:readonly"},
        "params": {"server.log.level": "debug"},
        "wait": True,
        **manager,
    }
    try:
        run = converges(task("argocd_config", **declared), diff=True)
        assert run["Task"].result["restarted"] == ["Deployment argocd/argocd-server"]
        data = cluster.get(f"{MAPS}/argocd-cm")["data"]
        assert data["kustomize.versions.note"] == "a:\n- 1\n- true\n"
        assert before.items() <= data.items()
        assert {name: restarts(cluster, name) for name in others} == others
        # A run that was interrupted after the write: the next one restarts, though no key differs any more.
        written = cluster.get(f"{MAPS}/argocd-cmd-params-cm")
        assert PENDING not in (written["metadata"].get("annotations") or {})
        interrupted = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": "argocd-cmd-params-cm",
                "namespace": "argocd",
                "labels": {"app.kubernetes.io/part-of": "argocd"},
                "annotations": {PENDING: "server.log.level"},
            },
            "data": {"server.log.level": "debug"},
        }
        manage = ["--server-side", "--field-manager", manager["field_manager"]]
        cluster.kubectl("apply", *manage, "-f", "-", stdin=json.dumps(interrupted))
        run = play(task("argocd_config", **declared))
        assert run["Task"].result["restarted"] == ["Deployment argocd/argocd-server"]
        assert play(task("argocd_config", **declared)).changed == []
        run = play(
            task("argocd_config", params={"server.log.level": "info"}, rbac={"a": 1.1}, **manager), expect="failed"
        )
        assert "rbac.a must be text, not 1.1. Put quotes around it" in run.msg
        # What others set is an error with a name, not a tug of war.
        play(task("argocd_config", config={"users.session.duration": "1h"}), expect="failed")
    finally:
        play(task("argocd_config", state="absent", restart=True, wait=True, **manager))
    assert cluster.get(f"{MAPS}/argocd-cm")["data"] == before


def sign_in(cluster, name, password):
    """The status of a sign-in; patient while the server is being restarted."""
    request = urllib.request.Request(
        f"{cluster.variables['MESHLAB_ARGOCD_URL']}/api/v1/session",
        json.dumps({"username": name, "password": password}).encode(),
        {"Content-Type": "application/json"},
    )
    untrusted = ssl._create_unverified_context()
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=untrusted)
    )
    deadline = time.monotonic() + 30
    while True:
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            assert time.monotonic() < deadline, "Argo CD's server does not answer"
            time.sleep(0.5)


def until(question, seconds=15):
    """Asks slowly: after five failures Argo CD lets nobody sign in for a while."""
    deadline = time.monotonic() + seconds
    time.sleep(1)
    while not question():
        assert time.monotonic() < deadline
        time.sleep(4)


def test_an_account_signs_in_with_what_was_declared(play, converges, cluster, namespace, secret):
    first, second = secret("first-Passw0rd"), secret("second-Passw0rd")
    name = namespace[-20:].strip("-")
    try:
        run = play(task("argocd_account", name=name, account_password=first), expect="failed")
        assert "say what it can do" in run.msg
        run = converges(task("argocd_account", name=name, account_password=first, capabilities=["login"]), diff=True)
        assert {row["action"] for row in run["Task"].result["resources"]} == {"changed"}
        until(lambda: sign_in(cluster, name, first) == 200)
        assert play(task("argocd_account", name=name, account_password=second)).changed == ["Task"]
        until(lambda: sign_in(cluster, name, second) == 200)
        assert sign_in(cluster, name, first) == 401
        play(task("argocd_account", name=name, enabled=False))
        until(lambda: sign_in(cluster, name, second) == 401)
    finally:
        play(task("argocd_account", name=name, state="absent"))
    keys = (
        cluster.get(f"{MAPS}/argocd-cm")["data"].keys()
        | cluster.get("/api/v1/namespaces/argocd/secrets/argocd-secret")["data"].keys()
    )
    assert not [key for key in keys if name in key]
    run = play(task("argocd_account", name="admin", state="absent"), expect="failed")
    assert "cannot be removed" in run.msg


def test_certificates_host_keys_and_signatures(play, converges, cluster, namespace, tmp_path):
    server = f"{namespace}.example.com"

    def stored(kind):
        return cluster.get(f"{MAPS}/argocd-{kind}").get("data") or {}

    pem = certificates.self_signed()
    converges(task("argocd_certificate", type="tls", server=server, data=pem))
    assert stored("tls-certs-cm")[server] == pem
    play(task("argocd_certificate", type="tls", server=server, state="absent"))
    assert server not in stored("tls-certs-cm")

    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"], check=True)
    key = " ".join((tmp_path / "key.pub").read_text().split()[:2])
    before = stored("ssh-known-hosts-cm")["ssh_known_hosts"]
    converges(task("argocd_certificate", type="ssh", server=server, data=f"# as scanned\n{server} {key}\n"))
    assert stored("ssh-known-hosts-cm")["ssh_known_hosts"].splitlines() == [*before.splitlines(), f"{server} {key}"]
    play(task("argocd_certificate", type="ssh", server=server, state="absent"))
    assert stored("ssh-known-hosts-cm")["ssh_known_hosts"].splitlines() == before.splitlines()

    home = ["gpg", "--homedir", str(tmp_path), "--batch", "--passphrase", ""]
    subprocess.run(
        [*home, "--quick-generate-key", "tests@example.com", "ed25519", "sign", "never"],
        check=True,
        capture_output=True,
    )
    listed = subprocess.run([*home, "--list-keys", "--with-colons"], check=True, capture_output=True, text=True).stdout
    theirs = next(line.split(":")[4] for line in listed.splitlines() if line.startswith("pub:"))
    armoured = subprocess.run([*home, "--armor", "--export"], check=True, capture_output=True, text=True).stdout
    subprocess.run(["gpgconf", "--homedir", str(tmp_path), "--kill", "all"], check=False)
    run = converges(task("argocd_certificate", type="gpg", data=armoured))
    assert run["Task"].result["key_id"] == theirs
    assert theirs in stored("gpg-keys-cm")
    play(task("argocd_certificate", type="gpg", key_id=theirs, state="absent"))
    run = play(task("argocd_certificate", type="gpg", data="no key"), expect="failed")
    assert "one public key in ASCII armour" in run.msg
