# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pods and claims state about why they are not ready."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.pods import claim_problem, pod_problem


def container(name="app", ready=False, last=None, **state):
    return {"name": name, "ready": ready, "state": state, "lastState": {"terminated": last} if last else {}}


def pod(*containers, init=(), phase="Pending"):
    return {"status": {"phase": phase, "containerStatuses": list(containers), "initContainerStatuses": list(init)}}


UNSCHEDULED = {"status": {"conditions": [{"type": "PodScheduled", "status": "False", "message": "0/3 nodes fit"}]}}
PULL = {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "a:1"'}
ENDED = {"exitCode": 137, "reason": "OOMKilled"}


@pytest.mark.parametrize(
    ("live", "problem"),
    [
        (UNSCHEDULED, "0/3 nodes fit"),
        (pod(container(waiting=PULL)), 'container app: ImagePullBackOff: Back-off pulling image "a:1"'),
        (
            pod(container(waiting={"reason": "CrashLoopBackOff"}, last=ENDED)),
            "container app: CrashLoopBackOff, ended before with exit code 137 (OOMKilled)",
        ),
        (
            pod(container(waiting={"reason": "PodInitializing"}), init=[container("init", terminated={"exitCode": 2})]),
            "container init ended with exit code 2",
        ),
        (
            pod(container(running={}, last={"exitCode": 1, "message": "no such file\n"})),
            "container app was restarted, ended before with exit code 1 (no such file)",
        ),
        (pod(container(waiting={"reason": "ContainerCreating"})), ""),
        (pod(container(ready=True, running={}, last=ENDED), phase="Running"), ""),
        (pod(container("init", ready=True, terminated={"exitCode": 0})), ""),
        ({"status": {"phase": "Failed", "reason": "Evicted"}}, "Evicted"),
        ({"status": {"phase": "Failed"}}, "it ended with a failure"),
        ({}, ""),
    ],
)
def test_why_a_pod_is_not_ready(live, problem):
    assert pod_problem(live) == problem


def test_why_a_claim_is_not_bound():
    assert claim_problem({"status": {"phase": "Bound"}}) == ""
    assert claim_problem({"status": {"phase": "Pending"}, "spec": {"storageClassName": "fast"}}) == (
        "Pending, of storage class fast"
    )
    assert claim_problem({"spec": {}}) == "not bound"
