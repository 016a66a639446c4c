# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of argocd_cluster. Written by `make generate` from DOCUMENTATION; do not edit."""

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
    "wait_for": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str", "default": "argocd"},
    "secret_name": {"type": "str", "no_log": False},
    "labels": {"type": "dict"},
    "annotations": {"type": "dict"},
    "force_conflicts": {"type": "bool", "default": False},
    "field_manager": {"type": "str", "default": "meshops.lifecycle"},
    "cluster": {
        "type": "dict",
        "options": {
            "kubeconfig": {"type": "raw"},
            "context": {"type": "str"},
            "host": {"type": "str"},
            "api_key": {"type": "str", "no_log": True},
            "ca_cert": {"type": "path"},
            "client_cert": {"type": "path"},
            "client_key": {"type": "path", "no_log": False},
            "validate_certs": {"type": "bool"},
            "impersonate_user": {"type": "str"},
            "proxy": {"type": "str"},
        },
    },
    "service_account": {
        "type": "dict",
        "options": {
            "name": {"type": "str"},
            "namespace": {"type": "str"},
            "rules": {"type": "list", "elements": "dict"},
        },
    },
    "rotate_token": {"type": "bool", "default": False, "no_log": False},
    "token_max_age": {"type": "int", "no_log": False},
    "spec": {
        "type": "dict",
        "options": {
            "server": {"type": "str"},
            "namespaces": {"type": "list", "elements": "str"},
            "cluster_resources": {"type": "bool", "aliases": ["clusterResources"]},
            "project": {"type": "str"},
            "shard": {"type": "int"},
            "config": {
                "type": "dict",
                "options": {
                    "username": {"type": "str"},
                    "password": {"type": "str", "no_log": True},
                    "bearer_token": {"type": "str", "aliases": ["bearerToken"], "no_log": True},
                    "tls_client_config": {
                        "type": "dict",
                        "aliases": ["tlsClientConfig"],
                        "options": {
                            "insecure": {"type": "bool"},
                            "server_name": {"type": "str", "aliases": ["serverName"]},
                            "ca_data": {"type": "str", "aliases": ["caData"]},
                            "cert_data": {"type": "str", "aliases": ["certData"]},
                            "key_data": {
                                "type": "str",
                                "aliases": ["keyData"],
                                "no_log": True,
                            },
                        },
                    },
                    "aws_auth_config": {
                        "type": "dict",
                        "aliases": ["awsAuthConfig"],
                        "options": {
                            "cluster_name": {"type": "str", "aliases": ["clusterName"]},
                            "role_arn": {"type": "str", "aliases": ["roleARN"]},
                            "profile": {"type": "str"},
                        },
                    },
                    "exec_provider_config": {
                        "type": "dict",
                        "aliases": ["execProviderConfig"],
                        "options": {
                            "command": {"type": "str"},
                            "args": {"type": "list", "elements": "str"},
                            "env": {"type": "dict"},
                            "api_version": {"type": "str", "aliases": ["apiVersion"]},
                            "install_hint": {"type": "str", "aliases": ["installHint"]},
                            "provide_cluster_info": {"type": "bool", "aliases": ["provideClusterInfo"]},
                        },
                    },
                    "disable_compression": {"type": "bool", "aliases": ["disableCompression"]},
                    "proxy_url": {"type": "str", "aliases": ["proxyUrl"]},
                },
            },
        },
    },
}
