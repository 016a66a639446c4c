# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until Argo CD has made a commit true: that very one, or one that was made on top of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import operation
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.application import with_children
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.waiting import Wait, Watched
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import explained
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.application import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.spec import is_automated
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.status import Verdict


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


def wait(task, namespace: str, name: str, delivered: Delivered, deadline: float) -> dict:
    """Until the Application is Synced and Healthy at the commit, with those that it deploys in turn; returns it.

    Raises MeshError at once when the sync of it fails, or when the Application does not read that branch.
    """
    try:
        watched = _watched(Resources(task.session), namespace, name)
        restart = operation.restart if is_automated(watched.live["spec"]) else None
        waiting = Wait(task, watched, _Judge(task, watched, delivered, deadline), restart)
        waiting.refresh()
        waiting.until(deadline)
        return with_children(task, watched, status.HEALTHY, deadline)
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


class _Judge:
    """How the Application stands towards the commit.

    A sync to an earlier commit that has failed is tried again for minutes, and automated sync does not look at a newer
    commit before it ends. So it is ended, once.
    """

    def __init__(self, task, watched: Watched, delivered: Delivered, deadline: float):
        self._task, self._watched, self._delivered, self._deadline = task, watched, delivered, deadline
        self._ended = False

    def __call__(self, live: dict) -> Verdict:
        said = status.comparison(live)
        if said:
            return said
        sync = live["status"].get("sync") or {}
        if not self._is_in(sync):
            at = status.revisions_of(sync) or "no revision"
            return Verdict(
                "doubtful",
                f"Argo CD compares it with {at}, which does not contain the commit. See whether its source is this "
                f"repository, and its target_revision is branch {self._delivered.branch}",
            )
        state = live["status"].get("operationState") or {}
        if operation.running(live) and state.get("syncResult") and not self._is_in(state["syncResult"]):
            return self._earlier(live, state)
        return status.judge(live)

    def _is_in(self, holder: dict) -> bool:
        revisions = holder.get("revisions") or [holder.get("revision")]
        return any(self._delivered.is_in(revision) for revision in revisions if revision)

    def _earlier(self, live: dict, state: dict) -> Verdict:
        revision = status.revisions_of(state["syncResult"])
        if state.get("finishedAt") and not self._ended and is_automated(live["spec"]):
            self._ended = True
            self._task.warn(
                f"{self._watched.label}: the sync to {revision} had failed and was waiting to be tried again. It was "
                "ended, so that the newer commit is synced."
            )
            operation.terminate(self._watched, self._deadline)
        return Verdict("waiting", f"a sync to the earlier {revision} is under way, {status.synced_so_far(live)}")
