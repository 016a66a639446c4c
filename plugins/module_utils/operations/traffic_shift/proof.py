# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof that a written route works: its controller has accepted it, and every proxy has acknowledged it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.known_proxies import KnownProxies
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import UPDATED, Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import acknowledgement
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.acknowledgement import Acknowledgement

Document = dict[str, Any]


class Proof:
    """Who is asked in one step; ``proxies``: how many have acknowledged, None where none was asked."""

    def __init__(self, task: Task, asked: Acknowledgement):
        self._task, self._asked = task, asked
        self.proxies: int | None = None

    def of(self, kind: Kind, live: Document) -> None:
        """Wait until the object as it was written works. Raises MeshError."""
        self._asked.check()
        deadline = Deadline(self._task.params["wait_timeout"])
        if kind.ready:
            wait.until_ready(self._task, self._task.resources, kind, live, None, deadline)
        metadata = live["metadata"]
        change = Change(kind, metadata.get("namespace"), metadata["name"], UPDATED, live, live)
        # Where another controller serves the route, istiod may not know it: what it pushed has been acknowledged.
        self.proxies = self._asked.of([change] if _is_of_istiod(kind, live) else [], deadline)


def _is_of_istiod(kind: Kind, live: Document) -> bool:
    parents = (live.get("status") or {}).get("parents") or []
    names = [str(parent.get("controllerName")) for parent in parents]
    return kind.control_plane == ISTIOD or any(name.startswith("istio.io/") for name in names)


@contextlib.contextmanager
def opened(
    task: Task, *, late: bool = False, patient: bool = False, known: KnownProxies | None = None
) -> Iterator[Proof]:
    """To be opened before a write, see ``acknowledgement.opened``."""
    with acknowledgement.opened(task, "a step", late=late, patient=patient, known=known) as asked:
        yield Proof(task, asked)
