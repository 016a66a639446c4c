# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for many objects at once: all are asked again until each is ready, with one line of progress for all."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import live, wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import Conversation, Conversations

_NAMED = 5  # objects that a message names


def all_ready(
    task: Task, resources: Resources, changes: list[Change], deadline: Deadline, conversations: Conversations
) -> None:
    """Wait until every object is ready by what its kind says.

    ``conversations`` tells which kinds have a wait of their own.

    Raises MeshError when one has failed for good, and on time-out with what was missing.
    """
    own = [change for change in changes if conversations(change.kind).wait]
    polled = [change for change in changes if change.kind.ready and not conversations(change.kind).wait]
    _poll(task, resources, polled, deadline, conversations)

    def converse(group: tuple[Conversation, list[Change]]) -> None:
        conversation, members = group
        if len(members) > 1:
            conversation.wait_all(task, resources, members, deadline)
        else:
            members[0].after = conversation.wait(task, resources, members[0].after, deadline)

    live.parallel(converse, _by_wait(own, conversations))


def _poll(
    task: Task, resources: Resources, changes: list[Change], deadline: Deadline, conversations: Conversations
) -> None:
    """Ask for all objects again until each is ready. Raises MeshError like :func:`all_ready`."""
    progress, failures = wait.Progress(task, task.name, deadline), wait.Failures()
    total, pending = len(changes), [(change, "") for change in changes]
    for turn, _pause in enumerate(pauses(deadline, first=0.1, most=1.0)):
        waiting = [change for change, _message in pending]
        if turn:
            _refresh(resources, waiting)
        pending, failed = _unready(waiting, failures)
        if failed:
            raise MeshError(f"{failed[0].label} failed: {_reason(resources, conversations, failed)}")
        if not pending:
            return
        change, message = pending[0]
        progress.say(f"{total - len(pending)} of {total} ready, waiting for {change.label}: {message}")
    missing = "; ".join(
        live.parallel(lambda late: f"{late[0].label}: {_reason(resources, conversations, late)}", pending[:_NAMED])
    )
    raise MeshError(f"{len(pending)} of {total} objects were not ready in time: {missing}.")


def _reason(resources: Resources, conversations: Conversations, unready: tuple[Change, str]) -> str:
    """The message of an object that is not ready, with what its controller, or its pods, say of it."""
    change, message = unready
    return conversations(change.kind).reason(resources, change.kind, change.after or {}, message)


def _by_wait(changes: list[Change], conversations: Conversations) -> list[tuple[Conversation, list[Change]]]:
    """The objects whose kind has a wait of its own, those together that can be awaited together."""
    groups: dict[tuple, tuple[Conversation, list[Change]]] = {}
    for change in changes:
        conversation = conversations(change.kind)
        alone = () if conversation.wait_all else (change.namespace, change.name)
        groups.setdefault((change.kind.group, change.kind.kind, *alone), (conversation, []))[1].append(change)
    return list(groups.values())


def _unready(
    changes: list[Change], failures: wait.Failures
) -> tuple[list[tuple[Change, str]], tuple[Change, str] | None]:
    """The objects that are not ready, each with its message, and the first that has failed for good."""
    pending = []
    for change in changes:
        readiness = change.kind.ready(change.after)
        if not failures.patience_left(change.label, readiness) and readiness.state == "failed":
            return pending, (change, readiness.message)
        if readiness.state != "ready":
            pending.append((change, readiness.message))
    return pending, None


def _refresh(resources: Resources, changes: list[Change]) -> None:
    items = [Item(change.kind, change.after, "") for change in changes]
    objects = live.read(resources, items)
    for change, item in zip(changes, items, strict=True):
        if objects[item.key] is None:
            raise MeshError(f"{item.label} was deleted by somebody during the wait.")
        change.after = objects[item.key]


def all_gone(task: Task, resources: Resources, changes: list[Change], deadline: Deadline) -> None:
    """Wait until every deleted object is gone. Raises MeshError on time-out, naming the finalizers that hold one."""
    for change in changes:
        wait.until_gone(task, resources, change.kind, change.before, deadline)
