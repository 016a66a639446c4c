# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""argocd_repository: the Secrets that Argo CD reads, and Argo CD reading a repository by them."""

from __future__ import annotations

import base64
import socket

import pytest
from git_over_http import GitServer


def pem(label, content):
    return f"-----BEGIN {label}-----\n{base64.b64encode(content).decode()}\n-----END {label}-----\n"


KEY = pem("OPENSSH PRIVATE KEY", b"openssh-key-v1\0\0\0\0\4none not really")
PASTED = "\r\n  " + KEY.strip().replace(
    "\n", "\r\n  "
)  # a blank first line, indented, from Windows, and no end of line
RSA = pem("RSA PRIVATE KEY", b"not really a key")
CERTIFICATE = pem("CERTIFICATE", b"not really")
LABEL = "argocd.argoproj.io/secret-type"


def repository(**arguments):
    return [{"name": "Repository", "meshops.lifecycle.argocd_repository": arguments}]


def stored(cluster, namespace, name):
    """The label and the data of the Secret, or None."""
    found = cluster.get(f"/api/v1/namespaces/{namespace}/secrets/{name}")
    if found is None:
        return None
    data = {key: base64.b64decode(value).decode() for key, value in found["data"].items()}
    return found["metadata"]["labels"][LABEL], data


KINDS = {
    "https": (
        {"url": "https://git.example.com/shop.git", "username": "argocd", "password": "hunter-2", "insecure": False},
        {"url": "https://git.example.com/shop.git", "username": "argocd", "password": "hunter-2", "insecure": "false"},
    ),
    "ssh": (
        {"url": "git@git.example.com:shop.git", "ssh_private_key": PASTED, "type": "git", "depth": 1},
        {"url": "git@git.example.com:shop.git", "sshPrivateKey": KEY, "type": "git", "depth": "1"},
    ),
    "helm over oci": (
        {"url": "registry.example.com/charts", "type": "helm", "name": "charts", "enable_oci": True},
        {"url": "registry.example.com/charts", "type": "helm", "name": "charts", "enableOCI": "true"},
    ),
    "github app": (
        {
            "url": "https://github.example.com/shop.git",
            "github_app_id": 4711,
            "github_app_installation_id": 815,
            "github_app_private_key": RSA.replace("\n", "\\n"),
        },
        {
            "url": "https://github.example.com/shop.git",
            "githubAppID": "4711",
            "githubAppInstallationID": "815",
            "githubAppPrivateKey": RSA,
        },
    ),
    "client certificate": (
        {
            "url": "https://git.example.com/tls.git",
            "tlsClientCertData": CERTIFICATE.replace("\n", "\r\n"),
            "tlsClientCertKey": "\n  " + RSA.replace("\n", "\n  "),
            "proxy": "http://proxy.example.com",
            "noProxy": "localhost",
        },
        {
            "url": "https://git.example.com/tls.git",
            "tlsClientCertData": CERTIFICATE,
            "tlsClientCertKey": RSA,
            "proxy": "http://proxy.example.com",
            "noProxy": "localhost",
        },
    ),
}


@pytest.mark.in_process
def test_every_kind_of_repository(converges, namespace, cluster, secret):
    secret("hunter-2")
    secret(KEY.splitlines()[1])
    secret(RSA.splitlines()[1])
    names = [f"repository-{number}" for number in range(len(KINDS))]
    tasks = [
        {**repository(name=name, namespace=namespace, spec=spec)[0], "name": kind}
        for name, (kind, (spec, _data)) in zip(names, KINDS.items(), strict=True)
    ]
    run = converges(tasks, diff=True)
    assert run.changed == list(KINDS)
    for name, (_spec, data) in zip(names, KINDS.values(), strict=True):
        assert stored(cluster, namespace, name) == ("repository", data)


@pytest.mark.in_process
def test_a_template_and_what_is_no_longer_declared(play, namespace, cluster):
    blue = {"url": "https://git.example.com/blue", "username": "blue", "password": "one"}
    task = {"name": "blue", "namespace": namespace, "secret_type": "repo-creds"}
    play(repository(**task, spec={**blue, "azure_service_principal_client_id": "b"}))
    kind, data = stored(cluster, namespace, "blue")
    assert kind == "repo-creds"
    # Argo CD reads another spelling in a template than in a repository.
    assert data["azureServicePrincipalClientID"] == "b"
    changed = play(repository(**task, spec={**blue, "password": "two"}), diff=True)
    assert changed.changed == ["Repository"]
    assert stored(cluster, namespace, "blue") == ("repo-creds", {**blue, "password": "two"})
    assert play(repository(**task, state="absent")).changed == ["Repository"]
    assert stored(cluster, namespace, "blue") is None


