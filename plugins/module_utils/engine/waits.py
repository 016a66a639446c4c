# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for many objects at once: all are asked again until each is ready, with one line of progress for all."""

from __future__ import annotations

import time

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents.collect import Item
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import live, wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import Conversation, Conversations

_PAUSE = (0.1, 1.0)  # seconds between two rounds: at first, at most


def all_ready(
    task: Task, resources: Resources, changes: list[Change], deadline: float, conversations: Conversations
) -> None:
    """Wait until every object is ready by what its kind says; ``deadline`` is a time.monotonic() value.

    ``conversations`` tells which kinds have a wait of their own.

    Raises MeshError when one has failed for good, and on time-out with what was missing.
    """
    own = [change for change in changes if conversations(change.kind).wait]
    polled = [change for change in changes if change.kind.ready and not conversations(change.kind).wait]
    progress, failures = wait.Progress(task, "mesh_apply", deadline), wait.Failures()
    total, pause = len(polled), _PAUSE[0]
    pending = _unready(polled, failures)
    while pending:
        change, message = pending[0]
        first = change.kind.label(change.namespace, change.name)
        if time.monotonic() >= deadline:
            missing = "; ".join(f"{one.kind.label(one.namespace, one.name)}: {said}" for one, said in pending[:5])
            raise MeshError(f"{len(pending)} of {total} objects were not ready in time: {missing}.")
        progress.say(f"{total - len(pending)} of {total} ready, waiting for {first}: {message}")
        time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
        pause = min(_PAUSE[1], pause * 1.5)
        _refresh(resources, [change for change, _message in pending])
        pending = _unready([change for change, _message in pending], failures)

    def converse(group: tuple[Conversation, list[Change]]) -> None:
        conversation, members = group
        if len(members) > 1:
            conversation.wait_all(task, resources, members, deadline)
        else:
            members[0].after = conversation.wait(task, resources, members[0].after, deadline)

    live.parallel(converse, _by_wait(own, conversations))


def _by_wait(changes: list[Change], conversations: Conversations) -> list[tuple[Conversation, list[Change]]]:
    """The objects whose kind has a wait of its own, those together that can be awaited together."""
    groups: dict[tuple, tuple[Conversation, list[Change]]] = {}
    for change in changes:
        conversation = conversations(change.kind)
        alone = () if conversation.wait_all else (change.namespace, change.name)
        groups.setdefault((change.kind.group, change.kind.kind, *alone), (conversation, []))[1].append(change)
    return list(groups.values())


def _unready(changes: list[Change], failures: wait.Failures) -> list[tuple[Change, str]]:
    """The objects that are not ready, each with what it says. Raises MeshError for one that has failed for good."""
    pending = []
    for change in changes:
        said, label = change.kind.ready(change.after), change.kind.label(change.namespace, change.name)
        if not failures.doubt(label, said) and said.state == "failed":
            raise MeshError(f"{label} failed: {said.message}")
        if said.state != "ready":
            pending.append((change, said.message))
    return pending


def _refresh(resources: Resources, changes: list[Change]) -> None:
    items = [Item(change.kind, change.after, "") for change in changes]
    found = live.read(resources, items)
    for change, item in zip(changes, items, strict=True):
        if found[item.key] is None:
            raise MeshError(f"{item.label} was deleted by somebody while we waited for it.")
        change.after = found[item.key]


def all_gone(task: Task, resources: Resources, changes: list[Change], deadline: float) -> None:
    """Wait until every deleted object is gone. Raises MeshError on time-out, naming the finalizers that hold one."""
    for change in changes:
        wait.until_gone(task, resources, change.kind, change.before, deadline)
