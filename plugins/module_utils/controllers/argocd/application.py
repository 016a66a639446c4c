# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversation about an Application: when it is synced and healthy, and what its deletion takes with it."""

from __future__ import annotations

from functools import partial

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import (
    deletion,
    several,
    tree,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.waiting import Wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.watched import Watched
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.written import is_newer
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import Conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.live import parallel
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.application import KIND
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.spec import is_automated

_BEFORE_DELETE = 60.0  # seconds that preparing a deletion may take where no time-out is given


def wait(task: Task, resources, live: dict, deadline: Deadline) -> dict:
    """Until Argo CD has compared this Application, finished its sync, and finds it Synced and healthy enough.

    Returns the Application as it is then. Raises MeshError on a failure at once, and on time-out with what was missing.
    """
    pending = _begin(task, resources, live, task.writes > 0)
    pending.until(deadline)
    return with_children(task, pending.watched, _health(task), deadline)


def wait_all(task: Task, resources, changes: list, deadline: Deadline) -> None:
    """The same for many at once, by one watch for all. Leaves each as it is then in its Change."""
    projects: dict = {}

    waits = parallel(lambda change: _begin(task, resources, change.after, change.changed, projects), changes)
    several.until_all(task, resources, waits, deadline)
    for change, ended in zip(changes, waits, strict=True):
        change.after = with_children(task, ended.watched, _health(task), deadline)


def _begin(task: Task, resources, live: dict, written: bool, projects: dict | None = None) -> Wait:
    """A wait whose first question, where one is needed, has been asked. ``written``: whether by this task."""
    judge = partial(status.judge, enough=_health(task))
    restarts = task.params.get("retry_failed", True) and is_automated(live["spec"])
    pending = Wait(task, Watched(resources, KIND, live), judge, restarts, projects)
    if task.params.get("refresh"):
        pending.refresh(task.params["refresh"])
    elif live.get("status") and (written or is_newer(live) or judge(live).state != "ready"):
        pending.refresh()
    return pending


def _health(task: Task) -> tuple[str, ...]:
    return tuple(task.params.get("wait_health") or status.HEALTHY)


def with_children(task: Task, watched: Watched, health: tuple[str, ...], deadline: Deadline) -> dict:
    """The Application, once those that it deploys in turn are ready as well, where the task waits for them."""
    if task.params.get("wait_children", True) and tree.has_children(watched.live):
        tree.wait(task, watched, health, deadline)
    return watched.live


def before_delete(task: Task, resources, live: dict) -> dict:
    """End a running operation, and see to it that the deletion takes with it what was asked for, and no more."""
    watched = Watched(resources, KIND, live)
    deadline = Deadline(task.params.get("wait_timeout") or _BEFORE_DELETE)
    deletion.prepare(watched, task.params.get("cascade"), task.params.get("propagation_policy"), deadline)
    return watched.live


def wait_deleted(task: Task, resources, live: dict, deadline: Deadline) -> None:
    deletion.until_gone(task, Watched(resources, KIND, live), deadline)


CONVERSATION = Conversation(wait=wait, wait_all=wait_all, before_delete=before_delete, wait_deleted=wait_deleted)
