# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of request_authentication. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {
    "group": {"type": "str"},
    "kind": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str"},
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
            "jwt_rules": {
                "type": "list",
                "elements": "dict",
                "aliases": ["jwtRules"],
                "options": {
                    "issuer": {"type": "str"},
                    "audiences": {"type": "list", "elements": "str"},
                    "jwks_uri": {"type": "str", "aliases": ["jwksUri"]},
                    "jwks": {"type": "str"},
                    "from_headers": {
                        "type": "list",
                        "elements": "dict",
                        "aliases": ["fromHeaders"],
                        "options": {
                            "name": {"type": "str", "required": True},
                            "prefix": {"type": "str"},
                        },
                    },
                    "from_params": {
                        "type": "list",
                        "elements": "str",
                        "aliases": ["fromParams"],
                    },
                    "from_cookies": {
                        "type": "list",
                        "elements": "str",
                        "aliases": ["fromCookies"],
                    },
                    "forward_original_token": {
                        "type": "bool",
                        "aliases": ["forwardOriginalToken"],
                        "no_log": False,
                    },
                    "output_payload_to_header": {"type": "str", "aliases": ["outputPayloadToHeader"]},
                    "output_claim_to_headers": {
                        "type": "list",
                        "elements": "dict",
                        "aliases": ["outputClaimToHeaders"],
                        "options": {
                            "header": {"type": "str", "required": True},
                            "claim": {"type": "str", "required": True},
                        },
                    },
                    "space_delimited_claims": {
                        "type": "list",
                        "elements": "str",
                        "aliases": ["spaceDelimitedClaims"],
                    },
                    "timeout": {"type": "str"},
                },
            },
        },
    },
}
