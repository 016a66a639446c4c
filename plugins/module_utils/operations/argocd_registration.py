# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading how a cluster is registered in Argo CD."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import HERE, SECRET_TYPE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import decoded

_PLAIN = {"username": "username", "password": "password", "bearerToken": "token"}
_TLS = {"certData": "client-certificate-data", "keyData": "client-key-data"}


@dataclass
class Registration:
    """A registered cluster. ``config``: how Argo CD connects, with its secrets."""

    name: str
    server: str
    namespaces: list[str]
    project: str
    labels: dict
    annotations: dict
    config: dict = field(repr=False)

    @property
    def is_here(self) -> bool:
        """Whether it is the cluster that Argo CD runs in."""
        return self.server == HERE

    def kubeconfig(self) -> dict | None:
        """A kubeconfig with what Argo CD connects by; None where only Argo CD's pods can do what it does."""
        tls, user = self.config.get("tlsClientConfig") or {}, self._user()
        if user is None:
            return None
        cluster: dict = {"server": self.server}
        if tls.get("insecure"):
            cluster["insecure-skip-tls-verify"] = True
        elif tls.get("caData"):
            cluster["certificate-authority-data"] = tls["caData"]
        if tls.get("serverName"):
            cluster["tls-server-name"] = tls["serverName"]
        if self.config.get("proxyUrl"):
            cluster["proxy-url"] = self.config["proxyUrl"]
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": self.name,
            "clusters": [{"name": self.name, "cluster": cluster}],
            "users": [{"name": self.name, "user": user}],
            "contexts": [{"name": self.name, "context": {"cluster": self.name, "user": self.name}}],
        }

    def _user(self) -> dict | None:
        if self.config.get("awsAuthConfig") or self.config.get("execProviderConfig"):
            return None
        user = {theirs: self.config[ours] for ours, theirs in _PLAIN.items() if self.config.get(ours)}
        tls = self.config.get("tlsClientConfig") or {}
        return {**user, **{theirs: tls[ours] for ours, theirs in _TLS.items() if tls.get(ours)}}


def read(secret: dict) -> Registration:
    """The registration in a Secret. Raises MeshError when it cannot be read."""
    metadata = secret["metadata"]
    try:
        config = json.loads(decoded(secret, "config") or "{}")
    except ValueError:
        raise MeshError(
            f"Secret {metadata['namespace']}/{metadata['name']} registers a cluster, and its 'config' is not JSON. "
            "Create it again with argocd_cluster."
        ) from None
    server = (decoded(secret, "server") or "").rstrip("/")
    listed = (decoded(secret, "namespaces") or "").split(",")
    return Registration(
        decoded(secret, "name") or server,
        server,
        [name.strip() for name in listed if name.strip()],
        decoded(secret, "project") or "",
        {key: value for key, value in (metadata.get("labels") or {}).items() if key != SECRET_TYPE},
        dict(metadata.get("annotations") or {}),
        config,
    )
