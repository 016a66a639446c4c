# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of istio_envoyfilter. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {"name": {"type": "str"}}

_SHARED_2 = {
    "name": {"type": "str"},
    "sub_filter": {
        "type": "dict",
        "aliases": ["subFilter"],
        "options": _SHARED_1,
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
            "workload_selector": {
                "type": "dict",
                "aliases": ["workloadSelector"],
                "options": {"labels": {"type": "dict"}},
            },
            "target_refs": {
                "type": "list",
                "elements": "dict",
                "aliases": ["targetRefs"],
                "options": {
                    "group": {"type": "str"},
                    "kind": {"type": "str", "required": True},
                    "name": {"type": "str", "required": True},
                    "namespace": {"type": "str"},
                },
            },
            "priority": {"type": "int"},
            "config_patches": {
                "type": "list",
                "elements": "dict",
                "aliases": ["configPatches"],
                "options": {
                    "apply_to": {
                        "type": "str",
                        "choices": [
                            "INVALID",
                            "LISTENER",
                            "FILTER_CHAIN",
                            "NETWORK_FILTER",
                            "HTTP_FILTER",
                            "ROUTE_CONFIGURATION",
                            "VIRTUAL_HOST",
                            "HTTP_ROUTE",
                            "CLUSTER",
                            "EXTENSION_CONFIG",
                            "BOOTSTRAP",
                            "LISTENER_FILTER",
                        ],
                        "aliases": ["applyTo"],
                    },
                    "match": {
                        "type": "dict",
                        "options": {
                            "context": {
                                "type": "str",
                                "choices": [
                                    "ANY",
                                    "SIDECAR_INBOUND",
                                    "SIDECAR_OUTBOUND",
                                    "GATEWAY",
                                    "WAYPOINT",
                                ],
                            },
                            "proxy": {
                                "type": "dict",
                                "options": {
                                    "proxy_version": {
                                        "type": "str",
                                        "aliases": ["proxyVersion"],
                                    },
                                    "metadata": {"type": "dict"},
                                },
                            },
                            "listener": {
                                "type": "dict",
                                "options": {
                                    "name": {"type": "str"},
                                    "port_number": {"type": "int", "aliases": ["portNumber"]},
                                    "port_name": {"type": "str", "aliases": ["portName"]},
                                    "filter_chain": {
                                        "type": "dict",
                                        "aliases": ["filterChain"],
                                        "options": {
                                            "name": {"type": "str"},
                                            "sni": {"type": "str"},
                                            "transport_protocol": {
                                                "type": "str",
                                                "aliases": ["transportProtocol"],
                                            },
                                            "application_protocols": {
                                                "type": "str",
                                                "aliases": ["applicationProtocols"],
                                            },
                                            "destination_port": {
                                                "type": "int",
                                                "aliases": ["destinationPort"],
                                            },
                                            "filter": {
                                                "type": "dict",
                                                "options": _SHARED_2,
                                            },
                                        },
                                    },
                                    "listener_filter": {
                                        "type": "str",
                                        "aliases": ["listenerFilter"],
                                    },
                                },
                            },
                            "route_configuration": {
                                "type": "dict",
                                "aliases": ["routeConfiguration"],
                                "options": {
                                    "name": {"type": "str"},
                                    "gateway": {"type": "str"},
                                    "port_number": {"type": "int", "aliases": ["portNumber"]},
                                    "port_name": {"type": "str", "aliases": ["portName"]},
                                    "vhost": {
                                        "type": "dict",
                                        "options": {
                                            "name": {"type": "str"},
                                            "domain_name": {
                                                "type": "str",
                                                "aliases": ["domainName"],
                                            },
                                            "route": {
                                                "type": "dict",
                                                "options": {
                                                    "name": {"type": "str"},
                                                    "action": {
                                                        "type": "str",
                                                        "choices": [
                                                            "ANY",
                                                            "ROUTE",
                                                            "REDIRECT",
                                                            "DIRECT_RESPONSE",
                                                        ],
                                                    },
                                                },
                                            },
                                        },
                                    },
                                },
                            },
                            "cluster": {
                                "type": "dict",
                                "options": {
                                    "name": {"type": "str"},
                                    "service": {"type": "str"},
                                    "subset": {"type": "str"},
                                    "port_number": {"type": "int", "aliases": ["portNumber"]},
                                },
                            },
                            "waypoint": {
                                "type": "dict",
                                "options": {
                                    "port_number": {"type": "int", "aliases": ["portNumber"]},
                                    "filter": {
                                        "type": "dict",
                                        "options": _SHARED_2,
                                    },
                                    "route": {
                                        "type": "dict",
                                        "options": _SHARED_1,
                                    },
                                },
                            },
                        },
                    },
                    "patch": {
                        "type": "dict",
                        "options": {
                            "operation": {
                                "type": "str",
                                "choices": [
                                    "INVALID",
                                    "MERGE",
                                    "ADD",
                                    "REMOVE",
                                    "INSERT_BEFORE",
                                    "INSERT_AFTER",
                                    "INSERT_FIRST",
                                    "REPLACE",
                                    "MERGE_AND_REPLACE_LIST",
                                ],
                            },
                            "value": {"type": "dict"},
                            "filter_class": {
                                "type": "str",
                                "choices": ["UNSPECIFIED", "AUTHN", "AUTHZ", "STATS"],
                                "aliases": ["filterClass"],
                            },
                        },
                    },
                },
            },
        },
    },
}
