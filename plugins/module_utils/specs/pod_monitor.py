# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of pod_monitor. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {
    "name": {"type": "str"},
    "key": {"type": "str", "required": True, "no_log": False},
    "optional": {"type": "bool"},
}

_SHARED_2 = {
    "secret": {
        "type": "dict",
        "no_log": False,
        "options": _SHARED_1,
    },
    "config_map": {
        "type": "dict",
        "aliases": ["configMap"],
        "options": _SHARED_1,
    },
}

_SHARED_3 = {
    "ca": {
        "type": "dict",
        "options": _SHARED_2,
    },
    "cert": {
        "type": "dict",
        "options": _SHARED_2,
    },
    "key_secret": {
        "type": "dict",
        "aliases": ["keySecret"],
        "no_log": False,
        "options": _SHARED_1,
    },
    "server_name": {"type": "str", "aliases": ["serverName"]},
    "insecure_skip_verify": {"type": "bool", "aliases": ["insecureSkipVerify"]},
    "min_version": {
        "type": "str",
        "choices": ["TLS10", "TLS11", "TLS12", "TLS13"],
        "aliases": ["minVersion"],
    },
    "max_version": {
        "type": "str",
        "choices": ["TLS10", "TLS11", "TLS12", "TLS13"],
        "aliases": ["maxVersion"],
    },
}

_SHARED_4 = {
    "action": {
        "type": "str",
        "choices": [
            "replace",
            "Replace",
            "keep",
            "Keep",
            "drop",
            "Drop",
            "hashmod",
            "HashMod",
            "labelmap",
            "LabelMap",
            "labeldrop",
            "LabelDrop",
            "labelkeep",
            "LabelKeep",
            "lowercase",
            "Lowercase",
            "uppercase",
            "Uppercase",
            "keepequal",
            "KeepEqual",
            "dropequal",
            "DropEqual",
        ],
    },
    "source_labels": {"type": "list", "elements": "str", "aliases": ["sourceLabels"]},
    "separator": {"type": "str"},
    "regex": {"type": "str"},
    "target_label": {"type": "str", "aliases": ["targetLabel"]},
    "replacement": {"type": "str"},
    "modulus": {"type": "int"},
}

