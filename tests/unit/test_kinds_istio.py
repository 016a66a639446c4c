# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options to objects, for the kinds of Istio and of the Prometheus Operator."""

from __future__ import annotations

import importlib

import pytest
import schema_coverage
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import params
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import desired
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds import base, registry
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio import analysis, authorizationpolicy

PLUGINS = "ansible_collections.meshops.lifecycle.plugins"


def made(module: str, **arguments) -> dict:
    """The object that a task with these arguments declares."""
    arguments.setdefault("name", "it")
    entry = importlib.import_module(f"{PLUGINS}.modules.{module}").ENTRY
    kind = registry.KINDS[schema_coverage.kind_of(module)]
    return desired.declared(kind, params.check(arguments, entry.arguments, module), entry.arguments, "default")


# What is written, in the options' names, and what the API gets.
SPECS = {
    "article: routes by path": (
        "istio_virtualservice",
        {
            "hosts": ["reviews.prod.svc.cluster.local"],
            "http": [
                {
                    "match": [{"uri": {"prefix": "/wpcatalog"}}, {"uri": {"prefix": "/consumercatalog"}}],
                    "rewrite": {"uri": "/newcatalog"},
                    "route": [{"destination": {"host": "reviews.prod.svc.cluster.local", "subset": "v2"}}],
                }
            ],
        },
        None,
    ),
    "article: weights": (
        "istio_virtualservice",
        {
            "hosts": "reviews",
            "http": [
                {
                    "route": [
                        {"destination": {"host": "reviews", "subset": "v1"}, "weight": "90"},
                        {"destination": {"host": "reviews", "subset": "v2"}, "weight": 10},
                    ]
                }
            ],
        },
        {
            "hosts": ["reviews"],
            "http": [
                {
                    "route": [
                        {"destination": {"host": "reviews", "subset": "v1"}, "weight": 90},
                        {"destination": {"host": "reviews", "subset": "v2"}, "weight": 10},
                    ]
                }
            ],
        },
    ),
    "article: subsets": (
        "istio_destinationrule",
        {
            "host": "reviews",
            "subsets": [
                {"name": "v1", "labels": {"version": "v1"}},
                {"name": "v2", "labels": {"version": "v2"}},
            ],
        },
        None,
    ),
    "article: strict mutual TLS": ("peer_authentication", {"mtls": {"mode": "STRICT"}}, None),
    "article: metrics": (
        "istio_telemetry",
        {
            "metrics": [
                {"providers": [{"name": "prometheus"}]},
                {
                    "overrides": [
                        {
                            "match": {"metric": "ALL_METRICS"},
                            "tag_overrides": {"source_app": {"operation": "REMOVE"}},
                        }
                    ]
                },
            ]
        },
        {
            "metrics": [
                {"providers": [{"name": "prometheus"}]},
                {
                    "overrides": [
                        {"match": {"metric": "ALL_METRICS"}, "tagOverrides": {"source_app": {"operation": "REMOVE"}}}
                    ]
                },
            ]
        },
    ),
    "article: scraping": (
        "service_monitor",
        {
            "selector": {"match_labels": {"app.kubernetes.io/name": "argocd-metrics"}},
            "endpoints": [{"port": "metrics", "interval": "30s", "path": "/metrics"}],
        },
        {
            "selector": {"matchLabels": {"app.kubernetes.io/name": "argocd-metrics"}},
            "endpoints": [{"port": "metrics", "interval": "30s", "path": "/metrics"}],
        },
    ),
    "a number in a name": (
        "istio_destinationrule",
        {"host": "a", "traffic_policy": {"outlier_detection": {"consecutive_5xx_errors": 3}}},
        {"host": "a", "trafficPolicy": {"outlierDetection": {"consecutive5xxErrors": 3}}},
    ),
    "the policy of a subset has the same options": (
        "istio_destinationrule",
        {
            "host": "a",
            "subsets": [
                {
                    "name": "v1",
                    "traffic_policy": {
                        "port_level_settings": [{"port": {"number": 80}, "load_balancer": {"simple": "RANDOM"}}]
                    },
                }
            ],
        },
        {
            "host": "a",
            "subsets": [
                {
                    "name": "v1",
                    "trafficPolicy": {
                        "portLevelSettings": [{"port": {"number": 80}, "loadBalancer": {"simple": "RANDOM"}}]
                    },
                }
            ],
        },
    ),
    "zero and false are values": (
        "istio_virtualservice",
        {
            "hosts": ["a"],
            "http": [{"retries": {"attempts": 0, "retry_remote_localities": False}, "mirror_percentage": {"value": 0}}],
        },
        {
            "hosts": ["a"],
            "http": [{"retries": {"attempts": 0, "retryRemoteLocalities": False}, "mirrorPercentage": {"value": 0}}],
        },
    ),
    "what is in a map keeps its names": (
        "istio_virtualservice",
        {"hosts": ["a"], "http": [{"match": [{"without_headers": {"x-match_labels": {"exact": "1"}, "x-any": {}}}]}]},
        {"hosts": ["a"], "http": [{"match": [{"withoutHeaders": {"x-match_labels": {"exact": "1"}, "x-any": {}}}]}]},
    ),
    "the second spelling of the API is the same field": (
        "request_authentication",
        {"jwt_rules": [{"issuer": "a", "jwks_uri": "https://a/keys"}]},
        {"jwtRules": [{"issuer": "a", "jwksUri": "https://a/keys"}]},
    ),
    "an empty policy allows nothing": ("authorization_policy", {}, None),
    "an empty rule allows everything": ("authorization_policy", {"rules": [{}]}, None),
    "no rules is not the same as an empty one": ("authorization_policy", {"rules": []}, None),
    "an empty message stays": ("peer_authentication", {"mtls": {}}, None),
    "an empty selector selects all": (
        "pod_monitor",
        {"selector": {}, "pod_metrics_endpoints": []},
        {"selector": {}, "podMetricsEndpoints": []},
    ),
    "null is the same as nothing": ("peer_authentication", {"mtls": {"mode": None}, "selector": None}, {"mtls": {}}),
    "a port is a name or a number": (
        "service_monitor",
        {"selector": {}, "endpoints": [{"target_port": 8080}, {"target_port": "http"}]},
        {"selector": {}, "endpoints": [{"targetPort": 8080}, {"targetPort": "http"}]},
    ),
    "an expression is text or a number": (
        "prometheus_rule",
        {"groups": [{"name": "a", "rules": [{"record": "a", "expr": 1}, {"alert": "b", "expr": "up == 0"}]}]},
        None,
    ),
    "a patch of Envoy is sent as it is": (
        "istio_envoyfilter",
        {"config_patches": [{"apply_to": "CLUSTER", "patch": {"value": {"connect_timeout": "1s", "a": None}}}]},
        {"configPatches": [{"applyTo": "CLUSTER", "patch": {"value": {"connect_timeout": "1s", "a": None}}}]},
    ),
}


