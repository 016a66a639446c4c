# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who issues what a mesh signs with: the real cert-manager, another issuer, this collection; and no key is seen."""

from __future__ import annotations

import base64
import json
import subprocess

import authorities
import issuers
import pytest
from authorities import CACERTS, NAMESPACE, SYSTEM, answers, body_of, fingerprint, info, journals
from authorities import task as ca_task

pytestmark = authorities.MARKS
ISSUING, INGRESS = "t-issuing", "istio-ingress"
HOST = "issued.example"


@pytest.fixture(scope="session")
def cluster(certified):
    return certified


def secret_of(cluster, namespace, name):
    data = cluster.get(f"/api/v1/namespaces/{namespace}/secrets/{name}")["data"]
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


def signs_everywhere(play, certificate):
    there = info(play)
    assert there["authority"]["signing"]["fingerprint"] == fingerprint(certificate) and there["stragglers"] == []
    assert {proxy["leaf"]["issuer"] for proxy in there["proxies"]} == {there["authority"]["signing"]["subject"]}


@pytest.fixture
def cert_manager(cluster, tmp_path):
    if not issuers.is_compiled(cluster):
        pytest.skip("cert-manager is not compiled: `tests/lab/lab build cert-manager`")
    cluster.kubectl("create", "namespace", ISSUING)
    try:
        with issuers.running(cluster, tmp_path):
            issuers.apply(cluster, issuers.root(ISSUING, "mesh"))
            yield
    finally:
        cluster.kubectl("delete", "namespace", ISSUING)


def test_cert_manager_issues_for_the_mesh_and_a_gateway_and_renews(play, cluster, cert_manager, secret):
    issuers.apply(cluster, [issuers.certificate(ISSUING, "istio-ca", "mesh", isCA=True, commonName="issued")])
    loud = {"args": ["-vvvv"], "diff": True}
    issued = secret_of(cluster, ISSUING, "istio-ca")
    secret(body_of(issued["tls.key"]))
    place = {"from_secret": {"name": "istio-ca", "namespace": ISSUING}}
    assert play(ca_task(state="retired", **place), **loud)["CA"].result["phase"] == "retired"
    signs_everywhere(play, issued["tls.crt"])
    assert play(ca_task(state="retired", **place)).changed == []
    issuers.renew(cluster, ISSUING, "istio-ca")
    renewed = secret_of(cluster, ISSUING, "istio-ca")
    secret(body_of(renewed["tls.key"]))
    assert renewed["tls.crt"] != issued["tls.crt"] and renewed["tls.key"] != issued["tls.key"]
    assert play(ca_task(**place), **loud)["CA"].result["phase"] == "issuing"
    signs_everywhere(play, renewed["tls.crt"])
    assert answers(cluster) == {"200": 20}

    server = {"port": {"number": 443, "name": "https-issued", "protocol": "HTTPS"}, "hosts": [HOST]}
    server["tls"] = {"mode": "SIMPLE", "credentialName": "issued"}
    spec = {"selector": {"istio": "ingressgateway"}, "servers": [server]}
    metadata = {"name": "issued", "namespace": ISSUING}
    gateway = {"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": metadata, "spec": spec}
    cluster.kubectl("apply", "-f", "-", stdin=gateway)
    served = issuers.certificate(INGRESS, "issued", "shop", dnsNames=[HOST])
    issuers.apply(cluster, [*issuers.root(INGRESS, "shop"), served])
    await_it = {"name": "Await", "meshops.lifecycle.gateway_certificate": {"name": "issued", "namespace": INGRESS}}
    for _round in range(2):
        there = secret_of(cluster, INGRESS, "issued")
        secret(body_of(there["tls.key"]))
        done = play([await_it], **loud)["Await"]
        assert not done.changed and done.result["certificate"]["fingerprint"] == fingerprint(there["tls.crt"])
        assert [row["host"] for row in done.result["served_by"]] == [HOST]
        issuers.renew(cluster, INGRESS, "issued")
    own = {"certificate": there["tls.crt"], "private_key": there["tls.key"]}
    over = {**await_it, "meshops.lifecycle.gateway_certificate": {"name": "issued", "namespace": INGRESS, **own}}
    assert "Certificate issued of cert-manager" in play([over], expect="failed").msg
    cluster.kubectl("delete", "certificate", "issued", "-n", INGRESS)


def test_an_issuer_of_ones_own_signs_a_request(play, cluster, secret, tmp_path):
    """openssl stands for it: it is given a request, and gives back a certificate with its chain."""

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=tmp_path, check=True, capture_output=True)

    (tmp_path / "ca.ext").write_text(
        "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n"
    )
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-subj", "/CN=own root", "-days", "900", "-keyout", "root.key", "-out", "root.pem")
    openssl("req", *curve, "-subj", "/CN=own signer", "-keyout", "signer.key", "-out", "signer.csr")
    given = ("-CA", "root.pem", "-CAkey", "root.key", "-extfile", "ca.ext", "-days", "90")
    openssl("x509", "-req", "-in", "signer.csr", *given, "-out", "signer.pem")
    bundle = {
        part: (tmp_path / name).read_text()
        for part, name in {"cert": "signer.pem", "key": "signer.key", "root": "root.pem"}.items()
    }
    secret(body_of(bundle["key"]))
    run = play(ca_task(state="retired", bundle="{{ bundle }}"), vars={"bundle": bundle}, diff=True, args=["-vvvv"])
    assert run["CA"].result["phase"] == "retired"
    signs_everywhere(play, bundle["cert"])


def test_keys_that_are_made_here_are_seen_nowhere(play, cluster, tmp_path):
    """What the module makes is known only afterwards; so outputs and journals are kept, and looked through then."""
    root = {"secret_name": "made-root", "secret_namespace": NAMESPACE, "key_type": authorities.KEY}
    options = {"root": root, "intermediate": {"key_type": authorities.KEY}}
    loud = {"args": ["-vvvv"], "diff": True}
    outputs = [play(ca_task(state="retired", **options), check=True, **loud).output]
    outputs.append(play(ca_task(state="issuing", **options), **loud).output)
    assert journals(cluster)
    outputs.append(json.dumps(cluster.kubectl("get", "configmap,lease,event", "-n", SYSTEM, "-o", "json")))
    live = secret_of(cluster, SYSTEM, "cacerts")
    before = secret_of(cluster, SYSTEM, "meshops-ca-before")
    keys = [secret_of(cluster, NAMESPACE, "made-root")["tls.key"], live["ca-key.pem"], before["ca-key.pem"]]
    keys.append(base64.b64encode(keys[1].encode()).decode())
    record = tmp_path / "record.json"
    outputs.append(play(ca_task(state="retired", **options, record=str(record)), **loud).output)
    outputs.append(record.read_text())
    assert json.loads(outputs[-1])["after"]["signing"]["fingerprint"] == fingerprint(live["ca-cert.pem"])
    assert len(set(keys)) == 4 and all(len(body_of(key)) > 40 for key in keys[:3])
    for text in outputs:
        assert not [key for key in keys if (body_of(key) if "\n" in key else key[:60]) in text]
    assert cluster.get(CACERTS)["data"].keys() >= {"ca-cert.pem", "ca-key.pem", "root-cert.pem"}
