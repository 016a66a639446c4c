# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A traffic shift that is killed at any of its requests, be it sent or not, is continued by the next run."""

from __future__ import annotations

import killed
import pytest
from ansible_collections.meshops.lifecycle.plugins.modules.traffic_shift import ENTRY

pytestmark = [pytest.mark.in_process, pytest.mark.once]
MOST = 60  # requests of one run, far more than there are


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


def run(cluster, namespace, *, dies=0, **options):
    """One run of the module; every other one that dies has its last request answered."""
    sides = {"from": {"host": "old"}, "to": {"host": "new"}, "steps": [{"weight": 50}], "pause": 0}
    sides = {} if options.get("state") == "aborted" else sides
    place = {"name": "shop", "namespace": namespace, "kubeconfig": str(cluster.kubeconfig)}
    arguments = {**place, **sides, "wait_proxies": False, "lease_duration": 1, **options}
    return killed.run(ENTRY, arguments, dies=dies, answered=dies % 2 == 0)


@pytest.fixture
def declare(cluster, namespace, crds):
    """`declare()` puts the route back as its owner has it, and returns it. Its Services need no pods: no selector."""
    crds("istio.io")
    ports = {"ports": [{"port": 80}]}
    for name in ("old", "new"):
        body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": ports}
        cluster.api("POST", f"/api/v1/namespaces/{namespace}/services", body)
    spec = {"hosts": ["shop"], "http": [{"timeout": "5s", "route": [{"destination": {"host": "old"}}]}]}
    metadata = {"name": "shop", "namespace": namespace}
    document = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": metadata, "spec": spec}

    def again():
        cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=document)
        return cluster.get(f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices/shop")

    return again


def weights(live):
    return [entry.get("weight") for entry in live["spec"]["http"][0]["route"]]


def live_route(cluster, namespace):
    return cluster.get(f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices/shop")


def test_the_whole_way(cluster, namespace, declare):
    for dies in range(1, MOST):
        declare()
        if run(cluster, namespace, dies=dies):
            break
        assert weights(live_route(cluster, namespace)) in ([None], [50, 50], [0, 100])
        again = run(cluster, namespace)
        assert again["phase"] in ("promoted", "none")  # the last is of one that was killed when all was done
        assert weights(live_route(cluster, namespace)) == [0, 100] and not killed.journals(cluster, namespace)
    assert 12 < dies < MOST - 1


def test_the_way_back(cluster, namespace, declare):
    before = declare()
    owned = [entry["fieldsV1"] for entry in before["metadata"]["managedFields"]]
    for dies in range(1, MOST):
        run(cluster, namespace, state="started")
        if run(cluster, namespace, dies=dies, state="aborted"):
            break
        run(cluster, namespace, state="aborted")
        live = live_route(cluster, namespace)
        assert live["spec"] == before["spec"] and not killed.journals(cluster, namespace)
        assert [entry["fieldsV1"] for entry in live["metadata"]["managedFields"]] == owned
    assert 6 < dies < MOST - 1
