# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Secrets and ConfigMaps an endpoint of a monitor names."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.references import (
    CONFIGMAP,
    SECRET,
    References,
    keyed,
    rules,
)

_SECRETS = (
    "basicAuth.username",
    "basicAuth.password",
    "bearerTokenSecret",
    "authorization.credentials",
    "oauth2.clientId.secret",
    "oauth2.clientSecret",
    "tlsConfig.ca.secret",
    "tlsConfig.cert.secret",
    "tlsConfig.keySecret",
)
_CONFIGMAPS = ("oauth2.clientId.configMap", "tlsConfig.ca.configMap", "tlsConfig.cert.configMap")


def scraped(endpoints: str) -> References:
    """The references of the endpoints at a path."""
    return rules(
        *(keyed(f"{endpoints}.{path}", SECRET) for path in _SECRETS),
        *(keyed(f"{endpoints}.{path}", CONFIGMAP) for path in _CONFIGMAPS),
    )
