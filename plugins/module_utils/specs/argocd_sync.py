# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of argocd_sync. Written by `make generate` from DOCUMENTATION; do not edit."""

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
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 120},
    "wait_for": {"type": "str"},
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "default": "argocd"},
    "action": {
        "type": "str",
        "choices": ["sync", "refresh", "rollback", "terminate"],
        "default": "sync",
    },
    "revision": {"type": "str"},
    "revisions": {"type": "list", "elements": "str"},
    "resources": {
        "type": "list",
        "elements": "dict",
        "options": {
            "kind": {"type": "str", "required": True},
            "name": {"type": "str", "required": True},
            "group": {"type": "str"},
            "namespace": {"type": "str"},
        },
    },
    "prune": {"type": "bool", "default": False},
    "dry_run": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "strategy": {"type": "str", "choices": ["hook", "apply"], "default": "hook"},
    "sync_options": {"type": "list", "elements": "str"},
    "retry": {
        "type": "dict",
        "options": {
            "limit": {"type": "int"},
            "refresh": {"type": "bool"},
            "backoff": {
                "type": "dict",
                "options": {
                    "duration": {"type": "str"},
                    "factor": {"type": "int"},
                    "max_duration": {"type": "str", "aliases": ["maxDuration"]},
                },
            },
        },
    },
    "info": {"type": "dict"},
    "history_id": {"type": "int"},
    "disable_automated": {"type": "bool", "default": False},
    "refresh": {"type": "str", "choices": ["normal", "hard"], "default": "normal"},
    "always": {"type": "bool", "default": False},
    "when_running": {
        "type": "str",
        "choices": ["wait", "fail", "terminate"],
        "default": "wait",
    },
    "wait_children": {"type": "bool", "default": True},
    "wait_health": {
        "type": "list",
        "elements": "str",
        "choices": ["Healthy", "Suspended", "Progressing", "Degraded", "Missing"],
        "default": ["Healthy"],
    },
}
