# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Istio's standard metrics from a plain Envoy: `istio_requests_total` and its like, without Istio's own filters.

Envoy's access logger `stats` counts each request and connection, with tags made of access-log operators. It is added by
an EnvoyFilter to the lab's proxies alone. Who the two ends are stands in one tag for each, seven fields long
(IDENTITY); at scraping, a PodMonitor's relabelings take the tags apart into Istio's labels. What a proxy knows of its
peer comes, towards the server, by a request header that the next proxy takes away again, and towards the client by
what istiod says of endpoints. Istio's proxies exchange the same by headers of their own.
"""

from __future__ import annotations

NAME = "meshlab-istio-metrics"
JOB = "meshlab-istio"
PEER_HEADER = "x-meshlab-peer"
PEER_STATE = "meshlab.peer"
IDENTITY_VARIABLE = "MESHLAB_IDENTITY"
CLUSTER = "Kubernetes"

# Label of Istio for each field of an identity. istiod says the first five of an endpoint: "istio:workload".
IDENTITY = (
    "workload",
    "workload_namespace",
    "canonical_service",
    "canonical_revision",
    "cluster",
    "app",
    "version",
)
PROXIES = {"metadata": {"MESHLAB": "plain"}}
HCM = "envoy.filters.network.http_connection_manager"
TCP_PROXY = "envoy.filters.network.tcp_proxy"
TYPE = "type.googleapis.com/envoy.extensions"
PREFIX = "istio"  # Envoy wants one, and joins it to each name

# Who reports, for each kind of listener.
REPORTERS = {"SIDECAR_INBOUND": "destination", "SIDECAR_OUTBOUND": "source", "GATEWAY": "source"}
ENDS = {  # own and peer's: what the tags of each reporter are made of
    "source": {
        "own_principal": "%UPSTREAM_LOCAL_URI_SAN%",
        "peer_principal": "%UPSTREAM_PEER_URI_SAN%",
        "peer": "%UPSTREAM_METADATA(istio:workload)%",
    },
    "destination": {
        "own_principal": "%DOWNSTREAM_LOCAL_URI_SAN%",
        "peer_principal": "%DOWNSTREAM_PEER_URI_SAN%",
        "peer": f"%FILTER_STATE({PEER_STATE}:PLAIN)%",
    },
}
BOTH = {
    "own": f"%ENVIRONMENT({IDENTITY_VARIABLE})%",
    "services": "%CLUSTER_METADATA(istio:services)%",
    "upstream": "%UPSTREAM_CLUSTER%",
    "response_flags": "%RESPONSE_FLAGS%",
}
HTTP = {
    "response_code": "%RESPONSE_CODE%",
    "grpc_response_status": "%GRPC_STATUS_NUMBER%",
    "authority": "%REQ(:AUTHORITY)%",
}
# A connection is counted when its upstream is connected. By then the certificate of its downstream must be known.
TCP_OPTIONS = {
    "access_log_options": {"flush_access_log_on_connected": True},
    "upstream_connect_mode": "ON_DOWNSTREAM_TLS_HANDSHAKE",
    "max_early_data_bytes": 0,
}
HISTOGRAMS = {
    "request_duration_milliseconds": ("Milliseconds", "%DURATION%"),
    "request_bytes": ("Bytes", "%DOWNSTREAM_WIRE_BYTES_RECEIVED%"),
    "response_bytes": ("Bytes", "%DOWNSTREAM_WIRE_BYTES_SENT%"),
}


def identity(pod: dict, workload: str) -> str:
    """What the pod's proxy says of its own workload, in the fields of IDENTITY; as Istio derives them from labels."""
    labels = pod["metadata"].get("labels") or {}

    def first(*names: str, default: str) -> str:
        return next((labels[name] for name in names if labels.get(name)), default)

    service = first(
        "service.istio.io/canonical-name", "app.kubernetes.io/name", "app", default=workload or pod["metadata"]["name"]
    )
    revision = first("service.istio.io/canonical-revision", "app.kubernetes.io/version", "version", default="latest")
    return ";".join(
        [
            workload or pod["metadata"]["name"],
            pod["metadata"]["namespace"],
            service,
            revision,
            CLUSTER,
            first("app", default="unknown"),
            first("version", default="unknown"),
        ]
    )


# ---- In the proxies --------------------------------------------------------------------------------------------------


