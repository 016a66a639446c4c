# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the tags of the lab's access logger to Istio's labels: what the relabelings of its PodMonitor make of them.

That Prometheus and Envoy do the same is proven by tests/lab/test_lab.py; here are the cases that requests seldom show.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lab"))

from meshlab import metrics

SERVICES = '[{"host":"reviews.production.svc.cluster.local","name":"reviews","namespace":"production"}]'
CLIENT = {"own": "client;prod;client;latest;Kubernetes;web;unknown", "own_principal": "spiffe://td/ns/prod/sa/client"}
SERVER = {"own": "reviews-v1;production;reviews;v1;Kubernetes;reviews;v1", "own_principal": "spiffe://td/ns/p/sa/r"}
HTTP = {"response_code": "200", "response_flags": "-", "grpc_response_status": "", "authority": "reviews:9080"}
REQUESTS = "envoy_istio_requests_total"


def scraped(name: str, **labels: str) -> dict[str, str] | None:
    """The labels that Prometheus stores; None when it drops the series."""
    labels = {"__name__": name, **labels}
    for step in metrics.relabelings():
        action = step.get("action", "replace")
        if action == "labeldrop":
            labels = {key: value for key, value in labels.items() if not re.fullmatch(step["regex"], key)}
            continue
        value = ";".join(labels.get(source, "") for source in step.get("sourceLabels", []))
        match = re.fullmatch(step.get("regex", "(.*)"), value)
        if action == "keep" and not match:
            return None
        if action == "replace" and match:
            text = match.expand(re.sub(r"\$\{?(\d)\}?", r"\\g<\1>", step["replacement"]))
            labels[step["targetLabel"]] = text
    return {key: value for key, value in labels.items() if value}


def test_a_request_as_the_client_sees_it():
    tags = {**CLIENT, **HTTP, "services": SERVICES, "upstream": "outbound|9080|v1|reviews;", "reporter": "source"}
    peer = {"peer": "reviews-v1;production;reviews;v1;Kubernetes", "peer_principal": "spiffe://td/ns/p/sa/r"}
    assert scraped(REQUESTS, **tags, **peer) == {
        "__name__": "istio_requests_total",
        "reporter": "source",
        "source_workload": "client",
        "source_workload_namespace": "prod",
        "source_canonical_service": "client",
        "source_canonical_revision": "latest",
        "source_cluster": "Kubernetes",
        "source_app": "web",
        "source_version": "unknown",
        "source_principal": "spiffe://td/ns/prod/sa/client",
        "destination_workload": "reviews-v1",
        "destination_workload_namespace": "production",
        "destination_canonical_service": "reviews",
        "destination_canonical_revision": "v1",
        "destination_cluster": "Kubernetes",
        "destination_app": "reviews",
        "destination_version": "v1",
        "destination_principal": "spiffe://td/ns/p/sa/r",
        "destination_service": "reviews.production.svc.cluster.local",
        "destination_service_name": "reviews",
        "destination_service_namespace": "production",
        "connection_security_policy": "unknown",
        "request_protocol": "http",
        "response_code": "200",
        "response_flags": "-",
    }


@pytest.mark.parametrize(
    ("name", "tags", "expected"),
    [
        pytest.param(
            REQUESTS,
            {"reporter": "destination", **SERVER, "peer": CLIENT["own"], "peer_principal": CLIENT["own_principal"]},
            {
                "source_workload": "client",
                "source_app": "web",
                "destination_workload": "reviews-v1",
                "destination_version": "v1",
                "source_principal": "spiffe://td/ns/prod/sa/client",
                "connection_security_policy": "mutual_tls",
            },
            id="the server's side",
        ),
        pytest.param(
            REQUESTS,
            {"reporter": "destination", **SERVER, "own_principal": "", "peer": "", "peer_principal": ""},
            {
                "source_workload": "unknown",
                "source_workload_namespace": "unknown",
                "source_principal": "unknown",
                "destination_principal": "unknown",
                "connection_security_policy": "none",
            },
            id="a client without a sidecar",
        ),
        pytest.param(
            REQUESTS,
            {"reporter": "source", **CLIENT, "peer": "job;batch;job;;Kubernetes"},
            {"destination_canonical_revision": "latest", "destination_version": "latest", "destination_app": "job"},
            id="an endpoint of the usual revision",
        ),
        pytest.param(
            REQUESTS,
            {"reporter": "source", **CLIENT, "peer": "", "upstream": "PassthroughCluster", "authority": "example.com"},
            {
                "destination_service": "example.com",
                "destination_service_name": "PassthroughCluster",
                "destination_workload": "unknown",
            },
            id="a destination outside the mesh",
        ),
        pytest.param(
            REQUESTS,
            {
                "reporter": "source",
                **CLIENT,
                "peer": "",
                "upstream": "",
                "response_code": "404",
                "response_flags": "NR",
            },
            {"destination_service": "unknown", "response_code": "404", "response_flags": "NR"},
            id="no route",
        ),
        pytest.param(
            REQUESTS,
            {"reporter": "source", **CLIENT, "peer": "", "grpc_response_status": "14"},
            {"request_protocol": "grpc", "grpc_response_status": "14"},
            id="gRPC",
        ),
        pytest.param(
            "envoy_istio_tcp_sent_bytes_total",
            {"reporter": "destination", **SERVER, "peer": "", "peer_principal": CLIENT["own_principal"]},
            {
                "__name__": "istio_tcp_sent_bytes_total",
                "request_protocol": "tcp",
                "source_workload": "unknown",
                "source_workload_namespace": "prod",
                "connection_security_policy": "mutual_tls",
            },
            id="TCP: of the client its certificate alone",
        ),
        pytest.param(
            "envoy_istio_request_duration_milliseconds_bucket",
            {"reporter": "source", **CLIENT, "peer": "", "le": "5"},
            {"__name__": "istio_request_duration_milliseconds_bucket", "le": "5"},
            id="a bucket keeps its bound",
        ),
    ],
)
def test_labels(name, tags, expected):
    stored = scraped(name, **{**HTTP, "services": "", "upstream": "", **tags})
    assert {label: stored.get(label) for label in expected} == expected
    assert not {label for label in stored if label.startswith(("own", "peer", "tmp"))}


def test_other_statistics_of_the_proxy_are_left_to_the_other_monitor():
    assert scraped("envoy_cluster_upstream_rq_total", reporter="") is None


@pytest.mark.parametrize(
    ("labels", "workload", "expected"),
    [
        ({"app": "reviews", "version": "v1"}, "reviews-v1", "reviews-v1;shop;reviews;v1;Kubernetes;reviews;v1"),
        ({}, "client", "client;shop;client;latest;Kubernetes;unknown;unknown"),
        (
            {"service.istio.io/canonical-name": "c", "app.kubernetes.io/version": "2", "app": "a"},
            "w",
            "w;shop;c;2;Kubernetes;a;unknown",
        ),
        ({}, "", "pod-1;shop;pod-1;latest;Kubernetes;unknown;unknown"),
    ],
)
def test_identity_of_a_proxy(labels, workload, expected):
    assert (
        metrics.identity({"metadata": {"name": "pod-1", "namespace": "shop", "labels": labels}}, workload) == expected
    )
