# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin argocd_clusters: what was registered becomes hosts, and a play reaches them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.in_process


@pytest.mark.each_core
def test_registered_clusters_are_hosts_that_a_play_reaches(play, cluster, namespace, tmp_path):
    def register(name, **arguments):
        stated = {"name": name, "namespace": namespace, **arguments}
        return {"name": name, "meshops.lifecycle.argocd_cluster": stated}

    account = {"name": namespace, "namespace": namespace}
    reached = {"cluster": {"kubeconfig": str(cluster.kubeconfig)}, "service_account": account}
    narrow = {"namespaces": [namespace]}  # Roles in the test's own namespace, which go with it
    abroad = {"server": "https://eks.example.com", "config": {"aws_auth_config": {"cluster_name": "shop"}}}
    play(
        [
            register("prod-eu", **reached, spec=narrow, labels={"stage": "prod", "region": "eu-1"}),
            register("abroad", spec=abroad, labels={"stage": "test"}),
        ]
    )
    source = tmp_path / "our.argocd_clusters.yml"
    plugin = {
        "plugin": "meshops.lifecycle.argocd_clusters",
        "namespace": namespace,
        "kubeconfig": str(cluster.kubeconfig),
        "keyed_groups": [{"key": "argocd_labels.region", "prefix": "region"}],
        "compose": {"where": "argocd_labels.region | default('nowhere')"},
    }
    source.write_text(yaml.safe_dump(plugin))

    def listed():
        command = [str(Path(sys.executable).with_name("ansible-inventory")), "-i", str(source), "--list"]
        done = subprocess.run(command, env=cluster.environment(), capture_output=True, text=True, check=True)
        return json.loads(done.stdout), done.stderr

    document, warnings = listed()
    hosts = document["_meta"]["hostvars"]
    assert document["argocd_clusters"]["hosts"] == ["abroad", "prod-eu"]
    assert document["stage_prod"]["hosts"] == document["region_eu_1"]["hosts"] == ["prod-eu"]
    assert "eu-1" in str(hosts["prod-eu"]["where"]) and "nowhere" in str(hosts["abroad"]["where"])
    assert "abroad has no mesh_kubeconfig" in " ".join(warnings.split())
    # The token is the one of Argo CD's service account, which may read in this namespace alone.
    read = {
        "kind": "Secret",
        "namespace": namespace,
        "kubeconfig": "{{ mesh_kubeconfig }}",
        "query": "length(@)",
    }
    only = ["-i", str(source), "--limit", "stage_prod"]
    tasks = [{"name": "Read", "meshops.lifecycle.mesh_info": read}]
    run = play(tasks, args=only, inventory={"unused": {}}, env={"K8S_AUTH_KUBECONFIG": None})
    assert run["Read"].host == "prod-eu"
    assert run["Read"].result["result"] == 3  # two registrations and a token
    tasks[0]["meshops.lifecycle.mesh_info"] = {**read, "namespace": "default"}
    run = play(tasks, args=only, inventory={"unused": {}}, env={"K8S_AUTH_KUBECONFIG": None}, expect="failed")
    assert "403" in run.msg or "forbidden" in run.msg

    source.write_text(yaml.safe_dump({**plugin, "credentials": False, "label_selectors": ["stage=prod"]}))
    document, _warnings = listed()
    hosts = document["_meta"]["hostvars"]
    assert list(hosts) == ["prod-eu"]
    assert "mesh_kubeconfig" not in hosts["prod-eu"]
