# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options: kubernetes.core's names, and the environment variables that stand in for them."""

from __future__ import annotations

import os
from collections.abc import Mapping

# The variables that kubernetes.core and AWX's credential of type "OpenShift or Kubernetes API" use.
ENVIRONMENT = {
    "kubeconfig": "K8S_AUTH_KUBECONFIG",
    "context": "K8S_AUTH_CONTEXT",
    "host": "K8S_AUTH_HOST",
    "api_key": "K8S_AUTH_API_KEY",
    "username": "K8S_AUTH_USERNAME",
    "password": "K8S_AUTH_PASSWORD",
    "ca_cert": "K8S_AUTH_SSL_CA_CERT",
    "client_cert": "K8S_AUTH_CERT_FILE",
    "client_key": "K8S_AUTH_KEY_FILE",
    "validate_certs": "K8S_AUTH_VERIFY_SSL",
    "proxy": "K8S_AUTH_PROXY",
    "no_proxy": "K8S_AUTH_NO_PROXY",
    "impersonate_user": "K8S_AUTH_IMPERSONATE_USER",
    "impersonate_groups": "K8S_AUTH_IMPERSONATE_GROUPS",
}
SECRETS = ("api_key", "password", "proxy_headers.basic_auth", "proxy_headers.proxy_basic_auth")
_FALSE = {"0", "false", "no", "off", "n", "f"}


def resolve(params: Mapping, environment: Mapping[str, str] | None = None) -> dict:
    """The connection options of a task: what was written, else what the environment says, else absent.

    ``validate_certs`` becomes a bool and ``impersonate_groups`` a list, whichever way they came.
    """
    environment = os.environ if environment is None else environment
    options = {}
    for option, variable in ENVIRONMENT.items():
        value = params.get(option)
        if value is None:
            value = environment.get(variable) or None
        if value is not None:
            options[option] = value
    if isinstance(options.get("validate_certs"), str):
        options["validate_certs"] = options["validate_certs"].strip().lower() not in _FALSE
    if isinstance(options.get("impersonate_groups"), str):
        options["impersonate_groups"] = [group.strip() for group in options["impersonate_groups"].split(",")]
    if params.get("proxy_headers"):
        options["proxy_headers"] = params["proxy_headers"]
    return options
