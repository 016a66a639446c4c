# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of helm_release. Written by `make generate` from DOCUMENTATION; do not edit."""

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
    "name": {"type": "str", "aliases": ["release_name"], "required": True},
    "namespace": {"type": "str", "aliases": ["release_namespace"]},
    "create_namespace": {"type": "bool", "default": False},
    "state": {
        "type": "str",
        "choices": ["present", "absent", "orphaned"],
        "default": "present",
    },
    "chart": {"type": "str", "aliases": ["chart_ref"]},
    "version": {"type": "str", "aliases": ["chart_version"]},
    "repo_url": {"type": "str", "aliases": ["chart_repo_url"]},
    "repo_username": {"type": "str"},
    "repo_password": {"type": "str", "no_log": True},
    "repo_ca_cert": {"type": "path"},
    "plain_http": {"type": "bool", "default": False},
    "values": {"type": "dict", "aliases": ["release_values"]},
    "values_files": {"type": "list", "elements": "path"},
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 300},
    "rollback_on_failure": {"type": "bool", "aliases": ["atomic"], "default": False},
    "crds": {
        "type": "str",
        "choices": ["create", "update", "skip"],
        "default": "create",
    },
    "take_ownership": {"type": "bool", "default": False},
    "force_conflicts": {"type": "bool", "default": False},
    "max_minor_upgrade": {"type": "int"},
    "upgrade_from": {"type": "str"},
    "history_max": {"type": "int"},
    "description": {"type": "str"},
    "keep_history": {"type": "bool", "default": False},
    "stale_after": {"type": "int", "default": 300},
    "binary_path": {"type": "path"},
}
