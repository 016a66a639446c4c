# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pods send plain text. When mTLS becomes required: test_mtls_modes.py."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.plaintext import callers_of, is_outside


def pod(*containers, native=(), namespace="legacy", phase="Running", **metadata):
    spec = {
        "containers": [{"name": name} for name in containers],
        "initContainers": [{"name": name} for name in native],
    }
    return {"metadata": {"name": "a", "namespace": namespace, **metadata}, "spec": spec, "status": {"phase": phase}}


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (pod("main"), True),
        (pod("main", "istio-proxy"), False),
        (pod("main", native=["istio-init", "istio-proxy"]), False),
        (pod("main", annotations={"ambient.istio.io/redirection": "enabled"}), False),
        (pod("main", phase="Succeeded"), False),
        (pod("main", namespace="kube-system"), False),
        (pod("discovery", namespace="mesh", labels={"app": "istiod"}), False),
        (pod("ztunnel", namespace="mesh", labels={"app": "ztunnel"}), False),
        (pod("cni", namespace="mesh", labels={"k8s-app": "istio-cni-node"}), False),
        (pod("prometheus", namespace="istio-system"), True),
    ],
)
def test_which_pods_send_plain_text(live, expected):
    assert is_outside(live) is expected


def test_callers_are_workloads():
    owner = [{"kind": "CronJob", "name": "report", "controller": True}]
    pods = [pod("main", ownerReferences=owner), pod("main", ownerReferences=owner), pod("main", "istio-proxy")]
    assert callers_of(pods) == ["legacy/report"]
