# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of istio_destinationrule. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {"from": {"type": "str"}, "to": {"type": "str"}}

_SHARED_2 = {
    "simple": {
        "type": "str",
        "choices": [
            "UNSPECIFIED",
            "LEAST_CONN",
            "RANDOM",
            "PASSTHROUGH",
            "ROUND_ROBIN",
            "LEAST_REQUEST",
        ],
    },
    "consistent_hash": {
        "type": "dict",
        "aliases": ["consistentHash"],
        "options": {
            "http_header_name": {"type": "str", "aliases": ["httpHeaderName"]},
            "http_cookie": {
                "type": "dict",
                "aliases": ["httpCookie"],
                "options": {
                    "name": {"type": "str", "required": True},
                    "path": {"type": "str"},
                    "ttl": {"type": "str"},
                    "attributes": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "name": {"type": "str", "required": True},
                            "value": {"type": "str"},
                        },
                    },
                },
            },
            "use_source_ip": {"type": "bool", "aliases": ["useSourceIp"]},
            "http_query_parameter_name": {"type": "str", "aliases": ["httpQueryParameterName"]},
            "ring_hash": {
                "type": "dict",
                "aliases": ["ringHash"],
                "options": {
                    "minimum_ring_size": {"type": "int", "aliases": ["minimumRingSize"]},
                },
            },
            "maglev": {
                "type": "dict",
                "options": {"table_size": {"type": "int", "aliases": ["tableSize"]}},
            },
            "minimum_ring_size": {"type": "int", "aliases": ["minimumRingSize"]},
        },
    },
    "locality_lb_setting": {
        "type": "dict",
        "aliases": ["localityLbSetting"],
        "options": {
            "enabled": {"type": "bool"},
            "distribute": {
                "type": "list",
                "elements": "dict",
                "options": {"from": {"type": "str"}, "to": {"type": "dict"}},
            },
            "failover": {
                "type": "list",
                "elements": "dict",
                "options": _SHARED_1,
            },
            "failover_priority": {
                "type": "list",
                "elements": "str",
                "aliases": ["failoverPriority"],
            },
        },
    },
    "warmup": {
        "type": "dict",
        "options": {
            "duration": {"type": "str", "required": True},
            "minimum_percent": {"type": "float", "aliases": ["minimumPercent"]},
            "aggression": {"type": "float"},
        },
    },
    "warmup_duration_secs": {"type": "str", "aliases": ["warmupDurationSecs"]},
    "zone_aware_lb_setting": {
        "type": "dict",
        "aliases": ["zoneAwareLbSetting"],
        "options": {
            "enabled": {"type": "bool"},
            "min_cluster_size": {"type": "int", "aliases": ["minClusterSize"]},
            "failover": {
                "type": "list",
                "elements": "dict",
                "options": _SHARED_1,
            },
            "failover_priority": {
                "type": "list",
                "elements": "str",
                "aliases": ["failoverPriority"],
            },
        },
    },
}

_SHARED_3 = {
    "tcp": {
        "type": "dict",
        "options": {
            "max_connections": {"type": "int", "aliases": ["maxConnections"]},
            "connect_timeout": {"type": "str", "aliases": ["connectTimeout"]},
            "tcp_keepalive": {
                "type": "dict",
                "aliases": ["tcpKeepalive"],
                "options": {
                    "probes": {"type": "int"},
                    "time": {"type": "str"},
                    "interval": {"type": "str"},
                },
            },
            "max_connection_duration": {"type": "str", "aliases": ["maxConnectionDuration"]},
            "idle_timeout": {"type": "str", "aliases": ["idleTimeout"]},
        },
    },
    "http": {
        "type": "dict",
        "options": {
            "http1_max_pending_requests": {"type": "int", "aliases": ["http1MaxPendingRequests"]},
            "http2_max_requests": {"type": "int", "aliases": ["http2MaxRequests"]},
            "max_requests_per_connection": {"type": "int", "aliases": ["maxRequestsPerConnection"]},
            "max_retries": {"type": "int", "aliases": ["maxRetries"]},
            "idle_timeout": {"type": "str", "aliases": ["idleTimeout"]},
            "h2_upgrade_policy": {
                "type": "str",
                "choices": ["DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"],
                "aliases": ["h2UpgradePolicy"],
            },
            "use_client_protocol": {"type": "bool", "aliases": ["useClientProtocol"]},
            "max_concurrent_streams": {"type": "int", "aliases": ["maxConcurrentStreams"]},
            "http2_keep_alive": {
                "type": "dict",
                "aliases": ["http2KeepAlive"],
                "options": {"interval": {"type": "str"}, "timeout": {"type": "str"}},
            },
        },
    },
}

