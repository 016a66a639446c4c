# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate of examples/: three contexts of one light lab stand for its three clusters."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import playing
import pytest
import yaml

pytestmark = [pytest.mark.in_process, pytest.mark.once, pytest.mark.needs_lab]
ESTATE = playing.ROOT / "examples" / "estate"
HOSTS = ("staging", "production-eu", "production-us")
OWN = ("team-shop", "team-payments", "mesh-platform")  # namespaces of the estate alone
OTHERS = ("istio-system", "argocd")  # where the parts that are not installed here would be


@pytest.fixture(scope="session")
def cluster(no_istiod):
    return no_istiod


@pytest.fixture
def namespaces(cluster, crds):
    """Those that the estate's objects lie in, without what an earlier run has left; definitions are there."""
    for suffix in ("istio.io", "argoproj.io"):
        crds(suffix)
    cluster.kubectl("delete", "namespace", *OWN, "--ignore-not-found", "--wait=true")
    for name in OTHERS:
        if not cluster.get(f"/api/v1/namespaces/{name}"):
            cluster.api(
                "POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
            )
    yield
    cluster.kubectl("delete", "namespace", *OWN, "--ignore-not-found", "--wait=false")
    for kind in ("applications/payments-mesh", "appprojects/payments"):
        cluster.api("DELETE", f"/apis/argoproj.io/v1alpha1/namespaces/argocd/{kind}")


def kubeconfig(cluster, path, user=None):
    """A kubeconfig with a context of each name for the one cluster, as its administrator or with a token."""
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    own = {"name": "user", "user": user or config["users"][0]["user"]}
    place = {"name": "lab", "cluster": config["clusters"][0]["cluster"]}
    contexts = [{"name": host, "context": {"cluster": "lab", "user": "user"}} for host in HOSTS]
    path.write_text(
        json.dumps({"apiVersion": "v1", "kind": "Config", "clusters": [place], "users": [own], "contexts": contexts})
    )
    return path


@pytest.fixture
def estate(cluster, tmp_path):
    """`estate(playbook, *arguments)` runs ansible-playbook in a copy of the estate, as its README shows it."""
    folder = tmp_path / "estate"
    shutil.copytree(ESTATE, folder)
    (folder / ".vault-password").write_text("estate\n")
    environment = {**cluster.environment(), "ANSIBLE_CONFIG": str(folder / "ansible.cfg")}
    for name in ("KUBECONFIG", "ANSIBLE_CALLBACKS_ENABLED"):
        environment.pop(name, None)

    def run(playbook, *arguments, ok=True, shell=None):
        command = [str(Path(sys.executable).with_name("ansible-playbook")), playbook, *arguments]
        if shell:
            environment.update(shell, PATH=f"{Path(sys.executable).parent}:{environment['PATH']}")
            command = ["bash", "-eo", "pipefail", "-c", playbook]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        text = done.stdout + done.stderr
        assert (done.returncode == 0) == ok, text
        assert "change-me" not in text, "a secret of the vault is shown"
        return text

    return run


# What is not done here: the test's own environment is there, Galaxy is not asked, and `make lint` runs ansible-lint.
ELSEWHERE = ("pip install", "ansible-galaxy", "ansible-lint")
# The lab's copies of what an estate fetches.
COPIES = """
istio_chart_source: "{{ lookup('ansible.builtin.env', 'MESHLAB_FILES') }}/charts"
istio_version: ""
argocd_manifests: ["{{ lookup('ansible.builtin.env', 'MESHLAB_FILES') }}/argocd/install.yaml"]
monitoring_crds: ["{{ lookup('ansible.builtin.env', 'MESHLAB_FILES') }}/prometheus-operator/bundle.yaml"]
"""


def checked_by_its_own_ci(estate, cluster, tmp_path):
    """Run the steps of the estate's CI file, in their order; returns what the last one shows."""
    (workflow,) = (ESTATE / ".github" / "workflows").glob("*.yml")
    job = yaml.safe_load(workflow.read_text())["jobs"]["check"]
    (tmp_path / "estate" / "inventory" / "group_vars" / "all" / "zz_lab.yml").write_text(COPIES)
    secrets = {"PASSWORD": "estate\n", "KUBECONFIG_TEXT": kubeconfig(cluster, tmp_path / "ci").read_text()}
    text = ""
    for step in job["steps"]:
        command = step.get("run", "")
        if command and not command.startswith(ELSEWHERE):
            assert all(name in secrets for name in step.get("env", {}))
            text = estate(command, shell={**secrets, **job["env"]})
    return text


def unchanged(text, hosts):
    lines = [line for line in text.splitlines() if "unreachable=" in line]
    return len(lines) == hosts and all("changed=0" in line and "failed=0" in line for line in lines)


def test_two_teams_and_their_platform(estate, cluster, namespaces, tmp_path):
    admin = f"mesh_kubeconfig={kubeconfig(cluster, tmp_path / 'admin')}"
    bare = tmp_path / "payments.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)
    repository = f"payments_repository={bare}"
    estate("platform.yml", "--syntax-check")

    estate("platform/mesh.yml", "-e", admin, "-e", repository, "--limit", "staging")
    assert unchanged(estate("platform/mesh.yml", "-e", admin, "-e", repository, "--limit", "staging"), 1)
    path = "/api/v1/namespaces/team-shop/serviceaccounts/deployer/token"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = cluster.api("POST", path, request)["status"]["token"]

    shop = f"mesh_kubeconfig={kubeconfig(cluster, tmp_path / 'shop', {'token': token})}"
    short = estate("teams/shop/deploy.yml", "-e", shop, "--limit", "staging", "--diff", "-e", "meshops_diff_lines=5")
    assert re.search(r"^VirtualService/team-shop/reviews: \d+ lines added$", short, re.M), short
    routes = "/apis/networking.istio.io/v1/namespaces/{}/virtualservices"
    assert [each["metadata"]["name"] for each in cluster.get(routes.format("team-shop"))["items"]] == ["reviews"]
    assert unchanged(estate("teams/shop/deploy.yml", "-e", shop), 3)
    foreign = {
        "shop_virtual_services": [{"name": "theirs", "namespace": "team-payments", "spec": {"hosts": ["ledger"]}}]
    }
    refused = estate("teams/shop/deploy.yml", "-e", shop, "-e", json.dumps(foreign), "--limit", "staging", ok=False)
    assert "may not" in refused and "403" in refused
    assert not cluster.get(routes.format("team-payments"))["items"]

    estate("teams/payments/deploy.yml", "-e", repository)
    assert unchanged(estate("teams/payments/deploy.yml", "-e", repository), 3)
    files = subprocess.run(
        ["git", "--git-dir", str(bare), "ls-tree", "-r", "--name-only", "main"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {Path(file).parts[1] for file in files} == set(HOSTS)

    text = checked_by_its_own_ci(estate, cluster, tmp_path)
    assert "created Deployment istio-system/istiod" in text and "failed=0" in text
