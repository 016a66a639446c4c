# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a policy begins to require mTLS, and which pods send plain text."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.plaintext import becomes_strict, is_outside


def policy(mode=None, **ports):
    spec = {"mtls": {"mode": mode}} if mode else {}
    if ports:
        spec["portLevelMtls"] = {port.strip("p"): {"mode": mode} for port, mode in ports.items()}
    return {"spec": spec}


SELECTOR = {"selector": {"matchLabels": {"app": "web"}}}


@pytest.mark.parametrize(
    ("desired", "live", "expected"),
    [
        (policy("STRICT"), None, True),
        (policy("STRICT"), policy("PERMISSIVE"), True),
        (policy("STRICT"), policy(), True),
        (policy("STRICT"), policy("STRICT"), False),
        (policy("PERMISSIVE"), policy("STRICT"), False),
        (policy("PERMISSIVE", p8080="STRICT"), policy("PERMISSIVE"), True),
        (policy("PERMISSIVE", p8080="STRICT"), policy("STRICT", p8080="STRICT"), False),
        (policy("STRICT", p8080="DISABLE"), policy("STRICT", p8080="STRICT"), False),
        (policy("DISABLE"), None, False),
        ({"spec": None}, None, False),
        # For other workloads than before, or for all of the namespace.
        (policy("STRICT"), {"spec": {**policy("STRICT")["spec"], **SELECTOR}}, True),
        ({"spec": {**policy("STRICT")["spec"], **SELECTOR}}, {"spec": {**policy("STRICT")["spec"], **SELECTOR}}, False),
    ],
)
def test_when_mtls_becomes_required(desired, live, expected):
    assert becomes_strict(desired, live) is expected


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
        (pod("discovery", namespace="istio-system"), False),
    ],
)
def test_which_pods_send_plain_text(live, expected):
    assert is_outside(live) is expected
