# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of traffic_shift. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {"host": {"type": "str", "aliases": ["service"]}, "subset": {"type": "str"}}

ARGUMENTS = {
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
    "istiod_namespace": {"type": "str", "default": "istio-system"},
    "istiod_urls": {"type": "list", "elements": "str"},
    "gates": {
        "type": "list",
        "elements": "dict",
        "options": {
            "name": {"type": "str"},
            "type": {
                "type": "str",
                "choices": [
                    "success_rate",
                    "latency",
                    "compare",
                    "query",
                    "url",
                    "object",
                    "application",
                ],
                "required": True,
            },
            "min": {"type": "float"},
            "max": {"type": "float"},
            "fail_below": {"type": "float"},
            "fail_above": {"type": "float"},
            "protocol": {
                "type": "str",
                "choices": ["http", "grpc", "tcp"],
                "default": "http",
            },
            "reporter": {
                "type": "str",
                "choices": ["both", "source", "destination", "waypoint"],
                "default": "both",
            },
            "count_disconnects": {"type": "bool", "default": True},
            "percentile": {"type": "float", "default": 99},
            "measure": {
                "type": "str",
                "choices": ["errors", "latency"],
                "default": "errors",
            },
            "confidence": {"type": "float", "default": 0.99},
            "tolerance": {"type": "float"},
            "min_requests": {"type": "int"},
            "query": {"type": "str"},
            "count_query": {"type": "str"},
            "url": {"type": "str"},
            "status": {"type": "list", "elements": "int", "default": [200]},
            "body": {"type": "str"},
            "headers": {"type": "dict", "no_log": True},
            "timeout": {"type": "float", "default": 5},
            "ca_cert": {"type": "path"},
            "validate_certs": {"type": "bool", "default": True},
            "object": {
                "type": "dict",
                "options": {
                    "api_version": {"type": "str"},
                    "kind": {"type": "str"},
                    "name": {"type": "str", "required": True},
                    "namespace": {"type": "str"},
                },
            },
            "expression": {"type": "str"},
        },
    },
    "min_requests": {"type": "int", "default": 100},
    "window": {"type": "int", "default": 300},
    "interval": {"type": "float", "default": 10},
    "metrics": {
        "type": "dict",
        "options": {
            "url": {"type": "str"},
            "service": {
                "type": "dict",
                "options": {
                    "namespace": {"type": "str", "required": True},
                    "name": {"type": "str", "required": True},
                    "port": {"type": "str"},
                    "path": {"type": "str"},
                },
            },
            "token": {"type": "str", "no_log": True},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "headers": {"type": "dict", "no_log": True},
            "ca_cert": {"type": "path"},
            "client_cert": {"type": "path"},
            "client_key": {"type": "path", "no_log": False},
            "validate_certs": {"type": "bool", "default": True},
            "timeout": {"type": "float", "default": 10},
            "scrape_interval": {"type": "float", "default": 15},
        },
    },
    "run": {"type": "str"},
    "lease_duration": {"type": "int", "default": 60},
    "state": {
        "type": "str",
        "choices": ["promoted", "started", "advanced", "aborted"],
        "default": "promoted",
    },
    "kind": {
        "type": "str",
        "choices": ["VirtualService", "HTTPRoute", "GRPCRoute"],
        "default": "VirtualService",
    },
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str"},
    "route": {"type": "str"},
    "from": {
        "type": "dict",
        "options": _SHARED_1,
    },
    "to": {
        "type": "dict",
        "options": _SHARED_1,
    },
    "steps": {
        "type": "list",
        "elements": "dict",
        "options": {
            "weight": {"type": "int"},
            "mirror": {"type": "float"},
            "pause": {"type": "float"},
        },
    },
    "pause": {"type": "float", "default": 60},
    "match": {
        "type": "dict",
        "options": {
            "headers": {"type": "dict"},
            "cookie": {
                "type": "dict",
                "options": {
                    "name": {"type": "str", "required": True},
                    "value": {"type": "str", "required": True},
                },
            },
        },
    },
    "on_fail": {"type": "str", "choices": ["abort", "stop"], "default": "abort"},
    "on_no_data": {
        "type": "str",
        "choices": ["hold", "abort", "stop", "pass"],
        "default": "hold",
    },
    "on_inconclusive": {
        "type": "str",
        "choices": ["hold", "abort", "stop", "pass"],
        "default": "hold",
    },
    "limits": {
        "type": "dict",
        "options": {
            "in_a_row": {"type": "int", "default": 2},
            "in_all": {"type": "int", "default": 5},
            "hold": {"type": "float", "default": 300},
        },
    },
    "argocd": {
        "type": "str",
        "choices": ["refuse", "pause", "ignore"],
        "default": "refuse",
    },
    "record": {"type": "path"},
    "wait_timeout": {"type": "int", "default": 120},
    "wait_proxies": {"type": "bool", "default": True},
}
