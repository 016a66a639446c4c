# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a traffic shift finds before its first write: owners, other routes of the host, sides that cannot carry it.

What metrics lack is found in test_traffic_shift_protocols.py, and Argo CD's settings in test_traffic_shift.py.
"""

from __future__ import annotations

import pytest

OURS = "meshops.lifecycle"
pytestmark = [pytest.mark.in_process, pytest.mark.once]


@pytest.fixture
def cluster(no_istiod):
    return no_istiod


def definition(group, kind, plural, version):
    """A definition that takes any spec."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [{"name": version, "served": True, "storage": True, "schema": schema}],
        },
    }


@pytest.fixture
def rollouts_and_canaries(cluster):
    """The definitions of Argo Rollouts and Flagger, of this test's own where they are not there."""
    definitions = [
        definition("argoproj.io", "Rollout", "rollouts", "v1alpha1"),
        definition("flagger.app", "Canary", "canaries", "v1beta1"),
    ]
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    missing = {
        each["metadata"]["name"]: each for each in definitions if not cluster.get(f"{path}/{each['metadata']['name']}")
    }
    if missing and not cluster.is_lab:
        pytest.skip("definitions are installed in our own lab only")
    if missing:
        cluster.kubectl("apply", "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": [*missing.values()]})
        names = [f"crd/{name}" for name in missing]
        cluster.kubectl("wait", "--for=condition=Established", *names, "--timeout=60s")
    yield
    for name in missing:
        cluster.api("DELETE", f"{path}/{name}")


def istio(kind, name, spec, **metadata):
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": {"name": name, **metadata}, "spec": spec}


def deployment(name, replicas):
    labels = {"app": "shop", "side": name}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": "example.com/shop"}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def virtual_service(name="shop", **more):
    route = [{"destination": {"host": "shop", "subset": "old"}}]
    return istio("VirtualService", name, {"hosts": ["shop"], "http": [{"route": route}], **more})


@pytest.fixture
def declare(cluster, crds, namespace):
    """`declare(*documents)` applies them; before, a shop with three pods of the stable side and two of the canary."""
    crds("istio.io")

    def apply(*documents):
        everything = {"apiVersion": "v1", "kind": "List", "items": list(documents)}
        cluster.kubectl("apply", "--server-side", "--force-conflicts", "-n", namespace, "-f", "-", stdin=everything)

    subsets = [{"name": side, "labels": {"side": side}} for side in ("old", "new")]
    service = {"selector": {"app": "shop"}, "ports": [{"port": 80}]}
    apply(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"}, "spec": service},
        istio("DestinationRule", "shop", {"host": "shop", "subsets": subsets}),
        *(deployment("old", 3), deployment("new", 2), virtual_service()),
    )
    for name in ("old", "new"):
        cluster.kubectl("rollout", "status", f"deployment/{name}", "-n", namespace, "--timeout=120s")
    return apply


@pytest.fixture
def shift(play, namespace):
    """`shift(…)` runs one task of traffic_shift."""

    def run(expect="ok", **options):
        chosen = {"name": "shop", "namespace": namespace, "wait_proxies": False, "pause": 0, **options}
        if chosen.get("state", "promoted") in ("promoted", "started"):
            chosen = {"from": {"subset": "old"}, "to": {"subset": "new"}, "steps": [{"weight": 50}], **chosen}
        return play([{"name": "Shift", f"{OURS}.traffic_shift": chosen}], expect=expect)["Shift"]

    return run


def object_of(api_version, kind, spec):
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "theirs"}, "spec": spec}


def rollout(name):
    routing = {"istio": {"virtualService": {"name": name}}}
    return object_of("argoproj.io/v1alpha1", "Rollout", {"strategy": {"canary": {"trafficRouting": routing}}})


