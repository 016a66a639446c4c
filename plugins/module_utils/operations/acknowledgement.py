# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether every proxy has what long work has written: no step counts before."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio import propagation
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.istio.known_proxies import KnownProxies
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import Change


class Acknowledgement:
    """Who is asked about a write. ``trouble``: why nobody can be asked."""

    def __init__(self, task: Task, istiods: propagation.Istiods | None, trouble: MeshError | None):
        self._task, self._istiods, self._trouble = task, istiods, trouble

    def check(self) -> None:
        """Raises MeshError when nobody can be asked."""
        if self._trouble:
            raise self._trouble

    def of(self, changes: list[Change], deadline: Deadline | None = None) -> int | None:
        """Wait until all proxies have these changes; how many they are, None where none is asked. Raises MeshError."""
        self.check()
        if self._istiods is None:
            return None
        proxies: int | None = self._istiods.acked(changes, deadline or Deadline(self._task.params["wait_timeout"]))
        return proxies


@contextlib.contextmanager
def opened(
    task: Task, what: str, *, late: bool = False, patient: bool = False, known: KnownProxies | None = None
) -> Iterator[Acknowledgement]:
    """To be opened before a write, so that what happens after it is told from what was before.

    ``what``: what is written, as messages call it, such as "a step". Raises MeshError when istiod may not be asked, or
    is not there; with ``late`` only when it would be asked, for a write that has to be made in any case. With
    ``patient`` an istiod that is away is awaited as long as the task's wait_timeout: it may be about to start again.
    ``known``: kept by the caller from one write to the next, so that proxies are awaited which an istiod that has
    restarted meanwhile does not know yet.
    """
    istiods, trouble = None, None
    try:
        istiods = _awaited(task, what, known) if patient else _istiods(task, what, known)
    except MeshError as error:
        if not late:
            raise
        trouble = error
    try:
        yield Acknowledgement(task, istiods, trouble)
    finally:
        if istiods:
            istiods.close()


def _awaited(task: Task, what: str, known: KnownProxies | None) -> propagation.Istiods | None:
    for _turn in pauses(Deadline(task.params["wait_timeout"]), first=0.5, most=2.0):
        with contextlib.suppress(propagation.Away):
            return _istiods(task, what, known)
    return _istiods(task, what, known)


def _istiods(task: Task, what: str, known: KnownProxies | None) -> propagation.Istiods | None:
    istiods = propagation.converse(task, task.resources, known)
    if istiods is None and task.params["wait_proxies"]:
        raise propagation.Away(
            f"No istiod runs in {task.params['istiod_namespace']}, so it cannot be proven that proxies have {what}. "
            "Set istiod_namespace, or istiod_urls where the control plane is outside of the cluster; with "
            f"wait_proxies: false {what} counts once it is written."
        )
    return istiods
