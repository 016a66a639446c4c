# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workloads the playbook verify takes for not ready, by its own queries."""

from __future__ import annotations

from pathlib import Path

import jmespath
import pytest
import yaml

TASKS = yaml.safe_load((Path(__file__).parents[2] / "playbooks" / "tasks" / "health.yml").read_text())
QUERIES = {item["kind"]: item for item in TASKS[0]["loop"]}


def rolling(**options):
    return {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": options}}


def deployed(pods, updated, available):
    return {"replicas": pods, "updatedReplicas": updated, "availableReplicas": available}


ON_DELETE = {"updateStrategy": {"type": "OnDelete"}}


@pytest.mark.parametrize(
    ("kind", "spec", "status", "ready"),
    [
        ("Deployment", {"replicas": 3}, deployed(3, 3, 3), True),
        ("Deployment", {"replicas": 3}, deployed(4, 1, 3), False),  # the new pod hangs
        ("Deployment", {"replicas": 1}, deployed(2, 1, 1), False),  # the same with one pod, which counts as updated
        ("Deployment", {"replicas": 3}, deployed(3, 3, 2), False),
        ("Deployment", {"replicas": 1}, {}, False),
        ("Deployment", {"replicas": 0}, {}, True),
        ("StatefulSet", {"replicas": 2, **rolling(partition=0)}, {"readyReplicas": 2, "updatedReplicas": 2}, True),
        ("StatefulSet", {"replicas": 3, **rolling(partition=0)}, {"readyReplicas": 3, "updatedReplicas": 1}, False),
        ("StatefulSet", {"replicas": 3, **rolling(partition=2)}, {"readyReplicas": 3, "updatedReplicas": 1}, True),
        ("StatefulSet", {"replicas": 2, **ON_DELETE}, {"readyReplicas": 2}, True),
        ("StatefulSet", {"replicas": 2, **ON_DELETE}, {"readyReplicas": 1}, False),
        ("DaemonSet", rolling(), {"desiredNumberScheduled": 2, "numberReady": 2, "updatedNumberScheduled": 2}, True),
        ("DaemonSet", rolling(), {"desiredNumberScheduled": 2, "numberReady": 2, "updatedNumberScheduled": 1}, False),
        ("DaemonSet", ON_DELETE, {"desiredNumberScheduled": 2, "numberReady": 2}, True),
        ("DaemonSet", rolling(), {"desiredNumberScheduled": 0, "numberReady": 0}, True),
    ],
)
def test_what_counts_as_ready(kind, spec, status, ready):
    query = QUERIES[kind]
    expression = f"[].{{{query['numbers']}}} | [?{query['unready']}]"
    assert (jmespath.search(expression, [{"spec": spec, "status": status}]) == []) is ready
