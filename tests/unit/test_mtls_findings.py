# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would break when mTLS is required, from objects as they are listed."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.mtls import Policies
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls import facts, findings, snapshot
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mtls.evidence import Evidence, Tally

WEB = {"app": "web"}


def pod(name="web-1", namespace="shop", labels=None, ports=(8080,), sidecar=True, annotations=None, **container):
    ports = [{"name": f"p{number}", "containerPort": number} for number in ports]
    containers = [{"name": "main", "ports": ports, **container}]
    containers += [{"name": "istio-proxy", "image": "proxyv2:1", "ports": [{"containerPort": 15090}]}] * sidecar
    metadata = {"name": name, "namespace": namespace, "labels": WEB if labels is None else labels}
    metadata["annotations"] = annotations or {}
    return {
        "metadata": metadata,
        "spec": {"containers": containers},
        "status": {"phase": "Running", "podIP": "10.0.0.1"},
    }


def service(name="web", port=80, target=8080, **spec):
    ports = [{"name": "http", "port": port, "targetPort": target}]
    return {
        "metadata": {"name": name, "namespace": "shop", "labels": WEB},
        "spec": {"selector": WEB, "ports": ports, **spec},
    }


def policy(spec, namespace="shop", name="default", **annotations):
    created = "2026-01-01T00:00:00Z"
    metadata = {"name": name, "namespace": namespace, "creationTimestamp": created, "annotations": annotations}
    return {"metadata": metadata, "spec": spec}


def rule(host, policy, namespace="shop"):
    return {"metadata": {"name": "r", "namespace": namespace}, "spec": {"host": host, "trafficPolicy": policy}}


def hook(port=443):
    client = {"service": {"namespace": "shop", "name": "web", "port": port}}
    return {
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "hook"},
        "webhooks": [{"clientConfig": client}],
    }


def listed(policies=(), pods=None, **others):
    others = {"services": [service()], **others}
    return snapshot.of(Policies(policies, "istio-system"), [pod()] if pods is None else pods, others)


def kinds(live, evidence=None, today="2026-06-01"):
    return [(each.kind, each.severity) for each in findings.all_of(live, evidence, today)]


DISABLE, SELECTED = {"tls": {"mode": "DISABLE"}}, {"selector": {"matchLabels": WEB}}
PROBE = {"readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}}}
SCRAPED = {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}
EXCLUDED = {"traffic.sidecar.istio.io/excludeInboundPorts": "8080"}
MONITOR = {
    "kind": "PodMonitor",
    "metadata": {"name": "m", "namespace": "monitoring"},
    "spec": {
        "namespaceSelector": {"any": True},
        "selector": {"matchLabels": WEB},
        "podMetricsEndpoints": [{"port": "p8080"}],
    },
}
PORT_EXCEPTION = policy({**SELECTED, "portLevelMtls": {"8080": {"mode": "PERMISSIVE"}}}, name="web")
BLOCKER, WARNING = "blocker", "warning"


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (listed(), []),
        # DestinationRules that do not leave mTLS to Istio, by every way to name a host.
        (listed(rules=[rule("web", DISABLE)]), [("destination_rule", BLOCKER)]),
        (listed(rules=[rule("web.shop.svc.cluster.local", DISABLE, "other")]), [("destination_rule", BLOCKER)]),
        (listed(rules=[rule("*.local", DISABLE, "other")]), [("destination_rule", BLOCKER)]),
        (
            listed(rules=[rule("web", {"portLevelSettings": [{"tls": {"mode": "SIMPLE"}}]})]),
            [("destination_rule", BLOCKER)],
        ),
        (listed(rules=[rule("web", {"tls": {"mode": "ISTIO_MUTUAL"}})]), []),
        (listed(rules=[rule("web", DISABLE, "other"), rule("example.com", DISABLE)]), []),
        # Probes, unless the injector has rewritten them or the proxy does not take the port.
        (listed(pods=[pod(**PROBE)]), [("probe", BLOCKER)]),
        (listed(pods=[pod(readinessProbe={"httpGet": {"path": "/app-health/main/readyz", "port": 15020}})]), []),
        (listed(pods=[pod(annotations=EXCLUDED, **PROBE)]), []),
        (listed([PORT_EXCEPTION], pods=[pod(**PROBE)]), []),
        # Scrapes.
        (listed(pods=[pod(annotations=SCRAPED)]), [("scrape", BLOCKER)]),
        (listed(pods=[pod(annotations={**SCRAPED, "prometheus.io/port": "15020"})]), []),
        (listed(pod_monitors=[MONITOR]), [("scrape", BLOCKER)]),
        # Webhooks that the API server calls.
        (listed(validators=[hook(80)]), [("webhook", BLOCKER)]),
        (listed([PORT_EXCEPTION], validators=[hook(80)]), []),
        (listed(pods=[pod(sidecar=False)], validators=[hook(80)]), []),
        (listed(services=[service(clusterIP="None")]), []),
        (
            listed(services=[service(clusterIP="None", ports=[{"name": "tcp-sql", "port": 3306, "targetPort": 8080}])]),
            [("headless", WARNING)],
        ),
        # Policies that do not do what they seem to do.
        (
            listed([policy({**SELECTED, "portLevelMtls": {"80": {"mode": "PERMISSIVE"}}}, name="web")]),
            [("port_exception", WARNING)],
        ),
        (listed([policy({"mtls": {"mode": "STRICT"}}), policy({}, name="second")]), [("duplicate", WARNING)]),
        (listed([policy(SELECTED, "istio-system")]), [("root_selector", WARNING)]),
        (listed([policy({}, **{findings.EXPIRES: "2026-05-31"})]), [("expired", WARNING)]),
        (listed([policy({}, **{findings.EXPIRES: "2026-06-01"})]), []),
        (listed([policy({"mtls": {"mode": "DISABLE"}})]), [("disabled", BLOCKER)]),
    ],
)
def test_what_would_break(live, expected):
    assert kinds(live) == expected


