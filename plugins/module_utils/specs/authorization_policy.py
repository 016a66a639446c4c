# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of authorization_policy. Written by `make generate` from DOCUMENTATION; do not edit."""

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
            "action": {"type": "str", "choices": ["ALLOW", "DENY", "AUDIT", "CUSTOM"]},
            "provider": {
                "type": "dict",
                "options": {"name": {"type": "str"}},
            },
            "rules": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "from": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "source": {
                                "type": "dict",
                                "options": {
                                    "principals": {"type": "list", "elements": "str"},
                                    "not_principals": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["notPrincipals"],
                                    },
                                    "request_principals": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["requestPrincipals"],
                                    },
                                    "not_request_principals": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["notRequestPrincipals"],
                                    },
                                    "namespaces": {"type": "list", "elements": "str"},
                                    "not_namespaces": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["notNamespaces"],
                                    },
                                    "service_accounts": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["serviceAccounts"],
                                    },
                                    "not_service_accounts": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["notServiceAccounts"],
                                    },
                                    "trust_domains": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["trustDomains"],
                                    },
                                    "not_trust_domains": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["notTrustDomains"],
                                    },
                                    "ip_blocks": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["ipBlocks"],
                                    },
                                    "not_ip_blocks": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["notIpBlocks"],
                                    },
                                    "remote_ip_blocks": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["remoteIpBlocks"],
                                    },
                                    "not_remote_ip_blocks": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["notRemoteIpBlocks"],
                                    },
                                },
                            },
                        },
                    },
                    "to": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "operation": {
                                "type": "dict",
                                "options": {
                                    "hosts": {"type": "list", "elements": "str"},
                                    "not_hosts": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["notHosts"],
                                    },
                                    "ports": {"type": "list", "elements": "str"},
                                    "not_ports": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["notPorts"],
                                    },
                                    "methods": {"type": "list", "elements": "str"},
                                    "not_methods": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["notMethods"],
                                    },
                                    "paths": {"type": "list", "elements": "str"},
                                    "not_paths": {
                                        "type": "list",
                                        "elements": "str",
                                        "aliases": ["notPaths"],
                                    },
                                },
                            },
                        },
                    },
                    "when": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "key": {"type": "str", "required": True, "no_log": False},
                            "values": {"type": "list", "elements": "str"},
                            "not_values": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["notValues"],
                            },
                        },
                    },
                },
            },
        },
    },
}
