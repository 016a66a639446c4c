# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of istio_telemetry. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {
    "group": {"type": "str"},
    "kind": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str"},
}

_SHARED_2 = {"mode": {"type": "str", "choices": ["CLIENT_AND_SERVER", "CLIENT", "SERVER"]}}

_SHARED_3 = {"name": {"type": "str", "required": True}}

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
            "selector": {
                "type": "dict",
                "options": {"match_labels": {"type": "dict", "aliases": ["matchLabels"]}},
            },
            "target_refs": {
                "type": "list",
                "elements": "dict",
                "aliases": ["targetRefs"],
                "options": _SHARED_1,
            },
            "target_ref": {
                "type": "dict",
                "aliases": ["targetRef"],
                "options": _SHARED_1,
            },
            "tracing": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "match": {
                        "type": "dict",
                        "options": _SHARED_2,
                    },
                    "providers": {
                        "type": "list",
                        "elements": "dict",
                        "options": _SHARED_3,
                    },
                    "random_sampling_percentage": {"type": "float", "aliases": ["randomSamplingPercentage"]},
                    "disable_span_reporting": {"type": "bool", "aliases": ["disableSpanReporting"]},
                    "disable_context_propagation": {"type": "bool", "aliases": ["disableContextPropagation"]},
                    "custom_tags": {"type": "dict", "aliases": ["customTags"]},
                    "use_request_id_for_trace_sampling": {
                        "type": "bool",
                        "aliases": ["useRequestIdForTraceSampling"],
                    },
                    "enable_istio_tags": {"type": "bool", "aliases": ["enableIstioTags"]},
                },
            },
            "metrics": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "providers": {
                        "type": "list",
                        "elements": "dict",
                        "options": _SHARED_3,
                    },
                    "overrides": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "match": {
                                "type": "dict",
                                "options": {
                                    "metric": {
                                        "type": "str",
                                        "choices": [
                                            "ALL_METRICS",
                                            "REQUEST_COUNT",
                                            "REQUEST_DURATION",
                                            "REQUEST_SIZE",
                                            "RESPONSE_SIZE",
                                            "TCP_OPENED_CONNECTIONS",
                                            "TCP_CLOSED_CONNECTIONS",
                                            "TCP_SENT_BYTES",
                                            "TCP_RECEIVED_BYTES",
                                            "GRPC_REQUEST_MESSAGES",
                                            "GRPC_RESPONSE_MESSAGES",
                                        ],
                                    },
                                    "custom_metric": {
                                        "type": "str",
                                        "aliases": ["customMetric"],
                                    },
                                    "mode": {
                                        "type": "str",
                                        "choices": [
                                            "CLIENT_AND_SERVER",
                                            "CLIENT",
                                            "SERVER",
                                        ],
                                    },
                                },
                            },
                            "disabled": {"type": "bool"},
                            "tag_overrides": {"type": "dict", "aliases": ["tagOverrides"]},
                        },
                    },
                    "reporting_interval": {"type": "str", "aliases": ["reportingInterval"]},
                },
            },
            "access_logging": {
                "type": "list",
                "elements": "dict",
                "aliases": ["accessLogging"],
                "options": {
                    "match": {
                        "type": "dict",
                        "options": _SHARED_2,
                    },
                    "providers": {
                        "type": "list",
                        "elements": "dict",
                        "options": _SHARED_3,
                    },
                    "disabled": {"type": "bool"},
                    "filter": {
                        "type": "dict",
                        "options": {"expression": {"type": "str"}},
                    },
                },
            },
        },
    },
}
