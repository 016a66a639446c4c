# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of istio_virtualservice. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {"exact": {"type": "str"}, "prefix": {"type": "str"}, "regex": {"type": "str"}}

_SHARED_2 = {
    "host": {"type": "str", "required": True},
    "subset": {"type": "str"},
    "port": {
        "type": "dict",
        "options": {"number": {"type": "int"}},
    },
}

_SHARED_3 = {
    "set": {"type": "dict"},
    "add": {"type": "dict"},
    "remove": {"type": "list", "elements": "str"},
}

_SHARED_4 = {
    "request": {
        "type": "dict",
        "options": _SHARED_3,
    },
    "response": {
        "type": "dict",
        "options": _SHARED_3,
    },
}

_SHARED_5 = {"value": {"type": "float"}}

_SHARED_6 = {
    "destination": {
        "type": "dict",
        "required": True,
        "options": _SHARED_2,
    },
    "weight": {"type": "int"},
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
            "hosts": {"type": "list", "elements": "str"},
            "gateways": {"type": "list", "elements": "str"},
            "export_to": {"type": "list", "elements": "str", "aliases": ["exportTo"]},
            "http": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "name": {"type": "str"},
                    "match": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "name": {"type": "str"},
                            "uri": {
                                "type": "dict",
                                "options": _SHARED_1,
                            },
                            "scheme": {
                                "type": "dict",
                                "options": _SHARED_1,
                            },
                            "method": {
                                "type": "dict",
                                "options": _SHARED_1,
                            },
                            "authority": {
                                "type": "dict",
                                "options": _SHARED_1,
                            },
                            "headers": {"type": "dict"},
                            "without_headers": {"type": "dict", "aliases": ["withoutHeaders"]},
                            "query_params": {"type": "dict", "aliases": ["queryParams"]},
                            "ignore_uri_case": {"type": "bool", "aliases": ["ignoreUriCase"]},
                            "port": {"type": "int"},
                            "source_labels": {"type": "dict", "aliases": ["sourceLabels"]},
                            "source_namespace": {"type": "str", "aliases": ["sourceNamespace"]},
                            "gateways": {"type": "list", "elements": "str"},
                            "stat_prefix": {"type": "str", "aliases": ["statPrefix"]},
                        },
                    },
                    "route": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "destination": {
                                "type": "dict",
                                "required": True,
                                "options": _SHARED_2,
                            },
                            "weight": {"type": "int"},
                            "headers": {
                                "type": "dict",
                                "options": _SHARED_4,
                            },
                        },
                    },
                    "redirect": {
                        "type": "dict",
                        "options": {
                            "uri": {"type": "str"},
                            "prefix_rewrite": {"type": "str", "aliases": ["prefixRewrite"]},
                            "authority": {"type": "str"},
                            "scheme": {"type": "str"},
                            "port": {"type": "int"},
                            "derive_port": {
                                "type": "str",
                                "choices": ["FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"],
                                "aliases": ["derivePort"],
                            },
                            "redirect_code": {"type": "int", "aliases": ["redirectCode"]},
                        },
                    },
                    "direct_response": {
                        "type": "dict",
                        "aliases": ["directResponse"],
                        "options": {
                            "status": {"type": "int", "required": True},
                            "body": {
                                "type": "dict",
                                "options": {
                                    "string": {"type": "str"},
                                    "bytes": {"type": "str"},
                                },
                            },
                        },
                    },
                    "delegate": {
                        "type": "dict",
                        "options": {"name": {"type": "str"}, "namespace": {"type": "str"}},
                    },
                    "rewrite": {
                        "type": "dict",
                        "options": {
                            "uri": {"type": "str"},
                            "authority": {"type": "str"},
                            "uri_regex_rewrite": {
                                "type": "dict",
                                "aliases": ["uriRegexRewrite"],
                                "options": {
                                    "match": {"type": "str"},
                                    "rewrite": {"type": "str"},
                                },
                            },
                        },
                    },
                    "timeout": {"type": "str"},
                    "retries": {
                        "type": "dict",
                        "options": {
                            "attempts": {"type": "int"},
                            "per_try_timeout": {"type": "str", "aliases": ["perTryTimeout"]},
                            "retry_on": {"type": "str", "aliases": ["retryOn"]},
                            "retry_remote_localities": {
                                "type": "bool",
                                "aliases": ["retryRemoteLocalities"],
                            },
                            "retry_ignore_previous_hosts": {
                                "type": "bool",
                                "aliases": ["retryIgnorePreviousHosts"],
                            },
                            "backoff": {"type": "str"},
                        },
                    },
                    "fault": {
                        "type": "dict",
                        "options": {
                            "delay": {
                                "type": "dict",
                                "options": {
                                    "fixed_delay": {"type": "str", "aliases": ["fixedDelay"]},
                                    "percentage": {
                                        "type": "dict",
                                        "options": _SHARED_5,
                                    },
                                    "percent": {"type": "int"},
                                    "exponential_delay": {
                                        "type": "str",
                                        "aliases": ["exponentialDelay"],
                                    },
                                },
                            },
                            "abort": {
                                "type": "dict",
                                "options": {
                                    "http_status": {"type": "int", "aliases": ["httpStatus"]},
                                    "grpc_status": {"type": "str", "aliases": ["grpcStatus"]},
                                    "http2_error": {"type": "str", "aliases": ["http2Error"]},
                                    "percentage": {
                                        "type": "dict",
                                        "options": _SHARED_5,
                                    },
                                },
                            },
                        },
                    },
                    "mirror": {
                        "type": "dict",
                        "options": _SHARED_2,
                    },
                    "mirror_percentage": {
                        "type": "dict",
                        "aliases": ["mirrorPercentage"],
                        "options": _SHARED_5,
                    },
                    "mirror_percent": {"type": "int", "aliases": ["mirrorPercent"]},
                    "mirrors": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "destination": {
                                "type": "dict",
                                "required": True,
                                "options": _SHARED_2,
                            },
                            "percentage": {
                                "type": "dict",
                                "options": _SHARED_5,
                            },
                        },
                    },
                    "cors_policy": {
                        "type": "dict",
                        "aliases": ["corsPolicy"],
                        "options": {
                            "allow_origins": {
                                "type": "list",
                                "elements": "dict",
                                "aliases": ["allowOrigins"],
                                "options": _SHARED_1,
                            },
                            "allow_origin": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["allowOrigin"],
                            },
                            "allow_methods": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["allowMethods"],
                            },
                            "allow_headers": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["allowHeaders"],
                            },
                            "expose_headers": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["exposeHeaders"],
                            },
                            "max_age": {"type": "str", "aliases": ["maxAge"]},
                            "allow_credentials": {"type": "bool", "aliases": ["allowCredentials"]},
                            "unmatched_preflights": {
                                "type": "str",
                                "choices": ["UNSPECIFIED", "FORWARD", "IGNORE"],
                                "aliases": ["unmatchedPreflights"],
                            },
                        },
                    },
                    "headers": {
                        "type": "dict",
                        "options": _SHARED_4,
                    },
                },
            },
            "tls": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "match": {
                        "type": "list",
                        "elements": "dict",
                        "required": True,
                        "options": {
                            "sni_hosts": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["sniHosts"],
                                "required": True,
                            },
                            "destination_subnets": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["destinationSubnets"],
                            },
                            "port": {"type": "int"},
                            "source_labels": {"type": "dict", "aliases": ["sourceLabels"]},
                            "gateways": {"type": "list", "elements": "str"},
                            "source_namespace": {"type": "str", "aliases": ["sourceNamespace"]},
                        },
                    },
                    "route": {
                        "type": "list",
                        "elements": "dict",
                        "options": _SHARED_6,
                    },
                },
            },
            "tcp": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "match": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "destination_subnets": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["destinationSubnets"],
                            },
                            "port": {"type": "int"},
                            "source_subnet": {"type": "str", "aliases": ["sourceSubnet"]},
                            "source_labels": {"type": "dict", "aliases": ["sourceLabels"]},
                            "gateways": {"type": "list", "elements": "str"},
                            "source_namespace": {"type": "str", "aliases": ["sourceNamespace"]},
                        },
                    },
                    "route": {
                        "type": "list",
                        "elements": "dict",
                        "options": _SHARED_6,
                    },
                },
            },
        },
    },
}
