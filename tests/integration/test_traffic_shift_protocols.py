# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shifts of gRPC, of TCP and TLS connections, of mirrored and of matching requests: real sidecars, real metrics."""

from __future__ import annotations

import functools
import json
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

import certificates
import pytest
import yaml

OURS = "meshops.lifecycle"
SHOP = "shift-protocols"
METRICS = {"service": {"namespace": "monitoring", "name": "prometheus-operated"}, "scrape_interval": 5}
GRPC = ("--header", "Content-Type: application/grpc")
ROUTES = "/apis/networking.istio.io/v1/namespaces/%s/virtualservices/"
OF = 'destination_workload_namespace="%s"'
NO_PLAN = {"steps": None, "from": None, "to": None, "pause": None}  # a task that reads the plan from the journal
GRPC_VERSIONS = {"v1": {}, "v2": {}, "bad": {"FAIL": "0.5"}}

pytestmark = [pytest.mark.needs_lab, pytest.mark.in_process, pytest.mark.once, pytest.mark.xdist_group("mesh")]


@pytest.fixture(scope="session")
def cluster(measured):
    return measured


def workload(name, image, version="", **environment):
    labels = {"app": name.partition("-")[0], **({"version": version} if version else {})}
    env = [{"name": key, "value": value} for key, value in {"VERSION": version, **environment}.items()]
    container = {"name": "main", "image": image, "env": env}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def service(name, selector, port):
    spec = {"selector": selector, "ports": [{"name": port, "port": 9080, "targetPort": 9080}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}


def istio(kind, name, **spec):
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def split(host, *versions):
    """Destinations of a rule: the first has everything."""
    weights = [100, *[0] * (len(versions) - 1)]
    return [
        {"destination": {"host": host, "subset": version}, "weight": weight}
        for version, weight in zip(versions, weights, strict=True)
    ]


@functools.cache
def key_and_certificate():
    with tempfile.NamedTemporaryFile() as key:
        certificate = certificates.self_signed(key.name)
        return Path(key.name).read_text() + certificate


def objects():
    subsets = [{"name": name, "labels": {"version": name}} for name in ("v1", "v2")]
    yield workload("client", "meshlab-client")
    yield from (workload(f"web-{version}", "meshlab-http", version) for version in ("v1", "v2"))
    yield from (workload(f"calls-{name}", "meshlab-grpc", name, **env) for name, env in GRPC_VERSIONS.items())
    # A port of a pod speaks HTTP to its proxy, or does not.
    yield from (workload(f"stream-{version}", "meshlab-http", version) for version in ("v1", "v2"))
    yield from (
        workload(f"safe-{version}", "meshlab-http", version, TLS=key_and_certificate()) for version in ("v1", "v2")
    )
    for name, port in (("web", "http"), ("stream", "tcp"), ("safe", "tls")):
        yield service(name, {"app": name}, port)
        yield istio("DestinationRule", name, host=name, subsets=subsets)
    yield service("calls", {"app": "calls"}, "grpc")
    yield from (service(f"calls-{name}", {"app": "calls", "version": name}, "grpc") for name in GRPC_VERSIONS)
    yield istio("VirtualService", "web", hosts=["web"], http=[{"route": split("web", "v1", "v2")}])
    yield istio("VirtualService", "stream", hosts=["stream"], tcp=[{"route": split("stream", "v1", "v2")}])
    host = f"safe.{SHOP}.svc.cluster.local"
    names = {"match": [{"port": 9080, "sniHosts": [host]}]}
    yield istio("VirtualService", "safe", hosts=[host], tls=[{**names, "route": split("safe", "v1", "v2")}])
    yield istio("VirtualService", "whole", hosts=["parts"], http=[{"delegate": {"name": "part", "namespace": SHOP}}])
    yield istio("VirtualService", "part", http=[{"route": split("web", "v1", "v2")}])
    yield service("parts", {"app": "web"}, "http")
    for name in ("sessions", "silent"):
        yield service(name, {"app": "web"}, "http")
        yield istio("DestinationRule", name, host=name, subsets=subsets)
        yield istio("VirtualService", name, hosts=[name], http=[{"route": split(name, "v1", "v2")}])
    yield {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "GRPCRoute",
        "metadata": {"name": "calls"},
        "spec": {
            "parentRefs": [{"group": "", "kind": "Service", "name": "calls", "port": 9080}],
            "rules": [{"backendRefs": [{"name": "calls-v1", "port": 9080}]}],
        },
    }


@pytest.fixture(scope="module")
def versions_that_run(cluster):
    namespace = SHOP
    cluster.kubectl("create", "namespace", namespace)
    cluster.kubectl("label", "namespace", namespace, "istio-injection=enabled")
    cluster.kubectl("apply", "-n", namespace, "-f", "-", stdin=yaml.safe_dump_all(objects()))
    for deployment in cluster.kubectl("get", "deployment", "-n", namespace, "-o", "name").split():
        cluster.kubectl("rollout", "status", deployment, "-n", namespace, "--timeout=120s")
    yield namespace
    cluster.kubectl("delete", "namespace", namespace, "--wait=false")


@pytest.fixture
def shop(cluster, versions_that_run):
    """Versions behind HTTP, gRPC, TCP and TLS, a client, and routes to the first version, whoever has moved them."""
    cluster.kubectl("apply", "-n", SHOP, "-f", "-", stdin=yaml.safe_dump_all(objects()))
    return SHOP


@pytest.fixture
def shift(shop):
    def task(name, called="Shift", **options):
        chosen = {"name": name, "namespace": shop, **options}
        if chosen.get("state", "promoted") in ("promoted", "started"):
            sides = {"from": {"subset": "v1"}, "to": {"subset": "v2"}}
            chosen = {**sides, "steps": [{"weight": 50}], "pause": 1, **chosen}
        return {"name": called, f"{OURS}.traffic_shift": chosen}

    return task


@pytest.fixture
def versions(cluster, shop):
    """`versions(service, count)`: which versions have answered the client."""

    def ask(name, count=20, *more):
        url = name if "://" in name else f"http://{name}:9080/"
        out = cluster.lab("call", "--from", f"{shop}/client", "--count", str(count), *more, url)
        return json.loads(out)["versions"]

    return ask


def load(cluster, shop, name, *more):
    command = cluster.lab_command("load", "--from", f"{shop}/client", "--rate", "40", *more, f"http://{name}:9080/")
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


GATE = {"type": "success_rate", "protocol": "grpc", "min": 99, "min_requests": 20}


def test_calls_of_grpc_by_a_grpcroute(play, cluster, shop, shift, versions):
    """The status of gRPC is in trailers of a response 200: a version that fails half of its calls is found by that."""
    assert versions("calls", 20, *GRPC) == {"v1": 20}
    chosen = {"kind": "GRPCRoute", "from": {"service": "calls-v1"}, "metrics": METRICS, "gates": [GATE]}
    chosen |= {"window": 60, "pause": 25, "interval": 2}
    with load(cluster, shop, "calls", *GRPC) as process:
        try:
            time.sleep(12)  # until Prometheus knows these calls: two scrapes
            bad = play([shift("calls", to={"service": "calls-bad"}, **chosen)], expect="failed")["Shift"]
            assert bad.result["phase"] == "aborted" and "grpc 14" in bad.msg, bad.msg
            assert {"source: ", "destination: "} <= set(reporters_of(bad)), "both have seen the canary's requests"
            good = play([shift("calls", to={"service": "calls-v2"}, **chosen)])["Shift"]
            assert good.result["phase"] == "promoted" and versions("calls", 20, *GRPC) == {"v2": 20}
            assert {"source: ", "destination: "} <= set(reporters_of(good))
        finally:
            process.terminate()
    # The source names the Service of the route's backend, the destination one of those that select the pod.
    of_pods = [service_of(cluster, shop, workload) for workload in ("calls-bad", "calls-v2")]
    judging = []
    for reporter, names in (("source", ("calls-bad", "calls-v2")), ("destination", of_pods)):
        sides = [
            {"service": name, "namespace": shop, "workloads": [workload]}
            for name, workload in zip(names, ("calls-bad", "calls-v2"), strict=True)
        ]
        gate = {"type": "compare", "protocol": "grpc", "min_requests": 10, "reporter": reporter}
        judge = {"metrics": METRICS, "window": 300, "gates": [gate], "fail_on": []}
        judging.append({"name": reporter, f"{OURS}.mesh_gate": {**judge, "canary": sides[0], "stable": sides[1]}})
    run = play(judging)
    verdicts = [run[name].result["verdicts"][0] for name in ("source", "destination")]
    assert [(verdict["outcome"], verdict["reason"]) for verdict in verdicts] == [("fail", "worse")] * 2


def reporters_of(run):
    """Whose counts the last judgement of a shift is about."""
    row = [row for row in run.result["record"]["verdicts"] if "outcome" in row][-1]
    return [text for text in ("source: ", "destination: ") for gate in row["gates"] if text in gate["message"]]


def test_connections_of_tcp_and_of_tls(play, cluster, shop, shift, versions):
    assert versions("stream") == {"v1": 20}
    gate = {"type": "success_rate", "protocol": "tcp", "min": 99, "min_requests": 5}
    begun = play([shift("stream", state="started")])["Shift"]
    assert begun.result["proxies"] >= 6 and begun.changed
    split_now = [versions("stream", 8) for _turn in range(4)]  # four connections each
    assert {version for answer in split_now for version in answer} == {"v1", "v2"}
    assert play([{"name": "Info", f"{OURS}.traffic_shift_info": {"namespace": shop}}])["Info"].result["shifts"][0][
        "weights"
    ] == {"from": 50, "to": 50}
    assert play([shift("stream", **NO_PLAN)])["Shift"].changed
    assert versions("stream") == {"v2": 20}
    time.sleep(11)
    side = {"service": "stream", "namespace": shop, "workloads": ["stream-v2"]}
    judge = {"metrics": METRICS, "window": 120, "canary": side, "gates": [gate]}
    (verdict,) = play([{"name": "Judge", f"{OURS}.mesh_gate": judge}])["Judge"].result["verdicts"]
    assert verdict["outcome"] == "pass" and verdict["count"] >= 4

    url = f"https://safe.{shop}.svc.cluster.local:9080/"  # the name of the handshake chooses the rule
    assert versions(url) == {"v1": 20}
    back = {"from": {"subset": "v2"}, "to": {"subset": "v1"}}
    safe = play([shift("safe"), shift("safe", "Back", state="started", **back)])
    assert safe["Shift"].result["phase"] == "promoted" and safe["Back"].result["proxies"] >= 6
    live = cluster.get(ROUTES % shop + "safe")
    assert [entry["weight"] for entry in live["spec"]["tls"][0]["route"]] == [50, 50]
    split_now = [versions(url, 8) for _turn in range(4)]
    assert {version for answer in split_now for version in answer} == {"v1", "v2"}
    play([shift("safe", state="aborted")])
    assert versions(url) == {"v2": 20}
    refused = {**back, "match": {"headers": {"x": {"exact": "1"}}}, "steps": [{"weight": 0}]}
    assert "split connections by weight alone" in play([shift("safe", **refused)], expect="failed").msg


def test_a_mirror_and_a_header_on_a_virtualservice(play, cluster, shop, shift, versions):
    """Mirrored requests arrive at the canary, and their responses at nobody; matching ones go to the canary alone."""
    play([shift("web", state="started", steps=[{"mirror": 50}, {"weight": 50}])])
    assert versions("web", 60) == {"v1": 60}
    arrived = f'istio_requests_total{{reporter="destination",destination_workload="web-v2",{OF % shop}}}'
    mirrored = until(lambda: sum(series["value"] for series in prometheus(cluster, arrived)))
    assert 10 <= mirrored <= 50, mirrored  # half of 60
    play([shift("web", state="aborted")])
    assert "mirror" not in json.dumps(cluster.get(ROUTES % shop + "web"))
    matching = {"match": {"headers": {"x-tester": {"prefix": "y"}}}, "steps": [{"weight": 0}]}
    play([shift("web", state="started", **matching)])
    assert versions("web", 20, "--header", "X-Tester: yes") == {"v2": 20}
    assert versions("web", 20) == versions("web", 20, "--header", "X-Tester: no") == {"v1": 20}
    assert play([shift("web", **NO_PLAN)])["Shift"].changed
    assert versions("web", 20) == {"v2": 20}


def test_the_part_of_a_delegated_route(play, cluster, shop, shift, versions):
    assert (
        "delegates to VirtualService shift-protocols/part. Shift that one"
        in play([shift("whole")], expect="failed").msg
    )
    assert versions("parts") == {"v1": 20}
    assert play([shift("part")])["Shift"].result["proxies"] >= 6
    assert versions("parts") == {"v2": 20}


def test_who_has_been_to_the_canary_stays_there(play, cluster, shop, shift, versions):
    before = cluster.get(ROUTES % shop + "sessions")

    def ask():
        answer = json.loads(cluster.lab("call", "--from", f"{shop}/client", "http://sessions:9080/"))
        return json.loads(answer["body"])["version"], {name.lower(): text for name, text in answer["headers"].items()}

    play([shift("sessions", state="started", sticky={"cookie": "lane"}, steps=[{"weight": 30}, {"weight": 60}])])
    cookie = until(lambda: (answer := ask())[0] == "v2" and answer[1].get("set-cookie"))
    assert cookie.startswith("lane=") and "; Max-Age=86400; Path=/; HttpOnly" in cookie
    theirs = ("--header", f"Cookie: a=b; {cookie.partition(';')[0]}; c=d")
    assert versions("sessions", 30, *theirs) == {"v2": 30} and set(versions("sessions", 60)) == {"v1", "v2"}
    assert versions("sessions", 30, "--header", "Cookie: lane=of-another-shift") != {"v2": 30}
    _version, headers = until(lambda: (answer := ask())[0] == "v1" and answer)
    assert "set-cookie" not in headers
    play([shift("sessions", state="advanced")])
    assert versions("sessions", 30, *theirs) == {"v2": 30}
    play([shift("sessions", state="aborted")])
    assert cluster.get(ROUTES % shop + "sessions")["spec"] == before["spec"]
    assert versions("sessions", 30, *theirs) == {"v1": 30}
    play([shift("sessions", sticky={"cookie": "lane"})])
    assert ask()[0] == "v2" and "set-cookie" not in ask()[1]
    assert len(cluster.get(ROUTES % shop + "sessions")["spec"]["http"]) == 1


def test_what_metrics_lack_is_found_before_the_first_write(play, cluster, shop, shift, versions):
    before = cluster.get(ROUTES % shop + "silent")
    # Another Service of the same pods has traffic. The destination cannot tell the two apart, the callers can.
    versions("web")
    place = f'destination_service_name="web",destination_service_namespace="{shop}"'
    until(lambda: prometheus(cluster, f'istio_requests_total{{reporter="source",{place}}}'))
    gate = {"type": "success_rate", "min": 99, "reporter": "source"}
    failed = play([shift("silent", gates=[gate], metrics=METRICS)], expect="failed")
    assert f"VirtualService {shop}/silent was not touched. Prometheus at Service monitoring/" in failed.msg
    assert f" has no istio_requests_total for Service {shop}/silent in the last " in failed.msg
    assert cluster.get(ROUTES % shop + "silent")["spec"] == before["spec"]


def prometheus(cluster, query):
    """The series of an instant query: their labels and value."""
    address = f"{cluster.variables['MESHLAB_PROMETHEUS_URL']}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    with urllib.request.urlopen(address, timeout=10) as response:
        result = json.load(response)["data"]["result"]
    return [{"labels": series["metric"], "value": float(series["value"][1])} for series in result]


def service_of(cluster, namespace, workload):
    """The Service that the proxies of a workload name themselves."""
    where = f'reporter="destination",destination_workload_namespace="{namespace}",destination_workload="{workload}"'
    series = until(lambda: prometheus(cluster, f"istio_requests_total{{{where}}}"))
    return series[0]["labels"]["destination_service_name"]


def until(question, seconds=40):
    """The first answer that is true."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline
        time.sleep(1)
    return answer


OF_REQUESTS = [
    "istio_requests_total",
    *(
        f"istio_{name}_{part}"
        for name in ("request_duration_milliseconds", "request_bytes", "response_bytes")
        for part in ("bucket", "sum", "count")
    ),
]
OF_CONNECTIONS = [
    f"istio_tcp_{name}_total" for name in ("connections_opened", "connections_closed", "sent_bytes", "received_bytes")
]
ENDS = [
    f"{end}_{what}"
    for end in ("source", "destination")
    for what in ("workload", "workload_namespace", "principal", "canonical_service", "canonical_revision", "version")
]
LABELS = {
    *("reporter", "destination_service", "destination_service_name", "destination_service_namespace"),
    *("response_flags", "connection_security_policy", "request_protocol", *ENDS),
}


def test_every_standard_metric_of_http_grpc_and_tcp_by_both_reporters(cluster, shop, versions):
    versions("web", 4), versions("calls", 4, *GRPC), versions("stream", 4)
    wanted = {
        (name, protocol, reporter)
        for protocol, names in (("http", OF_REQUESTS), ("grpc", OF_REQUESTS), ("tcp", OF_CONNECTIONS))
        for name in names
        for reporter in ("source", "destination")
    }

    def series():
        query = f'{{__name__=~"istio_.+",destination_workload_namespace="{shop}",source_workload_namespace="{shop}"}}'
        return [each["labels"] for each in prometheus(cluster, query)]

    def missing():
        return wanted - {(each["__name__"], each["request_protocol"], each["reporter"]) for each in series()}

    deadline = time.monotonic() + 40
    while missing() and time.monotonic() < deadline:
        time.sleep(1)
    assert not missing()
    for labels in series():
        more = set() if labels["request_protocol"] == "tcp" else {"response_code"}
        more |= {"grpc_response_status"} if labels["request_protocol"] == "grpc" else set()
        assert labels.keys() >= LABELS | more, labels
        end = "destination" if labels["reporter"] == "destination" else "source"
        assert labels[f"{end}_principal"].startswith("spiffe://cluster.local/ns/"), labels
