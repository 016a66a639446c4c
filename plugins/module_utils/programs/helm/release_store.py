# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases as helm stores them: one Secret (or ConfigMap) a revision, read without running helm.

The payload is JSON, gzipped and base64-encoded by helm, in Secrets once more base64-encoded by Kubernetes
(helm's pkg/storage/driver). Helm 3 and 4 write the same format.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import os
import zlib
from dataclasses import dataclass

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError

_STORES = {
    "": "secrets",
    "secret": "secrets",
    "secrets": "secrets",
    "configmap": "configmaps",
    "configmaps": "configmaps",
}
_GZIP = b"\x1f\x8b\x08"
PENDING = frozenset({"pending-install", "pending-upgrade", "pending-rollback"})


@dataclass(frozen=True)
class Release:
    """One revision. ``stored`` is its payload, ``holder`` the object that holds it."""

    stored: dict
    holder: dict

    @property
    def revision(self) -> int:
        return self.stored.get("version") or 0

    @property
    def status(self) -> str:
        return (self.stored.get("info") or {}).get("status") or "unknown"

    @property
    def manifest(self) -> str:
        return self.stored.get("manifest") or ""

    @property
    def hooks(self) -> str:
        return hooks_of(self.stored)

    @property
    def values(self) -> dict:
        return self.stored.get("config") or {}

    @property
    def chart(self) -> dict:
        return (self.stored.get("chart") or {}).get("metadata") or {}

    @property
    def server_side(self) -> bool:
        """Whether the objects were written by server-side apply (Helm 4), not by patches of helm's own."""
        return self.stored.get("apply_method") == "ssa"

    @property
    def labels(self) -> dict:
        return self.holder["metadata"].get("labels") or {}

    @property
    def age(self) -> float:
        """Seconds since helm last wrote this revision."""
        written = int(self.labels.get("modifiedAt") or self.labels.get("createdAt") or 0)
        if not written:
            written = times.parse(self.holder["metadata"]["creationTimestamp"]).timestamp()
        return times.now().timestamp() - written

    def shown(self, namespace: str) -> dict:
        """The release in a result."""
        return {
            "name": self.stored.get("name"),
            "namespace": namespace,
            "revision": self.revision,
            "status": self.status,
            "chart": self.chart.get("name"),
            "chart_version": self.chart.get("version"),
            "app_version": self.chart.get("appVersion"),
        }


def hooks_of(stored: dict) -> str:
    """The manifests of all hooks of a payload, in a stable order."""
    return "\n".join(sorted(hook.get("manifest") or "" for hook in stored.get("hooks") or []))


def _store() -> str:
    driver = os.environ.get("HELM_DRIVER") or ""
    if driver not in _STORES:
        raise MeshError(f"HELM_DRIVER={driver} is not supported: releases are read from Secrets or ConfigMaps.")
    return _STORES[driver]


def read(session, namespace: str, name: str) -> list[Release]:
    """The revisions of a release that still count (not superseded), newest first; by one request.

    Raises ApiError, and MeshError for a payload that cannot be read.
    """
    query = {"labelSelector": f"owner=helm,name={name},status!=superseded"}
    listed = session.request("GET", f"/api/v1/namespaces/{namespace}/{_store()}", query)
    revisions = [Release(decode(holder), holder) for holder in listed.get("items") or []]
    return sorted(revisions, key=lambda release: release.revision, reverse=True)


def decode(holder: dict) -> dict:
    """The payload of a Secret or ConfigMap that holds a release. Raises MeshError."""
    try:
        data = holder["data"]["release"].encode()
        if holder.get("kind", "Secret") != "ConfigMap" and _store() == "secrets":
            data = base64.b64decode(data)
        data = base64.b64decode(data)
        return json.loads(gzip.decompress(data) if data.startswith(_GZIP) else data)
    except (KeyError, ValueError, OSError, EOFError, zlib.error, binascii.Error):
        where = f"{holder['metadata'].get('namespace')}/{holder['metadata']['name']}"
        raise MeshError(
            f"{where} does not hold a release that can be read. Delete it, or restore it from a backup."
        ) from None


def encode(stored: dict) -> str:
    """The inverse of :func:`decode`, for the same store."""
    data = base64.b64encode(gzip.compress(json.dumps(stored, separators=(",", ":")).encode()))
    return (base64.b64encode(data) if _store() == "secrets" else data).decode()


def mark_failed(session, namespace: str, release: Release) -> None:
    """Write down for a helm that was killed what it would have written itself: that its operation failed.

    After that helm continues from the last good revision. Raises ApiError 409 when somebody else wrote meanwhile.
    """
    info = {
        **(release.stored.get("info") or {}),
        "status": "failed",
        "description": f"helm ended during {release.status} and did not say how; taken over by meshops.lifecycle",
    }
    metadata = release.holder["metadata"]
    body = {
        "metadata": {"resourceVersion": metadata["resourceVersion"], "labels": {"status": "failed"}},
        "data": {"release": encode({**release.stored, "info": info})},
    }
    path = f"/api/v1/namespaces/{namespace}/{_store()}/{metadata['name']}"
    session.request("PATCH", path, None, body, "application/merge-patch+json")


def forget(session, namespace: str, name: str) -> None:
    """Delete the records of all revisions of a release, the newest last. Raises ApiError."""
    path = f"/api/v1/namespaces/{namespace}/{_store()}"
    listed = session.request("GET", path, {"labelSelector": f"owner=helm,name={name}"})
    holders = [holder["metadata"] for holder in listed.get("items") or []]
    for metadata in sorted(holders, key=lambda each: int((each.get("labels") or {}).get("version") or 0)):
        try:
            session.request("DELETE", f"{path}/{metadata['name']}")
        except ApiError as error:
            if error.status != 404:
                raise


def release_of(answer: str) -> Release:
    """The revision that ``helm upgrade --output json`` tells of."""
    return Release(json.loads(answer[answer.index("{") :]), {"metadata": {}})