@pytest.mark.needs_lab
def test_without_a_name_it_is_the_one_of_argocds_command_line(play, namespace, cluster):
    """So that what `argocd repo add` made is taken over, and not doubled."""
    url = "https://git.example.com/shop.git"
    play(repository(namespace=namespace, spec={"url": url, "project": "shop"}))
    listed = cluster.get(f"/api/v1/namespaces/{namespace}/secrets")["items"]
    theirs = cluster.run("argocd", "admin", "repo", "generate-spec", url, "--project", "shop", "--output", "json")
    assert [secret["metadata"]["name"] for secret in listed] == [theirs["metadata"]["name"]]


REFUSED = {
    "key for https": ({"url": "https://git.example.com/a", "ssh_private_key": KEY}, "not reached by SSH"),
    "password for ssh": ({"url": "git@git.example.com:a", "password": "x1"}, "Give ssh_private_key"),
    "no key": ({"url": "git@git.example.com:a", "ssh_private_key": "path/of/key"}, "looks like a path"),
    "public key": ({"url": "git@git.example.com:a", "ssh_private_key": "ssh-rsa AAAAx"}, "is a public SSH key"),
    "part of a key": ({"url": "git@git.example.com:a", "ssh_private_key": KEY[:60]}, "is truncated"),
    "password of two lines": ({"url": "https://git.example.com/a", "password": "x1\nx2"}, "must be one line"),
    "half an app": ({"url": "https://github.com/a", "github_app_id": 1}, "go together"),
    "helm without a name": ({"url": "https://charts.example.com", "type": "helm"}, "spec.name is missing"),
    "charts with oci://": ({"url": "oci://r.example.com/c", "type": "helm", "enable_oci": True}, "has no scheme"),
    "oci:// without a type": ({"url": "oci://r.example.com/c"}, "give type: oci"),
    "an image without oci://": ({"url": "r.example.com/c", "type": "oci"}, "it begins with oci://"),
    "a registry that is not called one": ({"url": "r.example.com/c", "type": "helm"}, "give enable_oci: true"),
    "a registry with https://": ({"url": "https://r.example.com/c", "enable_oci": True}, "has no scheme"),
    "no address": ({"username": "me"}, "url"),
    "typo": ({"url": "https://git.example.com/a", "pasword": "x1"}, "Did you mean 'password'?"),
}


@pytest.mark.in_process
def test_what_argocd_could_not_use_is_refused(play, namespace):
    tasks = [
        {**repository(name="a", namespace=namespace, spec=spec)[0], "name": case, "ignore_errors": True}
        for case, (spec, _said) in REFUSED.items()
    ]
    useless = repository(name="a", namespace=namespace, secret_type="repo-creds", spec={"url": "a", "depth": 1})
    run = play([*tasks, *useless], expect="failed")
    for case, (_spec, said) in REFUSED.items():
        assert said in run[case].msg
    assert "spec.depth has no effect in repo-creds" in run["Repository"].msg


def seen_by_pods(cluster):
    """The address of this machine by which the lab's pods reach it."""
    selector = "app.kubernetes.io/name=argocd-repo-server"
    pods = cluster.api("GET", "/api/v1/namespaces/argocd/pods", labelSelector=selector)["items"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((pods[0]["status"]["podIP"], 9))
        return probe.getsockname()[0]


@pytest.mark.in_process
@pytest.mark.needs_lab
def test_argocd_reads_by_what_was_declared(play, apps, cluster, secret):
    """Without credentials, with wrong ones and with the right ones, as a person meets them one after the other."""
    password = secret("correct-horse-battery")
    with GitServer(apps.repository.folder.parent, seen_by_pods(cluster), "argocd", password) as server:
        url = f"{server.url}/{apps.repository.folder.name}"
        spec = {"source": {"repoURL": url, "path": "one", "targetRevision": "main"}}
        run = play(apps.present(wait_timeout=60, spec=spec), expect="failed")
        assert "authentication required" in run.msg
        assert "the credentials that Argo CD has for it" in run.msg
        assert run.seconds < 40
        declared = {"name": apps.name("repo"), "spec": {"url": url, "username": "argocd", "password": "wrong-one"}}
        run = play(repository(**declared) + apps.present(wait_timeout=60, spec=spec), expect="failed")
        assert "authentication" in run.msg
        declared["spec"]["password"] = password
        try:
            play(repository(**declared) + apps.present(wait_timeout=60, spec=spec))
            assert apps.core("configmaps", "one")["data"] == {"colour": "blue"}
        finally:
            play(repository(name=declared["name"], state="absent"))
