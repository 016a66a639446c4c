# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of istio_trafficextension. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

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
                "options": {
                    "group": {"type": "str"},
                    "kind": {"type": "str", "required": True},
                    "name": {"type": "str", "required": True},
                    "namespace": {"type": "str"},
                },
            },
            "phase": {
                "type": "str",
                "choices": ["UNSPECIFIED", "AUTHN", "AUTHZ", "STATS"],
            },
            "priority": {"type": "int"},
            "match": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "mode": {
                        "type": "str",
                        "choices": ["UNDEFINED", "CLIENT", "SERVER", "CLIENT_AND_SERVER"],
                    },
                    "ports": {
                        "type": "list",
                        "elements": "dict",
                        "options": {"number": {"type": "int", "required": True}},
                    },
                },
            },
            "lua": {
                "type": "dict",
                "options": {
                    "inline_code": {
                        "type": "str",
                        "aliases": ["inlineCode"],
                        "required": True,
                    },
                },
            },
            "wasm": {
                "type": "dict",
                "options": {
                    "url": {"type": "str", "required": True},
                    "sha256": {"type": "str"},
                    "image_pull_policy": {
                        "type": "str",
                        "choices": ["UNSPECIFIED_POLICY", "IfNotPresent", "Always"],
                        "aliases": ["imagePullPolicy"],
                    },
                    "image_pull_secret": {
                        "type": "str",
                        "aliases": ["imagePullSecret"],
                        "no_log": False,
                    },
                    "verification_key": {
                        "type": "str",
                        "aliases": ["verificationKey"],
                        "no_log": False,
                    },
                    "plugin_config": {"type": "dict", "aliases": ["pluginConfig"]},
                    "plugin_name": {"type": "str", "aliases": ["pluginName"]},
                    "type": {
                        "type": "str",
                        "choices": ["UNSPECIFIED_PLUGIN_TYPE", "HTTP", "NETWORK"],
                    },
                    "fail_strategy": {
                        "type": "str",
                        "choices": ["FAIL_CLOSE", "FAIL_OPEN", "FAIL_RELOAD"],
                        "aliases": ["failStrategy"],
                    },
                    "vm_config": {
                        "type": "dict",
                        "aliases": ["vmConfig"],
                        "options": {
                            "env": {
                                "type": "list",
                                "elements": "dict",
                                "options": {
                                    "name": {"type": "str", "required": True},
                                    "value": {"type": "str"},
                                    "value_from": {
                                        "type": "str",
                                        "choices": ["INLINE", "HOST"],
                                        "aliases": ["valueFrom"],
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
