# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""By which labels and annotations Helm and Argo CD know the objects that are theirs. Pure.

Sources: helm, pkg/action/validate.go; Argo CD, "Resource Tracking" (the annotation is its default since 3.0).
"""

from __future__ import annotations

from typing import Any

RELEASE_NAME, RELEASE_NAMESPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"
OF_RELEASES = (RELEASE_NAME, RELEASE_NAMESPACE)
MANAGED_BY = "app.kubernetes.io/managed-by"  # a label of any installer; its value is "Helm" for what a release has
TRACKING = "argocd.argoproj.io/tracking-id"
PART_OF = "applyset.kubernetes.io/part-of"  # a label of the members of a set


def release_of(live: dict[str, Any]) -> tuple[str, str] | None:
    """(namespace, name) of the release that an object belongs to by its annotations."""
    annotations = _annotations(live)
    namespace, name = annotations.get(RELEASE_NAMESPACE), annotations.get(RELEASE_NAME)
    return (namespace, name) if namespace and name else None


def tracked_by(live: dict[str, Any]) -> str:
    """The Application that tracks an object, as ``NAME``, or ``NAMESPACE_NAME`` where that is not Argo CD's own
    namespace; empty for none."""
    return str(_annotations(live).get(TRACKING) or "").partition(":")[0]


def _annotations(live: dict[str, Any]) -> dict[str, str]:
    annotations: dict[str, str] = (live.get("metadata") or {}).get("annotations") or {}
    return annotations