def envoy_filter(namespace: str) -> dict:
    patches = []
    for context, reporter in REPORTERS.items():
        patches += [
            logging(context, HCM, "http_connection_manager.v3.HttpConnectionManager", [http_logger(reporter)]),
            logging(context, TCP_PROXY, "tcp_proxy.v3.TcpProxy", tcp_loggers(reporter), TCP_OPTIONS),
        ]
        patches += [http_filter(context, *each) for each in (RECEIVE if reporter == "destination" else SEND)]
    return {
        "apiVersion": "networking.istio.io/v1alpha3",
        "kind": "EnvoyFilter",
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {"configPatches": patches},
    }


def logging(context: str, name: str, kind: str, loggers: list[dict], options: dict | None = None) -> dict:
    config = {"@type": f"{TYPE}.filters.network.{kind}", "access_log": loggers, **(options or {})}
    return {
        "applyTo": "NETWORK_FILTER",
        "match": {"context": context, "proxy": PROXIES, "listener": {"filterChain": {"filter": {"name": name}}}},
        "patch": {"operation": "MERGE", "value": {"typed_config": config}},
    }


def http_filter(context: str, name: str, kind: str, config: dict) -> dict:
    value = {"name": f"meshlab.{name}", "typed_config": {"@type": f"{TYPE}.filters.http.{kind}", **config}}
    return {
        "applyTo": "HTTP_FILTER",
        "match": {"context": context, "proxy": PROXIES, "listener": {"filterChain": {"filter": {"name": HCM}}}},
        "patch": {"operation": "INSERT_FIRST", "value": value},
    }


# Each comes before those that are named earlier: the header is noted, then taken away.
RECEIVE = [
    (
        "forget_peer",
        "header_mutation.v3.HeaderMutation",
        {"mutations": {"request_mutations": [{"remove": PEER_HEADER}]}},
    ),
    (
        "note_peer",
        "set_filter_state.v3.Config",
        {
            "on_request_headers": [
                {
                    "object_key": PEER_STATE,
                    "factory_key": "envoy.string",
                    "skip_if_empty": True,
                    "format_string": {
                        "omit_empty_values": True,
                        "text_format_source": {"inline_string": f"%REQ({PEER_HEADER})%"},
                    },
                }
            ]
        },
    ),
]
SEND = [
    (
        "tell_peer",
        "header_mutation.v3.HeaderMutation",
        {
            "mutations": {
                "request_mutations": [
                    {
                        "append": {
                            "header": {"key": PEER_HEADER, "value": BOTH["own"]},
                            "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
                        }
                    }
                ]
            }
        },
    )
]


def http_logger(reporter: str) -> dict:
    tags = tags_of({"reporter": reporter, **BOTH, **ENDS[reporter], **HTTP})
    return logger(
        counters=[counter("requests_total", tags, fixed=1)],
        histograms=[
            {"stat": {"name": name, "tags": tags}, "unit": unit, "value_format": value}
            for name, (unit, value) in HISTOGRAMS.items()
        ],
    )


def tcp_loggers(reporter: str) -> list[dict]:
    """One counts when a connection has been made, one when it has ended: only then are its bytes known."""
    ends = {**ENDS[reporter], **({"peer": "-"} if reporter == "destination" else {})}  # no header there
    tags = tags_of({"reporter": reporter, **BOTH, **ends})
    made = logger(counters=[counter("tcp_connections_opened_total", tags, fixed=1)])
    ended = logger(
        counters=[
            counter("tcp_connections_closed_total", tags, fixed=1),
            counter("tcp_received_bytes_total", tags, value="%BYTES_RECEIVED%"),
            counter("tcp_sent_bytes_total", tags, value="%BYTES_SENT%"),
        ]
    )
    return [
        {**made, "filter": {"log_type_filter": {"types": ["TcpUpstreamConnected"]}}},
        {**ended, "filter": {"log_type_filter": {"types": ["TcpConnectionEnd"]}}},
    ]


def logger(**config: list) -> dict:
    kind = f"{TYPE}.access_loggers.stats.v3.Config"
    return {"name": "meshlab.stats", "typed_config": {"@type": kind, "stat_prefix": PREFIX, **config}}


def counter(name: str, tags: list[dict], fixed: int | None = None, value: str = "") -> dict:
    return {"stat": {"name": name, "tags": tags}, **({"value_fixed": fixed} if fixed else {"value_format": value})}


def tags_of(formats: dict[str, str]) -> list[dict]:
    return [{"name": name, "value_format": value} for name, value in formats.items()]


