# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that lead nowhere are told in check mode and in the run, before requests find out."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.in_process

ISTIO = "networking.istio.io/v1"


def document(kind, name, namespace, spec, api=ISTIO):
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def route(namespace, **destination):
    spec = {"hosts": ["reviews"], "http": [{"route": [{"destination": destination}]}]}
    return document("VirtualService", "reviews", namespace, spec)


def service(namespace, name="reviews"):
    return document("Service", name, namespace, {"ports": [{"port": 80}], "selector": {"app": name}}, "v1")


def rule(namespace, *subsets):
    spec = {"host": "reviews", "subsets": [{"name": name, "labels": {"version": name}} for name in subsets]}
    return document("DestinationRule", "reviews", namespace, spec)


def http(namespace, **rule):
    spec = {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "reviews"}}], **rule}]}
    return document("VirtualService", "reviews", namespace, spec)


def policy(namespace, target):
    spec = {"targetRefs": [target], "rules": [{}]}
    return document("AuthorizationPolicy", "a", namespace, spec, "security.istio.io/v1")


def http_route(namespace, parent, backend, port):
    spec = {"rules": [{"backendRefs": [{"name": backend, "port": port}]}]}
    spec.update({"parentRefs": [{"name": parent}]} if parent else {})
    return document("HTTPRoute", "reviews", namespace, spec, "gateway.networking.k8s.io/v1")


def certified(namespace, credential):
    """A Gateway for the pods of the test's own gateway."""
    port = {"number": 443, "name": "https", "protocol": "HTTPS"}
    server = {"port": port, "hosts": ["a.example.com"], "tls": {"mode": "SIMPLE", "credentialName": credential}}
    return document("Gateway", "edge", namespace, {"selector": {"edge-of": namespace}, "servers": [server]})


def secret(namespace, name):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}}


def cases(ns):
    """name → (objects of one set, part of the one warning about them; "" for none)."""
    good = [service(ns), rule(ns, "v1", "v2")]
    entry = document("ServiceEntry", "api", ns, {"hosts": [f"*.{ns}.test"], "resolution": "NONE", "ports": [
        {"number": 443, "name": "tls", "protocol": "TLS"}]})  # fmt: skip
    gateways = {**route(ns, host="reviews")["spec"], "gateways": ["edge"]}
    return {
        "all there": ([*good, route(ns, host="reviews", subset="v2")], ""),
        "a subset that no rule has": (
            [*good, route(ns, host="reviews", subset="v3")],
            f"VirtualService {ns}/reviews, spec.http[0].route[0].destination: no DestinationRule has the subset v3 of "
            f"reviews.{ns}.svc.cluster.local; they have v1, v2. Requests that are sent there are answered with 503.",
        ),
        "no rule at all": ([service(ns), route(ns, host="reviews", subset="v1")], "there is none with subsets"),
        "no such service": ([route(ns, host="nobody")], f"there is no Service {ns}/nobody"),
        "a host outside": ([entry, route(ns, host=f"a.{ns}.test")], ""),
        "a host that nobody declares": (
            [route(ns, host=f"b.{ns}.invalid")],
            f"no ServiceEntry has the host b.{ns}.invalid",
        ),
        "a short name with a dot": ([route(ns, host=f"reviews.{ns}")], f"write reviews.{ns}.svc.cluster.local"),
        "a port that the service does not have": (
            [*good, route(ns, host="reviews", subset="v1", port={"number": 81})],
            f"Service {ns}/reviews has no port 81; it has 80. Requests to it are answered with 503.",
        ),
        "a port that it has": ([*good, route(ns, host="reviews", subset="v1", port={"number": 80})], ""),
        "a mirror": ([service(ns), http(ns, mirror={"host": "shadow"})], f"mirror: there is no Service {ns}/shadow"),
        "one of several mirrors": (
            [
                service(ns),
                http(ns, mirrors=[{"destination": {"host": "reviews"}}, {"destination": {"host": "shadow"}}]),
            ],
            f"spec.http[0].mirrors[1].destination: there is no Service {ns}/shadow",
        ),
        "a delegate": (
            [
                document(
                    "VirtualService",
                    "reviews",
                    ns,
                    {"hosts": ["a"], "gateways": ["mesh"], "http": [{"delegate": {"name": "routes"}}]},
                )
            ],
            f"spec.http[0].delegate: there is no VirtualService {ns}/routes",
        ),
        "a target of a policy": (
            [policy(ns, {"kind": "Gateway", "group": "gateway.networking.k8s.io", "name": "edge"})],
            f"spec.targetRefs[0]: there is no Gateway {ns}/edge",
        ),
        "a parent": ([http_route(ns, "edge", "reviews", 80), service(ns)], f"there is no Gateway {ns}/edge"),
        "a backend": ([http_route(ns, "", "nobody", 80)], f"there is no Service {ns}/nobody"),
        "a port of a backend": ([http_route(ns, "", "reviews", 81), service(ns)], "has no port 81; it has 80"),
        "a missing certificate": (
            [certified(ns, "missing")],
            f"Gateway {ns}/edge, spec.servers[0].tls.credentialName: there is no Secret missing in {ns}, where",
        ),
        "a certificate": ([certified(ns, "cert"), secret(ns, "cert")], ""),
        "a gateway that is not there": (
            [service(ns), document("VirtualService", "reviews", ns, gateways)],
            f"spec.gateways[0]: there is no Gateway {ns}/edge",
        ),
    }


