# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gates of one task: asked before the first step, and again and again during each."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.sides import Sides
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import Verdict


class Gates:
    """What a task has to say about a canary by the options of the fragment ``gates``. Close it at the end."""

    @classmethod
    def of(cls, task: Task, sides: Sides) -> Gates:
        """The gates of a task. Raises MeshError for options that contradict each other. Makes no request."""
        return cls()

    def preflight(self) -> list[str]:
        """What would keep the gates from judging, each as a sentence; empty when nothing does."""
        return []

    def judge(self, window: float) -> list[Verdict]:
        """A verdict of each gate, in their order. ``window``: seconds since proxies have had this step."""
        return []

    def close(self) -> None:
        """Close connections."""
