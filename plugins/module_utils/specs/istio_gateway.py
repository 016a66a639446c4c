# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of istio_gateway. Written by `make generate` from DOCUMENTATION; do not edit."""

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
            "selector": {"type": "dict"},
            "servers": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "name": {"type": "str"},
                    "port": {
                        "type": "dict",
                        "required": True,
                        "options": {
                            "number": {"type": "int", "required": True},
                            "name": {"type": "str", "required": True},
                            "protocol": {"type": "str", "required": True},
                            "target_port": {"type": "int", "aliases": ["targetPort"]},
                        },
                    },
                    "hosts": {"type": "list", "elements": "str", "required": True},
                    "tls": {
                        "type": "dict",
                        "options": {
                            "https_redirect": {"type": "bool", "aliases": ["httpsRedirect"]},
                            "mode": {
                                "type": "str",
                                "choices": [
                                    "PASSTHROUGH",
                                    "SIMPLE",
                                    "MUTUAL",
                                    "AUTO_PASSTHROUGH",
                                    "ISTIO_MUTUAL",
                                    "OPTIONAL_MUTUAL",
                                ],
                            },
                            "credential_name": {"type": "str", "aliases": ["credentialName"]},
                            "credential_names": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["credentialNames"],
                            },
                            "ca_cert_credential_name": {
                                "type": "str",
                                "aliases": ["caCertCredentialName"],
                            },
                            "server_certificate": {"type": "str", "aliases": ["serverCertificate"]},
                            "private_key": {
                                "type": "str",
                                "aliases": ["privateKey"],
                                "no_log": False,
                            },
                            "ca_certificates": {"type": "str", "aliases": ["caCertificates"]},
                            "ca_crl": {"type": "str", "aliases": ["caCrl"]},
                            "tls_certificates": {
                                "type": "list",
                                "elements": "dict",
                                "aliases": ["tlsCertificates"],
                                "options": {
                                    "server_certificate": {
                                        "type": "str",
                                        "aliases": ["serverCertificate"],
                                    },
                                    "private_key": {
                                        "type": "str",
                                        "aliases": ["privateKey"],
                                        "no_log": False,
                                    },
                                    "ca_certificates": {
                                        "type": "str",
                                        "aliases": ["caCertificates"],
                                    },
                                },
                            },
                            "subject_alt_names": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["subjectAltNames"],
                            },
                            "insecure_skip_verify": {"type": "bool", "aliases": ["insecureSkipVerify"]},
                            "verify_certificate_spki": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["verifyCertificateSpki"],
                            },
                            "verify_certificate_hash": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["verifyCertificateHash"],
                            },
                            "min_protocol_version": {
                                "type": "str",
                                "choices": [
                                    "TLS_AUTO",
                                    "TLSV1_0",
                                    "TLSV1_1",
                                    "TLSV1_2",
                                    "TLSV1_3",
                                ],
                                "aliases": ["minProtocolVersion"],
                            },
                            "max_protocol_version": {
                                "type": "str",
                                "choices": [
                                    "TLS_AUTO",
                                    "TLSV1_0",
                                    "TLSV1_1",
                                    "TLSV1_2",
                                    "TLSV1_3",
                                ],
                                "aliases": ["maxProtocolVersion"],
                            },
                            "cipher_suites": {
                                "type": "list",
                                "elements": "str",
                                "aliases": ["cipherSuites"],
                            },
                        },
                    },
                    "bind": {"type": "str"},
                    "default_endpoint": {"type": "str", "aliases": ["defaultEndpoint"]},
                },
            },
        },
    },
}