def test_what_leads_nowhere_is_told_before_it_is_written(play, cluster, namespace, crds):
    crds("istio.io")
    crds("gateway.networking.k8s.io")
    gateway = {"name": "edge", "labels": {"meshlab/pretend": "true", "edge-of": namespace}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": gateway}
    pod["spec"] = {"containers": [{"name": "main", "image": "registry.example.com/nothing:1"}]}
    cluster.api("POST", f"/api/v1/namespaces/{namespace}/pods", pod)
    table = cases(namespace)
    tasks = [
        {"name": name, "meshops.lifecycle.mesh_apply": {"objects": objects}} for name, (objects, _part) in table.items()
    ]
    run = play(tasks, check=True)
    for name, (_objects, part) in table.items():
        warnings = run[name].result.get("warnings") or []
        assert (len(warnings) == 1 and part in warnings[0]) if part else not warnings, f"{name}: {warnings}"
    refused = {"objects": table["a subset that no rule has"][0], "references": "refuse"}
    run = play([{"name": "Refused", "meshops.lifecycle.mesh_apply": refused}], expect="failed")
    assert run.msg.startswith("Nothing was written:") and "subset v3" in run.msg
    assert cluster.get(f"/api/v1/namespaces/{namespace}/services/reviews") is None


def test_what_is_live_counts_and_an_unchanged_object_costs_nothing(play, cluster, namespace, crds):
    crds("istio.io")
    present = [service(namespace), rule(namespace, "v1")]
    single = {"name": "reviews", "namespace": namespace, "spec": route(namespace, host="reviews", subset="v1")["spec"]}
    wrong = {**single, "spec": route(namespace, host="reviews", subset="v9")["spec"]}
    run = play([
        {"name": "Set", "meshops.lifecycle.mesh_apply": {"objects": present}},
        {"name": "Good", "meshops.lifecycle.istio_virtualservice": single},
        {"name": "Wrong", "meshops.lifecycle.istio_virtualservice": wrong},
        {"name": "Again", "meshops.lifecycle.istio_virtualservice": wrong},
        {"name": "Meant", "meshops.lifecycle.istio_virtualservice": {**single, "references": "ignore"}},
    ])  # fmt: skip
    assert not run["Good"].result.get("warnings") and not run["Meant"].result.get("warnings")
    assert "has the subset v9" in json.dumps(run["Wrong"].result["warnings"])
    assert not run["Again"].changed and not run["Again"].result.get("warnings")


def test_pods_without_a_sidecar_are_named_before_mtls_is_required(play, cluster, namespace, crds):
    crds("istio.io")
    pod = {"metadata": {"name": "caller", "labels": {"meshlab/pretend": "true"}}, "apiVersion": "v1", "kind": "Pod"}
    spec = {"containers": [{"name": "main", "image": "registry.example.com/nothing:1"}]}
    cluster.api("POST", f"/api/v1/namespaces/{namespace}/pods", {**pod, "spec": spec})
    policy = {"name": "default", "namespace": namespace, "spec": {"mtls": {"mode": "STRICT"}}}
    task = "meshops.lifecycle.peer_authentication"
    run = play([{"name": "Policy", task: policy}], check=True)
    (warning,) = run["Policy"].result["warnings"]
    assert (
        warning.startswith(f"PeerAuthentication {namespace}/default: mTLS becomes required") and "workload" in warning
    )
    run = play([{"name": "Policy", task: {**policy, "plain_text": "refuse"}}], expect="failed")
    assert run.msg.startswith("Nothing was written.")
    as_set = [document("PeerAuthentication", "default", namespace, policy["spec"], "security.istio.io/v1")]
    run = play([
        {"name": "Permissive", task: {**policy, "spec": {"mtls": {"mode": "PERMISSIVE"}}}},
        {"name": "Set", "meshops.lifecycle.mesh_apply": {"objects": as_set}},
        {"name": "Again", task: policy},
    ])  # fmt: skip
    assert not run["Permissive"].result.get("warnings") and not run["Again"].result.get("warnings")
    assert "mTLS becomes required" in json.dumps(run["Set"].result["warnings"])
    # Without a policy that says STRICT: below one of the namespace, an exception becomes UNSET, or goes.
    spec = {"selector": {"matchLabels": {"app": "web"}}, "mtls": {"mode": "PERMISSIVE"}}
    exception = {"name": "web", "namespace": namespace, "spec": spec}
    run = play([
        {"name": "Exception", task: exception},
        {"name": "Unset", task: {**exception, "spec": {**spec, "mtls": {"mode": "UNSET"}}}},
        {"name": "Back", task: exception},
        {"name": "Gone", task: {"name": "web", "namespace": namespace, "state": "absent"}},
    ])  # fmt: skip
    where = f"mTLS becomes required in workloads with app=web of namespace {namespace}"
    warned = {each.name for each in run.tasks if where in json.dumps(each.result.get("warnings") or [])}
    assert warned == {"Unset", "Gone"}
