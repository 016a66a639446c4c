# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What pods and claims state about why they are not ready."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.pods import (
    claim_problem,
    creation_problem,
    last_words,
    pod_problem,
)


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


def test_the_last_words_of_events():
    events = [
        {"message": "b ", "lastTimestamp": "2026-01-01T00:00:02Z"},
        {"message": "a", "eventTime": "2026-01-01T00:00:01.5Z"},
    ]
    assert last_words(events) == "b"
    assert last_words([]) == last_words([{}]) == ""


def test_why_a_claim_is_not_bound():
    assert claim_problem({"status": {"phase": "Bound"}}) == ""
    assert claim_problem({"status": {"phase": "Pending"}, "spec": {"storageClassName": "fast"}}) == (
        "Pending, of storage class fast"
    )
    assert claim_problem({"spec": {}}) == "not bound"


def event(reason, second, message="exceeded quota", **more):
    return {"reason": reason, "lastTimestamp": f"2026-01-01T00:00:{second:02}Z", "message": message, **more}


MODERN = {"lastTimestamp": None, "eventTime": "2026-01-01T00:00:09.123456Z"}
CREATIONS = {
    "nothing": ([], ""),
    "failed": ([event("FailedCreate", 1)], "exceeded quota"),
    "failed again, otherwise": ([event("FailedCreate", 5, "no account"), event("FailedCreate", 1)], "no account"),
    "created since": ([event("FailedCreate", 1), event("SuccessfulCreate", 2)], ""),
    "some created at the same time": ([event("FailedCreate", 1), event("SuccessfulCreate", 1)], "exceeded quota"),
    "failed since": ([event("FailedCreate", 3), event("SuccessfulCreate", 2)], "exceeded quota"),
    "something else since": ([event("FailedCreate", 3), event("FailedDelete", 4, "x")], "exceeded quota"),
    "of events.k8s.io": ([event("SuccessfulCreate", 8), event("FailedCreate", 0, **MODERN)], "exceeded quota"),
    "without a time or a message": ([{"reason": "FailedCreate"}], ""),
}


@pytest.mark.parametrize(("events", "problem"), CREATIONS.values(), ids=CREATIONS)
def test_why_pods_cannot_be_created(events, problem):
    assert creation_problem(events) == problem
