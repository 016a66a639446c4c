# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argo CD's kinds, the label of its Secrets, and the cluster that it runs in."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import DELIVERY, DELIVERY_PROJECTS, Kind

# The kinds for whoever reads and patches them; what else each of them can do is joined in its own file.
APPLICATION = Kind(
    group="argoproj.io",
    kind="Application",
    plural="applications",
    versions=("v1alpha1",),
    order=DELIVERY,
    installed_by="argocd",
)
APPLICATIONSET = Kind(
    group="argoproj.io",
    kind="ApplicationSet",
    plural="applicationsets",
    versions=("v1alpha1",),
    order=DELIVERY,
    installed_by="argocd",
)
PROJECT = Kind(
    group="argoproj.io",
    kind="AppProject",
    plural="appprojects",
    versions=("v1alpha1",),
    order=DELIVERY_PROJECTS,
    installed_by="argocd",
)

SECRET_TYPE = "argocd.argoproj.io/secret-type"  # the label by which Argo CD knows what a Secret is for
HERE = "https://kubernetes.default.svc"  # the cluster that Argo CD runs in, and its name there
_HERE_BY_NAME = "in-cluster"


def deploys_here(live: dict) -> bool:
    """Whether an Application's destination is the cluster that Argo CD runs in, which is the one we talk to."""
    destination = (live.get("spec") or {}).get("destination") or {}
    return destination.get("server") == HERE or destination.get("name") == _HERE_BY_NAME
