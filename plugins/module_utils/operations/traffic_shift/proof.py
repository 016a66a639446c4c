# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof that a written route works: its controller has accepted it, and every proxy has acknowledged it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio import propagation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import UPDATED, Change
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import ISTIOD, Kind

Document = dict[str, Any]


class Proof:
    """Who is asked in one step; ``proxies``: how many have acknowledged, None where none was asked."""

    def __init__(self, task: Task, istiods: propagation.Istiods | None, trouble: MeshError | None = None):
        self._task, self._istiods, self._trouble = task, istiods, trouble
        self.proxies: int | None = None

    def of(self, kind: Kind, live: Document) -> None:
        """Wait until the object as it was written works. Raises MeshError."""
        if self._trouble:
            raise self._trouble
        task = self._task
        deadline = Deadline(task.params["wait_timeout"])
        if kind.ready:
            wait.until_ready(task, task.resources, kind, live, None, deadline)
        if self._istiods:
            metadata = live["metadata"]
            change = Change(kind, metadata.get("namespace"), metadata["name"], UPDATED, live, live)
            # Where another controller serves the route, istiod may not know it: what it pushed has been acknowledged.
            self.proxies = self._istiods.acked([change] if _is_of_istiod(kind, live) else [], deadline)


def _is_of_istiod(kind: Kind, live: Document) -> bool:
    parents = (live.get("status") or {}).get("parents") or []
    names = [str(parent.get("controllerName")) for parent in parents]
    return kind.control_plane == ISTIOD or any(name.startswith("istio.io/") for name in names)


@contextlib.contextmanager
def opened(task: Task, *, late: bool = False) -> Iterator[Proof]:
    """To be opened before a write, so that what happens after it is told from what was before.

    Raises MeshError when istiod may not be asked, or is not there; with ``late`` only when it would be asked, for a
    write that has to be made in any case.
    """
    istiods, trouble = None, None
    try:
        istiods = _istiods(task)
    except MeshError as error:
        if not late:
            raise
        trouble = error
    try:
        yield Proof(task, istiods, trouble)
    finally:
        if istiods:
            istiods.close()


def _istiods(task: Task) -> propagation.Istiods | None:
    istiods = propagation.converse(task, task.resources)
    if istiods is None and task.params["wait_proxies"]:
        raise MeshError(
            f"No istiod runs in {task.params['istiod_namespace']}, so it cannot be proven that proxies have a step. "
            "Set istiod_namespace, or istiod_urls where the control plane is outside of the cluster; with "
            "wait_proxies: false a step counts once it is written."
        )
    return istiods