def test_the_port_that_was_meant_is_named():
    wrong = policy({**SELECTED, "portLevelMtls": {"80": {"mode": "PERMISSIVE"}}}, name="web")
    (finding,) = findings.all_of(listed([wrong]), None, "2026-06-01")
    assert "port 80 of the Service is container port 8080" in finding.message


def seen(mutual=0.0, plain=0.0, sources=(), **more):
    return Evidence(60, {("shop", "web-1"): Tally(mutual, plain, 0.0, dict(sources))}, **more)


def test_callers_are_named_or_who_they_may_be():
    callers = [pod("job-1", "batch", {}, sidecar=False)]
    live = listed(pods=[pod(), *callers])
    known = seen(5.0, 7.0, {("front", "edge", "unknown"): 7.0}.items())
    (finding,) = findings.all_of(live, known, "2026-06-01")
    assert (finding.kind, finding.namespace) == ("plain_text", "shop") and "7 requests" in finding.message
    assert finding.message.endswith(": front/edge")
    (finding,) = findings.all_of(live, seen(5.0, 7.0, {("unknown", "unknown", "unknown"): 7.0}.items()), "2026-06-01")
    assert "batch/job-1" in finding.message


def test_calls_of_pod_addresses():
    evidence = seen(5.0, passthrough={("front/edge", "10.0.0.1:8080"): 3.0, ("front/edge", "10.9.9.9:8080"): 3.0})
    (finding,) = findings.all_of(listed(), evidence, "2026-06-01")
    assert finding.kind == "pod_address" and finding.message.startswith("front/edge calls a pod by its address")


@pytest.mark.parametrize(
    ("evidence", "kind", "unproven"),
    [
        (None, "unknown", ["Pod shop/web-1"]),
        (seen(), "no_traffic", ["Pod shop/web-1"]),
        (seen(9.0), "proven", []),
        (seen(9.0, scraped={("shop", "other")}), "proven", ["Pod shop/web-1"]),
        (seen(9.0, 1.0), "plain_text", []),
    ],
)
def test_three_classes_of_traffic(evidence, kind, unproven):
    live = listed()
    report = facts.of(live, evidence, findings.all_of(live, evidence, "2026-06-01"), None)
    assert [row["traffic"] for row in report["workloads"]] == [kind]
    (row,) = report["namespaces"]
    assert row["unproven"] == unproven and bool(row["reasons"]) == (kind == "plain_text")
