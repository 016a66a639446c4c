# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of gateway_api_httproute. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {
    "name": {"type": "str", "required": True},
    "type": {"type": "str", "choices": ["Exact", "RegularExpression"]},
    "value": {"type": "str", "required": True},
}

_SHARED_2 = {
    "name": {"type": "str", "required": True},
    "value": {"type": "str", "required": True},
}

_SHARED_3 = {
    "set": {
        "type": "list",
        "elements": "dict",
        "options": _SHARED_2,
    },
    "add": {
        "type": "list",
        "elements": "dict",
        "options": _SHARED_2,
    },
    "remove": {"type": "list", "elements": "str"},
}

_SHARED_4 = {
    "type": {
        "type": "str",
        "choices": ["ReplaceFullPath", "ReplacePrefixMatch"],
        "required": True,
    },
    "replace_full_path": {"type": "str", "aliases": ["replaceFullPath"]},
    "replace_prefix_match": {"type": "str", "aliases": ["replacePrefixMatch"]},
}

_SHARED_5 = {
    "type": {
        "type": "str",
        "choices": [
            "RequestHeaderModifier",
            "ResponseHeaderModifier",
            "RequestMirror",
            "RequestRedirect",
            "URLRewrite",
            "ExtensionRef",
            "CORS",
        ],
        "required": True,
    },
    "request_header_modifier": {
        "type": "dict",
        "aliases": ["requestHeaderModifier"],
        "options": _SHARED_3,
    },
    "response_header_modifier": {
        "type": "dict",
        "aliases": ["responseHeaderModifier"],
        "options": _SHARED_3,
    },
    "request_mirror": {
        "type": "dict",
        "aliases": ["requestMirror"],
        "options": {
            "backend_ref": {
                "type": "dict",
                "aliases": ["backendRef"],
                "required": True,
                "options": {
                    "group": {"type": "str"},
                    "kind": {"type": "str"},
                    "namespace": {"type": "str"},
                    "name": {"type": "str", "required": True},
                    "port": {"type": "int"},
                },
            },
            "percent": {"type": "int"},
            "fraction": {
                "type": "dict",
                "options": {
                    "numerator": {"type": "int", "required": True},
                    "denominator": {"type": "int"},
                },
            },
        },
    },
    "request_redirect": {
        "type": "dict",
        "aliases": ["requestRedirect"],
        "options": {
            "scheme": {"type": "str", "choices": ["http", "https"]},
            "hostname": {"type": "str"},
            "path": {
                "type": "dict",
                "options": _SHARED_4,
            },
            "port": {"type": "int"},
            "status_code": {
                "type": "int",
                "choices": [301, 302, 303, 307, 308],
                "aliases": ["statusCode"],
            },
        },
    },
    "url_rewrite": {
        "type": "dict",
        "aliases": ["urlRewrite"],
        "options": {
            "hostname": {"type": "str"},
            "path": {
                "type": "dict",
                "options": _SHARED_4,
            },
        },
    },
    "cors": {
        "type": "dict",
        "options": {
            "allow_origins": {"type": "list", "elements": "str", "aliases": ["allowOrigins"]},
            "allow_methods": {
                "type": "list",
                "elements": "str",
                "choices": [
                    "GET",
                    "HEAD",
                    "POST",
                    "PUT",
                    "DELETE",
                    "CONNECT",
                    "OPTIONS",
                    "TRACE",
                    "PATCH",
                    "*",
                ],
                "aliases": ["allowMethods"],
            },
            "allow_headers": {"type": "list", "elements": "str", "aliases": ["allowHeaders"]},
            "expose_headers": {"type": "list", "elements": "str", "aliases": ["exposeHeaders"]},
            "allow_credentials": {"type": "bool", "aliases": ["allowCredentials"]},
            "max_age": {"type": "int", "aliases": ["maxAge"]},
        },
    },
    "extension_ref": {
        "type": "dict",
        "aliases": ["extensionRef"],
        "options": {
            "group": {"type": "str", "required": True},
            "kind": {"type": "str", "required": True},
            "name": {"type": "str", "required": True},
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
            "parent_refs": {
                "type": "list",
                "elements": "dict",
                "aliases": ["parentRefs"],
                "options": {
                    "group": {"type": "str"},
                    "kind": {"type": "str"},
                    "namespace": {"type": "str"},
                    "name": {"type": "str", "required": True},
                    "section_name": {"type": "str", "aliases": ["sectionName"]},
                    "port": {"type": "int"},
                },
            },
            "hostnames": {"type": "list", "elements": "str"},
            "rules": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "name": {"type": "str"},
                    "matches": {
                        "type": "list",
                        "elements": "dict",
                        "options": {
                            "path": {
                                "type": "dict",
                                "options": {
                                    "type": {
                                        "type": "str",
                                        "choices": [
                                            "Exact",
                                            "PathPrefix",
                                            "RegularExpression",
                                        ],
                                    },
                                    "value": {"type": "str"},
                                },
                            },
                            "headers": {
                                "type": "list",
                                "elements": "dict",
                                "options": _SHARED_1,
                            },
                            "query_params": {
                                "type": "list",
                                "elements": "dict",
                                "aliases": ["queryParams"],
                                "options": _SHARED_1,
                            },
                            "method": {
                                "type": "str",
                                "choices": [
                                    "GET",
                                    "HEAD",
                                    "POST",
                                    "PUT",
                                    "DELETE",
                                    "CONNECT",
                                    "OPTIONS",
                                    "TRACE",
                                    "PATCH",
                                ],
                            },
                        },
                    },
                    "filters": {
                        "type": "list",
                        "elements": "dict",
                        "options": _SHARED_5,
                    },
                    "backend_refs": {
                        "type": "list",
                        "elements": "dict",
                        "aliases": ["backendRefs"],
                        "options": {
                            "group": {"type": "str"},
                            "kind": {"type": "str"},
                            "namespace": {"type": "str"},
                            "name": {"type": "str", "required": True},
                            "port": {"type": "int"},
                            "weight": {"type": "int"},
                            "filters": {
                                "type": "list",
                                "elements": "dict",
                                "options": _SHARED_5,
                            },
                        },
                    },
                    "timeouts": {
                        "type": "dict",
                        "options": {
                            "request": {"type": "str"},
                            "backend_request": {"type": "str", "aliases": ["backendRequest"]},
                        },
                    },
                },
            },
        },
    },
}
