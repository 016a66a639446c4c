# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of operations on a real API server, with every value replaced by others: an answer in words, and no write.

Options of kinds are in tests/unit/test_fuzz.py and test_fuzz_server.py.
"""

from __future__ import annotations

import copy
import os

import fuzzing
import pytest

PROMETHEUS = {"url": "http://127.0.0.1:9/"}  # refuses at once
GATES = [
    {"type": "success_rate", "min": 99},
    {"type": "latency", "percentile": 99, "max": 400},
    {"type": "query", "query": "up", "min": 1},
    {"type": "url", "url": "http://127.0.0.1:9/x", "status": [200], "headers": {"a": "b"}, "body": "a"},
    {"type": "object", "object": {"kind": "Service", "name": "reviews", "namespace": "NS"}, "expression": "spec"},
    {"type": "application", "object": {"name": "a", "namespace": "NS"}},
]
SHIFT = {"name": "reviews", "namespace": "NS", "from": {"subset": "v1"}, "to": {"subset": "v2"}, "wait_proxies": False}
DASHBOARD = {
    "title": "x",
    "panels": [{"type": "a", "datasource": {"uid": "${DS}"}, "targets": [{"expr": "up"}]}],
    "__inputs": [{"name": "DS", "type": "datasource"}],
    "templating": {"list": [{"name": "a", "type": "query"}]},
}
# name → (module, options): "NS" becomes the namespace of the test.
CALLS = {
    "a shift": ("traffic_shift", {**SHIFT, "steps": [{"weight": 5, "mirror": 1.5, "pause": 1}], "pause": 1,
        "match": {"headers": {"x": {"exact": "y"}}, "cookie": {"name": "a", "value": "b"}},
        "limits": {"in_a_row": 1, "in_all": 1, "hold": 1}}),
    "a sticky shift": ("traffic_shift", {**SHIFT, "steps": [{"weight": 5}], "sticky": {"cookie": "a", "max_age": 5}}),
    "a gated shift": ("traffic_shift", {**SHIFT, "steps": [{"weight": 5}], "gates": GATES, "metrics": PROMETHEUS}),
    "a shift that ends": ("traffic_shift", {"name": "reviews", "namespace": "NS", "state": "aborted"}),
    "shifts": ("traffic_shift_info", {"kind": "VirtualService", "name": "reviews", "namespace": "NS"}),
    "gates": ("mesh_gate", {"canary": {"service": "reviews", "namespace": "NS", "workloads": ["a"], "version": "v2"},
        "stable": {"service": "reviews", "namespace": "NS"}, "gates": GATES, "metrics": PROMETHEUS}),
    "a migration": ("mtls_migration", {"namespaces": ["NS"], "metrics": PROMETHEUS, "watch": 60, "history": 3600,
        "exceptions": [{"namespace": "NS", "selector": {"a": "b"}, "port": 80, "reason": "x",
            "expires": "2099-01-01"}]}),
    "the way back": ("mtls_migration", {"namespaces": ["NS"], "state": "absent"}),
    "a report": ("mtls_report", {"namespaces": ["NS"], "history": 3600, "query": "a"}),
    "restarts": ("workload_restart", {"namespaces": ["NS"], "gateways": "include", "token": "t", "at_once": "1"}),
    "named restarts": ("workload_restart", {"token": "t",
        "workloads": [{"kind": "Deployment", "namespace": "NS", "name": "a"}]}),
    "an upgrade": ("mesh_upgrade", {"step": "plan", "revision": "a", "version": "1.31.1", "from_revision": "default",
        "namespaces": ["NS"], "skip_namespaces": ["x"], "waves": [["NS"]], "wave_size": 1, "timezone": "UTC",
        "windows": ["mon-fri 09:00-17:00"], "freeze": ["2026-12-24..2026-12-26"], "probe": {"image": "a", "port": 80}}),
    "versions": ("mesh_versions", {"namespaces": ["NS"], "connections": False, "outdated_only": True}),
    "a tag": ("istio_revision_tag", {"name": "prod", "revision": "a", "namespace": "NS", "in_use": "warn"}),
    "a bundle": ("istio_ca", {"istiod_namespace": "NS",
        "bundle": {"cert": "a", "key": "b", "chain": "c", "root": "d"}}),
    "a Secret": ("istio_ca", {"from_secret": {"name": "a", "namespace": "NS"}, "istiod_namespace": "NS"}),
    "a root": ("istio_ca", {"root": {"secret_name": "a", "common_name": "x", "days": 3, "key_type": "ecdsa_p256"},
        "intermediate": {"common_name": "a", "days": 5, "renew_before": 1, "key_type": "ecdsa_p256"},
        "istiod_namespace": "NS"}),
    "authorities": ("istio_ca_info", {"proxies": False, "warn_days": 30, "istiod_namespace": "NS"}),
    "a certificate": ("gateway_certificate", {"name": "a", "namespace": "NS", "hosts": ["a.example"], "wait": False}),
    "definitions": ("crd_storage_migration", {"names": ["virtualservices.networking.istio.io"]}),
    "groups": ("crd_storage_migration", {"groups": ["networking.istio.io"]}),
    "a dashboard": ("grafana_dashboard", {"name": "d", "namespace": "NS", "dashboard": DASHBOARD, "file": "a.json",
        "inputs": {"DS": "p"}, "folder": "f", "labels": {"a": "b"}, "annotations": {"c": "d"}}),
    "no dashboard": ("grafana_dashboard", {"name": "d", "namespace": "NS", "state": "absent"}),
    "no repository": ("argocd_repository", {"name": "d", "namespace": "NS", "state": "absent"}),
    "objects": ("mesh_info", {"kind": "VirtualService", "api_version": "networking.istio.io/v1", "namespace": "NS",
        "name": "reviews", "label_selectors": ["a=b"], "query": "[].a"}),
}  # fmt: skip
# Of each value, so many of the others, other ones for the next; MESHOPS_EVERY=1 takes all (several minutes).
SHARE = 1 if os.environ.get("MESHOPS_EVERY") else 5
OTHERS = (
    None,
    True,
    -1,
    1.5,
    2**40,
    "",
    " ",
    "text",
    "..",
    "a/status",
    "\u00fc\n",
    [],
    [None],
    {},
    {"x": None},
    {"x": 5},
)


def with_every_value_replaced(options):
    """The options with another value in the place of one, wherever it stands."""
    for number, path in enumerate(nodes(options)):
        for other in OTHERS[number % SHARE :: SHARE]:
            changed = copy.deepcopy(options)
            here = changed
            for step in path[:-1]:
                here = here[step]
            here[path[-1]] = copy.deepcopy(other)
            yield path, other, changed


def nodes(value, path=()):
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*path, key)
        yield from nodes(value[key], (*path, key))


def named(options, namespace):
    if isinstance(options, dict):
        return {key: named(value, namespace) for key, value in options.items()}
    if isinstance(options, list):
        return [named(value, namespace) for value in options]
    return namespace if options == "NS" else options


@pytest.fixture
def route(upstream, namespace):
    """A route of two subsets with its Service, for what wants to shift."""
    hosts = [{"name": name, "labels": {"version": name}} for name in ("v1", "v2")]
    istio = f"/apis/networking.istio.io/v1/namespaces/{namespace}"
    for path, kind, spec in (
        (f"/api/v1/namespaces/{namespace}/services", "Service", {"selector": {"a": "b"}, "ports": [{"port": 80}]}),
        (f"{istio}/destinationrules", "DestinationRule", {"host": "reviews", "subsets": hosts}),
        (f"{istio}/virtualservices", "VirtualService", {
            "hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "reviews", "subset": "v1"}}]}]}),
    ):  # fmt: skip
        api = "v1" if kind == "Service" else "networking.istio.io/v1"
        upstream.api("POST", path, {"apiVersion": api, "kind": kind, "metadata": {"name": "reviews"}, "spec": spec})
    return namespace


@pytest.mark.parametrize("name", CALLS)
def test_every_value_of_another_sort(name, call, proxy, upstream, route, impatient):
    module, options = CALLS[name]
    entry = fuzzing.entry(module)
    for path, other, changed in with_every_value_replaced(named(options, route)):
        result = call(entry, check=True, **changed)
        where = f"{'.'.join(map(str, path))} = {other!r}: {result.get('msg')}"
        assert not result.get("failed") or result["msg"], where
        for word in ("Traceback", "has no attribute", "NoneType", "KeyError", "&{"):
            assert word not in str(result.get("msg")), where
        assert result["seconds"] < 15, where
    assert proxy.writes() == []
    assert upstream.api("GET", f"/api/v1/namespaces/{route}")["metadata"].get("deletionTimestamp") is None
