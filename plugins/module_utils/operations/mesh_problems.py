# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the versions of a mesh, one line each. Pure: from the facts of mesh_versions."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import few
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload

_NAMED = 5  # workloads that a line names
_AHEAD = 1  # minor versions that a control plane may be ahead of its proxies (istio.io, Supported releases)


def of(facts: dict[str, Any]) -> list[str]:
    """The lines, what keeps pods from being made first. An empty list: nothing is wrong."""
    planes = {plane["revision"]: plane for plane in facts["control_planes"]}
    return [
        *_unready(facts["control_planes"]),
        *tags(facts["tags"], planes),
        *namespaces(facts["namespaces"]),
        *_webhooks(facts["webhooks"], planes),
        *_skew(facts["workloads"], planes),
        *_unconnected(facts["workloads"]),
        *_nodes(facts["nodes"]),
        *crds(facts["crds"]),
    ]


def _unready(planes: list[dict[str, Any]]) -> Iterator[str]:
    for plane in planes:
        if plane["ready"] < plane["replicas"] or not plane["ready"]:
            yield (
                f"{_plane(plane)} has {plane['ready']} of {plane['replicas']} replicas ready"
                f"{'' if plane['ready'] else ': no pod can be injected by it'}"
            )


def _plane(plane: dict[str, Any]) -> str:
    return f"istiod {plane['namespace']}/{plane['name']} (revision {plane['revision']}, {plane['version']})"


def tags(rows: list[dict[str, Any]], planes: Container[str]) -> Iterator[str]:
    """Tags of nothing. ``planes``: the revisions that have a control plane."""
    for tag in rows:
        if tag["revision"] not in planes:
            yield f"the tag {tag['tag']} points to revision {tag['revision']}, which has no control plane"


def namespaces(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Namespaces whose new pods nothing injects."""
    for row in rows:
        if row["selects"] and row["version"] is None:
            meaning = f" (revision {row['revision']})" if row["selects"] != row["revision"] else ""
            yield (
                f"Namespace {row['name']} selects {row['selects']}{meaning}, which has no control plane: its new pods "
                "get no proxy"
            )


def _webhooks(webhooks: list[dict[str, Any]], planes: dict[str, Any]) -> Iterator[str]:
    for row in webhooks:
        label = f"{row['kind']} {row['name']}"
        if row["revision"] and row["revision"] not in planes:
            fails = "; what it is called for fails" if row["failure_policy"] == "Fail" else ""
            yield f"{label} is of revision {row['revision']}, which has no control plane{fails}"
        elif not row["has_ca"]:
            yield f"{label} has no CA yet: istiod has not patched it"


def _skew(workloads: list[dict[str, Any]], planes: dict[str, Any]) -> Iterator[str]:
    """Proxies that are newer than the control plane of their revision, or more minor versions older than it may be."""
    for newer, sentence in (
        (True, "newer than its control plane, which Istio does not support"),
        (False, f"more than {_AHEAD} minor version older than its control plane, which Istio does not support"),
    ):
        rows = [row for row in workloads if any(_skewed(row, planes, newer))]
        if rows:
            yield f"{_listed(rows)}: a proxy is {sentence}"


def _skewed(row: dict[str, Any], planes: dict[str, Any], newer: bool) -> Iterator[bool]:
    for revision in row["revisions"]:
        plane = minor(planes[revision]["version"]) if revision in planes else None
        for version in row["versions"]:
            proxy = minor(version)
            if plane and proxy:
                yield proxy > plane if newer else (proxy[0] == plane[0] and plane[1] - proxy[1] > _AHEAD)


def minor(version: str) -> tuple[int, int] | None:
    """(1, 31) of 1.31.1; None for what is not written so, such as ``latest``."""
    match = re.match(r"(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else None


def _unconnected(workloads: list[dict[str, Any]]) -> Iterator[str]:
    rows = [row for row in workloads if row["unconnected"]]
    if rows:
        yield f"{_listed(rows)}: {sum(row['unconnected'] for row in rows)} proxies are not connected to any istiod"


def _listed(rows: list[dict[str, Any]]) -> str:
    return few([Workload.of_row(row).label for row in rows], _NAMED)


def _nodes(nodes: list[dict[str, Any]]) -> Iterator[str]:
    for row in nodes:
        if row["ready"] < row["wanted"]:
            yield f"DaemonSet {row['namespace']}/{row['name']} is ready on {row['ready']} of {row['wanted']} nodes"


def crds(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Definitions of which objects may be stored in a version that is not served."""
    for row in rows:
        lost = [version for version in row["stored"] if version not in row["served"]]
        if lost:
            yield (
                f"{row['name']} may have objects stored in {', '.join(lost)}, which it does not serve: rewrite them "
                "before that version goes"
            )