@pytest.mark.parametrize(("module", "written", "expected"), SPECS.values(), ids=SPECS.keys())
def test_options_make_the_spec(module, written, expected):
    body = made(module, spec=written)
    assert body["spec"] == (written if expected is None else expected)
    assert made(module, spec=body["spec"]) == body, "the API's own names make the same object"


def test_every_kind_writes_its_preferred_version():
    for module in schema_coverage.modules():
        group, kind = schema_coverage.kind_of(module)
        body = made(module, namespace="shop", spec={})
        assert body["kind"] == kind
        assert body["apiVersion"] == registry.KINDS[group, kind].api_versions[0]
        assert body["metadata"]["name"] == "it"


@pytest.mark.parametrize(
    ("module", "kind", "version"),
    [
        ("istio_virtualservice", "VirtualService", "networking.istio.io/v1alpha3"),
        ("istio_virtualservice", "VirtualService", "networking.istio.io/v1beta1"),
        ("peer_authentication", "PeerAuthentication", "security.istio.io/v1beta1"),
        ("istio_telemetry", "Telemetry", "telemetry.istio.io/v1alpha1"),
        ("service_monitor", "ServiceMonitor", "monitoring.coreos.com/v1"),
    ],
)
def test_a_pasted_document_may_name_any_version_of_its_kind(module, kind, version):
    document = {"apiVersion": version, "kind": kind, "metadata": {"name": "a", "namespace": "b"}, "spec": {}}
    body = made(module, name=None, definition=document)
    assert (body["metadata"]["namespace"], body["metadata"]["name"]) == ("b", "a")
    assert body["apiVersion"] == registry.KINDS[schema_coverage.kind_of(module)].api_versions[0]


