# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Prometheus from the option ``metrics`` of a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.session import Session
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.endpoints import ServicePort
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.http_client import (
    Client,
    ServiceClient,
    Trust,
    UrlClient,
    basic,
    check_headers,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.prometheus.client import Prometheus

# Options whose values are never shown, for the Entry of each module that takes ``metrics``.
SECRETS = ("metrics.token", "metrics.password", "metrics.headers")
ADDRESSES = ("metrics.url",)  # which may hold a password
TIMEOUT = 10.0  # seconds for one query
_ONLY_URL = ("ca_cert", "client_cert", "client_key", "validate_certs")


def prometheus_of(metrics: Mapping[str, Any], session: Callable[[], Session]) -> Prometheus:
    """``metrics`` as written; ``session``: the connection to the cluster, for a Service of it.

    Raises MeshError for options that exclude each other or cannot be used.
    """
    url, service = metrics.get("url"), metrics.get("service")
    if bool(url) == bool(service):
        problem = "names two addresses" if url else "names no Prometheus"
        raise MeshError(f"metrics {problem}. Set either metrics.url or metrics.service.")
    timeout = float(metrics.get("timeout") or TIMEOUT)
    if timeout <= 0:
        raise MeshError("metrics.timeout must be more than 0 seconds.")
    client: Client
    if url:
        client = UrlClient(url, timeout, _trust(metrics), _headers(metrics))
        return Prometheus(client, timeout)
    useless = [name for name in _ONLY_URL if metrics.get(name) is not None]
    if useless:
        raise MeshError(
            f"metrics.{useless[0]} is for metrics.url. A Service is reached by plain HTTP in a port-forward."
        )
    service = service or {}
    port = ServicePort(service["namespace"], service["name"], str(service.get("port") or ""))
    prefix = service.get("path") or ""
    client = ServiceClient(
        session(), port, f"/{prefix.strip('/')}" if prefix.strip("/") else "", timeout, _headers(metrics)
    )
    return Prometheus(client, timeout)


def _trust(metrics: Mapping[str, Any]) -> Trust:
    verify = metrics.get("validate_certs")
    return Trust(
        "metrics",
        metrics.get("ca_cert"),
        metrics.get("client_cert"),
        metrics.get("client_key"),
        True if verify is None else bool(verify),
    )


def _headers(metrics: Mapping[str, Any]) -> dict[str, str]:
    token, user, password = (metrics.get(name) or "" for name in ("token", "username", "password"))
    if token and (user or password):
        raise MeshError("metrics.token and metrics.username are different credentials, and only one is sent.")
    if bool(user) != bool(password):
        raise MeshError("metrics.username and metrics.password belong together. Set both.")
    headers = dict(metrics.get("headers") or {})
    if token:
        headers["Authorization"] = f"Bearer {token}"
    elif user:
        headers["Authorization"] = basic(user, password)
    check_headers(headers, "metrics.headers")
    return headers
