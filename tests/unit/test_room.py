# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pods nodes have room for."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import room

TAINT = {"key": "pool", "value": "mesh", "effect": "NoSchedule"}


def container(cpu, memory="0", **more):
    return {"name": "c", "resources": {"requests": {"cpu": cpu, "memory": memory}}, **more}


def node(cpu="4", memory="8Gi", pods="10", ready="True", labels=None, **spec):
    status = {
        "allocatable": {"cpu": cpu, "memory": memory, "pods": pods},
        "conditions": [{"type": "Ready", "status": ready}],
    }
    return {"metadata": {"name": "n", "labels": labels or {}}, "spec": spec, "status": status}


def pod(cpu, memory="0", place="n"):
    return {"spec": {"nodeName": place, "containers": [container(cpu, memory)]}}


ISTIOD = {"containers": [container("500m", "2Gi")]}


@pytest.mark.parametrize(
    ("template", "nodes", "pods", "count"),
    [
        (ISTIOD, [node()], [], 4),  # memory
        (ISTIOD, [node(memory="80Gi")], [], 8),  # CPU
        (ISTIOD, [node(memory="80Gi")], [pod("3600m")], 0),
        (ISTIOD, [node(memory="80Gi")], [pod("3600m", place="other")], 8),
        (ISTIOD, [node(pods="2")], [pod("1m")], 1),
        (ISTIOD, [node(), node()], [], 8),
        (ISTIOD, [node(ready="Unknown")], [], 0),
        (ISTIOD, [node(unschedulable=True)], [], 0),
        (ISTIOD, [node(taints=[TAINT])], [], 0),
        (ISTIOD, [node(taints=[{**TAINT, "effect": "PreferNoSchedule"}])], [], 4),
        ({**ISTIOD, "tolerations": [{"key": "pool", "value": "mesh"}]}, [node(taints=[TAINT])], [], 4),
        ({**ISTIOD, "tolerations": [{"key": "pool", "value": "other"}]}, [node(taints=[TAINT])], [], 0),
        ({**ISTIOD, "tolerations": [{"operator": "Exists"}]}, [node(taints=[TAINT])], [], 4),
        ({**ISTIOD, "nodeSelector": {"disk": "fast"}}, [node(), node(labels={"disk": "fast"})], [], 4),
        ({"containers": [{"name": "c"}]}, [node(pods="3")], [], 3),  # it asks for nothing
    ],
)
def test_how_many_pods_find_a_node(template, nodes, pods, count):
    assert room.fitting(template, nodes, pods) == count


NAME = "kubernetes.io/hostname"


def on_nodes(*terms):
    """Istiod with a required node affinity of these terms."""
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}
    return {**ISTIOD, "affinity": {"nodeAffinity": required}}


