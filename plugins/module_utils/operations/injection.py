# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What injects proxies in a cluster, the pods that have them, and who is connected, read from it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Container, Iterable
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.propagation import Istiods
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import live
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import CONFIGMAP, NAMESPACE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import is_live
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import (
    DEFAULT,
    REVISION,
    TAG,
    Injection,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

WEBHOOKS = KINDS["admissionregistration.k8s.io", "MutatingWebhookConfiguration"]
VALIDATORS = KINDS["admissionregistration.k8s.io", "ValidatingWebhookConfiguration"]
DEFAULT_VALIDATOR = "istiod-default-validator"  # validates what names no revision; of the chart base
POD = KINDS["", "Pod"]
_WITHOUT = "With connections: false the task does not ask"
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


def namespaces_of(resources: Resources) -> dict[str, dict[str, Any]]:
    """All namespaces by their names. Raises ApiError."""
    return {item["metadata"]["name"]: item for item in resources.list(NAMESPACE)}


def warn_of_missing(task: Task, chosen: Iterable[str] | None, namespaces: Container[str]) -> None:
    """Tell which chosen namespaces do not exist: of a misspelt one everything would look in order."""
    missing = [name for name in chosen or [] if name not in namespaces]
    if missing:
        task.warn(f"namespaces: there is no Namespace {', '.join(missing)}, so nothing of it was looked at.")


def pods_of(resources: Resources, namespaces: Iterable[str] | None) -> list[dict[str, Any]]:
    """The pods of these namespaces, or of all, that run or are about to. Raises ApiError."""
    if namespaces is None:
        listed = [resources.list(POD)]
    else:
        listed = live.parallel(lambda name: resources.list(POD, name), namespaces)
    return [pod for pods in listed for pod in pods if is_live(pod)]


def connections(task: Task) -> dict[str, str] | None:
    """Proxy (``pod.namespace``) → the istiod pod that it is connected to; None where the task wants nobody asked.

    Raises MeshError.
    """
    if not task.params["connections"]:
        return None
    with contextlib.closing(Istiods(task, task.resources, _WITHOUT)) as istiods:
        return istiods.connections()


def _version(configuration: dict[str, Any]) -> str:
    """The version that an injector injects: its values are JSON in the ConfigMap."""
    try:
        values = json.loads((configuration.get("data") or {}).get("values") or "{}")
        return str((values.get("global") or {}).get("tag") or "")
    except (ValueError, AttributeError):
        return ""
