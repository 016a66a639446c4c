# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody adds to the ``spec`` of a declared object: taken out, warned of or left, as ``foreign_fields`` says."""

from __future__ import annotations

import json

import pytest

OURS = "meshops.lifecycle"
pytestmark = pytest.mark.in_process
POLICIES = "/apis/security.istio.io/v1"
ROUTING = "/apis/networking.istio.io/v1"


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


@pytest.fixture(autouse=True)
def _definitions(crds):
    crds("istio.io")


def strict(name, **options):
    module = {"name": name, "spec": {"mtls": {"mode": "STRICT"}}, **options}
    return {"name": name, f"{OURS}.peer_authentication": module}


def of_set(name, namespace, documents, **options):
    module = {"name": name, "namespace": namespace, "objects": documents, "prune": True, **options}
    return {"name": name, f"{OURS}.mesh_apply": module}


def policy(kind, name, spec):
    return {"apiVersion": "security.istio.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def patch(kubectl, namespace, kind, name, spec, manager="kubectl-edit"):
    kubectl(
        "-n", namespace, "patch", kind, name, "--type=merge", f"--field-manager={manager}",
        "-p", json.dumps({"spec": spec}),
    )  # fmt: skip


def warnings(result):
    return " ".join(result.result.get("warnings") or [])


def managers(live):
    return {entry["manager"] for entry in live["metadata"]["managedFields"]}


SELECTOR = {"selector": {"matchLabels": {"app": "nobody"}}}


def test_a_selector_that_was_added_to_a_policy_is_taken_out(play, cluster, kubectl, namespace):
    task = strict("mesh", namespace=namespace)
    path = f"{POLICIES}/namespaces/{namespace}/peerauthentications/mesh"
    play([task])
    patch(
        kubectl, namespace, "peerauthentication", "mesh", {**SELECTOR, "portLevelMtls": {"8080": {"mode": "DISABLE"}}}
    )
    kubectl("-n", namespace, "label", "peerauthentication", "mesh", "seen=yes", "--field-manager=kubectl-edit")
    found = cluster.get(path)

    predicted = play([task], check=True, diff=True)["mesh"]
    assert cluster.get(path) == found, "check mode writes nothing"
    run = play([task], diff=True)["mesh"]
    live = cluster.get(path)
    assert live["spec"] == {"mtls": {"mode": "STRICT"}}
    assert live["metadata"]["labels"] == {"seen": "yes"}, "what is not of the spec stays, and its owner"
    assert managers(live) == {OURS, "kubectl-edit"}
    assert predicted.comparable() == run.comparable()
    for result in (predicted, run):
        assert result.changed
        (shown,) = result.diffs
        assert shown["before"]["spec"]["selector"] and "selector" not in shown["after"]["spec"]
        assert "kubectl-edit" in shown["before_header"]
        fields = "spec.portLevelMtls.8080.mode, spec.selector.matchLabels.app"
        assert f"{fields} are not declared, but set by 'kubectl-edit', and removed" in warnings(result)
    assert play([task]).changed == []


@pytest.mark.parametrize("way", ["warn", "ignore"])
def test_a_field_that_is_to_stay(play, cluster, kubectl, namespace, way):
    task = strict("mesh", namespace=namespace, foreign_fields=way)
    play([task])
    patch(kubectl, namespace, "peerauthentication", "mesh", SELECTOR)
    run = play([task])["mesh"]
    assert not run.changed
    assert (
        "spec.selector.matchLabels.app is not declared, but set by 'kubectl-edit', and in effect" in warnings(run)
    ) == (way == "warn")
    live = cluster.get(f"{POLICIES}/namespaces/{namespace}/peerauthentications/mesh")
    assert live["spec"]["selector"] == SELECTOR["selector"]


def test_in_a_set_every_policy_is_as_declared(play, cluster, kubectl, namespace):
    documents = [
        policy("PeerAuthentication", "mesh", {"mtls": {"mode": "STRICT"}}),
        policy("AuthorizationPolicy", "deny-all", {}),
        policy("RequestAuthentication", "jwt", {"jwtRules": [{"issuer": "a", "jwksUri": "https://a.example.com"}]}),
    ]
    task = of_set("shop", namespace, documents)
    play([task])
    for kind, name in (
        ("peerauthentication", "mesh"),
        ("authorizationpolicy", "deny-all"),
        ("requestauthentication", "jwt"),
    ):
        patch(kubectl, namespace, kind, name, SELECTOR)
    patch(kubectl, namespace, "authorizationpolicy", "deny-all", {"action": "ALLOW", "rules": [{}]})
    predicted = play([task], check=True)["shop"]
    run = play([task])["shop"]
    assert predicted.comparable() == run.comparable()
    assert [row["action"] for row in run.result["resources"]] == ["changed"] * 3
    live = cluster.get(f"{POLICIES}/namespaces/{namespace}/authorizationpolicies/deny-all")
    assert live["spec"] == {}
    assert play([task]).changed == []


NAMESPACE = {"apiVersion": "v1", "kind": "Namespace"}
TLS = {"trafficPolicy": {"tls": {"mode": "DISABLE"}}}


def test_other_kinds_are_warned_of_and_taken_out_when_that_is_asked_for(play, cluster, kubectl, namespace):
    path = f"{ROUTING}/namespaces/{namespace}/destinationrules/reviews"
    module = {
        "name": "reviews",
        "namespace": namespace,
        "spec": {"host": "reviews", "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}}},
    }

    def rule(called, **options):
        return {"name": called, f"{OURS}.istio_destinationrule": {**module, "references": "ignore", **options}}

    play([rule("make")])
    patch(kubectl, namespace, "destinationrule", "reviews", TLS)
    run = play([rule("as it is"), rule("without", foreign_fields="remove"), rule("again", foreign_fields="remove")])
    assert run.changed == ["without"]
    assert "spec.trafficPolicy.tls.mode is not declared, but set by 'kubectl-edit', and in effect" in warnings(
        run["as it is"]
    )
    assert cluster.get(path)["spec"] == module["spec"]


def test_parts_of_one_policy_are_left_to_who_declares_them(play, cluster, namespace):
    """Two tasks with managers of their own, and a set beside a single task."""

    def part(called, manager, spec, **options):
        module = {"name": "mesh", "namespace": namespace, "field_manager": manager, "spec": spec, **options}
        return {"name": called, f"{OURS}.peer_authentication": module}

    mode, selector = {"mtls": {"mode": "STRICT"}}, {"selector": {"matchLabels": {"app": "web"}}}
    tasks = [part("team", "team", mode), part("other team", "other-team", selector), part("ours", f"{OURS}.x", mode)]
    run = play([*tasks[:2], *tasks[:2]])
    assert run.changed == ["team", "other team"]
    assert "spec.selector.matchLabels.app is not declared, but set by 'other-team', and in effect" in warnings(
        run.tasks[2]
    )
    tasks = [part("role", f"{OURS}.role", mode), part("task", OURS, selector)]
    for task in tasks:
        task[f"{OURS}.peer_authentication"]["name"] = "ours"
    run = play([*tasks, *tasks])
    assert run.changed == ["role", "task"]
    assert f"set by '{OURS}', which is tasks of this collection without a set" in warnings(run.tasks[2])


def test_what_is_dropped_here_and_known_to_another_goes_at_once(play, cluster, kubectl, namespace):
    """kubectl owns the field as well, with the same value; once it is not declared any more it is nobody's wish."""
    spec = {"mtls": {"mode": "STRICT"}, "selector": {"matchLabels": {"app": "web"}}}
    play([{"name": "both", f"{OURS}.peer_authentication": {"name": "mesh", "namespace": namespace, "spec": spec}}])
    manifest = policy("PeerAuthentication", "mesh", spec)
    cluster.api(
        "PATCH",
        f"{POLICIES}/namespaces/{namespace}/peerauthentications/mesh?fieldManager=other",
        manifest,
        content_type="application/apply-patch+yaml",
    )
    task = strict("mesh", namespace=namespace)
    run = play([task, {**task, "name": "again"}])
    assert run.changed == ["mesh"]
    live = cluster.get(f"{POLICIES}/namespaces/{namespace}/peerauthentications/mesh")
    assert live["spec"] == {"mtls": {"mode": "STRICT"}}


def test_labels_and_annotations_that_change_what_an_object_means(play, cluster, kubectl, namespace):
    """istiod passes over an object of another revision, and a policy on trial allows everything."""
    task = strict("mesh", namespace=namespace, plain_text="ignore")
    allow = {"name": "allow", f"{OURS}.authorization_policy": {"name": "allow", "namespace": namespace, "spec": {}}}
    route = {"name": "route", "namespace": namespace, "spec": {"egress": [{"hosts": ["./*"]}]}}
    sidecar = {"name": "sidecar", f"{OURS}.istio_sidecar": route}
    play([task, allow, sidecar])
    by_hand = "--field-manager=kubectl-edit"
    for kind, name in (("peerauthentication", "mesh"), ("sidecar", "route")):
        kubectl("-n", namespace, "label", kind, name, "istio.io/rev=other", "seen=yes", by_hand)
    kubectl("-n", namespace, "annotate", "authorizationpolicy", "allow", "istio.io/dry-run=true", by_hand)
    predicted, run = (play([task, allow, sidecar], check=check) for check in (True, False))
    for name in ("mesh", "allow", "sidecar"):
        assert predicted[name].comparable() == run[name].comparable(), name
    assert run.changed == ["mesh", "allow"]
    assert "metadata.labels.istio.io/rev is not declared, but set by 'kubectl-edit', and removed" in warnings(
        run["mesh"]
    )
    assert "metadata.annotations.istio.io/dry-run is not declared" in warnings(run["allow"])
    assert "metadata.labels.istio.io/rev is not declared, but set by 'kubectl-edit', and in" in warnings(run["sidecar"])
    [row] = run["sidecar"].result["resources"]
    assert row["foreign_fields"] == ["metadata.labels.istio.io/rev, set by kubectl-edit"]
    live = cluster.get(f"{POLICIES}/namespaces/{namespace}/peerauthentications/mesh")
    assert live["metadata"]["labels"] == {"seen": "yes"}
    assert play([task, allow]).changed == []


def test_labels_that_take_a_namespace_out_of_the_mesh_are_told(play, kubectl, namespace):
    """Where its part in a mesh is declared; who declares a plain namespace leaves that to others."""

    def of_namespace(called, labels):
        metadata = {"name": namespace, "labels": labels}
        return {"name": called, f"{OURS}.mesh_apply": {"objects": [{**NAMESPACE, "metadata": metadata}]}}

    revision = {"istio.io/rev": "canary"}
    play([of_namespace("in", revision)])
    kubectl("label", "namespace", namespace, "istio-injection=disabled", "team=x", "--field-manager=kubectl-edit")
    run = play([of_namespace("in", revision)])
    assert run.changed == []
    assert "metadata.labels.istio-injection is not declared, but set by 'kubectl-edit'" in warnings(run["in"])
    assert warnings(play([of_namespace("plain", {"a": "b"})])["plain"]) == ""
