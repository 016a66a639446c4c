# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of gateway_api_gateway. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {
    "group": {"type": "str"},
    "kind": {"type": "str"},
    "name": {"type": "str", "required": True},
    "namespace": {"type": "str"},
}

_SHARED_2 = {
    "match_labels": {"type": "dict", "aliases": ["matchLabels"]},
    "match_expressions": {
        "type": "list",
        "elements": "dict",
        "aliases": ["matchExpressions"],
        "options": {
            "key": {"type": "str", "required": True, "no_log": False},
            "operator": {"type": "str", "required": True},
            "values": {"type": "list", "elements": "str"},
        },
    },
}

_SHARED_3 = {
    "validation": {
        "type": "dict",
        "options": {
            "ca_certificate_refs": {
                "type": "list",
                "elements": "dict",
                "aliases": ["caCertificateRefs"],
                "required": True,
                "options": {
                    "group": {"type": "str", "required": True},
                    "kind": {"type": "str", "required": True},
                    "name": {"type": "str", "required": True},
                    "namespace": {"type": "str"},
                },
            },
            "mode": {
                "type": "str",
                "choices": ["AllowValidOnly", "AllowInsecureFallback"],
            },
        },
    },
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
            "gateway_class_name": {"type": "str", "aliases": ["gatewayClassName"]},
            "listeners": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "name": {"type": "str", "required": True},
                    "hostname": {"type": "str"},
                    "port": {"type": "int", "required": True},
                    "protocol": {"type": "str", "required": True},
                    "tls": {
                        "type": "dict",
                        "options": {
                            "mode": {
                                "type": "str",
                                "choices": ["Terminate", "Passthrough"],
                            },
                            "certificate_refs": {
                                "type": "list",
                                "elements": "dict",
                                "aliases": ["certificateRefs"],
                                "options": _SHARED_1,
                            },
                            "options": {"type": "dict"},
                        },
                    },
                    "allowed_routes": {
                        "type": "dict",
                        "aliases": ["allowedRoutes"],
                        "options": {
                            "namespaces": {
                                "type": "dict",
                                "options": {
                                    "from": {
                                        "type": "str",
                                        "choices": ["All", "Selector", "Same"],
                                    },
                                    "selector": {
                                        "type": "dict",
                                        "options": _SHARED_2,
                                    },
                                },
                            },
                            "kinds": {
                                "type": "list",
                                "elements": "dict",
                                "options": {
                                    "group": {"type": "str"},
                                    "kind": {"type": "str", "required": True},
                                },
                            },
                        },
                    },
                },
            },
            "addresses": {
                "type": "list",
                "elements": "dict",
                "options": {"type": {"type": "str"}, "value": {"type": "str"}},
            },
            "infrastructure": {
                "type": "dict",
                "options": {
                    "labels": {"type": "dict"},
                    "annotations": {"type": "dict"},
                    "parameters_ref": {
                        "type": "dict",
                        "aliases": ["parametersRef"],
                        "options": {
                            "group": {"type": "str", "required": True},
                            "kind": {"type": "str", "required": True},
                            "name": {"type": "str", "required": True},
                        },
                    },
                },
            },
            "allowed_listeners": {
                "type": "dict",
                "aliases": ["allowedListeners"],
                "options": {
                    "namespaces": {
                        "type": "dict",
                        "options": {
                            "from": {
                                "type": "str",
                                "choices": ["All", "Selector", "Same", "None"],
                            },
                            "selector": {
                                "type": "dict",
                                "options": _SHARED_2,
                            },
                        },
                    },
                },
            },
            "tls": {
                "type": "dict",
                "options": {
                    "backend": {
                        "type": "dict",
                        "options": {
                            "client_certificate_ref": {
                                "type": "dict",
                                "aliases": ["clientCertificateRef"],
                                "options": _SHARED_1,
                            },
                        },
                    },
                    "frontend": {
                        "type": "dict",
                        "options": {
                            "default": {
                                "type": "dict",
                                "required": True,
                                "options": _SHARED_3,
                            },
                            "per_port": {
                                "type": "list",
                                "elements": "dict",
                                "aliases": ["perPort"],
                                "options": {
                                    "port": {"type": "int", "required": True},
                                    "tls": {
                                        "type": "dict",
                                        "required": True,
                                        "options": _SHARED_3,
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