_SHARED_4 = {
    "consecutive_5xx_errors": {"type": "int", "aliases": ["consecutive5xxErrors"]},
    "consecutive_gateway_errors": {"type": "int", "aliases": ["consecutiveGatewayErrors"]},
    "consecutive_local_origin_failures": {"type": "int", "aliases": ["consecutiveLocalOriginFailures"]},
    "split_external_local_origin_errors": {"type": "bool", "aliases": ["splitExternalLocalOriginErrors"]},
    "interval": {"type": "str"},
    "base_ejection_time": {"type": "str", "aliases": ["baseEjectionTime"]},
    "max_ejection_percent": {"type": "int", "aliases": ["maxEjectionPercent"]},
    "min_health_percent": {"type": "int", "aliases": ["minHealthPercent"]},
    "outlier_detection_http_error_codes": {
        "type": "list",
        "elements": "int",
        "aliases": ["outlierDetectionHttpErrorCodes"],
    },
    "consecutive_errors": {"type": "int", "aliases": ["consecutiveErrors"]},
}

_SHARED_5 = {
    "mode": {"type": "str", "choices": ["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"]},
    "client_certificate": {"type": "str", "aliases": ["clientCertificate"]},
    "private_key": {"type": "str", "aliases": ["privateKey"], "no_log": False},
    "ca_certificates": {"type": "str", "aliases": ["caCertificates"]},
    "ca_crl": {"type": "str", "aliases": ["caCrl"]},
    "credential_name": {"type": "str", "aliases": ["credentialName"]},
    "subject_alt_names": {"type": "list", "elements": "str", "aliases": ["subjectAltNames"]},
    "sni": {"type": "str"},
    "insecure_skip_verify": {"type": "bool", "aliases": ["insecureSkipVerify"]},
}

_SHARED_6 = {
    "load_balancer": {
        "type": "dict",
        "aliases": ["loadBalancer"],
        "options": _SHARED_2,
    },
    "connection_pool": {
        "type": "dict",
        "aliases": ["connectionPool"],
        "options": _SHARED_3,
    },
    "outlier_detection": {
        "type": "dict",
        "aliases": ["outlierDetection"],
        "options": _SHARED_4,
    },
    "tls": {
        "type": "dict",
        "options": _SHARED_5,
    },
    "port_level_settings": {
        "type": "list",
        "elements": "dict",
        "aliases": ["portLevelSettings"],
        "options": {
            "port": {
                "type": "dict",
                "options": {"number": {"type": "int"}},
            },
            "load_balancer": {
                "type": "dict",
                "aliases": ["loadBalancer"],
                "options": _SHARED_2,
            },
            "connection_pool": {
                "type": "dict",
                "aliases": ["connectionPool"],
                "options": _SHARED_3,
            },
            "outlier_detection": {
                "type": "dict",
                "aliases": ["outlierDetection"],
                "options": _SHARED_4,
            },
            "tls": {
                "type": "dict",
                "options": _SHARED_5,
            },
        },
    },
    "tunnel": {
        "type": "dict",
        "options": {
            "protocol": {"type": "str"},
            "target_host": {"type": "str", "aliases": ["targetHost"], "required": True},
            "target_port": {"type": "int", "aliases": ["targetPort"], "required": True},
        },
    },
    "proxy_protocol": {
        "type": "dict",
        "aliases": ["proxyProtocol"],
        "options": {"version": {"type": "str", "choices": ["V1", "V2"]}},
    },
    "retry_budget": {
        "type": "dict",
        "aliases": ["retryBudget"],
        "options": {
            "percent": {"type": "float"},
            "budget_interval": {"type": "str", "aliases": ["budgetInterval"]},
            "min_retry_concurrency": {"type": "int", "aliases": ["minRetryConcurrency"]},
        },
    },
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
    "wait_proxies": {"type": "bool", "default": True},
    "references": {"type": "str", "choices": ["warn", "refuse", "ignore"], "default": "warn"},
    "plain_text": {"type": "str", "choices": ["warn", "refuse", "ignore"], "default": "warn"},
    "foreign_fields": {"type": "str", "choices": ["remove", "warn", "ignore"]},
    "istiod_namespace": {"type": "str", "default": "istio-system"},
    "istiod_urls": {"type": "list", "elements": "str"},
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
            "host": {"type": "str"},
            "traffic_policy": {
                "type": "dict",
                "aliases": ["trafficPolicy"],
                "options": _SHARED_6,
            },
            "subsets": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "name": {"type": "str", "required": True},
                    "labels": {"type": "dict"},
                    "traffic_policy": {
                        "type": "dict",
                        "aliases": ["trafficPolicy"],
                        "options": _SHARED_6,
                    },
                },
            },
            "export_to": {"type": "list", "elements": "str", "aliases": ["exportTo"]},
            "workload_selector": {
                "type": "dict",
                "aliases": ["workloadSelector"],
                "options": {"match_labels": {"type": "dict", "aliases": ["matchLabels"]}},
            },
        },
    },
}
