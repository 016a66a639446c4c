# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the integration tests: a cluster, a namespace of the test's own, and playbooks that really run.

Every test that takes `play` runs twice: in process and as an ordinary module. `@pytest.mark.in_process` or
`@pytest.mark.as_module` keep it to one way, `--ways=in_process` the whole run.
"""

from __future__ import annotations

import itertools
import re
import time
import uuid

import clusters
import playing
import pytest
import schema_coverage

MODES = ("in_process", "as_module")
_numbers = itertools.count(1)
_session = uuid.uuid4().hex[:4]


def pytest_addoption(parser):
    parser.addoption("--ways", choices=[*MODES, "both"], default="both", help="how modules run in every test")


def pytest_configure(config):
    config.addinivalue_line("markers", "in_process: runs in Ansible's worker only, not as a module process")
    config.addinivalue_line("markers", "as_module: runs as a module process only")


def pytest_generate_tests(metafunc):
    if "mode" in metafunc.fixturenames:
        only = [mode for mode in MODES if metafunc.definition.get_closest_marker(mode)]
        asked = metafunc.config.getoption("--ways")
        metafunc.parametrize("mode", [mode for mode in only or MODES if asked in (mode, "both")])


@pytest.fixture
def mode(request):
    """The way that modules run in this test: "in_process" or "as_module"."""
    return request.param


@pytest.fixture(scope="session")
def cluster(request):
    """The cluster: the one that was named and confirmed, else the lab, which is started when it does not run."""
    named = clusters.named_cluster()
    if named:
        return named
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        return clusters.lab()


@pytest.fixture(autouse=True)
def _only_on_the_lab(request):
    if request.node.get_closest_marker("needs_lab") and clusters.named_cluster():
        pytest.skip("wants what only our own lab has")


@pytest.fixture
def kubectl(cluster):
    """kubectl on the cluster: `kubectl("get", "pods", "-o", "json")` gives the document."""
    return cluster.kubectl


@pytest.fixture
def namespace(cluster, request):
    """A fresh namespace, deleted afterwards."""
    short = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower().removeprefix("test_"))[:30].strip("-")
    name = f"t-{short}-{_session}-{next(_numbers)}"
    body = {"metadata": {"name": name, "labels": {"meshops.lifecycle/test": "true"}}}
    cluster.api("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", **body})
    yield name
    cluster.api("DELETE", f"/api/v1/namespaces/{name}")


@pytest.fixture
def player(cluster, mode, tmp_path):
    """Runs playbooks the way of this test's mode."""
    return playing.Player(tmp_path, cluster.kubeconfig, cluster.environment(), in_process=mode == "in_process")


@pytest.fixture
def play(player):
    """`play(tasks, check=…, diff=…, …)` runs a playbook and returns what it did: see playing.Player.play."""
    return player.play


@pytest.fixture
def converges(player):
    """Check mode, the run and a second run, compared: see playing.Player.converges."""
    return player.converges


@pytest.fixture
def secret(player):
    """`secret("hunter2")` returns the text; no run of the test may print it."""

    def keep(text):
        player.secrets.append(text)
        return text

    return keep


@pytest.fixture(scope="session")
def crds(cluster):
    """`crds("istio.io")` makes sure that the definitions of an API group are established, without its control plane.

    What a role installed stays as it is; where a definition is missing, the lab's own copy is applied.
    """
    listed = cluster.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
    present = {item["metadata"]["name"] for item in listed}

    def ensure(suffix):
        wanted = {}
        for path in schema_coverage.crd_files(suffix):
            for document in schema_coverage._documents(path):
                group = document.get("spec", {}).get("group", "")
                if document.get("kind") == "CustomResourceDefinition" and group.endswith(suffix):
                    wanted[document["metadata"]["name"]] = document
        if not wanted and not any(name.endswith(suffix) for name in present):
            pytest.skip(f"the definitions of {suffix} are not at hand")
        missing = [document for name, document in wanted.items() if name not in present]
        if missing and not cluster.is_lab:
            pytest.skip(f"{suffix} is not installed, and definitions are installed in our own lab only")
        if missing:
            everything = {"apiVersion": "v1", "kind": "List", "items": missing}
            cluster.kubectl("apply", "--server-side", "-f", "-", stdin=everything)
            names = {document["metadata"]["name"] for document in missing}
            deadline = time.monotonic() + 30
            while not names <= established(cluster):
                assert time.monotonic() < deadline, f"not established within 30 s: {names - established(cluster)}"
                time.sleep(0.2)
            present.update(names)

    return ensure


def established(cluster):
    """The names of the definitions that are. `kubectl wait` fails on one that has no conditions yet."""
    listed = cluster.get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")["items"]
    return {
        item["metadata"]["name"]
        for item in listed
        for condition in item.get("status", {}).get("conditions") or []
        if condition["type"] == "Established" and condition["status"] == "True"
    }
