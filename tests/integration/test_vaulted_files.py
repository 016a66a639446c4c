# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that ansible-vault has encrypted: decrypted where Ansible has the password, refused in words where not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import playing
import pytest
import yaml

SAMPLE = str(Path(__file__).parent / "charts" / "sample")


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "password"
    path.write_text("open sesame\n")
    return path


@pytest.fixture
def encrypted(tmp_path, password):
    """`encrypted("name", text)`: the path of a file with that text, encrypted."""

    def make(name, text):
        path = tmp_path / name
        path.write_text(text)
        command = [str(Path(sys.executable).with_name("ansible-vault")), "encrypt", "--vault-password-file"]
        subprocess.run([*command, str(password), str(path)], env=playing.environment(), check=True, capture_output=True)
        return str(path)

    return make


def document(name, value):
    return yaml.safe_dump({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"k": value}})


@pytest.mark.both_ways
def test_they_are_read_as_ansible_reads_them(play, cluster, namespace, encrypted, password, secret, tmp_path):
    text = secret("of-a-vaulted-file")
    one = encrypted("one.yml", document("one", text))
    (tmp_path / "plain.yml").write_text(document("plain", "v"))
    kubeconfig = encrypted("kubeconfig", cluster.kubeconfig.read_text())
    dashboard = encrypted("dashboard.json", '{"title": "Vaulted", "panels": []}')
    tasks = [
        {
            "name": "files",
            "meshops.lifecycle.mesh_apply": {"namespace": namespace, "src": [one, str(tmp_path / "plain.yml")]},
        },
        {
            "name": "kubeconfig",
            "meshops.lifecycle.mesh_info": {"kind": "Namespace", "name": namespace, "kubeconfig": kubeconfig},
            "environment": {"K8S_AUTH_KUBECONFIG": ""},
        },
        {
            "name": "dashboard",
            "meshops.lifecycle.grafana_dashboard": {"name": "vaulted", "namespace": namespace, "src": dashboard},
        },
    ]
    args = ["-vvv", "--vault-password-file", str(password)]
    assert play(tasks, args=args).changed == ["files", "dashboard"]
    assert cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/one")["data"] == {"k": text}
    assert play(tasks, args=args).changed == []


@pytest.mark.in_process
def test_without_the_password_they_are_refused(play, namespace, encrypted, tmp_path):
    one = encrypted("one.yml", document("one", "v"))
    apply = {"namespace": namespace, "src": [one]}
    values = {"name": "a", "namespace": namespace, "chart": SAMPLE, "values_files": [encrypted("values.yml", "a: b")]}
    info = {"kind": "Namespace"}
    run = play(
        [
            {"name": "src", "meshops.lifecycle.mesh_apply": apply, "ignore_errors": True},
            {"name": "values", "meshops.lifecycle.helm_release": values, "ignore_errors": True},
            {
                "name": "kubeconfig of the environment",
                "meshops.lifecycle.mesh_info": info,
                "environment": {"K8S_AUTH_KUBECONFIG": one},
                "ignore_errors": True,
            },
        ]
    )
    assert f"{one} is encrypted by ansible-vault, and cannot be decrypted: " in run["src"].msg
    assert "Give the password with --ask-vault-pass" in run["src"].msg
    assert "values.yml is encrypted by ansible-vault and cannot be decrypted here. Give it by" in run["values"].msg
    assert f"kubeconfig {one} is encrypted by ansible-vault" in run["kubeconfig of the environment"].msg
