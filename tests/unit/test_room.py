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