def expression(key, operator, *values, of="matchExpressions"):
    return {of: [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("terms", "labels", "fits"),
    [
        ([expression("disk", "In", "fast")], {"disk": "fast"}, True),
        ([expression("disk", "In", "fast")], {}, False),
        ([expression("disk", "NotIn", "slow")], {}, True),
        ([expression("disk", "NotIn", "slow")], {"disk": "slow"}, False),
        ([expression("disk", "Exists")], {"disk": ""}, True),
        ([expression("disk", "DoesNotExist")], {"disk": ""}, False),
        ([expression("cores", "Gt", "8")], {"cores": "16"}, True),
        ([expression("cores", "Gt", "8")], {"cores": "8"}, False),
        ([expression("cores", "Lt", "8")], {"cores": "many"}, False),
        ([expression("metadata.name", "In", "n", of="matchFields")], {}, True),
        ([expression("metadata.name", "NotIn", "n", of="matchFields")], {}, False),
        ([expression("disk", "In", "fast"), expression("zone", "In", "a")], {"zone": "a"}, True),  # one term is enough
        (
            [{**expression("disk", "Exists"), **expression("metadata.name", "In", "m", of="matchFields")}],
            {"disk": ""},
            False,
        ),
        ([{}], {}, False),
    ],
)
def test_nodes_that_a_required_affinity_wants(terms, labels, fits):
    assert bool(room.fitting(on_nodes(*terms), [node(labels=labels)], [])) == fits


def apart_from(topology=NAME, **term):
    required = {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": topology, **term}]}
    return {"podAntiAffinity": required}


def placed(labels, namespace="istio-system", **spec):
    metadata = {"labels": labels, "namespace": namespace}
    return {"metadata": metadata, "spec": {"nodeName": "n", "containers": [], **spec}}


OURS = {"app": "istiod", "istio.io/rev": "1-31"}
EACH_ALONE = apart_from(labelSelector={"matchLabels": {"app": "istiod"}})
BY_REVISION = apart_from(labelSelector={"matchLabels": {"app": "istiod"}}, matchLabelKeys=["istio.io/rev"])


@pytest.mark.parametrize(
    ("affinity", "present", "count"),
    [
        (EACH_ALONE, [], 1),  # of four that would find room
        (EACH_ALONE, [placed({"app": "istiod", "istio.io/rev": "1-30"})], 0),
        (EACH_ALONE, [placed({"app": "istiod"}, namespace="other")], 1),
        (EACH_ALONE, [placed({"app": "web"})], 1),
        (BY_REVISION, [placed({"app": "istiod", "istio.io/rev": "1-30"})], 1),
        (apart_from("topology.kubernetes.io/zone", labelSelector={}), [placed({})], 4),  # left out
        (apart_from(labelSelector={"matchExpressions": [{"key": "app", "operator": "In", "values": ["db"]}]}), [], 4),
        (None, [placed({"app": "db"}, affinity=apart_from(labelSelector={"matchLabels": {"app": "istiod"}}))], 4),
        (
            None,
            [placed({"app": "db"}, affinity=apart_from(labelSelector={"matchLabels": OURS}, namespaceSelector={}))],
            0,
        ),
    ],
)
def test_pods_that_keep_away_from_each_other(affinity, present, count):
    template = {**ISTIOD, "affinity": affinity} if affinity else ISTIOD
    if affinity is None and count:
        present = [{**pod, "metadata": {**pod["metadata"], "namespace": "elsewhere"}} for pod in present]
    assert room.fitting(template, [node()], present, OURS, "istio-system") == count


def quota(hard, used, **spec):
    return {"metadata": {"name": "q"}, "spec": spec, "status": {"hard": hard, "used": used}}


@pytest.mark.parametrize(
    ("hard", "used", "spec", "count"),
    [
        ({"requests.cpu": "2"}, {"requests.cpu": "500m"}, {}, 3),
        ({"cpu": "2", "memory": "4Gi"}, {"cpu": "0"}, {}, 2),
        ({"pods": "5", "services": "1"}, {"pods": "5", "services": "1"}, {}, 0),
        ({"requests.memory": "1Gi"}, {"requests.memory": "3Gi"}, {}, 0),
    ],
)
def test_what_a_quota_still_allows(hard, used, spec, count):
    assert room.within(ISTIOD, quota(hard, used, **spec)) == count


def test_a_quota_of_other_things_allows_any_number():
    assert room.within(ISTIOD, quota({"services": "1"}, {"services": "1"})) > 1000
    assert room.within(ISTIOD, quota({"pods": "1"}, {"pods": "1"}, scopes=["Terminating"])) > 1000


@pytest.mark.parametrize(
    ("spec", "cpu"),
    [
        ({"containers": [container("1"), container("500m")]}, "1.5"),
        ({"containers": [container("1")], "initContainers": [container("3")]}, "3"),
        ({"containers": [container("1")], "initContainers": [container("1", restartPolicy="Always")]}, "2"),
        (
            {
                "containers": [container("1")],
                "initContainers": [container("1", restartPolicy="Always"), container("3")],
            },
            "4",
        ),
        ({"containers": [container("1")], "overhead": {"cpu": "250m"}}, "1.25"),
    ],
)
def test_what_a_pod_asks_for(spec, cpu):
    assert str(room.requests(spec)["cpu"].normalize()) == cpu
