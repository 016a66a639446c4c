# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarting workloads a few at a time, each proven before the next.

A restart is an annotation of the pod template whose value says what it was for. So what was restarted is known without
a record: a second run, or the one after a killed run, goes on where the work is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.workloads import CONVERSATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import live, results, waits
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.builtin import NAMESPACE
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.core.workloads import Workload, by_workload
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import injection as injectors
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.workload_restart import choice
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.workload_restart.annotate import annotate
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.workload_restart.choice import (
    Candidate,
    Skipped,
)

_NAMED = 5  # pods or workloads that a message names


@dataclass
class Work:
    """One call: what it restarts, as far as it has come."""

    task: Task
    objects: dict[Workload, dict[str, Any]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def run(task: Task) -> dict[str, Any]:
    """The ``run`` of workload_restart. Raises MeshError."""
    work = Work(task)
    candidates = _restartable(work, _wanted(work))
    batches = choice.batches(candidates, task.params["at_once"])
    begun = 0
    for batch in batches:
        begun += len(batch)
        try:
            _restart(work, batch)
        except MeshError as error:
            raise _stopped(work, error, candidates[begun:]) from None
        task.progress(f"workload_restart: {begun} of {len(candidates)} workloads restarted")
    for row in work.skipped:
        task.warn(f"{row.workload.label} is not restarted: {row.reason}.")
    rows = [row.row() for row in work.skipped]
    return results.of_objects(task, work.changes, waited=not task.check, not_restarted=rows)


def _wanted(work: Work) -> list[Candidate]:
    """The workloads that want a restart, by the options."""
    params = work.task.params
    named = [
        Workload(row.get("kind") or "Deployment", row["namespace"], row["name"]) for row in params["workloads"] or []
    ]
    places = sorted({*(params["namespaces"] or []), *(workload.namespace for workload in named)})
    if params["token"]:
        return _all(work, named, places, params["token"])
    resources = work.task.resources
    namespaces = dict(zip(places, live.parallel(lambda name: resources.get(NAMESPACE, None, name), places)))
    for name, there in namespaces.items():
        _refuse_missing(name, there)
    injection = injectors.read(resources, params["istiod_namespace"])
    grouped = by_workload(injectors.pods_of(resources, places))
    _read(work, named)
    whole = set(params["namespaces"] or [])
    chosen = {workload: pods for workload, pods in grouped.items() if workload.namespace in whole or workload in named}
    known = {name: there for name, there in namespaces.items() if there}
    return choice.outdated(chosen, known, injection, params["gateways"])


def _refuse_missing(name: str, namespace: dict[str, Any] | None) -> None:
    """Raises MeshError for a namespace that does not exist."""
    if namespace is None:
        raise MeshError(f"Namespace {name} does not exist. Nothing was restarted.")


def _all(work: Work, named: list[Workload], places: list[str], token: str) -> list[Candidate]:
    """All workloads of the namespaces, and the named ones."""
    whole = [place for place in places if place in (work.task.params["namespaces"] or [])]
    for place in whole:
        for kind in choice.KINDS:
            for item in work.task.resources.list(KINDS["apps", kind], place):
                work.objects[Workload(kind, place, item["metadata"]["name"])] = item
        if not any(workload.namespace == place for workload in work.objects):
            _refuse_missing(place, work.task.resources.get(NAMESPACE, None, place))
    _read(work, [workload for workload in named if workload not in work.objects])
    return [
        Candidate(workload, token) for workload, there in sorted(work.objects.items()) if _wants(workload, there, token)
    ]


def _wants(workload: Workload, there: dict[str, Any], token: str) -> bool:
    """Not restarted for this yet, or by a run that did not live to see it come up."""
    ready = KINDS["apps", workload.kind].ready
    return choice.restarted_for(there) != token or bool(ready and ready(there).state != "ready")


def _read(work: Work, workloads: list[Workload]) -> None:
    """The live objects of these workloads. Raises MeshError for one that is not there."""

    def get(workload: Workload) -> dict[str, Any] | None:
        return work.task.resources.get(KINDS["apps", workload.kind], workload.namespace, workload.name)

    for workload, there in zip(workloads, live.parallel(get, workloads), strict=True):
        if there is None:
            raise MeshError(f"{workload.label} does not exist. Nothing was restarted.")
        work.objects[workload] = there


def _restartable(work: Work, candidates: list[Candidate]) -> list[Candidate]:
    """Those that can be restarted; the others are told with the reason."""
    workloads = [candidate.workload for candidate in candidates]
    _read(work, [it for it in workloads if it.kind in choice.KINDS and it not in work.objects])
    restartable = []
    for candidate in candidates:
        reason = choice.reason_to_skip(candidate, work.objects.get(candidate.workload))
        if reason:
            work.skipped.append(Skipped(candidate.workload, reason))
        else:
            restartable.append(candidate)
    return restartable


def _restart(work: Work, batch: list[Candidate]) -> None:
    """Restart some workloads at once, and see that each has come up as it is to be. Raises MeshError."""
    deadline = Deadline(work.task.params["wait_timeout"])
    changes = [annotate(work.task, candidate, work.objects[candidate.workload]) for candidate in batch]
    work.changes += changes
    if work.task.check:
        return
    waits.all_ready(work.task, work.task.resources, changes, deadline, lambda _kind: CONVERSATION)
    for candidate, change in zip(batch, changes, strict=True):
        if choice.restarted_for(change.after or {}) != candidate.value:
            raise MeshError(
                f"{change.label}: somebody removed the annotation {choice.ANNOTATION} from its pod template, so its "
                "pods were not replaced, or replaced twice. Whatever manages the workload has to leave annotations "
                "alone that it does not declare."
            )
    _prove(work, batch, deadline)


def _prove(work: Work, batch: list[Candidate], deadline: Deadline) -> None:
    """The new proxies are those that were wanted, and an istiod knows them. Raises MeshError."""
    proven = [candidate for candidate in batch if candidate.expected]
    if not proven:
        return
    lines: list[str] = []
    for _turn in pauses(deadline, first=0.2, most=2.0):
        lines = _lagging(work, proven)
        if not lines:
            break
    if lines:
        shown = "; ".join(lines[:_NAMED]) + (f"; and {len(lines) - _NAMED} more" if len(lines) > _NAMED else "")
        expected = proven[0].expected
        wanted = f"{expected.version} of revision {expected.revision}" if expected else ""
        raise MeshError(f"After the restart not every proxy is {wanted}: {shown}")


def _lagging(work: Work, batch: list[Candidate]) -> list[str]:
    places = sorted({candidate.workload.namespace for candidate in batch})
    grouped = by_workload(injectors.pods_of(work.task.resources, places))
    connected = injectors.connections(work.task)
    return [
        f"{candidate.workload.label}: {line}"
        for candidate in batch
        for line in choice.lagging(candidate, grouped.get(candidate.workload) or [], connected)
    ]


def _stopped(work: Work, error: MeshError, left: list[Candidate]) -> MeshError:
    """A failure with how far it came: those before are restarted, those after are untouched."""
    restarted = [change.row() for change in work.changes if change.changed]
    remaining = [candidate.workload.row() for candidate in left]
    progress = f"{len(restarted)} workloads were restarted, {len(remaining)} are left" if left or restarted else ""
    again = "Another run goes on with what is left"
    return MeshError(
        sentence(error.message, progress, again if progress else ""),
        **{**error.details, "resources": restarted, "remaining": remaining},
    )
