# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of istio_sidecar. Written by `make generate` from DOCUMENTATION; do not edit."""

from __future__ import annotations

_SHARED_1 = {
    "number": {"type": "int"},
    "name": {"type": "str"},
    "protocol": {"type": "str"},
    "target_port": {"type": "int", "aliases": ["targetPort"]},
}

_SHARED_2 = {
    "tcp": {
        "type": "dict",
        "options": {
            "max_connections": {"type": "int", "aliases": ["maxConnections"]},
            "connect_timeout": {"type": "str", "aliases": ["connectTimeout"]},
            "tcp_keepalive": {
                "type": "dict",
                "aliases": ["tcpKeepalive"],
                "options": {
                    "probes": {"type": "int"},
                    "time": {"type": "str"},
                    "interval": {"type": "str"},
                },
            },
            "max_connection_duration": {"type": "str", "aliases": ["maxConnectionDuration"]},
            "idle_timeout": {"type": "str", "aliases": ["idleTimeout"]},
        },
    },
    "http": {
        "type": "dict",
        "options": {
            "http1_max_pending_requests": {"type": "int", "aliases": ["http1MaxPendingRequests"]},
            "http2_max_requests": {"type": "int", "aliases": ["http2MaxRequests"]},
            "max_requests_per_connection": {"type": "int", "aliases": ["maxRequestsPerConnection"]},
            "max_retries": {"type": "int", "aliases": ["maxRetries"]},
            "idle_timeout": {"type": "str", "aliases": ["idleTimeout"]},
            "h2_upgrade_policy": {
                "type": "str",
                "choices": ["DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"],
                "aliases": ["h2UpgradePolicy"],
            },
            "use_client_protocol": {"type": "bool", "aliases": ["useClientProtocol"]},
            "max_concurrent_streams": {"type": "int", "aliases": ["maxConcurrentStreams"]},
            "http2_keep_alive": {
                "type": "dict",
                "aliases": ["http2KeepAlive"],
                "options": {"interval": {"type": "str"}, "timeout": {"type": "str"}},
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
            "egress": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "hosts": {"type": "list", "elements": "str", "required": True},
                    "port": {
                        "type": "dict",
                        "options": _SHARED_1,
                    },
                    "bind": {"type": "str"},
                    "capture_mode": {
                        "type": "str",
                        "choices": ["DEFAULT", "IPTABLES", "NONE"],
                        "aliases": ["captureMode"],
                    },
                },
            },
            "ingress": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "port": {
                        "type": "dict",
                        "required": True,
                        "options": _SHARED_1,
                    },
                    "bind": {"type": "str"},
                    "capture_mode": {
                        "type": "str",
                        "choices": ["DEFAULT", "IPTABLES", "NONE"],
                        "aliases": ["captureMode"],
                    },
                    "default_endpoint": {"type": "str", "aliases": ["defaultEndpoint"]},
                    "tls": {
                        "type": "dict",
                        "options": {
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
                            "server_certificate": {"type": "str", "aliases": ["serverCertificate"]},
                            "private_key": {
                                "type": "str",
                                "aliases": ["privateKey"],
                                "no_log": False,
                            },
                            "ca_certificates": {"type": "str", "aliases": ["caCertificates"]},
                            "ca_crl": {"type": "str", "aliases": ["caCrl"]},
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
                            "https_redirect": {"type": "bool", "aliases": ["httpsRedirect"]},
                        },
                    },
                    "connection_pool": {
                        "type": "dict",
                        "aliases": ["connectionPool"],
                        "options": _SHARED_2,
                    },
                },
            },
            "inbound_connection_pool": {
                "type": "dict",
                "aliases": ["inboundConnectionPool"],
                "options": _SHARED_2,
            },
            "outbound_traffic_policy": {
                "type": "dict",
                "aliases": ["outboundTrafficPolicy"],
                "options": {
                    "mode": {"type": "str", "choices": ["REGISTRY_ONLY", "ALLOW_ANY"]},
                    "egress_proxy": {
                        "type": "dict",
                        "aliases": ["egressProxy"],
                        "options": {
                            "host": {"type": "str", "required": True},
                            "subset": {"type": "str"},
                            "port": {
                                "type": "dict",
                                "options": {"number": {"type": "int"}},
                            },
                        },
                    },
                },
            },
        },
    },
}
