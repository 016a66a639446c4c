# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes' own kinds: what is declared, as the server stores it."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds import registry


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
