# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of argocd_project. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {
    "group": {"type": "str", "required": True},
    "kind": {"type": "str", "required": True},
    "name": {"type": "str"},
}

_SHARED_2 = {
    "group": {"type": "str", "required": True},
    "kind": {"type": "str", "required": True},
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
    "namespace": {"type": "str", "default": "argocd"},
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
            "description": {"type": "str"},
            "source_repos": {"type": "list", "elements": "str", "aliases": ["sourceRepos"]},
            "source_namespaces": {
                "type": "list",
                "elements": "str",
                "aliases": ["sourceNamespaces"],
            },
            "destinations": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "server": {"type": "str"},
                    "name": {"type": "str"},
                    "namespace": {"type": "str"},
                },
            },
            "destination_service_accounts": {
                "type": "list",
                "elements": "dict",
                "aliases": ["destinationServiceAccounts"],
                "options": {
                    "server": {"type": "str", "required": True},
                    "namespace": {"type": "str"},
                    "default_service_account": {
                        "type": "str",
                        "aliases": ["defaultServiceAccount"],
                        "required": True,
                    },
                },
            },
            "cluster_resource_whitelist": {
                "type": "list",
                "elements": "dict",
                "aliases": ["clusterResourceWhitelist"],
                "options": _SHARED_1,
            },
            "cluster_resource_blacklist": {
                "type": "list",
                "elements": "dict",
                "aliases": ["clusterResourceBlacklist"],
                "options": _SHARED_1,
            },
            "namespace_resource_whitelist": {
                "type": "list",
                "elements": "dict",
                "aliases": ["namespaceResourceWhitelist"],
                "options": _SHARED_2,
            },
            "namespace_resource_blacklist": {
                "type": "list",
                "elements": "dict",
                "aliases": ["namespaceResourceBlacklist"],
                "options": _SHARED_2,
            },
            "orphaned_resources": {
                "type": "dict",
                "aliases": ["orphanedResources"],
                "options": {
                    "warn": {"type": "bool"},
                    "ignore": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "group": {"type": "str"},
                            "kind": {"type": "str"},
                            "name": {"type": "str"},
                        },
                    },
                },
            },
            "roles": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "name": {"type": "str", "required": True},
                    "description": {"type": "str"},
                    "policies": {"type": "list", "elements": "str"},
                    "groups": {"type": "list", "elements": "str"},
                    "jwt_tokens": {
                        "type": "list",
                        "elements": "dict",
                        "aliases": ["jwtTokens"],
                        "no_log": False,
                        "options": {
                            "iat": {"type": "int", "required": True},
                            "exp": {"type": "int"},
                            "id": {"type": "str"},
                        },
                    },
                },
            },
            "sync_windows": {
                "type": "list",
                "elements": "dict",
                "aliases": ["syncWindows"],
                "options": {
                    "kind": {"type": "str"},
                    "schedule": {"type": "str"},
                    "duration": {"type": "str"},
                    "time_zone": {"type": "str", "aliases": ["timeZone"]},
                    "applications": {"type": "list", "elements": "str"},
                    "namespaces": {"type": "list", "elements": "str"},
                    "clusters": {"type": "list", "elements": "str"},
                    "manual_sync": {"type": "bool", "aliases": ["manualSync"]},
                    "and_operator": {"type": "bool", "aliases": ["andOperator"]},
                    "sync_overrun": {"type": "bool", "aliases": ["syncOverrun"]},
                    "description": {"type": "str"},
                },
            },
            "signature_keys": {
                "type": "list",
                "elements": "dict",
                "aliases": ["signatureKeys"],
                "no_log": False,
                "options": {
                    "key_id": {
                        "type": "str",
                        "aliases": ["keyID"],
                        "required": True,
                        "no_log": False,
                    },
                },
            },
            "source_integrity": {
                "type": "dict",
                "aliases": ["sourceIntegrity"],
                "options": {
                    "git": {
                        "type": "dict",
                        "required": True,
                        "options": {
                            "policies": {
                                "type": "list",
                                "elements": "dict",
                                "required": True,
                                "options": {
                                    "repos": {
                                        "type": "list",
                                        "elements": "dict",
                                        "required": True,
                                        "options": {
                                            "url": {"type": "str", "required": True},
                                        },
                                    },
                                    "gpg": {
                                        "type": "dict",
                                        "required": True,
                                        "options": {
                                            "mode": {"type": "str", "required": True},
                                            "keys": {
                                                "type": "list",
                                                "elements": "str",
                                                "required": True,
                                                "no_log": False,
                                            },
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
            "permit_only_project_scoped_clusters": {"type": "bool", "aliases": ["permitOnlyProjectScopedClusters"]},
        },
    },
}
