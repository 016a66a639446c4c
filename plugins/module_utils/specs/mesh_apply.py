# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of mesh_apply. Written by `make generate` from DOCUMENTATION; do not edit."""

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
    "wait": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 120},
    "wait_proxies": {"type": "bool", "default": True},
    "istiod_namespace": {"type": "str", "default": "istio-system"},
    "istiod_urls": {"type": "list", "elements": "str"},
    "name": {"type": "str"},
    "namespace": {"type": "str"},
    "objects": {"type": "list", "elements": "dict", "aliases": ["definition"]},
    "src": {"type": "list", "elements": "str"},
    "templates": {"type": "list", "elements": "str"},
    "urls": {
        "type": "list",
        "elements": "dict",
        "options": {
            "url": {"type": "str", "required": True},
            "checksum": {"type": "str", "required": True},
        },
    },
    "only_kinds": {"type": "list", "elements": "str"},
    "except_kinds": {"type": "list", "elements": "str"},
    "overlays": {"type": "list", "elements": "dict"},
    "images": {"type": "dict"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "prune": {"type": "bool", "default": False},
    "prune_all": {"type": "bool", "default": False},
    "force_conflicts": {"type": "bool", "default": False},
    "field_manager": {"type": "str"},
    "on_failure": {
        "type": "str",
        "choices": ["stop", "continue", "rollback"],
        "default": "stop",
    },
}
