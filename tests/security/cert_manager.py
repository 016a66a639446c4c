# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same changes with the real cert-manager as the issuer: of the authority, and of a gateway's certificate."""

from __future__ import annotations

import base64
import time

import issuers
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import certificates
from handshakes import HOST, Handshakes

SPACE, INGRESS = "sec-issuing", "istio-ingress"
BY = "cert-manager, then istio_ca"


def rows(bench):
    """Cases on a `Bench` of authority.py."""
    bench.cluster.kubectl("create", "namespace", SPACE, check=False)
    with issuers.running(bench.cluster, bench.folder):
        issuers.apply(bench.cluster, issuers.root(SPACE, "mesh"))
        issuers.apply(bench.cluster, [issuers.certificate(SPACE, "istio-ca", "mesh", isCA=True, commonName="istio ca")])
        yield _change(bench, "another root, by cert-manager", "retired")
        issuers.renew(bench.cluster, SPACE, "istio-ca")
        yield _change(bench, "another intermediate, renewed by cert-manager", "present")
        yield _gateway(bench)


def _change(bench, case, state):
    with bench.loaded() as loads:
        begun = time.monotonic()
        bench.play({"state": state, "from_secret": {"name": "istio-ca", "namespace": SPACE}})
        seconds = time.monotonic() - begun
    signing = bench.info()["authority"]["signing"]["fingerprint"]
    issued = certificates.read(_text(bench, SPACE, "istio-ca"), "it")[0]
    bundle = {"cert": issued.text}
    return bench.row(case, BY, bench.followed(bundle), loads, seconds, good=signing == issued.fingerprint)


def _gateway(bench):
    """cert-manager writes the Secret itself; gateway_certificate proves that it is served."""
    bench.cluster.kubectl("delete", "secret", "shop-example", "-n", INGRESS, check=False)
    documents = issuers.root(INGRESS, "shop")
    issuers.apply(bench.cluster, documents)
    issuers.apply(bench.cluster, [issuers.certificate(INGRESS, "shop-example", "shop", dnsNames=[HOST])])
    bench.gateway_task({"name": "shop-example", "namespace": INGRESS})
    with Handshakes(bench.cluster, bench.options.rate) as handshakes:
        begun = time.monotonic()
        issuers.renew(bench.cluster, INGRESS, "shop-example")
        bench.gateway_task({"name": "shop-example", "namespace": INGRESS})
        seconds = time.monotonic() - begun
        handshakes.expect(certificates.read(_text(bench, INGRESS, "shop-example"), "it")[0].fingerprint)
    return handshakes.row("a gateway's certificate, renewed by cert-manager", "gateway_certificate", seconds)


def _text(bench, namespace, name):
    live = bench.cluster.get(f"/api/v1/namespaces/{namespace}/secrets/{name}")
    return base64.b64decode(live["data"]["tls.crt"]).decode()
