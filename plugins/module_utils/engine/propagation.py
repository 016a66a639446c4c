# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until what was written has arrived where it works: a kind's control plane is asked once for many objects.

``Conversation.control_plane(task, resources)`` opens it before the first write, or returns None when there is nobody to
ask; ``acked(changes, deadline)`` of what it returns waits.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import Conversations
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind


class Propagation:
    """The conversations of one task. Nobody is asked before ``begin``."""

    def __init__(self, task: Task, resources: Resources, conversations: Conversations):
        self._task, self._resources, self._conversations = task, resources, conversations
        self._open: dict = {}
        self._settled: list[Change] = []
        self.proxies: int | None = None

    def begin(self, kinds: Iterable[Kind]) -> bool:
        """Ask for the control planes of the kinds that will be written; True when one can be asked.

        Raises MeshError when it is there and may not be.
        """
        if self._task.check or not self._task.params.get("wait"):
            return False
        for kind in kinds:
            control_plane = self._conversations(kind).control_plane
            if control_plane and kind.control_plane not in self._open:
                self._open[kind.control_plane] = control_plane(self._task, self._resources)
        return any(self._open.values())

    def acked(self, changes: Iterable[Change], deadline: Deadline) -> None:
        """Wait for those changes that were not waited for before. Raises MeshError."""
        done = {id(change) for change in self._settled}
        fresh = [change for change in changes if change.changed and id(change) not in done]
        for control_plane, conversation in self._open.items():
            concerned = [change for change in fresh if change.kind.control_plane == control_plane]
            if conversation and concerned:
                self.proxies = conversation.acked(concerned, deadline)
        self._settled += fresh

    def close(self) -> None:
        for conversation in self._open.values():
            if conversation:
                conversation.close()