def test_routes_of_other_controllers(cluster, declare, shift, namespace, rollouts_and_canaries):
    owners = {
        "Rollout theirs of Argo Rollouts": rollout("shop"),
        "Rollout theirs of Argo Rollouts. Steer": rollout(f"shop.{namespace}"),
        "Canary theirs of Flagger": object_of("flagger.app/v1beta1", "Canary", {"targetRef": {"name": "shop"}}),
        "Canary theirs of Flagger. Steer": object_of(
            "flagger.app/v1beta1", "Canary", {"targetRef": {"name": "x"}, "service": {"name": "shop"}}
        ),
    }
    for words, owner in owners.items():
        declare(owner)
        failed = shift("failed")
        assert f"VirtualService {namespace}/shop was not touched" in failed.msg
        assert f"is managed by {words}" in failed.msg
        cluster.kubectl("delete", owner["kind"].lower(), "theirs", "-n", namespace)
    declare(rollout("another"))  # which is nothing to this route
    canary = object_of("flagger.app/v1beta1", "Canary", {"targetRef": {"name": "another"}})
    declare(canary)
    live = cluster.get(f"/apis/flagger.app/v1beta1/namespaces/{namespace}/canaries/theirs")
    owner = {key: canary[key] for key in ("apiVersion", "kind")} | {"name": "theirs", "uid": live["metadata"]["uid"]}
    owned = virtual_service()
    owned["metadata"]["ownerReferences"] = [owner]
    declare(owned)
    assert "belongs to Canary theirs of Flagger" in shift("failed").msg
    owned["metadata"]["ownerReferences"] = []
    declare(owned)
    assert shift().result["phase"] == "promoted"


def test_delegated_and_merged_routes(declare, shift, namespace):
    declare(virtual_service(http=[{"delegate": {"name": "parts"}}], gateways=["edge"]))
    failed = shift("failed")
    assert f"this rule delegates to VirtualService {namespace}/parts. Shift that one." in failed.msg
    # At a gateway Istio merges the routes of a host; in the mesh it uses one of them.
    declare(virtual_service(gateways=["edge"]), virtual_service("other", gateways=[f"{namespace}/edge"]))
    warned = shift(state="started").result["warnings"]
    assert f"VirtualService {namespace}/other also routes shop.{namespace}.svc" in str(warned)
    assert f"at gateway {namespace}/edge. Istio merges the two in no certain order" in str(warned)
    shift(state="aborted")
    declare(virtual_service(gateways=["edge", "mesh"]), virtual_service("other"))
    assert "in the mesh; Istio uses only one of them" in shift("failed").msg


def test_a_stable_side_that_an_autoscaler_shrinks(cluster, declare, shift, namespace):
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "old"}
    scaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "old"},
        "spec": {"scaleTargetRef": reference, "minReplicas": 1, "maxReplicas": 5},
    }
    declare(scaler)
    warned = shift(state="started", steps=[{"weight": 90}]).result["warnings"]
    assert any(
        "HorizontalPodAutoscaler old can shrink old from 3 to 1 pods while the canary has" in text for text in warned
    )
    assert any(
        "new has 2 ready pods, shop subset old has 3, and the canary is to get up to 90 %" in text for text in warned
    )
    cluster.kubectl("delete", "hpa", "old", "-n", namespace)
    cluster.kubectl("scale", "deployment/old", "-n", namespace, "--replicas=1")
    cluster.kubectl("wait", "--for=jsonpath={.status.replicas}=1", "deployment/old", "-n", namespace, "--timeout=60s")
    back = shift(state="aborted")
    assert back.result["phase"] == "aborted"
    assert any(
        "old has 1 pods that are ready, and had 3 when the shift began" in text for text in back.result["warnings"]
    )
    # Pods that are there and not ready.
    cluster.kubectl("scale", "deployment/new", "-n", namespace, "--replicas=0")
    cluster.kubectl("wait", "--for=delete", "pod", "-n", namespace, "-l", "side=new", "--timeout=60s")
    assert "shop subset new cannot take requests: it has no pods (app=shop,side=new" in shift("failed").msg
