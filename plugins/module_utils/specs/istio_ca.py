# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of istio_ca. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

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
    "run": {"type": "str"},
    "lease_duration": {"type": "int", "default": 60},
    "state": {
        "type": "str",
        "choices": ["present", "trusted", "issuing", "retired", "aborted"],
        "default": "present",
    },
    "bundle": {
        "type": "dict",
        "options": {
            "cert": {"type": "str"},
            "key": {"type": "str", "no_log": True},
            "chain": {"type": "str"},
            "root": {"type": "str"},
        },
    },
    "from_secret": {
        "type": "dict",
        "no_log": False,
        "options": {
            "name": {"type": "str", "required": True},
            "namespace": {"type": "str"},
        },
    },
    "root": {
        "type": "dict",
        "options": {
            "secret_name": {"type": "str", "no_log": False},
            "secret_namespace": {"type": "str", "no_log": False},
            "cert": {"type": "str"},
            "key": {"type": "str", "no_log": True},
            "common_name": {"type": "str"},
            "organization": {"type": "str", "default": "Istio"},
            "days": {"type": "int", "default": 3650},
            "key_type": {
                "type": "str",
                "choices": ["rsa_2048", "rsa_4096", "ecdsa_p256", "ecdsa_p384"],
                "default": "rsa_2048",
                "no_log": False,
            },
        },
    },
    "intermediate": {
        "type": "dict",
        "options": {
            "common_name": {"type": "str"},
            "organization": {"type": "str", "default": "Istio"},
            "days": {"type": "int", "default": 730},
            "renew_before": {"type": "int", "default": 30},
            "key_type": {
                "type": "str",
                "choices": ["rsa_2048", "rsa_4096", "ecdsa_p256", "ecdsa_p384"],
                "default": "rsa_2048",
                "no_log": False,
            },
        },
    },
    "settle": {"type": "int", "default": 120},
    "wait_timeout": {"type": "int", "default": 600},
    "record": {"type": "path"},
    "istiod_namespace": {"type": "str", "default": "istio-system"},
}
