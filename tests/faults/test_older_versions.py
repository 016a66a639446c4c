# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters whose Istio serves no v1 yet: v1beta1 as the newest (before 1.22), or v1alpha3 alone; their upgrades.

And one that is newer than ours. What the definitions of the tests' own control plane serve and store is narrowed, and
widened again step by step.
"""

from __future__ import annotations

import concurrent.futures
import copy
import json
import os
import time

import fuzzing
import pytest
import schema_coverage
import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.modules.istio_virtualservice import ENTRY as ROUTE
from ansible_collections.meshops.lifecycle.plugins.modules.mesh_apply import ENTRY as SET
from ansible_collections.meshops.lifecycle.plugins.modules.mesh_info import ENTRY as INFO
from test_passing_faults import route, split, the_route

pytestmark = pytest.mark.in_order  # a cluster is upgraded from one version to the next
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
CASES = schema_coverage.ROOT / "tests" / "integration" / "cases" / "istio"
MODULE_OF = {schema_coverage.kind_of(module): module for module in schema_coverage.modules()}
NETWORKING = "/apis/networking.istio.io/{}/namespaces/{}/virtualservices/{}"


class Definitions:
    """The definitions of Istio's kinds: ``serve("v1beta1")`` has them serve and store what an older Istio does."""

    def __init__(self, upstream):
        self.upstream = upstream
        found = upstream.get(DEFINITIONS)["items"]
        self.whole = {one["metadata"]["name"]: one for one in found if one["spec"]["group"].endswith(".istio.io")}
        self.served = {name: names_of(one) for name, one in self.whole.items()}

    def serve(self, newest):
        """Serve what an Istio has whose networking API is of this version, and wait until the API server does."""
        narrow = {"v1": None, "v1beta1": ["v1beta1", "v1alpha3"], "v1alpha3": ["v1alpha3"]}[newest]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: self._narrow(name, narrow), self.whole))
        deadline = time.monotonic() + 60
        while not all(self._follows(name) for name in self.whole):
            assert time.monotonic() < deadline, "the API server does not serve what was asked for"
            time.sleep(0.1)

    def _narrow(self, name, narrow):
        known = names_of(self.whole[name])
        wanted = [version for version in narrow or known if version in known]
        wanted = wanted or [version for version in known if version != "v1"]  # groups that began with another version
        if wanted == self.served[name]:
            return
        stored = wanted[0] if narrow else storage(self.whole[name])
        versions = copy.deepcopy(self.whole[name]["spec"]["versions"])
        for one in versions:
            one["served"], one["storage"] = one["name"] in wanted, one["name"] == stored
        body = {"spec": {"versions": versions}}
        self.upstream.api("PATCH", f"{DEFINITIONS}/{name}", body, "application/merge-patch+json")
        self.served[name] = wanted

    def _follows(self, name):
        spec = self.whole[name]["spec"]
        path = f"/apis/{spec['group']}/{{}}/{spec['names']['plural']}?limit=1"
        there = {version for version in names_of(self.whole[name]) if self.upstream.get(path.format(version))}
        return there == set(self.served[name])


def names_of(definition):
    return [version["name"] for version in definition["spec"]["versions"]]


def storage(definition):
    return next(version["name"] for version in definition["spec"]["versions"] if version["storage"])


@pytest.fixture(scope="module")
def definitions(upstream):
    made = Definitions(upstream)
    yield made
    made.serve("v1")


@pytest.fixture(params=["v1alpha3", "v1beta1", "v1"], scope="module")
def newest(request, definitions):
    """The newest version of the networking API that the cluster serves; it is upgraded from one to the next."""
    definitions.serve(request.param)
    return request.param


