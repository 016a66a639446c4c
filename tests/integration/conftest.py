# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the integration tests: a cluster, a namespace of the test's own, and playbooks that really run.

A test asks for the state of the cluster that it needs by a fixture, and finds no other: `crds` for definitions without
their control plane, `no_istiod`, `served` (gitops.py) for Argo CD, `mesh` for Istio. What ran before it, or what
`make demo` has left, is nothing to it.

Modules run in Ansible's worker, in process. A test of `@pytest.mark.both_ways` runs once more with modules as processes
of their own, `@pytest.mark.as_module` only so. `--ways=both` runs every test both ways, but those that are marked
`in_process`; `--ways=in_process` and `--ways=as_module` one of them.
"""

from __future__ import annotations

import itertools
import re
import uuid

import clusters
import playing
import pytest
import schema_coverage

MODES = ("in_process", "as_module")
WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_numbers = itertools.count(1)
_session = uuid.uuid4().hex[:4]


def pytest_addoption(parser):
    parser.addoption("--ways", choices=[*MODES, "both", "marked"], default="marked", help="how modules run in tests")


def pytest_configure(config):
    config.addinivalue_line("markers", "both_ways: runs in Ansible's worker, and as a module process too")
    config.addinivalue_line("markers", "in_process: runs in Ansible's worker only, also with --ways=both")
    config.addinivalue_line("markers", "as_module: runs as a module process only")
    config.addinivalue_line("markers", "each_core_in_process: each_core, but as a module process on one version alone")


def pytest_generate_tests(metafunc):
    if "mode" in metafunc.fixturenames:
        modes = ways(metafunc.definition, metafunc.config.getoption("--ways"))
        marks = {"in_process": _marks_in_process(metafunc.definition)}
        metafunc.parametrize("mode", [pytest.param(mode, marks=marks.get(mode, ())) for mode in modes], indirect=True)


def _marks_in_process(test):
    return [pytest.mark.each_core] if test.get_closest_marker("each_core_in_process") else []


def ways(test, asked):
    """The ways that a test runs."""
    only = [mode for mode in MODES if test.get_closest_marker(mode)]
    if asked in MODES:
        return [asked] if asked in (only or MODES) else []
    if only or asked == "both" or test.get_closest_marker("both_ways"):
        return only or MODES
    return MODES[:1]


@pytest.fixture
def mode(request):
    """The way that modules run in this test: "in_process" or "as_module"."""
    return request.param


@pytest.fixture(scope="session")
def given(request, together):
    """The cluster that was named and confirmed, else the lab, which is started when it does not run."""
    named = clusters.named_cluster()
    if named:
        return named
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled(), together.locked("lab"):
        return clusters.lab()


@pytest.fixture(scope="session")
def cluster(given):
    """The cluster of the test: the one that was given, whatever is installed in it. Files may have another."""
    return given


@pytest.fixture(scope="session")
def no_istiod(given, together):
    """A cluster in which no istiod judges what is written, or writes into it: another lab, or the one that was named.

    Not the lab of the other tests: those that run beside these install a mesh and an Argo CD there, whose objects
    outside of namespaces these would take over.
    """
    if given.is_lab:
        return together.lab("plain", only="kube")
    return _unjudged(given)


@pytest.fixture(scope="session")
def with_argocd(given):
    """A cluster on which Argo CD runs for real, for `apps`: the lab of the other tests, or the one that was named."""
    return given if given.is_lab else _unjudged(given)


def _unjudged(cluster):
    hooks = [hook["metadata"] for hook in cluster.get(WEBHOOKS)["items"]]
    if any((hook.get("labels") or {}).get("app") == "istiod" or "istiod" in hook["name"] for hook in hooks):
        pytest.skip("an istiod judges what these tests declare; they want a cluster without")
    return cluster


@pytest.fixture(scope="session")
def bare(given, together):
    """A lab of the tests' own, into which nothing was installed."""
    if not given.is_lab:
        pytest.skip("wants a lab of its own")
    return together.lab("bare", only="kube")


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


_definitions = {}  # kubeconfig → names of the definitions that are known to be there


@pytest.fixture
def crds(cluster, together):
    """`crds("istio.io")` makes sure that the definitions of an API group are established, without its control plane.

    What a role installed stays as it is; where a definition is missing, the lab's own copy is applied.
    """

    def ensure(suffix):
        wanted = {}
        for path in schema_coverage.crd_files(suffix):
            for document in schema_coverage._documents(path):
                group = document.get("spec", {}).get("group", "")
                if document.get("kind") == "CustomResourceDefinition" and group.endswith(suffix):
                    wanted[document["metadata"]["name"]] = document
        known = _definitions.setdefault(cluster.kubeconfig, set())
        if wanted and wanted.keys() <= known:
            return
        with together.locked("definitions"):
            known |= {item["metadata"]["name"] for item in cluster.get(DEFINITIONS)["items"]}
            if not wanted and not any(name.endswith(suffix) for name in known):
                pytest.skip(f"the definitions of {suffix} are not at hand")
            missing = {name: document for name, document in wanted.items() if name not in known}
            if missing and not cluster.is_lab:
                pytest.skip(f"{suffix} is not installed, and definitions are installed in our own lab only")
            if missing:
                install(cluster, missing)
                known |= missing.keys()

    return ensure


def install(cluster, definitions):
    """Apply {name: definition}, and wait until they are established."""
    everything = {"apiVersion": "v1", "kind": "List", "items": list(definitions.values())}
    cluster.kubectl("apply", "--server-side", "-f", "-", stdin=everything)
    cluster.await_definitions(*definitions, seconds=120)
