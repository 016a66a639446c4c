# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters and tests that read live objects for people: routes, subsets, Applications and certificates."""

from __future__ import annotations

import base64
import datetime
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import conftest
import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.meshops.lifecycle.plugins.plugin_utils import certificates as certs

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "ansible_collections.meshops.lifecycle.plugins"
TESTS = sorted(path.stem for path in (ROOT / "plugins" / "test").glob("[!_]*.py"))


def apply(name, *arguments, **options):
    module = importlib.import_module(f"{PACKAGE}.filter.{name}")
    return module.FilterModule().filters()[name](*arguments, **options)


def holds(name, *arguments, **options):
    module = importlib.import_module(f"{PACKAGE}.test.{name}")
    return module.TestModule().tests()[name](*arguments, **options)


@pytest.mark.parametrize("name", TESTS)
def test_every_test_is_documented_under_its_name(name):
    module = importlib.import_module(f"{PACKAGE}.test.{name}")
    assert yaml.safe_load(module.DOCUMENTATION)["name"] == name and list(module.TestModule().tests()) == [name]
    assert f"meshops.lifecycle.{name}" in module.EXAMPLES and "_value" in yaml.safe_load(module.RETURN)


# ---- Routes ----------------------------------------------------------------------------------------------------------
def route(kind, **spec):
    return {"kind": kind, "metadata": {"name": "reviews", "namespace": "shop"}, "spec": spec}


def to(subset="", weight=None, host="reviews", port=None):
    destination = {
        "host": host,
        **({"subset": subset} if subset else {}),
        **({"port": {"number": port}} if port else {}),
    }
    return {"destination": destination, **({} if weight is None else {"weight": weight})}


FULL = "reviews.shop.svc.cluster.local"
WEIGHTS = {
    "two subsets": (
        route("VirtualService", http=[{"route": [to("v1", 90), to("v2", 10)]}]),
        [(0, "http", FULL, "v1", None, 90, 90.0), (0, "http", FULL, "v2", None, 10, 10.0)],
    ),
    "one destination has everything, whatever its weight": (
        route("VirtualService", http=[{"name": "all", "route": [to("v1", port=80)]}, {"redirect": {"uri": "/"}}]),
        [("all", "http", FULL, "v1", 80, 100, 100.0)],
    ),
    "of several, one without a weight has nothing": (
        route("VirtualService", http=[{"route": [to("v1", 100), to("v2")]}]),
        [(0, "http", FULL, "v1", None, 100, 100.0), (0, "http", FULL, "v2", None, 0, 0.0)],
    ),
    "rules of tcp and tls": (
        route("VirtualService", tcp=[{"route": [to(host="db.example.com")]}], tls=[{"route": [to("v1")]}]),
        [(0, "tls", FULL, "v1", None, 100, 100.0), (0, "tcp", "db.example.com", "", None, 100, 100.0)],
    ),
    "backends of the Gateway API have a weight of 1, and 0 means none": (
        route(
            "HTTPRoute",
            rules=[
                {"backendRefs": [{"name": "a", "port": 80}, {"name": "b", "namespace": "other", "port": 80}]},
                {"backendRefs": [{"name": "a", "weight": 0}]},
            ],
        ),
        [
            (0, "http", "a.shop.svc.cluster.local", "", 80, 1, 50.0),
            (0, "http", "b.other.svc.cluster.local", "", 80, 1, 50.0),
            (1, "http", "a.shop.svc.cluster.local", "", None, 0, 0.0),
        ],
    ),
    "a backend of another kind": (
        route("GRPCRoute", rules=[{"backendRefs": [{"group": "x.io", "kind": "Pool", "name": "p"}]}, {}]),
        [(0, "grpc", "p", "", None, 1, 100.0)],
    ),
}
COLUMNS = ("rule", "protocol", "host", "subset", "port", "weight", "percent")


@pytest.mark.parametrize(("document", "rows"), WEIGHTS.values(), ids=WEIGHTS.keys())
def test_weights_of_a_route(document, rows):
    assert apply("route_weights", document) == [dict(zip(COLUMNS, row)) for row in rows]


def test_what_is_no_route_is_refused():
    with pytest.raises(AnsibleFilterError, match=r"route_weights: Gateway is no route\. Known kinds: VirtualService"):
        apply("route_weights", route("Gateway"))


def test_subsets_with_their_hosts():
    rule = route(
        "DestinationRule", host="reviews", subsets=[{"name": "v1"}, {"name": "v2", "labels": {"b": "2", "a": "1"}}]
    )
    outside = route("DestinationRule", host="api.example.com", subsets=[{"name": "v2", "labels": {}}])
    rows = apply(
        "subset_hosts", [rule, route("VirtualService"), outside, route("DestinationRule", host="x")], subset="v2"
    )
    assert [(row["host"], row["labels"], row["label_selectors"], row["name"]) for row in rows] == [
        (FULL, {"b": "2", "a": "1"}, ["a=1", "b=2"], "reviews"),
        ("api.example.com", {}, [], "reviews"),
    ]
    assert [row["subset"] for row in apply("subset_hosts", [rule])] == ["v1", "v2"]


# ---- Applications ----------------------------------------------------------------------------------------------------
def application(sync="Synced", health="Healthy", **status):
    return {
        "kind": "Application",
        "metadata": {"name": "shop", "namespace": "argocd"},
        "spec": {"source": {"repoURL": "r", "path": "p"}, "destination": {}, "project": "default"},
        "status": {
            "sync": {"status": sync, "comparedTo": {"source": {"repoURL": "r", "path": "p"}, "destination": {}}},
            "health": {"status": health},
            "reconciledAt": "2026-01-01T00:00:00Z",
            **status,
        },
    }


