# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`wait: true` for what the cluster's own controllers provide: volumes of claims, addresses of load balancers."""

from __future__ import annotations

import json

import pytest

OURS = "meshops.lifecycle"
RBAC = "rbac.authorization.k8s.io"
pytestmark = pytest.mark.in_process


@pytest.fixture
def cluster(no_istiod):
    """A cluster without a controller for load balancers, and with the real one for volumes."""
    if not no_istiod.is_lab:
        pytest.skip("wants a cluster in which nothing provides volumes and addresses but the test")
    return no_istiod


def task(called, namespace, *objects, **options):
    keywords = {key: options.pop(key) for key in list(options) if key in ("ignore_errors", "check_mode")}
    module = {"namespace": namespace, "objects": list(objects), "wait": True, "wait_timeout": 60, **options}
    return {"name": called, f"{OURS}.mesh_apply": module, **keywords}


def document(kind, name, spec=None, api="v1", **body):
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **({"spec": spec} if spec else {}), **body}


def claim(name, storage_class, size="1Mi"):
    request = {"resources": {"requests": {"storage": size}}, "accessModes": ["ReadWriteOnce"]}
    return document("PersistentVolumeClaim", name, {**request, "storageClassName": storage_class})


def volume(name, storage_class):
    spec = {"capacity": {"storage": "1Mi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/tmp"}}
    return document("PersistentVolume", name, {**spec, "storageClassName": storage_class})


def pod(name, claim_name):
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim_name}}]
    return document("Pod", name, {"containers": [{"name": "c", "image": "x"}], "volumes": volumes})


@pytest.fixture
def classes(cluster, namespace):
    """The names of two storage classes of the test's own: one binds at once, one with the first pod."""
    names = {"Immediate": f"{namespace}-now", "WaitForFirstConsumer": f"{namespace}-later"}
    more = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "kubernetes.io/no-provisioner"}
    for mode, name in names.items():
        cluster.kubectl("create", "-f", "-", stdin={**more, "metadata": {"name": name}, "volumeBindingMode": mode})
    yield names["Immediate"], names["WaitForFirstConsumer"]
    cluster.kubectl("delete", "storageclass", *names.values())
    volumes = cluster.kubectl("get", "persistentvolumes", "-o", "json")["items"]
    own = [item["metadata"]["name"] for item in volumes if item["spec"]["storageClassName"] in names.values()]
    if own:
        cluster.kubectl("delete", "persistentvolume", "--wait=false", *own)


def test_claims_are_bound_or_wait_for_their_pod(play, cluster, namespace, classes):
    now, later = classes
    vain = {"wait_timeout": 3, "ignore_errors": True}
    run = play(
        [
            task("none, in check mode", namespace, claim("none", now, "1Gi"), check_mode=True),
            task("none", namespace, claim("none", now, "1Gi"), **vain),
            task("nobody's", namespace, claim("nobodys", later)),
            task("volume and claim", namespace, volume(f"{namespace}-a", now), claim("some", now)),
            task("again", namespace, claim("some", now)),
            task("with its pod", namespace, volume(f"{namespace}-b", later), claim("used", later), pod("user", "used")),
            task("no class", namespace, claim("no-class", ""), **vain),
            task("unknown class", namespace, claim("unknown", f"{namespace}-unknown"), **vain),
        ]
    )
    assert run["none, in check mode"].changed
    text = f"PersistentVolumeClaim {namespace}/none was not ready after 3 s: it is Pending, its storage class is {now}"
    assert text in run["none"].msg and run["none"].result["changed"], "it was written, and the result says so"
    assert run["nobody's"].result["waited"] and not run["nobody's"].result.get("warnings")
    assert run["volume and claim"].result["waited"] and not run["again"].changed
    assert "it has no storage class" in run["no class"].msg and "unknown" in run["unknown class"].msg
    phases = {name: phase(cluster, namespace, name) for name in ("some", "used", "nobodys")}
    assert phases == {"some": "Bound", "used": "Bound", "nobodys": "Pending"}


def phase(cluster, namespace, name):
    return cluster.get(f"/api/v1/namespaces/{namespace}/persistentvolumeclaims/{name}")["status"]["phase"]


def test_without_the_right_to_read_storage_classes_a_claim_is_not_waited_for(play, cluster, namespace, classes):
    rule = {"apiGroups": [""], "resources": ["persistentvolumeclaims"], "verbs": ["*"]}
    role = document("Role", "claims", api=f"{RBAC}/v1", rules=[rule])
    binding = document("RoleBinding", "claims", api=f"{RBAC}/v1")
    binding |= {
        "roleRef": {"apiGroup": RBAC, "kind": "Role", "name": "claims"},
        "subjects": [{"apiGroup": RBAC, "kind": "User", "name": "claimer"}],
    }
    cluster.kubectl(
        "create", "-n", namespace, "-f", "-", stdin={"apiVersion": "v1", "kind": "List", "items": [role, binding]}
    )
    run = play([task("claim", namespace, claim("late", classes[0]), impersonate_user="claimer")])
    warnings = [text for text in run["claim"].result["warnings"] if "late" in text]
    [text] = [text for text in warnings if "is not bound, and is not waited for" in text]
    assert f"StorageClass {classes[0]}" in text and "storageclasses.storage.k8s.io" in text


def test_a_load_balancer_has_an_address(play, cluster, namespace):
    ports = {"ports": [{"port": 80}]}
    balancer = document("Service", "edge", {"type": "LoadBalancer", **ports})
    fixed = document("Service", "fixed", {"type": "LoadBalancer", "externalIPs": ["192.0.2.7"], **ports})
    others = [document("Service", kind.lower(), {"type": kind, **ports}) for kind in ("ClusterIP", "NodePort")]
    run = play(
        [
            task("others", namespace, fixed, *others),
            task("no address", namespace, balancer, wait_timeout=3, ignore_errors=True),
            task("not awaited", namespace, balancer, wait=False),
        ]
    )
    assert (
        f"Service {namespace}/edge was not ready after 3 s: its load balancer has no address yet ("
        in run["no address"].msg
    )
    assert "controller for load balancers" in run["no address"].msg
    assert run["others"].result["waited"] and not run["not awaited"].changed
    address = {"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.8"}]}}}
    cluster.kubectl(
        "patch", "service", "edge", "-n", namespace, "--subresource=status", "--type=merge", "-p", json.dumps(address)
    )
    again = play([task("address", namespace, balancer, *others)])
    assert again["address"].result["waited"] and again.changed == []


def test_what_need_not_come_true_is_not_waited_for(play, namespace):
    """An autoscaler without metrics, an Ingress without a controller, a budget without pods."""
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "none"}
    scaler = document("HorizontalPodAutoscaler", "a", {"scaleTargetRef": target, "maxReplicas": 2}, "autoscaling/v2")
    backend = {"service": {"name": "none", "port": {"number": 80}}}
    ingress = document("Ingress", "a", {"defaultBackend": backend}, "networking.k8s.io/v1")
    budget = document("PodDisruptionBudget", "a", {"minAvailable": 1}, "policy/v1")
    run = play([task("all", namespace, scaler, ingress, budget, references="ignore")])
    assert run["all"].result["waited"] and run["all"].result["changed"]
