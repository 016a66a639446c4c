# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an upgrade looks at: the versions of a mesh, and what selects, holds or blocks them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.injection import GATEWAY_NAME, REVISION
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import injection as injectors
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import mesh_versions
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.mesh_upgrade import labels
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.workload_restart import choice

_VERSION = "app.kubernetes.io/version"  # a label of everything in Istio's charts
_GATEWAY = KINDS["gateway.networking.k8s.io", "Gateway"]
_ENVOY_FILTER = KINDS["networking.istio.io", "EnvoyFilter"]

Document = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """``mesh``: the facts of mesh_versions. ``validator``: the revision that validates by default.

    ``objects``: workloads with a proxy as they are live; ``unrestartable``: those that nobody restarts, with the
    reason.
    """

    mesh: Document
    namespaces: dict[str, Document] = field(default_factory=dict)
    validator: str = ""
    base_version: str = ""
    objects: dict[Workload, Document] = field(default_factory=dict)
    unrestartable: dict[Workload, str] = field(default_factory=dict)
    budgets: list[Document] = field(default_factory=list)
    gateways: list[Document] = field(default_factory=list)
    envoy_filters: list[Document] = field(default_factory=list)

    def plane(self, revision: str) -> Document | None:
        """The control plane of a revision."""
        return next((row for row in self.mesh["control_planes"] if row["revision"] == revision), None)

    def version_of(self, revision: str) -> str:
        """The version of a revision's control plane; empty where it has none."""
        return str((self.plane(revision) or {}).get("version") or "")

    def template_of(self, plane: Document) -> Document | None:
        """The template of a control plane's pods."""
        item = self.objects.get(Workload("Deployment", plane["namespace"], plane["name"]))
        template: Document | None = item["spec"]["template"] if item else None
        return template

    def tags(self) -> dict[str, str]:
        """Tag → revision."""
        return {row["tag"]: row["revision"] for row in self.mesh["tags"]}

    def is_excluded(self, namespace: str) -> bool:
        """Whether the owner of a namespace wants it left alone."""
        return namespace in self.namespaces and labels.is_excluded(self.namespaces[namespace])

    def is_of_chart(self, row: Document) -> bool:
        """Whether a workload is a gateway of Istio's chart; istiod makes those of the Gateway API, and renews them."""
        item = self.objects.get(Workload.of_row(row)) or {"spec": {"template": {}}}
        pod_labels = (item["spec"]["template"].get("metadata") or {}).get("labels") or {}
        return bool(row["gateway"]) and GATEWAY_NAME not in pod_labels

    def gateway_workloads(self) -> set[Workload]:
        """Gateways of charts and of the Gateway API."""
        return {Workload.of_row(row) for row in self.mesh["workloads"] if row["gateway"]}

    def gateways_of(self, revision: str) -> list[str]:
        """Gateways of the Gateway API that select a revision by a label of their own."""
        return [
            f"Gateway {item['metadata']['namespace']}/{item['metadata']['name']}"
            for item in self.gateways
            if (label := (item["metadata"].get("labels") or {}).get(REVISION))
            and self.tags().get(label, label) == revision
        ]


def planes(task: Task) -> Facts:
    """Control planes and their webhooks alone, for what needs no more. Raises ApiError."""
    resources = task.resources
    rows = mesh_versions.control_planes(resources, None)
    return Facts(mesh={"control_planes": rows, "webhooks": mesh_versions.webhooks(resources)})


def read(task: Task) -> Facts:
    """Everything, in a few requests. Raises MeshError."""
    resources = task.resources
    namespaces = injectors.namespaces_of(resources)
    mesh = mesh_versions.facts(task, None, namespaces)
    passing = {name for name, item in namespaces.items() if name == labels.PROBE or _is_going(item)}
    namespaces = {name: item for name, item in namespaces.items() if name not in passing}
    mesh["namespaces"] = [row for row in mesh["namespaces"] if row["name"] not in passing]
    mesh["workloads"] = [row for row in mesh["workloads"] if row["namespace"] not in passing]
    validator = resources.get(injectors.VALIDATORS, None, injectors.DEFAULT_VALIDATOR)
    marks: dict[str, str] = ((validator or {}).get("metadata") or {}).get("labels") or {}
    objects = _objects(task, mesh)
    return Facts(
        mesh=mesh,
        namespaces=namespaces,
        validator=marks.get(REVISION, ""),
        base_version=marks.get(_VERSION, ""),
        objects=objects,
        unrestartable=_unrestartable(mesh, objects),
        budgets=resources.list(KINDS["policy", "PodDisruptionBudget"]),
        gateways=_served(task, _GATEWAY),
        envoy_filters=_served(task, _ENVOY_FILTER),
    )


def _is_going(item: Document) -> bool:
    """It is being deleted, with everything in it."""
    return bool(item["metadata"].get("deletionTimestamp"))


def _objects(task: Task, mesh: Document) -> dict[Workload, Document]:
    wanted = set(map(Workload.of_row, mesh["workloads"]))
    listed = {}
    for kind in choice.KINDS:
        for item in task.resources.list(KINDS["apps", kind]):
            workload = Workload(kind, item["metadata"]["namespace"], item["metadata"]["name"])
            if workload in wanted or (item["metadata"].get("labels") or {}).get("app") == "istiod":
                listed[workload] = item
    return listed


def _unrestartable(mesh: Document, objects: dict[Workload, Document]) -> dict[Workload, str]:
    reasons = {}
    for workload in map(Workload.of_row, mesh["workloads"]):
        reason = choice.reason_to_skip(choice.Candidate(workload, ""), objects.get(workload))
        if reason:
            reasons[workload] = reason
    return reasons


def _served(task: Task, kind: Any) -> list[Document]:
    """All objects of a kind; none where it is not installed."""
    try:
        return task.resources.list(kind)
    except NotInstalled:
        return []
    except ApiError as error:
        if error.status != 404:
            raise
        return []
