# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""As AWX runs it: the built tarball, installed into an empty path, under ansible-runner, with AWX's variables.

Once also in the documented execution environment, as far as that can be made without a container engine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

import playing
import pytest

sys.path.insert(0, str(playing.ROOT / "tools"))
import environments

PROGRAMS = Path(sys.executable).parent
# A project's playbook: one module by its full name, then a playbook of the collection.
JOB = """
- name: A module of the collection
  hosts: all
  gather_facts: false
  tasks:
    - name: A map
      meshops.lifecycle.mesh_apply:
        namespace: "{{ shop }}"
        objects:
          - {apiVersion: v1, kind: ConfigMap, metadata: {name: by-module}, data: {colour: blue}}

- name: A playbook of the collection
  ansible.builtin.import_playbook: meshops.lifecycle.bootstrap
  vars:
    mesh_parts: [mesh_config]
    mesh_config_set_namespace: "{{ shop }}"
    mesh_config_objects:
      - apiVersion: v1
        kind: ConfigMap
        metadata: {name: by-playbook, namespace: "{{ shop }}"}
        data: {colour: red}
"""


@pytest.fixture(scope="session")
def tarball(tmp_path_factory):
    """The collection's tarball, built from what git knows of the repository."""
    folder = tmp_path_factory.mktemp("build")
    copy = folder / "source"
    subprocess.run([sys.executable, str(playing.ROOT / "tools" / "source_copy.py"), str(copy)], check=True)
    command = [str(PROGRAMS / "ansible-galaxy"), "collection", "build", "--output-path", str(folder)]
    subprocess.run(command, cwd=copy, env=playing.environment(), check=True, capture_output=True)
    return next(folder.glob("meshops-lifecycle-*.tar.gz"))


@pytest.fixture(scope="session")
def installed(tarball, tmp_path_factory):
    """A path with nothing but the installed collection in it."""
    path = tmp_path_factory.mktemp("collections")
    command = [str(PROGRAMS / "ansible-galaxy"), "collection", "install", "--offline", "--no-deps"]
    environment = playing.environment(ANSIBLE_COLLECTIONS_PATH=path)
    subprocess.run([*command, "-p", str(path), str(tarball)], env=environment, check=True, capture_output=True)
    return path


@pytest.fixture
def account(cluster, namespace):
    """The token of a ServiceAccount that may do everything in the test's own namespace, and nothing else."""
    rules = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings"
    cluster.api(
        "POST",
        f"/api/v1/namespaces/{namespace}/serviceaccounts",
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "awx"}},
    )
    cluster.api(
        "POST",
        rules,
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "RoleBinding",
            "metadata": {"name": "awx"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": [{"kind": "ServiceAccount", "name": "awx", "namespace": namespace}],
        },
    )
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/awx/token"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    return cluster.api("POST", path, request)["status"]["token"]


def prepare(folder, namespace):
    """The folder that ansible-runner works in: a project with one playbook, and an inventory as AWX makes it."""
    (folder / "project").mkdir()
    (folder / "project" / "job.yml").write_text(JOB)
    (folder / "inventory").mkdir()
    host = {"ansible_connection": "local", "shop": namespace}
    (folder / "inventory" / "hosts.json").write_text(json.dumps({"all": {"hosts": {"localhost": host}}}))


def run_job(folder, environment, ident, programs=PROGRAMS):
    """One job: (its stdout, its rc, the results of its tasks by name)."""
    command = [str(programs / "ansible-runner"), "run", str(folder), "-p", "job.yml", "--ident", ident]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    artifacts = folder / "artifacts" / ident
    results = {}
    for path in (artifacts / "job_events").glob("*.json"):
        event = json.loads(path.read_text())
        if event["event"] in ("runner_on_ok", "runner_on_failed"):
            results[event["event_data"]["task"]] = event["event_data"]["res"]
    stdout = (artifacts / "stdout").read_text() if artifacts.exists() else ""
    return stdout + done.stderr, done.returncode, results


def test_the_tarball_holds_what_runs_and_nothing_else(tarball):
    with tarfile.open(tarball) as archive:
        paths = archive.getnames()
    names = {path.split("/", 1)[0] for path in paths}
    assert [path for path in paths if path.startswith("tests/")] == ["tests/config.yml"]
    assert {
        "plugins",
        "roles",
        "playbooks",
        "meta",
        "LICENSES",
        "README.md",
        "CHANGELOG.rst",
        "requirements.txt",
    } <= names
    assert not names & {"tools", "Makefile", ".build", ".lab", ".ci", ".gitignore", "pyproject.toml"}


def injected(cluster, account):
    """What AWX's credential "OpenShift or Kubernetes API Bearer Token" injects."""
    return {
        "K8S_AUTH_HOST": cluster.client.configuration.host,
        "K8S_AUTH_API_KEY": account,
        "K8S_AUTH_VERIFY_SSL": "True",
        "K8S_AUTH_SSL_CA_CERT": cluster.client.configuration.ssl_ca_cert,
    }


@pytest.mark.each_core
def test_a_job_of_awx(cluster, namespace, account, installed, tmp_path):
    prepare(tmp_path, namespace)
    environment = {**cluster.environment(), "ANSIBLE_COLLECTIONS_PATH": str(installed), **injected(cluster, account)}
    del environment["K8S_AUTH_KUBECONFIG"], environment["ANSIBLE_CALLBACKS_ENABLED"]

    output, code, results = run_job(tmp_path, environment, "first")
    assert code == 0, output
    assert results["A map"]["changed"] and results["Declare the configuration of the mesh"]["changed"]
    for name in ("by-module", "by-playbook"):
        assert cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}")

    again, code, results = run_job(tmp_path, environment, "second")
    assert code == 0, again
    assert not [name for name, result in results.items() if result.get("changed")]
    for text in (*playing.NEVER, account, "[WARNING]"):
        assert text not in output + again


def test_a_job_without_its_credential_says_so(cluster, namespace, installed, tmp_path):
    prepare(tmp_path, namespace)
    environment = {**cluster.environment(), "ANSIBLE_COLLECTIONS_PATH": str(installed)}
    del environment["K8S_AUTH_KUBECONFIG"], environment["ANSIBLE_CALLBACKS_ENABLED"]
    output, code, results = run_job(tmp_path, environment, "only")
    assert code != 0
    assert "kubeconfig" in results["A map"]["msg"].lower()
    assert not [text for text in playing.NEVER if text in output]


@pytest.fixture(scope="session")
def execution_environment(together, tarball, tmp_path_factory):
    """The steps of docs/execution-environment.yml, in an empty virtual environment."""

    def make_tools():
        subprocess.run([sys.executable, str(playing.ROOT / "tools" / "venvs.py"), "tools"], check=True)

    together.once("venv-tools", make_tools)
    return environments.Environment("execution", tarball, tmp_path_factory.mktemp("environments")).make()


@pytest.mark.once
@pytest.mark.in_process
def test_a_job_in_the_documented_environment(cluster, namespace, account, execution_environment, tmp_path):
    """With what its context installs, and nothing of the environment of the tests."""
    prepare(tmp_path, namespace)
    environment = {**execution_environment.environment(), **injected(cluster, account)}
    output, rc, results = run_job(tmp_path, environment, "1", execution_environment.bin)
    assert rc == 0, output
    assert results["A map"]["changed"]
    for name in ("by-module", "by-playbook"):
        assert cluster.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}")
    output, rc, results = run_job(tmp_path, environment, "2", execution_environment.bin)
    assert rc == 0 and "changed=0" in output, output
