# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Argo CD and the cluster have to offer for an Application: a controller for its namespace, and its kinds."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import deploys_here
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core import builtin

_CONFIGURATION, _PARAMETERS = "argocd-cm", "argocd-cmd-params-cm"
_LABEL = "app.kubernetes.io/part-of=argocd"  # what Argo CD itself wants on its ConfigMaps
_KEYS = {"Application": "application.namespaces", "ApplicationSet": "applicationsetcontroller.namespaces"}


def unwatched(resources, live: dict) -> str:
    """Why no controller of Argo CD looks at this Application or ApplicationSet, or "" when one does or may.

    Argo CD always watches its own namespace, and others as its parameters name them. A controller may also be started
    with options that no ConfigMap shows, so this is only asked about an object that got no answer.
    """
    namespace, key = live["metadata"]["namespace"], _KEYS[live["kind"]]
    try:
        if resources.get(builtin.CONFIGMAP, namespace, _CONFIGURATION):
            return ""
        maps = resources.list(builtin.CONFIGMAP, None, _LABEL)
    except ApiError:
        return ""
    parameters = [live for live in maps if live["metadata"]["name"] == _PARAMETERS]
    if not parameters or any(is_named(namespace, (live.get("data") or {}).get(key)) for live in parameters):
        return ""
    where = ", ".join(live["metadata"]["namespace"] for live in parameters)
    return (
        f"Argo CD, which runs in namespace {where}, does not watch namespace {namespace}. Add it to {key} in "
        f"{_PARAMETERS}, by 'params' of argocd_config, and to source_namespaces of its project; or use namespace "
        f"{where}"
    )


def is_named(namespace: str, patterns: str | None) -> bool:
    """Whether a list as Argo CD's parameters have it names the namespace: by globs, and by /regular expressions/."""
    for pattern in [pattern.strip() for pattern in (patterns or "").split(",")]:
        if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
            if re.search(pattern[1:-1], namespace):
                return True
        elif fnmatchcase(namespace, pattern):
            return True
    return False


def are_served(resources, live: dict) -> bool:
    """Whether the kinds are served by now for which the last attempt of a sync failed.

    Of another cluster this is not known; there a second failure is taken for a no.
    """
    if not deploys_here(live):
        return (status.operation_state(live).get("retryCount") or 0) < 2
    for resource in status.not_served(live):
        group, version = resource.get("group") or "", resource.get("version") or "v1"
        try:
            resources.served_kind(f"{group}/{version}" if group else version, resource["kind"])
        except NotInstalled:
            return False
        except MeshError:
            return True  # nothing is known, so the next attempt may do better
    return True
