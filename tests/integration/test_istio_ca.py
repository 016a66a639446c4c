# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authority of a real mesh, changed while its proxies run: in phases, with proxies that do not follow, killed,
edited by hand, and back. And another certificate for a gateway.

The mesh is one of these tests' own: to change its root would disturb others.
"""

from __future__ import annotations

import base64
import json

import authorities
import pytest
from authorities import CACERTS, NAMESPACE, SYSTEM, answers, body_of, fingerprint, info, journals, run
from authorities import task as ca_task

pytestmark = authorities.MARKS
SAVED = f"/api/v1/namespaces/{SYSTEM}/secrets/meshops-ca-before"


@pytest.fixture(scope="session")
def cluster(certified):
    return certified


def test_another_root_goes_by_phases_and_no_key_is_seen(play, secret, cluster):
    bundle, root = authorities.bundle()
    wanted, new = fingerprint(bundle["cert"]), root.certificate.fingerprint
    secret(body_of(bundle["key"]))
    loud = {"args": ["-vvvv"], "diff": True, "vars": {"bundle": bundle}}
    before = info(play)
    old = before["authority"]["roots"][0]["fingerprint"]
    predicted = play(ca_task(state="retired", bundle="{{ bundle }}"), check=True, **loud)["CA"].result
    phases = [row["phase"] for row in predicted["resources"]]
    assert predicted["changed"] and phases == ["trusted", "issuing", "retired"]
    assert info(play)["authority"] == before["authority"]

    assert play(ca_task(state="trusted", bundle="{{ bundle }}"), **loud)["CA"].result["phase"] == "trusted"
    there = info(play)
    assert {root["fingerprint"] for root in there["authority"]["roots"]} == {old, new}
    assert (
        all(set(proxy["roots"]) == {old, new} for proxy in there["proxies"]) and there["rotation"]["step"] == "trusted"
    )
    assert answers(cluster) == {"200": 20}
    cacerts = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "cacerts", "namespace": SYSTEM}}
    declared = {"objects": [{**cacerts, "stringData": {"root-cert.pem": "none"}}], "force_conflicts": True}
    (held,) = play([{"name": "Apply", "meshops.lifecycle.mesh_apply": declared}])["Apply"].result["resources"]
    assert held["action"] == "unchanged" and held["held_by"] == "istio_ca"

    assert play(ca_task(state="issuing", bundle="{{ bundle }}"), **loud)["CA"].changed
    there = info(play)
    assert there["authority"]["signing"]["fingerprint"] == wanted and there["stragglers"] == []
    assert {proxy["leaf"]["issuer"] for proxy in there["proxies"]} == {there["authority"]["signing"]["subject"]}
    journal = cluster.kubectl("get", "configmap", "-n", SYSTEM, "-l", "meshops.lifecycle/operation", "-o", "json")
    assert body_of(bundle["key"]) not in json.dumps(journal)
    assert answers(cluster) == {"200": 20}

    done = play(ca_task(state="retired", bundle="{{ bundle }}"), **loud)["CA"].result
    assert done["phase"] == "retired" and done["proxies"] >= 4
    there = info(play)
    assert all(proxy["roots"] == [new] for proxy in there["proxies"]) and there["problems"] == []
    assert not journals(cluster) and cluster.get(SAVED) is None
    assert answers(cluster) == {"200": 20}
    assert play(ca_task(state="retired", bundle="{{ bundle }}"), **loud).changed == []


def test_another_intermediate_is_in_use_at_every_proxy_at_once(play, secret, cluster):
    first, root = authorities.bundle()
    run(cluster, state="retired", bundle=first)
    given = {"cert": root.certificate.text, "key": root.key}
    secret(body_of(root.key))
    task = ca_task(root="{{ root }}", intermediate={"common_name": "second", "key_type": authorities.KEY})
    done = play(task, vars={"root": given})["CA"].result
    assert done["phase"] == "issuing" and "CN=second" in done["authority"]["signing"]["subject"]
    assert {proxy["leaf"]["issuer"] for proxy in info(play)["proxies"]} == {done["authority"]["signing"]["subject"]}
    assert play(task, vars={"root": given}).changed == []
    other, _root = authorities.bundle()
    refused = play(ca_task(bundle="{{ bundle }}"), vars={"bundle": other}, expect="failed")["CA"].result
    assert "trusted, issuing and retired" in refused["msg"]


def test_a_proxy_that_does_not_follow_is_named_and_the_phase_does_not_go_on(play, cluster, kubectl):
    annotation = {"proxy.istio.io/config": "proxyMetadata:\n  PROXY_CONFIG_XDS_AGENT: 'false'\n"}
    deaf = deployment("deaf", annotation)
    kubectl("apply", "-f", "-", stdin=deaf)
    kubectl("rollout", "status", "deployment/deaf", "-n", NAMESPACE, "--timeout=60s")
    try:
        bundle, _root = authorities.bundle()
        before = info(play)["authority"]
        given = {"vars": {"bundle": bundle}}
        refused = play(ca_task(state="retired", bundle="{{ bundle }}", wait_timeout=20), expect="failed", **given)
        result = refused["CA"].result
        (straggler,) = result["stragglers"]
        assert straggler["workload"] == {"kind": "Deployment", "namespace": NAMESPACE, "name": "deaf"}
        assert "restarted" in straggler["reason"] and straggler["pod"] in result["msg"] and result["phase"] == "trusted"
        there = info(play)
        assert there["authority"]["signing"] == before["signing"] and there["rotation"]["step"] == "trusted"
        # What it takes is a restart; then the next run goes on.
        kubectl("rollout", "restart", "deployment/deaf", "-n", NAMESPACE)
        kubectl("rollout", "status", "deployment/deaf", "-n", NAMESPACE, "--timeout=60s")
        assert play(ca_task(state="trusted", bundle="{{ bundle }}"), **given)["CA"].result["phase"] == "trusted"
    finally:
        kubectl("delete", "deployment", "deaf", "-n", NAMESPACE, "--wait=true")
    assert play(ca_task(state="aborted"))["CA"].result["phase"] == "aborted"
    assert info(play)["authority"] == before and not journals(cluster) and answers(cluster) == {"200": 20}


def deployment(name, annotations):
    labels = {"app": name}
    container = {"name": "app", "image": "docker.io/meshlab/meshlab-http:1", "ports": [{"containerPort": 9080}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels, "annotations": annotations},
                "spec": {"containers": [container]},
            },
        },
    }


def test_back_from_where_the_new_authority_signs_and_an_edit_in_between(play, cluster):
    bundle, _root = authorities.bundle()
    before = info(play)["authority"]
    run(cluster, state="issuing", bundle=bundle)
    other, _other = authorities.bundle()
    play_other = {"vars": {"bundle": other}, "expect": "failed"}
    assert "is under way" in play(ca_task(state="issuing", bundle="{{ bundle }}"), **play_other)["CA"].result["msg"]
    edited = cluster.get(CACERTS)
    edited["data"]["root-cert.pem"] = base64.b64encode(f"{bundle['root']}\n\n".encode()).decode()
    cluster.api("PUT", CACERTS, edited)
    stopped = play(ca_task(state="retired", bundle="{{ bundle }}"), vars={"bundle": bundle}, expect="failed")["CA"]
    assert "somebody has changed it since" in stopped.result["msg"] and "state: aborted" in stopped.result["msg"]
    assert play(ca_task(state="aborted"))["CA"].result["phase"] == "aborted"
    there = info(play)
    assert there["authority"] == before and there["stragglers"] == [] and cluster.get(SAVED) is None
    assert answers(cluster) == {"200": 20}


def test_it_is_killed_again_and_again_and_arrives(cluster, play):
    bundle, root = authorities.bundle()
    for dies in range(3, 60):
        if run(cluster, dies=dies, state="retired", bundle=bundle):
            break
    there = info(play)
    assert there["authority"]["signing"]["fingerprint"] == fingerprint(bundle["cert"])
    assert all(proxy["roots"] == [root.certificate.fingerprint] for proxy in there["proxies"])
    assert dies > 5 and not journals(cluster) and cluster.get(SAVED) is None and answers(cluster) == {"200": 20}


def test_another_certificate_for_a_gateway_is_served_when_the_task_ends(play, secret, cluster, kubectl, tmp_path):
    server = {
        "port": {"number": 443, "name": "https", "protocol": "HTTPS"},
        "hosts": ["shop.example", "*.shop.example"],
    }
    server["tls"] = {"mode": "SIMPLE", "credentialName": "shop-example"}
    spec = {"selector": {"istio": "ingressgateway"}, "servers": [server]}
    metadata = {"name": "shop", "namespace": NAMESPACE}
    gateway = {"apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": metadata, "spec": spec}
    kubectl("apply", "-f", "-", stdin=gateway)

    def change(certificate, key, **options):
        options = {"certificate": "{{ certificate }}", "private_key": "{{ key }}", "wait_timeout": 60, **options}
        place = {"name": "shop-example", "namespace": "istio-ingress"}
        task = [{"name": "Change", "meshops.lifecycle.gateway_certificate": {**place, **options}}]
        return task, {"vars": {"certificate": certificate, "key": key}}

    hosts = ("shop.example", "*.shop.example")
    for _round in range(2):
        certificate, key = authorities.served(*hosts, folder=tmp_path)
        secret(body_of(key))
        task, given = change(certificate, key)
        done = play(task, diff=True, args=["-vvvv"], **given)["Change"].result
        assert done["changed"] and done["gateways"] == [f"Gateway {NAMESPACE}/shop"]
        assert {row["host"] for row in done["served_by"]} == {"shop.example", "probe.shop.example"}
        assert done["certificate"]["fingerprint"] == fingerprint(certificate)
        assert play(task, **given).changed == []
    (row,) = info(play)["gateways"]
    assert row["certificate"]["fingerprint"] == fingerprint(certificate) and not row["problem"]

    other, other_key = authorities.served("shop.example", folder=tmp_path)
    refusals = {
        "not valid for *.shop.example": (other, other_key),
        "private_key is not the key": (certificate, other_key),
    }
    for words, pair in refusals.items():
        task, given = change(*pair)
        assert words in play(task, expect="failed", **given)["Change"].result["msg"]
    live = cluster.get("/api/v1/namespaces/istio-ingress/secrets/shop-example")
    assert base64.b64decode(live["data"]["tls.crt"]).decode() == certificate and live["type"] == "kubernetes.io/tls"


def test_a_bundle_that_istiod_cannot_sign_with_is_refused(play, cluster):
    good, _root = authorities.bundle()
    other, _other = authorities.bundle()
    before = cluster.get(CACERTS)
    cases = {
        "bundle.key is missing": {name: good[name] for name in ("cert", "root")},
        "bundle.key is not the key of bundle.cert": {**good, "key": other["key"]},
        "does not lead to any certificate of bundle.root": {**good, "root": other["root"]},
    }
    tasks = [
        {"name": words, "meshops.lifecycle.istio_ca": {"state": "trusted", "bundle": bundle}, "ignore_errors": True}
        for words, bundle in cases.items()
    ]
    done = play(tasks)
    for words in cases:
        assert words in done[words].result["msg"]
    assert cluster.get(CACERTS) == before
