# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which versions of its sources an Application goes from and to, and steps between versions that are refused."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.versions import parsed, unsupported_step
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.application import KIND

Document = dict[str, Any]


def compare(task: Task, desired: Document, live: Document | None) -> dict[str, Any]:
    """``revisions`` of the result: sources that get another revision, each with ``from`` and ``to``.

    Raises MeshError for a step between versions that ``max_minor_upgrade`` does not allow.
    """
    revisions = changed_revisions(desired, live)
    minors, asked_for = task.params.get("max_minor_upgrade"), task.params.get("upgrade_from")
    for revision in revisions:
        if minors is None or _is_version(revision["from"], asked_for):
            continue
        reason = unsupported_step(revision["from"], revision["to"], minors)
        if reason:
            label = KIND.label(desired["metadata"].get("namespace"), desired["metadata"]["name"])
            raise MeshError(
                f"{label}: {reason}, which is not supported. Nothing was written. Go there by supported steps; or, "
                f"where you know better, name the version that is to be replaced: upgrade_from: {revision['from']}."
            )
    return {"revisions": revisions} if revisions else {}


def _is_version(revision: str, asked_for: str | None) -> bool:
    """Whether a revision is the version that somebody named; its tag may be called v1.31.1."""
    return revision == asked_for or (parsed(revision) is not None and parsed(revision) == parsed(asked_for or ""))


def changed_revisions(desired: Document, live: Document | None) -> list[dict[str, str]]:
    """The sources of both that have another target revision; a source without one is at HEAD, or the latest chart."""
    before = {_place(source): source for source in _sources(live or {})}
    changed = []
    for source in _sources(desired):
        old = before.get(_place(source))
        if old is not None and _revision(old) != _revision(source):
            place = {
                "repo_url": str(source.get("repoURL")),
                "path": str(source.get("chart") or source.get("path") or "."),
            }
            changed.append({**place, "from": _revision(old), "to": _revision(source)})
    return changed


def _sources(application: Document) -> list[Document]:
    spec = application.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    several = spec.get("sources")
    sources = several if isinstance(several, list) and several else [spec.get("source")]
    return [source for source in sources if isinstance(source, dict)]


def _place(source: Document) -> tuple[str, str]:
    """What makes two sources the same: of a chart its name, as a mirror has the same charts."""
    if source.get("chart"):
        return "chart", str(source["chart"])
    return str(source.get("repoURL")), str(source.get("path") or ".")


def _revision(source: Document) -> str:
    return str(source.get("targetRevision") or "HEAD")
