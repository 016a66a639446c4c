# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of istio_revision_tag. Written by `make generate` from DOCUMENTATION; do not edit."""

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
    "delivery": {"type": "str", "choices": ["cluster", "git"], "default": "cluster"},
    "git": {
        "type": "dict",
        "options": {
            "repository": {"type": "str"},
            "branch": {"type": "str"},
            "path": {"type": "str", "default": "."},
            "application": {"type": "str"},
            "application_namespace": {"type": "str", "default": "argocd"},
            "author_name": {"type": "str"},
            "author_email": {"type": "str"},
            "sign": {"type": "str"},
            "sign_format": {"type": "str", "choices": ["openpgp", "ssh", "x509"]},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "ca_cert": {"type": "path"},
            "ssh_key_file": {"type": "path", "no_log": False},
            "known_hosts_file": {"type": "path"},
        },
    },
    "name": {"type": "str", "required": True},
    "revision": {"type": "str"},
    "namespace": {"type": "str", "default": "istio-system"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "take_over": {"type": "bool", "default": False},
    "in_use": {"type": "str", "choices": ["refuse", "warn"], "default": "refuse"},
    "argocd_namespace": {"type": "str", "default": "argocd"},
    "force_conflicts": {"type": "bool", "default": False},
    "field_manager": {"type": "str", "default": "meshops.lifecycle"},
    "wait_timeout": {"type": "int", "default": 60},
}
