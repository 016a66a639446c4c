# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until Argo CD has synced a commit: that very one, or one on top of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.application import with_children
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.waiting import Wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.watched import Watched
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.application import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.spec import is_automated
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.verdict import (
    READY,
    Reason,
    Verdict,
    doubtful,
    waiting,
)

# What an Application may lack beside some of its objects, which then are as the commit has them.
_OF_OTHERS = (
    Reason.UNHEALTHY,
    Reason.PART_UNHEALTHY,
    Reason.STILL_DIFFERENT,
    Reason.AUTOMATED_SYNC_DUE,
    Reason.PRUNING_NEEDED,
    Reason.SELF_HEAL_NEEDED,
    Reason.NOT_AUTOMATED,
)


@dataclass
class Delivered:
    """A commit on a branch. ``contains(revision, commit)``: whether a revision has the commit in its history."""

    commit: str
    branch: str
    contains: Callable[[str, str], bool]
    _known: dict[str, bool] = field(default_factory=dict)

    def is_in(self, revision: str) -> bool:
        if revision not in self._known:
            self._known[revision] = self.contains(revision, self.commit)
        return self._known[revision]


def wait(task: Task, namespace: str, name: str, delivered: Delivered, deadline: Deadline) -> dict:
    """Until the Application is Synced and Healthy at the commit, with those that it deploys in turn; returns it.

    Raises MeshError at once when the sync of it fails, or when the Application does not read that branch.
    """
    watched = wait_for(task, namespace, name, delivered, partial(judged, delivered=delivered), deadline)
    with _not_live(delivered):
        return with_children(task, watched, status.HEALTHY, deadline)


def wait_for(
    task: Task, namespace: str, name: str, delivered: Delivered, judge: Callable[[dict], Verdict], deadline: Deadline
) -> Watched:
    """Until ``judge`` says ready of the Application, once its controller has looked again. Raises MeshError."""
    with _not_live(delivered):
        watched = _watched(task.resources, namespace, name)
        wait = Wait(task, watched, judge, is_automated(watched.live["spec"]))
        wait.refresh()
        wait.until(deadline)
        return watched


@contextlib.contextmanager
def _not_live(delivered: Delivered) -> Iterator[None]:
    try:
        yield
    except MeshError as error:
        where = f"Commit {delivered.commit[:8]} is on branch {delivered.branch}"
        raise MeshError(f"{where}, and not live: {error.message}", **error.details) from None


def _watched(resources: Resources, namespace: str, name: str) -> Watched:
    try:
        live = resources.get(KIND, namespace, name)
    except MeshError as error:
        raise explained(error, KIND, namespace, name) from None
    if live is None:
        raise MeshError(
            f"there is no {KIND.label(namespace, name)} to wait for. Make it with argocd_application, or see "
            "git.application and git.application_namespace."
        )
    return Watched(resources, KIND, live)


def judged(live: dict, delivered: Delivered) -> Verdict:
    """How the Application stands towards the commit."""
    verdict = status.comparison(live)
    if verdict:
        return verdict
    sync, state = live["status"].get("sync") or {}, status.operation_state(live)
    if not _contains(delivered, sync):
        at = status.revisions_of(sync) or "no revision"
        return doubtful(
            Reason.OTHER_REVISION,
            f"Argo CD compares it with {at}, which does not contain the commit. See whether its source is this "
            f"repository, and its target_revision is branch {delivered.branch}",
        )
    if status.running(live) and state.get("syncResult") and not _contains(delivered, state["syncResult"]):
        revision = status.revisions_of(state["syncResult"])
        message = f"a sync to the earlier {revision} is under way, {status.synced_so_far(live)}"
        return waiting(Reason.EARLIER_SYNC_STUCK if status.between_attempts(state) else Reason.EARLIER_SYNC, message)
    return status.judge(live)


def judged_objects(live: dict, delivered: Delivered, wanted: Collection[tuple]) -> Verdict:
    """How some objects of the Application stand towards the commit, each (group, kind, namespace or "", name).

    The health of the Application, and its other objects, do not matter.
    """
    verdict = judged(live, delivered)
    if verdict.reason not in _OF_OTHERS:
        return verdict
    synced = {status.key(resource) for resource in status.resources(live) if resource.get("status") == "Synced"}
    if synced.issuperset(wanted):
        return READY
    if verdict.reason is Reason.NOT_AUTOMATED:
        return Verdict("waiting", verdict.reason, f"{verdict.message}; somebody has to sync it")
    return verdict


def _contains(delivered: Delivered, holder: dict) -> bool:
    revisions = holder.get("revisions") or [holder.get("revision")]
    return any(delivered.is_in(revision) for revision in revisions if revision)