APPLICATIONS = {
    "in order": (application(), {}, "ready", ""),
    "degraded, which may recover": (application(health="Degraded"), {}, "waiting", "Degraded"),
    "suspended": (application(health="Suspended"), {}, "waiting", "Suspended"),
    "suspended, which is allowed": (application(health="Suspended"), {"allow": ["Healthy", "Suspended"]}, "ready", ""),
    "out of sync": (application(sync="OutOfSync"), {}, "failed", "OutOfSync"),
    "no status yet": ({**application(), "status": {}}, {}, "waiting", ""),
}


@pytest.mark.parametrize(("live", "options", "state", "words"), APPLICATIONS.values(), ids=APPLICATIONS.keys())
def test_health_of_an_application(live, options, state, words):
    verdict = apply("application_health", live, **options)
    assert verdict["state"] == state, verdict
    assert words in verdict["message"] and bool(verdict["message"]) == (state != "ready")
    assert verdict["reason"].isupper()
    assert holds("application_healthy", live, **options) == (state == "ready")


@pytest.mark.parametrize(("arguments", "words"), [
    ((application(), ["Fine"]), "allow must be among Healthy"),
    (({**application(), "kind": "AppProject"},), "is no Application"),
    (("text",), "ansible-doc -t filter meshops.lifecycle.application_health"),
])  # fmt: skip
def test_health_refuses(arguments, words):
    with pytest.raises(AnsibleFilterError, match=words):
        apply("application_health", *arguments)


# ---- Certificates ----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(certificate, key) as PEM, for ten days from now."""
    folder = tmp_path_factory.mktemp("certificate")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-addext", "subjectAltName=DNS:shop.example.com,URI:spiffe://cluster.local/ns/a/sa/b"]
    where = ["-subj", "/O=Shop/CN=shop", "-days", "10", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*command, *names, *where], check=True, capture_output=True)
    return cert.read_text(), key.read_text()


def secret(**data):
    encoded = {key.replace("_", "."): base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"kind": "Secret", "metadata": {"name": "tls"}, "data": encoded}


def test_certificates_are_read_from_all_that_holds_them(certificate):
    cert, key = certificate
    [row] = apply("certificates", cert)
    assert row["names"] == ["shop.example.com", "spiffe://cluster.local/ns/a/sa/b"] and row["ca"] is True
    assert row["subject"] == row["issuer"] == "CN=shop,O=Shop" and 9.9 <= row["days_left"] <= 10
    assert apply("certificates", base64.b64encode(cert.encode()).decode()) == [row]
    assert len(apply("certificates", cert + cert)) == 2
    rows = apply("certificates", secret(tls_crt=cert + cert, tls_key=key, ca_crt=cert, other="text"))
    assert [each["key"] for each in rows] == ["ca.crt", "tls.crt", "tls.crt"]
    assert "PRIVATE" not in json.dumps(rows)
    config_map = {"kind": "ConfigMap", "metadata": {"name": "root"}, "data": {"root-cert.pem": cert, "mesh": "a: b"}}
    assert [each["key"] for each in apply("certificates", config_map)] == ["root-cert.pem"]


def test_days_left_go_below_zero(certificate):
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=12)
    [row] = certs.read(certificate[0], later)
    assert -2.1 <= row["days_left"] <= -1.9


def test_what_expires_soon(certificate):
    cert, key = certificate
    assert holds("certificate_expiring", cert) and holds("certificate_expiring", secret(tls_crt=cert), days="10")
    assert not holds("certificate_expiring", cert, 9)
    assert not holds("certificate_expiring", secret(tls_key=key))


@pytest.mark.parametrize(("source", "words"), [
    ("hunter2", "the text has no certificate"),
    ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "cannot be read"),
    ("-----BEGIN CERTIFICATE-----\nAAAA", "truncated"),
    ({"kind": "Pod", "metadata": {"name": "p"}}, "Pod p holds no certificates"),
    (5, "ansible-doc -t filter"),
])  # fmt: skip
def test_certificates_refuse(source, words):
    with pytest.raises(AnsibleFilterError, match=words) as refusal:
        apply("certificates", source)
    assert "hunter2" not in str(refusal.value)


PLAY = """
- hosts: localhost
  gather_facts: false
  vars:
    rule: {kind: VirtualService, metadata: {namespace: shop}, spec: {http: [{route: [{destination: {host: a}}]}]}}
    degraded: {status: {health: {status: Degraded}}}
  tasks:
    - assert:
        that:
          - (rule | meshops.lifecycle.route_weights | first).percent == 100
          - app is meshops.lifecycle.application_healthy
          - (app | combine(degraded, recursive=true)) is not meshops.lifecycle.application_healthy
          - cert is meshops.lifecycle.certificate_expiring(30)
          - cert is not meshops.lifecycle.certificate_expiring(days=1)
"""


def test_playbooks_find_them_by_their_full_names(certificate, tmp_path):
    (tmp_path / "play.yml").write_text(PLAY)
    (tmp_path / "vars.json").write_text(json.dumps({"app": application(), "cert": certificate[0]}))
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(conftest.COLLECTIONS),
        "ANSIBLE_HOME": str(tmp_path / "home"),
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", "-c", "local", "play.yml"]
    done = subprocess.run(
        [*command, "-e", "@vars.json"], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