REFUSED = {
    "the article's ServiceMonitor, whose apiVersion is wrong": (
        "service_monitor",
        {"definition": {"apiVersion": "v1", "kind": "ServiceMonitor", "metadata": {"name": "a"}, "spec": {}}},
        "monitoring.coreos.com/v1",
    ),
    "a document of another kind": (
        "istio_gateway",
        {"definition": {"apiVersion": "networking.istio.io/v1", "kind": "Sidecar", "metadata": {"name": "a"}}},
        "Sidecar",
    ),
    "the Gateway of another API": (
        "istio_gateway",
        {"definition": {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "a"}}},
        "networking.istio.io/v1",
    ),
    "a typo": ("istio_virtualservice", {"spec": {"http": [{"rewritee": {"uri": "/"}}]}}, "'rewrite'"),
    "a typo below a shared part": (
        "istio_virtualservice",
        {"spec": {"http": [{"match": [{"scheme": {"exakt": "https"}}]}]}},
        "spec.http[0].match[0].scheme.exakt",
    ),
    "a value that is none": ("peer_authentication", {"spec": {"mtls": {"mode": "STRIKT"}}}, "'STRICT'"),
    "a missing host": (
        "istio_virtualservice",
        {"spec": {"http": [{"route": [{"destination": {"subset": "v1"}}]}]}},
        "spec.http[0].route[0].destination has no 'host'",
    ),
    "the same twice": (
        "istio_destinationrule",
        {"spec": {"traffic_policy": {}, "trafficPolicy": {}}},
        "given twice",
    ),
    "text for a number": (
        "istio_gateway",
        {"spec": {"servers": [{"port": {"number": "http", "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}]}},
        "spec.servers[0].port.number must be a whole number",
    ),
}


@pytest.mark.parametrize(("module", "arguments", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_wrong_is_told(module, arguments, says):
    with pytest.raises(MeshError) as refused:
        made(module, **arguments)
    assert says in refused.value.message


def test_the_order_keeps_traffic_alive():
    order = {kind: registry.KINDS[group, kind].order for group, kind in registry.KINDS if "istio.io" in group}
    assert order["ServiceEntry"] < order["DestinationRule"] < order["VirtualService"]
    assert order["Gateway"] < order["VirtualService"]
    assert order["PeerAuthentication"] < order["DestinationRule"]


SERVICE = {"kind": "Service", "group": "", "name": "ratings"}
GATEWAY = {"kind": "Gateway", "group": "gateway.networking.k8s.io", "name": "edge"}
POLICIES = {
    "no target": ({}, None, "ready"),
    "an ingress gateway": ({"targetRefs": [GATEWAY]}, ("False", "TargetNotFound", 2), "ready"),
    "not judged yet": ({"targetRefs": [SERVICE]}, None, "waiting"),
    "judged before the change": ({"targetRefs": [SERVICE]}, ("True", "Accepted", 1), "waiting"),
    "taken": ({"targetRefs": [SERVICE]}, ("True", "Accepted", 2), "ready"),
    "generation as text": ({"targetRefs": [SERVICE]}, ("True", "Accepted", "2"), "ready"),
    "no waypoint yet": ({"targetRef": SERVICE}, ("False", "AncestorNotBound", 2), "waiting"),
    "wrong for good": ({"targetRef": {"kind": "GatewayClass", "name": "a"}}, ("False", "Invalid", 2), "failed"),
    "several targets, none there": ({"targetRefs": [SERVICE, SERVICE]}, ("False", "Invalid", 2), "waiting"),
}


@pytest.mark.parametrize(("spec", "said", "state"), POLICIES.values(), ids=POLICIES.keys())
def test_a_policy_for_services_is_ready_when_a_waypoint_has_it(spec, said, state):
    live = {"metadata": {"generation": 2}, "spec": spec}
    if said:
        status, reason, generation = said
        condition = {"type": "WaypointAccepted", "status": status, "reason": reason, "message": "because"}
        live["status"] = {"conditions": [{**condition, "observedGeneration": generation}]}
    answer = authorizationpolicy.accepted(live)
    assert isinstance(answer, base.Readiness)
    assert answer.state == state
    assert bool(answer.message) == (state != "ready")


FOUND = {"level": "ERROR", "type": {"code": "IST0101"}, "documentationUrl": "https://istio.io/ist0101/"}
ANALYSES = {
    "nothing is written": (None, "ready"),
    "a route to nowhere": ({"observedGeneration": "2", "validationMessages": [FOUND]}, "waiting"),
    "of the generation before": ({"observedGeneration": "1", "validationMessages": [FOUND]}, "ready"),
    "a warning": ({"observedGeneration": "2", "validationMessages": [{**FOUND, "level": "WARNING"}]}, "ready"),
}


@pytest.mark.parametrize(("status", "state"), ANALYSES.values(), ids=ANALYSES.keys())
def test_what_istiod_finds_counts_for_its_generation(status, state):
    live = {"metadata": {"generation": 2}, **({"status": status} if status else {})}
    said = analysis.verdict(live)
    assert said.state == state
    assert ("IST0101 (https://istio.io/ist0101/)" in said.message) == (state == "waiting")


def weighted(protocol, *weights):
    targets = [{"destination": {"host": "a"}, **({} if weight is None else {"weight": weight})} for weight in weights]
    return {"metadata": {"name": "a", "namespace": "b"}, "spec": {protocol: [{"route": targets}]}}


@pytest.mark.parametrize(
    ("protocol", "weights", "words"),
    [
        (
            "http",
            (70, 31),
            "are 70, 31, in sum 101 and not 100. Istio takes them as proportions: 69.3 %, 30.7 %",
        ),
        ("tcp", (1, 1), "spec.tcp[0].route are 1, 1, in sum 2"),
        ("tls", (50, None), "spec.tls[0].route are 50, 0, in sum 50"),
        ("http", (50,), "in sum 50 and not 100. Istio takes them as proportions: 100 %"),
        ("http", (70, 30), ""),
        ("http", (100, 0), ""),
        ("http", (None,), ""),
        ("http", (0, 0), ""),  # which istiod refuses
    ],
)
def test_weights_that_are_not_100_in_sum(protocol, weights, words):
    told = registry.KINDS["networking.istio.io", "VirtualService"].remarks(weighted(protocol, *weights), {})
    assert bool(told) == bool(words) and words in "".join(told)
    assert all(text.startswith("VirtualService b/a: the weights in ") for text in told)


def rules_of(expression):
    kind = registry.KINDS["monitoring.coreos.com", "PrometheusRule"]
    rules = [{"alert": "A", "expr": expression}]
    return kind.normalise({"spec": {"groups": [{"name": "g", "rules": rules}]}})["spec"]["groups"][0]["rules"]


@pytest.mark.parametrize(("expression", "stored"), [(0.5, "0.5"), (1, 1), ("up == 0", "up == 0"), (1e-9, "1e-09")])
def test_a_fraction_as_an_expression_is_text(expression, stored):
    assert rules_of(expression) == [{"alert": "A", "expr": stored}]


def test_a_truth_as_an_expression_is_refused():
    with pytest.raises(MeshError, match="expr of the rule A must be text or a number, not true"):
        rules_of(True)
