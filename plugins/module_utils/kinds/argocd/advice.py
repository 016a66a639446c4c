# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person can do about what Argo CD reports."""

from __future__ import annotations

import re

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import HERE

# Words of Argo CD, git, Helm or the API server -> which field to look at, or what to do. The first that fits counts.
_ADVICE = (
    (
        r"application repo \S+ is not permitted in project",
        "Add the repository to source_repos of the project, or use another project.",
    ),
    (
        r"do not match any of the allowed destinations in project",
        "Add the destination to the project, or use another project.",
    ),
    (r"is not permitted in project", "Allow the kind in the project, or take it out of the source."),
    (
        r"referencing project \S+ which does not exist",
        "Create the project first, with argocd_project, or check spec.project.",
    ),
    (
        r"can't have both name and server",
        "Give either spec.destination.server or spec.destination.name.",
    ),
    (
        r"cluster \S+ not found|there are no clusters with this name|error getting cluster",
        "Check spec.destination; the cluster must be registered in Argo CD, and the one that Argo CD runs in is "
        f"{HERE}.",
    ),
    (
        r"failed to get cluster info|error synchronizing cache state",
        "Check how the cluster is registered in Argo CD, with argocd_cluster: its address, its credentials and their "
        "rights.",
    ),
    (
        r"building helm chart dependencies|helm dependency (build|update)",
        "Check the dependencies in the chart's Chart.yaml, and whether Argo CD's repo-server reaches their "
        "repositories. Register a repository that needs credentials with argocd_repository, with the URL from "
        "Chart.yaml.",
    ),
    (
        r"could not find version \S+ of \S+ for requested resource",
        "Use the apiVersion that the cluster serves in the source.",
    ),
    (r"app path does not exist", "Check spec.source.path, and whether it was pushed."),
    (
        r"unable to resolve '[^']*' to a commit SHA|couldn't find remote ref|revision \S+ (is )?not found",
        "Check spec.source.target_revision, and whether it was pushed.",
    ),
    (r"chart \S+ (version \S+ )?not found|no matching version", "Check chart and target_revision of the source."),
    (
        r"repository not found|authentication (required|failed)|could not read Username|Permission denied"
        r"|access denied|unauthorized|unable to authenticate|not a valid chart repository",
        "Check spec.source.repo_url, and the credentials that Argo CD has for it.",
    ),
    (
        r"no such host|dial tcp|connection refused|i/o timeout|could not resolve host",
        "Check spec.source.repo_url, and whether Argo CD's repo-server can reach that host.",
    ),
    (
        r"namespaces \S+ not found",
        "Create the namespace first, or let Argo CD create it with sync_options: [CreateNamespace=true].",
    ),
    (
        r"Make sure the \S+ CRD is installed|could not find the requested resource|no matches for kind",
        "Install the CRD first. If another Application installs it in an earlier wave of this sync, give the resource "
        "the sync option SkipDryRunOnMissingResource=true.",
    ),
    (
        r"auto-sync will wipe out all resources",
        "Check path and revision of the source; allow_empty: true allows it.",
    ),
    (
        r"[Mm]etadata\.annotations: Too long",
        "Use server-side apply, with sync_options: [ServerSideApply=true].",
    ),
)


def on(message: str) -> str:
    """A sentence on what to do about this message, with a space before it, or nothing."""
    for words, advice in _ADVICE:
        if re.search(words, message):
            return f" {advice}"
    return ""