ARGUMENTS = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str"},
    "labels": {"type": "dict"},
    "annotations": {"type": "dict"},
    "definition": {"type": "dict"},
    "src": {"type": "str"},
    "validate": {
        "type": "str",
        "choices": ["strict", "warn", "ignore"],
        "default": "strict",
    },
    "spec_extra": {"type": "dict"},
    "force_conflicts": {"type": "bool", "default": False},
    "field_manager": {"type": "str", "default": "meshops.lifecycle"},
    "namespace": {"type": "str"},
    "kubeconfig": {"type": "raw"},
    "context": {"type": "str"},
    "host": {"type": "str"},
    "api_key": {"type": "str", "no_log": True},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "ca_cert": {"type": "path", "aliases": ["ssl_ca_cert"]},
    "client_cert": {"type": "path", "aliases": ["cert_file"]},
    "client_key": {"type": "path", "aliases": ["key_file"], "no_log": False},
    "validate_certs": {"type": "bool", "aliases": ["verify_ssl"]},
    "impersonate_user": {"type": "str"},
    "impersonate_groups": {"type": "list", "elements": "str"},
    "proxy": {"type": "str"},
    "no_proxy": {"type": "str"},
    "proxy_headers": {
        "type": "dict",
        "options": {
            "basic_auth": {"type": "str", "no_log": True},
            "proxy_basic_auth": {"type": "str", "no_log": True},
            "user_agent": {"type": "str"},
        },
    },
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 120},
    "wait_for": {"type": "str"},
    "delivery": {"type": "str", "choices": ["cluster", "git"], "default": "cluster"},
    "git": {
        "type": "dict",
        "options": {
            "repository": {"type": "str"},
            "branch": {"type": "str"},
            "path": {"type": "str", "default": "."},
            "working_tree": {"type": "path"},
            "commit": {"type": "bool", "default": True},
            "push": {"type": "bool", "default": True},
            "commit_message": {"type": "str"},
            "author_name": {"type": "str"},
            "author_email": {"type": "str"},
            "sign": {"type": "str"},
            "sign_format": {"type": "str", "choices": ["openpgp", "ssh", "x509"]},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "ca_cert": {"type": "path"},
            "ssh_key_file": {"type": "path", "no_log": False},
            "known_hosts_file": {"type": "path"},
            "seal_command": {"type": "list", "elements": "str"},
            "seal_key": {"type": "str", "no_log": True},
            "application": {"type": "str"},
            "application_namespace": {"type": "str", "default": "argocd"},
        },
    },
    "spec": {
        "type": "dict",
        "options": {
            "selector": {
                "type": "dict",
                "options": {
                    "match_labels": {"type": "dict", "aliases": ["matchLabels"]},
                    "match_expressions": {
                        "type": "list",
                        "elements": "dict",
                        "aliases": ["matchExpressions"],
                        "options": {
                            "key": {"type": "str", "required": True, "no_log": False},
                            "operator": {"type": "str", "required": True},
                            "values": {"type": "list", "elements": "str"},
                        },
                    },
                },
            },
            "namespace_selector": {
                "type": "dict",
                "aliases": ["namespaceSelector"],
                "options": {
                    "any": {"type": "bool"},
                    "match_names": {
                        "type": "list",
                        "elements": "str",
                        "aliases": ["matchNames"],
                    },
                },
            },
            "pod_metrics_endpoints": {
                "type": "list",
                "elements": "dict",
                "aliases": ["podMetricsEndpoints"],
                "options": {
                    "port": {"type": "str"},
                    "port_number": {"type": "int", "aliases": ["portNumber"]},
                    "target_port": {"type": "raw", "aliases": ["targetPort"]},
                    "path": {"type": "str"},
                    "scheme": {"type": "str", "choices": ["http", "https"]},
                    "params": {"type": "dict"},
                    "interval": {"type": "str"},
                    "scrape_timeout": {"type": "str", "aliases": ["scrapeTimeout"]},
                    "honor_labels": {"type": "bool", "aliases": ["honorLabels"]},
                    "honor_timestamps": {"type": "bool", "aliases": ["honorTimestamps"]},
                    "track_timestamps_staleness": {"type": "bool", "aliases": ["trackTimestampsStaleness"]},
                    "follow_redirects": {"type": "bool", "aliases": ["followRedirects"]},
                    "enable_http2": {"type": "bool", "aliases": ["enableHttp2"]},
                    "filter_running": {"type": "bool", "aliases": ["filterRunning"]},
                    "basic_auth": {
                        "type": "dict",
                        "aliases": ["basicAuth"],
                        "options": {
                            "username": {
                                "type": "dict",
                                "options": _SHARED_1,
                            },
                            "password": {
                                "type": "dict",
                                "no_log": False,
                                "options": _SHARED_1,
                            },
                        },
                    },
                    "authorization": {
                        "type": "dict",
                        "options": {
                            "type": {"type": "str"},
                            "credentials": {
                                "type": "dict",
                                "options": _SHARED_1,
                            },
                        },
                    },
                    "oauth2": {
                        "type": "dict",
                        "options": {
                            "client_id": {
                                "type": "dict",
                                "aliases": ["clientId"],
                                "required": True,
                                "options": _SHARED_2,
                            },
                            "client_secret": {
                                "type": "dict",
                                "aliases": ["clientSecret"],
                                "required": True,
                                "no_log": False,
                                "options": _SHARED_1,
                            },
                            "token_url": {
                                "type": "str",
                                "aliases": ["tokenUrl"],
                                "required": True,
                                "no_log": False,
                            },
                            "scopes": {"type": "list", "elements": "str"},
                            "endpoint_params": {"type": "dict", "aliases": ["endpointParams"]},
                            "tls_config": {
                                "type": "dict",
                                "aliases": ["tlsConfig"],
                                "options": _SHARED_3,
                            },
                            "proxy_url": {"type": "str", "aliases": ["proxyUrl"]},
                            "no_proxy": {"type": "str", "aliases": ["noProxy"]},
                            "proxy_from_environment": {
                                "type": "bool",
                                "aliases": ["proxyFromEnvironment"],
                            },
                            "proxy_connect_header": {"type": "dict", "aliases": ["proxyConnectHeader"]},
                        },
                    },
                    "bearer_token_secret": {
                        "type": "dict",
                        "aliases": ["bearerTokenSecret"],
                        "no_log": False,
                        "options": _SHARED_1,
                    },
                    "tls_config": {
                        "type": "dict",
                        "aliases": ["tlsConfig"],
                        "options": _SHARED_3,
                    },
                    "proxy_url": {"type": "str", "aliases": ["proxyUrl"]},
                    "no_proxy": {"type": "str", "aliases": ["noProxy"]},
                    "proxy_from_environment": {"type": "bool", "aliases": ["proxyFromEnvironment"]},
                    "proxy_connect_header": {"type": "dict", "aliases": ["proxyConnectHeader"]},
                    "relabelings": {
                        "type": "list",
                        "elements": "dict",
                        "options": _SHARED_4,
                    },
                    "metric_relabelings": {
                        "type": "list",
                        "elements": "dict",
                        "aliases": ["metricRelabelings"],
                        "options": _SHARED_4,
                    },
                },
            },
            "job_label": {"type": "str", "aliases": ["jobLabel"]},
            "pod_target_labels": {"type": "list", "elements": "str", "aliases": ["podTargetLabels"]},
            "attach_metadata": {
                "type": "dict",
                "aliases": ["attachMetadata"],
                "options": {"node": {"type": "bool"}},
            },
            "selector_mechanism": {
                "type": "str",
                "choices": ["RelabelConfig", "RoleSelector"],
                "aliases": ["selectorMechanism"],
            },
            "sample_limit": {"type": "int", "aliases": ["sampleLimit"]},
            "target_limit": {"type": "int", "aliases": ["targetLimit"]},
            "label_limit": {"type": "int", "aliases": ["labelLimit"]},
            "label_name_length_limit": {"type": "int", "aliases": ["labelNameLengthLimit"]},
            "label_value_length_limit": {"type": "int", "aliases": ["labelValueLengthLimit"]},
            "keep_dropped_targets": {"type": "int", "aliases": ["keepDroppedTargets"]},
            "body_size_limit": {"type": "str", "aliases": ["bodySizeLimit"]},
            "scrape_protocols": {
                "type": "list",
                "elements": "str",
                "choices": [
                    "PrometheusProto",
                    "OpenMetricsText0.0.1",
                    "OpenMetricsText1.0.0",
                    "PrometheusText0.0.4",
                    "PrometheusText1.0.0",
                ],
                "aliases": ["scrapeProtocols"],
            },
            "fallback_scrape_protocol": {
                "type": "str",
                "choices": [
                    "PrometheusProto",
                    "OpenMetricsText0.0.1",
                    "OpenMetricsText1.0.0",
                    "PrometheusText0.0.4",
                    "PrometheusText1.0.0",
                ],
                "aliases": ["fallbackScrapeProtocol"],
            },
            "native_histogram_bucket_limit": {"type": "int", "aliases": ["nativeHistogramBucketLimit"]},
            "native_histogram_min_bucket_factor": {"type": "raw", "aliases": ["nativeHistogramMinBucketFactor"]},
            "scrape_classic_histograms": {"type": "bool", "aliases": ["scrapeClassicHistograms"]},
            "convert_classic_histograms_to_nhcb": {"type": "bool", "aliases": ["convertClassicHistogramsToNHCB"]},
            "scrape_class": {"type": "str", "aliases": ["scrapeClass"]},
        },
    },
}
