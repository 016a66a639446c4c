# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `--list-tasks` and `--list-tags` show of the playbooks, before any cluster is asked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import conftest
import pytest

PARTS = {"argocd", "istio", "monitoring", "mesh_config"}
# What writes in an ordinary run, in its order.
ORDINARY = [
    "Create the namespace of Argo CD",
    "Install the custom resource definitions of Argo CD",
    "Install Argo CD with its manifests",
    "Declare projects, repositories and Argo CD's own Application",
    "Create the namespaces of Istio",
    "Install Istio with Helm",
    "Create the namespace of monitoring",
    "Install the custom resource definitions of the Prometheus operator",
    "Install Prometheus and Grafana with manifests",
    "Declare the namespaces of the mesh",
    "Declare the configuration of the mesh",
]


def listed(tmp_path: Path, playbook: str, option: str) -> str:
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(conftest.COLLECTIONS),
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "ANSIBLE_NOCOLOR": "1",
    }
    environment.pop("ANSIBLE_CONFIG", None)
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "staging,", option, playbook]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("playbook", ["bootstrap", "reconfigure", "verify"])
def test_the_tasks_of_an_ordinary_run_are_listed_in_their_order(tmp_path, playbook):
    output = listed(tmp_path, f"meshops.lifecycle.{playbook}", "--list-tasks")
    names = re.findall(r"^ +(?:meshops\.lifecycle\.\w+ : )?(.+?)\tTAGS: ", output, re.MULTILINE)
    assert [name for name in names if name in ORDINARY] == ORDINARY
    removals = [name for name in names if name.startswith("Remove ")]
    assert removals == ["Remove the configuration of the mesh"]
    assert not [name for name in names if "chart" in name]


def test_the_tags_of_the_parts_are_listed(tmp_path):
    output = listed(tmp_path, "meshops.lifecycle.bootstrap", "--list-tags")
    assert set(re.search(r"TASK TAGS: \[(.*)\]", output)[1].split(", ")) == PARTS | {"always"}
