# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Deployment of a canary from that of the stable side: another name, labels and image, nobody's marks."""

from __future__ import annotations

import copy

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.meshops.lifecycle.plugins.filter.canary_deployment import canary_deployment

TRACKING = "argocd.argoproj.io/tracking-id"
LABELS = {"app": "reviews", "version": "v1"}
LIVE = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {
        "name": "reviews",
        "namespace": "shop",
        "uid": "1",
        "resourceVersion": "7",
        "labels": {**LABELS, "app.kubernetes.io/managed-by": "Helm", "team": "shop"},
        "annotations": {
            "argocd.argoproj.io/tracking-id": "x",
            "deployment.kubernetes.io/revision": "3",
            "note": "kept",
        },
        "managedFields": [],
    },
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": LABELS},
        "template": {
            "metadata": {"labels": {**LABELS, "tier": "web"}, "creationTimestamp": None},
            "spec": {"containers": [{"name": "main", "image": "reviews:1"}, {"name": "logs", "image": "logs:1"}]},
        },
    },
    "status": {"replicas": 3},
}


def test_what_differs_and_what_stays():
    live = copy.deepcopy(LIVE)
    documents = canary_deployment(live, "reviews:2", labels={"version": "canary"}, container="main")
    assert live == LIVE
    canary, stable = documents["canary"], documents["stable"]
    assert canary["metadata"] == {
        "name": "reviews-canary",
        "namespace": "shop",
        "labels": {"app": "reviews", "version": "canary", "team": "shop"},
        "annotations": {"note": "kept"},
    }
    assert canary["spec"]["selector"]["matchLabels"] == {"app": "reviews", "version": "canary"}
    template = canary["spec"]["template"]
    assert template["metadata"] == {"labels": {"app": "reviews", "version": "canary", "tier": "web"}}
    assert [each["image"] for each in template["spec"]["containers"]] == ["reviews:2", "logs:1"]
    assert stable["metadata"]["labels"] == LIVE["metadata"]["labels"] and "uid" not in stable["metadata"]
    assert stable["metadata"]["annotations"] == {TRACKING: "x", "note": "kept"}
    images = [each["image"] for each in stable["spec"]["template"]["spec"]["containers"]]
    assert images == ["reviews:2", "logs:1"] and stable["spec"]["selector"] == LIVE["spec"]["selector"]
    assert "status" not in canary and "status" not in stable


@pytest.mark.parametrize(
    ("live", "options", "words"),
    [
        (
            LIVE,
            {"labels": {"version": "v1"}, "container": "main"},
            "labels do not tell the canary from the",
        ),
        (LIVE, {"labels": {}, "container": "main"}, "labels do not tell the canary from the"),
        (LIVE, {"labels": {"version": "v2"}}, "has several containers. Name one of: main, logs"),
        (LIVE, {"labels": {"version": "v2"}, "container": "x"}, "has no container 'x'. Name one of: main, logs"),
        ({"kind": "StatefulSet"}, {"labels": {"version": "v2"}}, "takes a live Deployment"),
    ],
)
def test_what_cannot_be_derived(live, options, words):
    with pytest.raises(AnsibleFilterError, match=words):
        canary_deployment(live, "reviews:2", **options)
