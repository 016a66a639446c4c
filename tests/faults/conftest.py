# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the tests of faults: a control plane of their own, which they may break, and a proxy in front of it."""

from __future__ import annotations

import itertools
import os
import sys
import time

import clusters
import fault_proxy
import playing
import pytest

sys.path.insert(0, str(playing.BUILD / "collections"))

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import BUG, MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster import session
from ansible_collections.meshops.lifecycle.plugins.module_utils.entry import execute

_numbers = itertools.count(1)


def pytest_itemcollected(item):
    """All these tests break one lab, so one worker has them."""
    item.add_marker(pytest.mark.xdist_group("faults"))


@pytest.fixture(scope="session")
def broken_lab(tmp_path_factory):
    """A control plane of the tests' own: they end its processes and fill its etcd."""
    if clusters.named_cluster():
        pytest.skip("breaks what it runs on, which is done to a lab of its own alone")
    with clusters.another_lab(tmp_path_factory.mktemp("broken"), only="kube") as lab:
        lab.kubectl("apply", "--server-side", "-f", str(lab.kubeconfig.parent / "files" / "istio-crds.yaml"))
        lab.await_definitions()
        yield lab


@pytest.fixture(scope="session")
def upstream(broken_lab):
    return fault_proxy.Upstream(broken_lab.kubeconfig)


@pytest.fixture
def proxy(upstream):
    with fault_proxy.Proxy(upstream) as proxy:
        yield proxy


@pytest.fixture
def new_namespace(upstream):
    """`new_namespace()`: the name of a fresh namespace. They go with the lab."""

    def make():
        name = f"f-{os.getpid()}-{next(_numbers)}"
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        upstream.api("POST", "/api/v1/namespaces", body)
        return name

    return make


@pytest.fixture
def namespace(new_namespace):
    return new_namespace()


@pytest.fixture(autouse=True)
def _a_person_without_variables(monkeypatch):
    for name in os.environ:
        if name.startswith(playing.FOREIGN):
            monkeypatch.delenv(name)


@pytest.fixture
def call(proxy):
    """`call(ENTRY, check=…, name=…)`: one call of a module through the proxy, as Ansible's worker makes it.

    Each is a process of its own as far as its session goes: nothing is known of the server yet.
    """

    def run(entry, *, check=False, diff=False, host=None, **options):
        session._sessions.clear()
        started = time.monotonic()
        try:
            written = entry.checked({"host": host or proxy.url, **options})
            task = entry.task(written, check=check, diff=diff, warn=lambda message: None, progress=lambda message: None)
        except MeshError as error:
            result = {"failed": True, "changed": False, "msg": error.message}
        else:
            result = execute(entry, task)
        assert BUG not in result.get("msg", ""), result["msg"]
        return {**result, "seconds": time.monotonic() - started}

    return run


@pytest.fixture
def impatient(monkeypatch):
    """Faults that do not pass are given up after two seconds, so that a test need not wait for 45."""
    monkeypatch.setattr(session, "PATIENCE_LATER", 2.0)
    monkeypatch.setattr(session, "PATIENCE_FIRST", 1.0)
