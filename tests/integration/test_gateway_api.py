# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateways, waypoints and routes under a real controller: what is ready, what is waited for, what fails at once."""

from __future__ import annotations

import time

import pytest

pytestmark = [pytest.mark.needs_lab, pytest.mark.xdist_group("mesh")]
API = "/apis/gateway.networking.k8s.io/v1"
GATEWAY, HTTP = "meshops.lifecycle.gateway_api_gateway", "meshops.lifecycle.gateway_api_httproute"


@pytest.fixture(scope="session")
def cluster(mesh):
    return mesh


@pytest.fixture(scope="module", autouse=True)
def _classes(cluster):
    """istiod makes its GatewayClass when it has seen the definition."""
    deadline = time.monotonic() + 60
    while not served(cluster, "istio"):
        assert time.monotonic() < deadline, "no istiod serves its GatewayClasses"
        time.sleep(0.5)


def served(cluster, name):
    found = cluster.get(f"{API}/gatewayclasses/{name}") or {}
    said = (found.get("status") or {}).get("conditions") or []
    return any(one["type"] == "Accepted" and one["status"] == "True" for one in said)


@pytest.fixture
def other(cluster, namespace):
    """A second namespace."""
    name = f"{namespace}-o"
    cluster.api("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    yield name
    cluster.api("DELETE", f"/api/v1/namespaces/{name}")


def task(module, name, namespace, spec, timeout=60, **arguments):
    options = {"name": name, "namespace": namespace, "spec": spec, "wait": True, "wait_timeout": timeout, **arguments}
    return {"name": f"{name} in {namespace}", module: options}


def edge(namespace, *listeners, **more):
    return task(GATEWAY, "edge", namespace, {"gateway_class_name": "istio", "listeners": list(listeners)}, **more)


def service(cluster, namespace, name="front"):
    body = {"metadata": {"name": name}, "spec": {"ports": [{"name": "http", "port": 80}]}}
    cluster.api("POST", f"/api/v1/namespaces/{namespace}/services", {"apiVersion": "v1", "kind": "Service", **body})


PLAIN = {"name": "http", "port": 80, "protocol": "HTTP", "hostname": "*.example.com"}
TO_FRONT = [{"backend_refs": [{"name": "front", "port": 80}]}]


@pytest.mark.in_process
def test_a_gateway_and_its_routes_converge(cluster, namespace, play):
    service(cluster, namespace)
    parents = [{"name": "edge"}]
    module = "meshops.lifecycle.gateway_api_{}"
    tasks = [
        edge(
            namespace,
            PLAIN,
            {"name": "tls", "port": 8443, "protocol": "TLS", "tls": {"mode": "Passthrough"}},
            {"name": "tcp", "port": 5432, "protocol": "TCP"},
        ),
        task(HTTP, "http", namespace, {"parent_refs": parents, "hostnames": ["a.example.com"], "rules": TO_FRONT}),
        task(
            module.format("grpcroute"),
            "grpc",
            namespace,
            {"parent_refs": parents, "hostnames": ["b.example.com"], "rules": TO_FRONT},
        ),
        task(
            module.format("tlsroute"),
            "tls",
            namespace,
            {
                "parent_refs": [{"name": "edge", "section_name": "tls"}],
                "hostnames": ["c.example.com"],
                "rules": TO_FRONT,
            },
        ),
        task(
            module.format("tcproute"),
            "tcp",
            namespace,
            {"parent_refs": [{"name": "edge", "section_name": "tcp"}], "rules": TO_FRONT},
        ),
        task(
            module.format("backendtlspolicy"),
            "policy",
            namespace,
            {
                "target_refs": [{"group": "", "kind": "Service", "name": "front"}],
                "validation": {"hostname": "front.example.com", "well_known_ca_certificates": "System"},
            },
        ),
        task(
            HTTP,
            "within",
            namespace,
            {"parent_refs": [{"group": "", "kind": "Service", "name": "front"}], "rules": TO_FRONT},
        ),
    ]
    run = play(tasks)
    assert len(run.changed) == len(tasks)
    assert all(done.result["waited"] for done in run.tasks)
    programmed = run.tasks[0].result["result"]["status"]["conditions"]
    assert {one["type"]: one["status"] for one in programmed}["Programmed"] == "True"
    assert play(tasks).changed == []


@pytest.mark.in_process
def test_a_waypoint_is_programmed(cluster, namespace, play):
    if not served(cluster, "istio-waypoint"):
        pytest.skip("this istiod serves no waypoints")
    spec = {"gateway_class_name": "istio-waypoint", "listeners": [{"name": "mesh", "port": 15008, "protocol": "HBONE"}]}
    run = play([task(GATEWAY, "waypoint", namespace, spec, labels={"istio.io/waypoint-for": "service"})])
    said = run.tasks[0].result["result"]["status"]["conditions"]
    assert {one["type"]: one["status"] for one in said}["Programmed"] == "True"


REFUSED = {
    "a route of a namespace that the listener does not allow": (
        lambda here, there: task(HTTP, "r", there, {"parent_refs": [{"name": "edge", "namespace": here}]}),
        "NotAllowedByListeners",
    ),
    "a listener that is not there": (
        lambda here, there: task(HTTP, "r", here, {"parent_refs": [{"name": "edge", "section_name": "https"}]}),
        "NoMatchingParent",
    ),
    "a host that the listener does not serve": (
        lambda here, there: task(HTTP, "r", here, {"parent_refs": [{"name": "edge"}], "hostnames": ["a.example.org"]}),
        "NoMatchingListenerHostname",
    ),
    "a target that nobody granted": (
        lambda here, there: task(
            HTTP,
            "r",
            here,
            {
                "parent_refs": [{"name": "edge"}],
                "rules": [{"backend_refs": [{"name": "front", "namespace": there, "port": 80}]}],
            },
        ),
        "RefNotPermitted",
    ),
    "a protocol that nobody speaks": (
        lambda here, there: edge(here, PLAIN, {"name": "udp", "port": 53, "protocol": "example.com/pigeon"}),
        "listener udp: Accepted is False (UnsupportedProtocol)",
    ),
}
LONG = 100


@pytest.mark.in_process
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_for_good_ends_the_wait(cluster, namespace, other, play, case):
    wrong, says = REFUSED[case]
    service(cluster, other)
    tasks = [edge(namespace, PLAIN), wrong(namespace, other)]
    for name in (GATEWAY, HTTP):
        if name in tasks[1]:
            tasks[1][name]["wait_timeout"] = LONG
    run = play(tasks, expect="failed")
    assert says in run.msg
    assert run.seconds < LONG / 2


@pytest.mark.in_process
def test_what_others_may_still_bring_is_waited_for(cluster, namespace, other, play):
    secure = {"name": "https", "port": 443, "protocol": "HTTPS", "tls": {"certificate_refs": [{"name": "later"}]}}
    late = [
        edge(namespace, PLAIN, secure, timeout=8),
        task(HTTP, "r", namespace, {"parent_refs": [{"name": "edge"}], "rules": TO_FRONT}, timeout=8),
        task(GATEWAY, "nobody", namespace, {"gateway_class_name": "nobody", "listeners": [PLAIN]}, timeout=3),
    ]
    run = play([{**one, "ignore_errors": True} for one in late])
    said = [one.msg for one in run.tasks]
    assert all("was not ready after" in one for one in said), said
    assert "listener https: ResolvedRefs is False (InvalidCertificateRef)" in said[0]
    assert "BackendNotFound" in said[1]
    assert "Waiting for controller" in said[2]


@pytest.mark.in_process
def test_a_set_with_all_that_it_needs_is_ready_in_one_run(namespace, other, play):
    """Grant, Gateway and route are new to the controller at the same moment; what it says first does not count."""
    group = "gateway.networking.k8s.io"

    def document(kind, name, where, spec, api_version=f"{group}/v1"):
        return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": where}, "spec": spec}

    objects = [
        document("HTTPRoute", "r", namespace, {
            "parentRefs": [{"name": "edge", "namespace": other}],
            "rules": [{"backendRefs": [{"name": "front", "namespace": other, "port": 80}]}],
        }),
        document("Gateway", "edge", other, {
            "gatewayClassName": "istio",
            "listeners": [{**PLAIN, "allowedRoutes": {"namespaces": {"from": "All"}}}],
        }),
        document("ReferenceGrant", "g", other, {
            "from": [{"group": group, "kind": "HTTPRoute", "namespace": namespace}],
            "to": [{"group": "", "kind": "Service"}],
        }),
        document("Service", "front", other, {"ports": [{"port": 80, "name": "http"}]}, "v1"),
    ]  # fmt: skip
    tasks = [{"name": "All", "meshops.lifecycle.mesh_apply": {"objects": objects, "wait": True, "wait_timeout": 90}}]
    assert play(tasks).tasks[0].result["waited"] is True
    assert play(tasks).changed == []


@pytest.mark.in_process
def test_a_route_that_was_refused_is_ready_in_the_run_that_lets_it_in(cluster, namespace, other, play):
    """The route itself does not change, so that the controller's old word about it counts until it has a new one."""
    service(cluster, other)
    route = task(
        HTTP, "r", other, {"parent_refs": [{"name": "edge", "namespace": namespace}], "rules": TO_FRONT}, timeout=LONG
    )
    run = play([edge(namespace, PLAIN), route], expect="failed")
    assert "NotAllowedByListeners" in run.msg
    opened = {**PLAIN, "allowed_routes": {"namespaces": {"from": "All"}}}
    run = play([edge(namespace, opened), route])
    assert run.changed == [f"edge in {namespace}"]
