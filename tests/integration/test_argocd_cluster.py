# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""argocd_cluster: a cluster that the real Argo CD then deploys to, with the token that was made there."""

from __future__ import annotations

import base64
import json

import pytest
import yaml
from gitops import config_map

SECRETS = "/api/v1/namespaces/argocd/secrets"
pytestmark = [
    pytest.mark.needs_lab,
    pytest.mark.in_process,
    pytest.mark.xdist_group("argocd-cluster"),  # they register one address
]


@pytest.fixture
def server(cluster):
    """The lab once more, under a name that Argo CD does not know as its own cluster."""
    return f"https://kubernetes.default:{cluster.client.configuration.host.rpartition(':')[2]}"


def register(name, namespace, kubeconfig, server, **arguments):
    stated = {
        "name": name,
        "cluster": {"kubeconfig": kubeconfig},
        "service_account": {"name": name, "namespace": namespace},
        "spec": {"server": server},
        **arguments,
    }
    return [{"name": "Cluster", "meshops.lifecycle.argocd_cluster": stated}]


def registered(cluster, name):
    """The Secret that registers a name, its data decoded, or None."""
    selector = "argocd.argoproj.io/secret-type=cluster"
    for found in cluster.api("GET", SECRETS, labelSelector=selector)["items"]:
        data = {key: base64.b64decode(value).decode() for key, value in found["data"].items()}
        if data["name"] == name:
            return found["metadata"], {**data, "config": json.loads(data["config"])}
    return None


@pytest.fixture
def name(namespace, cluster):
    yield namespace
    found = registered(cluster, namespace)
    if found:
        cluster.api("DELETE", f"{SECRETS}/{found[0]['name']}")
    for kind in ("clusterroles", "clusterrolebindings"):
        path = f"/apis/rbac.authorization.k8s.io/v1/{kind}"
        for live in cluster.api("GET", path, labelSelector=f"meshops.lifecycle/argocd-access={namespace}")["items"]:
            cluster.api("DELETE", f"{path}/{live['metadata']['name']}")


def test_argocd_deploys_to_a_registered_cluster(play, converges, apps, name, cluster, server):
    kubeconfig = yaml.safe_load(cluster.kubeconfig.read_text())
    task = register(name, apps.namespace, kubeconfig, server, labels={"stage": "test"})
    run = converges(task, diff=True)
    metadata, data = registered(cluster, name)
    token = data["config"]["bearerToken"]
    assert metadata["labels"]["stage"] == "test"
    assert (data["server"], data["config"]["tlsClientConfig"]["insecure"]) == (server, False)
    assert token not in run.output
    assert [row["action"] for row in run["Cluster"].result["resources"]] == ["created"] * 5

    spec = {"destination": {"name": name, "namespace": apps.namespace}}
    play(apps.present(wait_timeout=60, spec=spec))
    assert apps.core("configmaps", "one")["data"] == {"colour": "blue"}

    # A new token is in use, and the old one is no longer valid.
    run = play(register(name, apps.namespace, kubeconfig, server, labels={"stage": "test"}, rotate_token=True))
    assert run.changed == ["Cluster"]
    _metadata, data = registered(cluster, name)
    assert data["config"]["bearerToken"] != token
    tokens = cluster.api(
        "GET", f"/api/v1/namespaces/{apps.namespace}/secrets", labelSelector="meshops.lifecycle/argocd-access"
    )["items"]
    assert [base64.b64decode(one["data"]["token"]).decode() for one in tokens] == [data["config"]["bearerToken"]]
    apps.repository.commit({"one/map.yaml": config_map("one", {"colour": "red"})})
    play(apps.present(refresh="normal", wait_timeout=60, spec=spec))
    assert apps.core("configmaps", "one")["data"] == {"colour": "red"}
    play(apps.task(state="absent", wait=True, wait_timeout=60))

    gone = register(name, apps.namespace, kubeconfig, server, state="absent")
    run = converges(gone)
    assert registered(cluster, name) is None
    kinds = {row["kind"] for row in run["Cluster"].result["resources"]}
    assert kinds == {"Secret", "ServiceAccount", "ClusterRole", "ClusterRoleBinding"}


def test_namespaces_alone(play, name, namespace, cluster, server):
    """Roles instead of a ClusterRole; and what is no longer named loses its role."""
    roles = "/apis/rbac.authorization.k8s.io/v1/roles"
    selector = f"meshops.lifecycle/argocd-access={namespace}"

    def places():
        return sorted(
            one["metadata"]["namespace"] for one in cluster.api("GET", roles, labelSelector=selector)["items"]
        )

    kubeconfig = str(cluster.kubeconfig)
    play(register(name, namespace, kubeconfig, server, spec={"server": server, "namespaces": ["default", namespace]}))
    assert places() == sorted(["default", namespace])
    _metadata, data = registered(cluster, name)
    assert data["namespaces"] == f"default,{namespace}"
    narrower = {"server": server, "namespaces": [namespace], "cluster_resources": False, "shard": 0}
    run = play(register(name, namespace, kubeconfig, server, spec=narrower))
    assert run.changed == ["Cluster"]
    assert places() == [namespace]
    _metadata, data = registered(cluster, name)
    assert (data["namespaces"], data["clusterResources"], data["shard"]) == (namespace, "false", "0")
    # What AWX sets in the environment leads to the cluster of Argo CD, and says nothing of the other.
    misleading = {"K8S_AUTH_HOST": None, "K8S_AUTH_CONTEXT": None}
    assert play(register(name, namespace, kubeconfig, server, spec=narrower), env=misleading).changed == []
    # The same address under a second name would be two clusters to us and one to Argo CD.
    run = play(register(f"{name}-2", namespace, kubeconfig, server), expect="failed")
    assert f"is registered in Argo CD as '{name}'" in run.msg


def test_credentials_of_ones_own_and_what_is_missing(play, name, namespace, cluster, server, secret):
    token = secret("a-token-of-somebody")
    task = {"name": name, "spec": {"server": "https://10.9.8.7", "config": {"bearer_token": token}}}
    play([{"name": "Cluster", "meshops.lifecycle.argocd_cluster": task}], diff=True)
    _metadata, data = registered(cluster, name)
    assert data["config"] == {"bearerToken": token, "tlsClientConfig": {"insecure": False}}
    task["spec"] = {"server": "https://10.9.8.7"}
    run = play([{"name": "Cluster", "meshops.lifecycle.argocd_cluster": task}], expect="failed")
    assert "Argo CD has no credentials for https://10.9.8.7" in run.msg
    run = play(register(name, namespace, "/no/such/file", server), expect="failed")
    assert "kubeconfig /no/such/file does not exist" in run.msg