@pytest.fixture(scope="module")
def estate(upstream):
    """A namespace that lives through the upgrades."""
    name = f"f-{os.getpid()}-estate"
    upstream.api("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return name


def documents(namespace):
    """The documents of a mesh in the versions that they are written in today."""
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            kind = KINDS[document["apiVersion"].rpartition("/")[0], document["kind"]]
            metadata = {**document["metadata"], "namespace": namespace}
            found.append({**document, "apiVersion": kind.api_versions[0], "metadata": metadata})
    return found


def kind_of(document):
    return document["apiVersion"].rpartition("/")[0], document["kind"]


def test_every_kind_by_its_own_module(newest, definitions, upstream, proxy, namespace, call):
    one_of_each = {kind_of(document): document for document in documents(namespace)}
    assert {kind for kind in MODULE_OF if kind[0].endswith(".istio.io")} == set(one_of_each)
    for identity, document in one_of_each.items():
        entry, kind, name = fuzzing.entry(MODULE_OF[identity]), KINDS[identity], document["metadata"]["name"]
        options = {"name": name, "namespace": namespace, "spec": document["spec"]}
        assert call(entry, **options)["resources"][0]["action"] == "created"
        version = definitions.served[f"{kind.plural}.{kind.group}"][0]
        live = upstream.get(f"/apis/{kind.group}/{version}/namespaces/{namespace}/{kind.plural}/{name}")
        assert live["spec"] == document["spec"]
        proxy.log.clear()
        assert call(entry, **options)["changed"] is False
        assert {verb for verb, _path in proxy.log} == {"GET"}


def test_check_wait_adopt_and_end(newest, upstream, namespace, call):
    assert call(ROUTE, check=True, **the_route(70)(namespace))["validated"] is True
    body = {**route(namespace, 50), "apiVersion": f"networking.istio.io/{newest}"}
    body["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(body)}
    path = NETWORKING.format(newest, namespace, "").rstrip("/") + "?fieldManager=kubectl-client-side-apply"
    upstream.api("POST", path, body)
    waits = {"wait": True, "wait_timeout": 30, "wait_for": "spec.hosts[0] == 'reviews'"}
    made = call(ROUTE, **the_route(70, **waits)(namespace))
    assert made["changed"] and made["waited"]
    live = upstream.get(NETWORKING.format(newest, namespace, "reviews"))
    assert live["spec"] == split(70) and "labels" not in live["metadata"], "what is not declared any more is gone"
    assert call(ROUTE, **the_route(70)(namespace))["changed"] is False
    assert call(ROUTE, **the_route(70, state="absent", wait=True)(namespace))["waited"] is True


def test_a_set_is_put_back(newest, upstream, namespace, call):
    def rule(version):
        subsets = [{"name": "v1", "labels": {"version": version}}]
        return {
            "apiVersion": "networking.istio.io/v1",
            "kind": "DestinationRule",
            "metadata": {"name": "reviews", "namespace": namespace},
            "spec": {"host": "reviews", "subsets": subsets},
        }

    # What the modules of the kinds would refuse before anything is written is left to the server.
    options = {"name": "set", "namespace": namespace, "prune": True, "on_failure": "rollback", "validate": "ignore"}
    assert call(SET, objects=[rule("1")], **options)["changed"]
    result = call(SET, objects=[rule("2"), {**route(namespace, 10), "spec": {"hosts": 5}}], **options)
    assert result["failed"] and result["undone"] == [f"DestinationRule {namespace}/reviews"], result
    assert call(SET, objects=[rule("1")], **options)["changed"] is False


_tried: set[str] = set()  # the versions on which this test has begun


def test_an_estate_lives_through_the_upgrades(newest, upstream, proxy, estate, call):
    """Declared once, for today: made on the oldest cluster, and neither touched nor lost while that becomes newer."""
    objects = documents(estate)
    options = {"name": "set", "namespace": estate, "prune": True}
    again = newest in _tried  # a second try: what the first one has left is put right, and the rest is tested once more
    _tried.add(newest)
    if again:
        call(SET, objects=objects, **options)
    elif upstream.get(f"/api/v1/namespaces/{estate}/configmaps/set") is None:
        rows = call(SET, objects=objects, **options)["resources"]
        assert {row["action"] for row in rows} == {"created"} and len(rows) == len(objects)
    proxy.log.clear()
    assert call(SET, objects=objects, **options)["changed"] is False
    assert proxy.writes() == []
    for kind in ("VirtualService", "Gateway"):
        found = call(INFO, kind=kind, api_version="networking.istio.io/v1", namespace=estate)["resources"]
        declared = {one["metadata"]["name"] for one in objects if one["kind"] == kind}
        assert {one["metadata"]["name"] for one in found} == declared
    if newest == "v1":
        return
    leaves = next(one for one in objects if one["kind"] == "VirtualService")
    result = call(SET, objects=[one for one in objects if one is not leaves], **options)
    assert [row["name"] for row in result["resources"] if row["action"] == "deleted"] == [leaves["metadata"]["name"]]
    assert call(SET, objects=objects, **options)["changed"] is True


@pytest.fixture
def newer(definitions, upstream):
    """An Istio that has promoted ProxyConfig and given it a field."""
    name = "proxyconfigs.networking.istio.io"
    versions = copy.deepcopy(definitions.whole[name]["spec"]["versions"])
    promoted = {**copy.deepcopy(versions[0]), "name": "v1", "storage": False}
    promoted["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]["image"]["properties"]["digest"] = {
        "type": "string"
    }
    for served in ([*versions, promoted], versions):
        body = {"spec": {"versions": served}}
        upstream.api("PATCH", f"{DEFINITIONS}/{name}", body, "application/merge-patch+json")
        if served is not versions:
            yield


def test_what_a_newer_istio_has_is_told(newer, upstream):
    identity, module = ("networking.istio.io", "ProxyConfig"), "istio_proxyconfig"
    deadline = time.monotonic() + 60
    while "v1" not in schema_coverage.served(upstream.get)[identity]:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    found = schema_coverage.served(upstream.get)[identity]
    assert schema_coverage.reached(module, identity, found["v1beta1"]).problems == []
    assert schema_coverage.reached(module, identity, found["v1"]).problems == [
        "spec.image.digest: no option reaches it"
    ]
