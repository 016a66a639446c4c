# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the proxy of a pod still runs, by the pod. What follows from it is in test_traffic_shift_troubles.py."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.known_proxies import has_proxy

RUNNING, ENDED = {"running": {}}, {"terminated": {"exitCode": 1}}


def pod(phase="Running", proxy=None, init=None, **metadata):
    statuses = [{"name": "main", "state": RUNNING}]
    status = {"phase": phase, "containerStatuses": statuses}
    if proxy:
        statuses.append({"name": "istio-proxy", "state": proxy})
    if init:
        status["initContainerStatuses"] = [{"name": "istio-proxy", "state": init}]
    return {"metadata": metadata, "status": status}


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (pod(proxy=RUNNING), True),
        (pod(init=RUNNING), True),  # a native sidecar
        (pod(), True),  # a proxy without a container of that name
        (pod(proxy=ENDED), False),
        (pod(proxy={"waiting": {"reason": "CrashLoopBackOff"}}), False),
        (pod(phase="Succeeded", proxy=ENDED), False),
        (pod(phase="Pending"), False),
        (pod(proxy=RUNNING, deletionTimestamp="2026-01-01T00:00:00Z"), False),
        ({"metadata": {}}, False),
    ],
)
def test_whether_a_proxy_is_still_there(live, expected):
    assert has_proxy(live) is expected
