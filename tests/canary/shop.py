# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shop of the proof: two versions of `reviews`, called from a sidecar and through the ingress gateway."""

from __future__ import annotations

import json

import meshes

Document = dict


def documents(namespace: str) -> list[str]:
    """The lab's shop in a namespace of its own, a Gateway, and access logs of what fails."""
    logged = {"accessLogging": [{"providers": [{"name": "envoy"}], "filter": {"expression": "response.code >= 500"}}]}
    servers = [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": [outside(namespace)]}]
    return [
        *meshes.shop(namespace),
        text(istio(namespace, "Gateway", {"selector": {"istio": "ingressgateway"}, "servers": servers})),
        text({**istio(namespace, "Telemetry", logged), "apiVersion": "telemetry.istio.io/v1"}),
    ]


def outside(namespace: str) -> str:
    """The host by which the gateway knows the shop."""
    return f"reviews.{namespace}.example.com"


def subsets(namespace: str, selected: dict[str, dict]) -> Document:
    """The DestinationRule; ``selected``: the labels of each subset."""
    listed = [{"name": name, "labels": labels} for name, labels in selected.items()]
    return istio(namespace, "DestinationRule", {"host": "reviews", "subsets": listed})


def route(namespace: str, weights: dict[str, int]) -> Document:
    """The VirtualService, for proxies and the gateway, with these weights of subsets."""
    destinations = [
        {"destination": {"host": "reviews", "subset": subset}, "weight": weight} for subset, weight in weights.items()
    ]
    # Without Istio's own retries: what a change loses is not to be repaired by the next attempt.
    rule = {"retries": {"attempts": 0}, "route": destinations}
    hosts = {"hosts": ["reviews", outside(namespace)], "gateways": ["mesh", "reviews"]}
    return istio(namespace, "VirtualService", {**hosts, "http": [rule]})


def pod(version: str, environment: dict[str, str], ready_port: int) -> Document:
    """The template of a version's pods."""
    values = {"VERSION": version, **environment}
    container = {
        "name": "reviews",
        "image": "meshlab-http",
        "env": [{"name": name, "value": value} for name, value in values.items()],
        "ports": [{"name": "http", "containerPort": 9080}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": ready_port}, "periodSeconds": 1},
    }
    labels = {"app": "reviews", "version": version}
    return {"metadata": {"labels": labels}, "spec": {"serviceAccountName": "reviews", "containers": [container]}}


def deployment(namespace: str, version: str, template: Document, replicas: int = 1) -> Document:
    labels = template["metadata"]["labels"]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"reviews-{version}", "namespace": namespace, "labels": labels},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }


def istio(namespace: str, kind: str, spec: Document) -> Document:
    metadata = {"name": "reviews", "namespace": namespace}
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


def text(document: Document) -> str:
    return json.dumps(document) + "\n"
