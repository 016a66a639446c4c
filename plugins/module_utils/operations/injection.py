# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What injects proxies in a cluster, read from it."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CONFIGMAP, KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import (
    DEFAULT,
    REVISION,
    Injection,
)

TAG = "istio.io/tag"
WEBHOOKS = next(kind for kind in KINDS if kind.kind == "MutatingWebhookConfiguration")
_INJECTOR = "istio-sidecar-injector"  # the ConfigMap, with the revision as its suffix


def read(resources: Resources, istiod_namespace: str) -> Injection:
    """The injectors of all revisions and the tags. Raises ApiError."""
    versions = {}
    for configuration in resources.list(CONFIGMAP, istiod_namespace, REVISION):
        metadata = configuration["metadata"]
        if metadata["name"] == _INJECTOR or metadata["name"].startswith(f"{_INJECTOR}-"):
            versions[metadata["labels"][REVISION] or DEFAULT] = _version(configuration)
    return Injection(versions, tags_of(resources.list(WEBHOOKS, None, TAG)))


def tags_of(webhooks: list[dict[str, Any]]) -> dict[str, str]:
    """Tag → revision, by the webhooks of tags."""
    labels = [webhook["metadata"]["labels"] for webhook in webhooks]
    return {label[TAG]: label.get(REVISION, "") for label in labels}


def _version(configuration: dict[str, Any]) -> str:
    """The version that an injector injects: its values are JSON in the ConfigMap."""
    try:
        values = json.loads((configuration.get("data") or {}).get("values") or "{}")
        return str((values.get("global") or {}).get("tag") or "")
    except (ValueError, AttributeError):
        return ""
