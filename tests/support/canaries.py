# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A shop whose service has a stable side, and what releases a canary of it."""

from __future__ import annotations


def deployment(namespace, side, image):
    labels = {"app": "reviews", "side": side}
    pod = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "main", "image": f"example.com/reviews:{image}"}]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"reviews-{side}", "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": pod},
    }


def shop(namespace):
    """(the objects of the stable side and its route, the variables of a release of version 2)"""
    subsets = [{"name": side, "labels": {"side": side}} for side in ("stable", "canary")]
    rule = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": "reviews", "namespace": namespace},
        "spec": {"host": "reviews", "subsets": subsets},
    }
    route = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "reviews", "namespace": namespace},
        "spec": {
            "hosts": ["reviews"],
            "http": [{"route": [{"destination": {"host": "reviews", "subset": "stable"}}], "timeout": "3s"}],
        },
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "reviews", "namespace": namespace},
        "spec": {"selector": {"app": "reviews"}, "ports": [{"name": "http", "port": 80}]},
    }
    objects = [service, deployment(namespace, "stable", "1"), rule, route]
    return objects, {
        "canary_release_name": "reviews",
        "canary_release_namespace": namespace,
        "canary_release_from": {"subset": "stable"},
        "canary_release_to": {"subset": "canary"},
        "canary_release_steps": [{"weight": 10}, {"weight": 50}],
        "canary_release_pause": 0,
        "canary_release_canary_objects": [deployment(namespace, "canary", "2")],
        "canary_release_stable_objects": [deployment(namespace, "stable", "2")],
        "canary_release_wait_timeout": 60,
        "canary_release_wait_proxies": False,
    }


def state(cluster, namespace):
    """(destinations with their weights, images of the stable side and the canary)"""
    place = f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtualservices/reviews"
    (rule,) = cluster.get(place)["spec"]["http"]
    assert rule["timeout"] == "3s"
    weights = {entry["destination"]["subset"]: entry.get("weight", 100) for entry in rule["route"]}
    images = {}
    for side in ("stable", "canary"):
        live = cluster.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/reviews-{side}")
        images[side] = live and live["spec"]["template"]["spec"]["containers"][0]["image"].rpartition(":")[2]
    return weights, images
