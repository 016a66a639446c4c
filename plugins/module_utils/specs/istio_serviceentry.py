# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of istio_serviceentry. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

ARGUMENTS = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str"},
    "labels": {"type": "dict"},
    "annotations": {"type": "dict"},
    "definition": {"type": "dict"},
    "src": {"type": "str"},
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
    "istiod_namespace": {"type": "str", "default": "istio-system"},
    "istiod_urls": {"type": "list", "elements": "str"},
    "spec": {
        "type": "dict",
        "options": {
            "hosts": {"type": "list", "elements": "str"},
            "addresses": {"type": "list", "elements": "str"},
            "ports": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "number": {"type": "int", "required": True},
                    "name": {"type": "str", "required": True},
                    "protocol": {"type": "str"},
                    "target_port": {"type": "int", "aliases": ["targetPort"]},
                },
            },
            "location": {"type": "str", "choices": ["MESH_EXTERNAL", "MESH_INTERNAL"]},
            "resolution": {
                "type": "str",
                "choices": ["NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"],
            },
            "endpoints": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "address": {"type": "str"},
                    "ports": {"type": "dict"},
                    "labels": {"type": "dict"},
                    "network": {"type": "str"},
                    "locality": {"type": "str"},
                    "weight": {"type": "int"},
                    "service_account": {"type": "str", "aliases": ["serviceAccount"]},
                },
            },
            "workload_selector": {
                "type": "dict",
                "aliases": ["workloadSelector"],
                "options": {"labels": {"type": "dict"}},
            },
            "export_to": {"type": "list", "elements": "str", "aliases": ["exportTo"]},
            "subject_alt_names": {"type": "list", "elements": "str", "aliases": ["subjectAltNames"]},
        },
    },
}
