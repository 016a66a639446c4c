# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes' own kinds: what is declared, as the server stores it."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import UPDATED, Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds import registry
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin, provided


def stored(group, kind, spec):
    return registry.KINDS[group, kind].normalise({"kind": kind, "spec": spec})["spec"]


def env(source):
    return {"template": {"spec": {"containers": [{"name": "main", "env": [{"name": "A", "valueFrom": source}]}]}}}


SIZE = {"resource": "limits.cpu"}
REFERENCES = {
    "as most write it": ({"fieldRef": {"fieldPath": "spec"}}, {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec"}}),
    "with a version": ({"fieldRef": {"apiVersion": "v2"}}, {"fieldRef": {"apiVersion": "v2"}}),
    "to a resource": ({"resourceFieldRef": SIZE}, {"resourceFieldRef": {**SIZE, "divisor": "0"}}),
    "with a divisor": ({"resourceFieldRef": {**SIZE, "divisor": "1"}}, {"resourceFieldRef": {**SIZE, "divisor": "1"}}),
}


@pytest.mark.parametrize(("declared", "whole"), REFERENCES.values(), ids=REFERENCES.keys())
def test_references_to_the_pod_are_whole(declared, whole):
    assert stored("apps", "Deployment", env(declared)) == env(whole)


def test_ports_of_a_network_policy_have_a_protocol():
    declared = {"ingress": [{"ports": [{"port": 80}, {"port": 53, "protocol": "UDP"}]}, {"from": []}], "egress": []}
    ports = [{"port": 80, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]
    told = stored("networking.k8s.io", "NetworkPolicy", declared)
    assert told == {"ingress": [{"ports": ports}, {"from": []}], "egress": []}


MALFORMED = [None, "text", {"ingress": "text"}, {"ingress": ["text"], "egress": [{"ports": ["http"]}]}]


@pytest.mark.parametrize("spec", MALFORMED)
def test_what_is_malformed_is_left_to_the_server(spec):
    assert stored("networking.k8s.io", "NetworkPolicy", spec) == spec
    assert stored("apps", "Deployment", spec) == spec


def workload(spec, status, *conditions):
    listed = [{"type": kind, "status": "True", "message": message} for kind, message in conditions]
    status = {"observedGeneration": 1, **status, "conditions": listed}
    return {"metadata": {"generation": 1}, "spec": {"replicas": 3, **spec}, "status": status}


ROLLED = {"replicas": 3, "updatedReplicas": 3, "availableReplicas": 3, "readyReplicas": 3}
OLD = {**ROLLED, "updatedReplicas": 1}
QUOTA = 'pods "a" is forbidden: exceeded quota: small'
ON_DELETE = {"updateStrategy": {"type": "OnDelete"}}
UNSEEN = "its controller has not seen this change yet"
PODS = {"desiredNumberScheduled": 2, "numberReady": 2, "updatedNumberScheduled": 0}


def partition(first):
    return {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": first}}}


def before(status):
    """The status of the generation before."""
    return workload({}, {**status, "observedGeneration": 0})


READINESS = {
    "a Deployment": ("Deployment", workload({}, ROLLED), "ready", ""),
    "one that rolls": ("Deployment", workload({}, OLD), "waiting", "1 updated"),
    "one with an old pod": ("Deployment", workload({}, ROLLED | {"replicas": 4}), "waiting", "1 old replica is still"),
    "one with old pods": ("Deployment", workload({}, ROLLED | {"replicas": 5}), "waiting", "2 old replicas are still"),
    "one that scales down": ("Deployment", workload({"replicas": 1}, ROLLED), "ready", ""),
    "one that is changed": ("Deployment", before(ROLLED), "waiting", UNSEEN),
    "one that is new": ("Deployment", before({}), "waiting", UNSEEN),
    "one that had no quota": (
        "Deployment",
        workload({}, {"observedGeneration": 0}, ("ReplicaFailure", QUOTA)),
        "waiting",
        UNSEEN,
    ),
    "one without quota": ("Deployment", workload({}, {}, ("ReplicaFailure", QUOTA)), "failed", QUOTA),
    "one that is paused": ("Deployment", workload({"paused": True}, OLD), "failed", "it is paused (spec.paused)"),
    "one that is paused half way": (
        "Deployment",
        workload({"paused": True}, ROLLED | {"replicas": 4}),
        "failed",
        "1 old replica is still being terminated: it is paused",
    ),
    "one that was paused when all was done": ("Deployment", workload({"paused": True}, ROLLED), "ready", ""),
    "a StatefulSet": ("StatefulSet", workload({}, ROLLED), "ready", ""),
    "one that rolls, too": ("StatefulSet", workload({}, OLD), "waiting", "1 updated"),
    "one that is changed, too": ("StatefulSet", before(ROLLED), "waiting", UNSEEN),
    "one with OnDelete, not ready": ("StatefulSet", workload(ON_DELETE, {}), "waiting", "0 of 3 replicas ready"),
    "one with OnDelete": ("StatefulSet", workload(ON_DELETE, OLD), "ready", ""),
    "one with a partition, done": ("StatefulSet", workload(partition(2), OLD), "ready", ""),
    "one with a partition": ("StatefulSet", workload(partition(1), OLD), "waiting", "1 of 2 updated"),
    "one with a partition beyond the last": ("StatefulSet", workload(partition(9), OLD), "ready", ""),
    "one with a null": ("StatefulSet", workload({"updateStrategy": {"rollingUpdate": None}}, ROLLED), "ready", ""),
    "a DaemonSet": ("DaemonSet", workload({}, PODS), "waiting", "0 updated"),
    "a DaemonSet that is changed": ("DaemonSet", before(PODS | {"updatedNumberScheduled": 2}), "waiting", UNSEEN),
    "a DaemonSet with OnDelete": ("DaemonSet", workload(ON_DELETE, PODS), "ready", ""),
    "a Job": ("Job", workload({}, {}), "waiting", "not complete yet"),
    "a Job that is suspended": ("Job", workload({"suspend": True}, {}), "failed", "it is suspended (spec.suspend)"),
}


@pytest.mark.parametrize(("kind", "live", "state", "message"), READINESS.values(), ids=READINESS)
def test_readiness(kind, live, state, message):
    group = "batch" if kind == "Job" else "apps"
    verdict = registry.KINDS[group, kind].ready(live)
    assert verdict.state == state
    assert message in verdict.message


def claim(phase=None, name=None, *, used=False, volume=None):
    annotations = {"volume.kubernetes.io/selected-node": "a"} if used else {}
    spec = {"storageClassName": name, "volumeName": volume}
    return {"metadata": {"annotations": annotations}, "spec": spec, "status": {"phase": phase} if phase else {}}


CLAIMS = {
    "bound": (claim("Bound"), "ready", ""),
    "pending": (claim("Pending", "fast"), "waiting", "it is Pending, its storage class is fast"),
    "without a class": (claim("Pending"), "waiting", "it has no storage class"),
    "with the class that has no name": (claim("Pending", ""), "waiting", "it has no storage class"),
    "that nobody has looked at": (claim(), "waiting", "not bound"),
    "lost": (claim("Lost", volume="v1"), "failed", "its volume v1 does not exist any more"),
}


@pytest.mark.parametrize(("live", "state", "message"), CLAIMS.values(), ids=CLAIMS)
def test_claims(live, state, message):
    verdict = provided.claim_ready(live)
    assert verdict.state == state and message in verdict.message


@pytest.mark.parametrize(
    ("mode", "used", "left_alone"),
    [
        ("WaitForFirstConsumer", False, True),
        ("WaitForFirstConsumer", True, False),
        ("Immediate", False, False),
        (None, False, False),
    ],
)
def test_a_claim_that_waits_for_its_pod(mode, used, left_alone):
    storage_class = {"volumeBindingMode": mode} if mode else None
    assert provided.awaits_its_pod(claim("Pending", "fast", used=used), storage_class) is left_alone


ADDRESS = {"status": {"loadBalancer": {"ingress": [{"hostname": "x.example.com"}]}}}
SERVICES = {
    "inside": ({"spec": {"type": "ClusterIP"}}, "ready"),
    "without a type": ({"spec": {}}, "ready"),
    "on the nodes": ({"spec": {"type": "NodePort"}}, "ready"),
    "a name": ({"spec": {"type": "ExternalName"}}, "ready"),
    "new": ({"spec": {"type": "LoadBalancer"}}, "waiting"),
    "without an address": ({"spec": {"type": "LoadBalancer"}, "status": {"loadBalancer": {}}}, "waiting"),
    "with an address": ({"spec": {"type": "LoadBalancer"}, **ADDRESS}, "ready"),
    "with addresses of its own": ({"spec": {"type": "LoadBalancer", "externalIPs": ["192.0.2.1"]}}, "ready"),
}


@pytest.mark.parametrize(("live", "state"), SERVICES.values(), ids=SERVICES)
def test_services(live, state):
    assert provided.service_ready(live).state == state


@pytest.mark.parametrize(
    ("after", "restarts"),
    [
        ({"replicas": 3, "template": {"a": 1}}, False),
        ({"template": {"a": 2}}, True),
        ({"template": {"a": 2}, "updateStrategy": {"type": "OnDelete"}}, False),
        ({"template": {"a": 2}, "strategy": {"type": "Recreate"}}, True),
    ],
)
def test_a_change_of_the_template_replaces_the_pods(after, restarts):
    before = {"spec": {"template": {"a": 1}}}
    change = Change(builtin.DEPLOYMENT, "shop", "reviews", UPDATED, before, {"spec": after})
    assert builtin.restarts(before, {"spec": after}) is change.row().get("restarts", False) is restarts