# ---- In Prometheus ---------------------------------------------------------------------------------------------------


def pod_monitor(namespace: str) -> dict:
    """A monitor beside the one that users have: of the same pods it takes these metrics alone."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {"name": JOB, "namespace": namespace},
        "spec": {
            "namespaceSelector": {"any": True},
            "selector": {"matchExpressions": [{"key": "service.istio.io/canonical-name", "operator": "Exists"}]},
            "podMetricsEndpoints": [
                {
                    "port": "http-envoy-prom",
                    "path": "/stats/prometheus",
                    "params": {"filter": ["^istio\\."]},
                    "interval": "5s",
                    "scrapeTimeout": "5s",
                    "metricRelabelings": relabelings(),
                }
            ],
        },
    }


def relabelings() -> list[dict]:
    """From the tags of the access logger to Istio's names and labels."""
    steps = [
        {"action": "keep", "sourceLabels": ["__name__"], "regex": "envoy_istio_.*"},
        relabel("__name__", ["__name__"], "envoy_(.*)", "$1"),
    ]
    nobody = ";".join(["unknown"] * len(IDENTITY))
    for reporter, (own, peer) in {
        "source": ("source", "destination"),
        "destination": ("destination", "source"),
    }.items():
        steps += [
            relabel(f"tmp_{own}", ["reporter", "own"], f"{reporter};(.*)", "$1"),
            relabel(f"tmp_{peer}", ["reporter", "peer"], f"{reporter};(.*)", "$1"),
            relabel(f"{own}_principal", ["reporter", "own_principal"], f"{reporter};(.*)", "$1"),
            relabel(f"{peer}_principal", ["reporter", "peer_principal"], f"{reporter};(.*)", "$1"),
        ]
    for end in ("source", "destination"):
        whole = f"tmp_{end}"
        steps += [
            relabel(whole, [whole], "-?", nobody),
            # Of an endpoint istiod says five fields, and no revision where it is the usual one.
            relabel(whole, [whole], "([^;]*;[^;]*;[^;]*;);([^;]*)", "${1}latest;$2"),
            relabel(whole, [whole], "([^;]*;[^;]*;([^;]*);([^;]*);[^;]*)", "$1;$2;$3"),
            *(
                relabel(f"{end}_{field}", [whole], "[^;]*;" * number + "([^;]*)(;.*)?", "$1")
                for number, field in enumerate(IDENTITY)
            ),
            relabel(f"{end}_principal", [f"{end}_principal"], "-?", "unknown"),
        ]
    steps += [
        # Of a peer without a header the certificate still says the namespace.
        relabel(
            "source_workload_namespace",
            ["source_workload_namespace", "source_principal"],
            "unknown;spiffe://[^/]*/ns/([^/]*)/.*",
            "$1",
        ),
        relabel("destination_service", [], "", "unknown"),
        relabel("destination_service_name", ["upstream"], "(.*)", "$1"),
        relabel("destination_service_namespace", [], "", "unknown"),
        relabel("destination_service", ["upstream", "authority"], "(?:PassthroughCluster|BlackHoleCluster);(.+)", "$1"),
        relabel("destination_service", ["services"], '.*?"host":"([^"]+)".*', "$1"),
        relabel("destination_service_name", ["services"], '.*?"name":"([^"]+)".*', "$1"),
        relabel("destination_service_namespace", ["services"], '.*?"namespace":"([^"]+)".*', "$1"),
        relabel("connection_security_policy", ["reporter"], "source", "unknown"),
        relabel("connection_security_policy", ["reporter"], "destination", "none"),
        relabel("connection_security_policy", ["reporter", "source_principal"], "destination;spiffe:.*", "mutual_tls"),
        relabel("request_protocol", [], "", "http"),
        relabel("request_protocol", ["grpc_response_status"], "[0-9]+", "grpc"),
        relabel("request_protocol", ["__name__"], "istio_tcp_.*", "tcp"),
        relabel("grpc_response_status", ["grpc_response_status"], "-", ""),
        {"action": "labeldrop", "regex": "own|peer|own_principal|peer_principal|services|upstream|authority|tmp_.*"},
    ]
    return steps


def relabel(target: str, sources: list[str], regex: str, replacement: str) -> dict:
    """Without sources: whatever there is."""
    match = {"sourceLabels": sources, "regex": regex} if sources else {}
    return {**match, "targetLabel": target, "replacement": replacement}
