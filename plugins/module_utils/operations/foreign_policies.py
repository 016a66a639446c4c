# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Undeclared objects of Istio that decide who may call whom, in the namespaces that a task declares something in.

A declared STRICT holds until somebody creates a second PeerAuthentication with a selector; no declared object changes
by that. What a task of this collection has applied is declared somewhere, and is not named here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError, NotInstalled
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import owners
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

_APIS = (".istio.io", "gateway.networking.k8s.io")  # who declares objects of these declares a part of the mesh
_LISTED_ALONE = 4  # of more namespaces than these, all are listed at once
_NAMED = 10  # objects that are named
Document = dict[str, Any]
Row = dict[str, Any]


def check(task: Task, items: Iterable[Item]) -> list[Row]:
    """The undeclared objects, each as ``kind``, ``namespace``, ``name``, ``managers`` and ``effect``.

    ``items`` is what the task declares. They are warned of in check mode. Raises MeshError instead where the option
    ``foreign_policies`` is ``refuse``, in the run as well.
    """
    wanted, declared = task.params.get("foreign_policies"), list(items)
    if wanted != "refuse" and not (wanted == "warn" and task.check):
        return []
    spaces = namespaces(declared) | set(task.params.get("policy_namespaces") or [])
    if not spaces:
        return []
    undeclared = _undeclared(task.resources, declared, spaces, certain=wanted == "refuse")
    sentences = [sentence_of(row) for row in undeclared[:_NAMED]]
    if len(undeclared) > _NAMED:
        sentences.append(f"And {len(undeclared) - _NAMED} more objects like these are not declared.")
    if wanted == "refuse" and undeclared:
        raise MeshError(
            f"Nothing was written. {' '.join(sentences)} Declare or delete them. With foreign_policies: warn this is a "
            "warning.",
            foreign_policies=undeclared,
        )
    for sentence in sentences:
        task.warn(sentence)
    return undeclared


def namespaces(declared: list[Item]) -> set[str]:
    """The namespaces that are declared, and those of declared objects of the mesh."""
    spaces = {item.name for item in declared if (item.kind.group, item.kind.kind) == ("", "Namespace")}
    return spaces | {item.namespace for item in declared if item.kind.group.endswith(_APIS) and item.namespace}


def sentence_of(row: Row) -> str:
    """An undeclared object and its effect, in one sentence."""
    by = ", ".join(repr(manager) for manager in row["managers"]) or "somebody"
    return f"{row['kind']} {row['namespace']}/{row['name']} is not declared, but set by {by}: {row['effect']}."


def _undeclared(resources: Resources, declared: list[Item], spaces: set[str], *, certain: bool) -> list[Row]:
    keys = {item.key for item in declared}
    listed: Iterable[str | None] = [None] if len(spaces) > _LISTED_ALONE else sorted(spaces)
    asked = [(kind, space) for kind in KINDS.values() if kind.effect for space in listed]
    lists = parallel(lambda query: _listed(resources, query[0], query[1], spaces, certain), asked)
    rows = []
    for (kind, _space), objects in zip(asked, lists, strict=True):
        for live in objects:
            metadata = live["metadata"]
            key = kind.group, kind.kind, metadata.get("namespace"), metadata["name"]
            if metadata.get("namespace") in spaces and key not in keys and not _is_ours(live):
                rows.append((kind, live))
    return [row for kind, live in rows if (row := _row(kind, live))]


def _listed(resources: Resources, kind: Kind, space: str | None, spaces: set[str], certain: bool) -> list[Document]:
    """The objects of a kind in a namespace, or in all of ``spaces`` for None. What may not be listed is empty, unless
    that has to be ``certain``: then it raises MeshError."""
    try:
        return resources.list(kind, space)
    except NotInstalled:
        return []
    except ApiError as error:
        if space is None and error.status == 403:
            return [live for each in sorted(spaces) for live in _listed(resources, kind, each, spaces, certain)]
        if certain:
            raise MeshError(f"foreign_policies: the {kind.plural} cannot be listed: {error.message}") from None
        return []


def _is_ours(live: Document) -> bool:
    """Whether a task of this collection has applied it."""
    entries = live["metadata"].get("managedFields") or []
    return any(owners.is_ours(str(entry.get("manager"))) and entry.get("operation") == "Apply" for entry in entries)


def _row(kind: Kind, live: Document) -> Row | None:
    effect = kind.effect(live) if kind.effect else ""
    if not effect or live["metadata"].get("deletionTimestamp"):
        return None
    metadata = live["metadata"]
    entries = [entry for entry in metadata.get("managedFields") or [] if not entry.get("subresource")]
    managers = sorted({str(entry.get("manager")) for entry in entries})
    place = {"kind": kind.kind, "namespace": metadata.get("namespace"), "name": metadata["name"]}
    return {**place, "managers": managers, "effect": effect}
