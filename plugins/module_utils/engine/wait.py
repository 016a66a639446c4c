# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until one object is ready or gone: with progress, and ending early when it cannot come true."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, Stopwatch, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import jmespath
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import held_by
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.conversation import NONE, Conversation
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.watched import Watched
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Kind, Readiness

_PROGRESS = 5.0  # seconds between two lines with the same message, at first; it doubles
_PROGRESS_MOST = 60.0


def predicate(kind: Kind, expression: str | None) -> Callable[[dict], Readiness]:
    """Live object -> Readiness, by the kind and by the task's own ``wait_for``. Raises MeshError for a bad one."""
    own = kind.ready or (lambda live: READY)
    if not expression:
        return own
    try:
        compiled = jmespath.compile(expression)
    except jmespath.exceptions.JMESPathError as error:
        raise MeshError(f"wait_for is not JMESPath: {str(error).splitlines()[0]}") from None

    def both(live: dict) -> Readiness:
        readiness = own(live)
        if readiness.state != "ready":
            return readiness
        value = compiled.search(live)
        return READY if value else Readiness("waiting", f"wait_for ({expression}) gives {value!r}")

    return both


def until_ready(
    task: Task,
    resources: Resources,
    kind: Kind,
    live: dict,
    expression: str | None,
    deadline: Deadline,
    conversation: Conversation = NONE,
) -> dict:
    """Wait until the object is ready; returns it. ``conversation`` explains why it is not, when the wait ends.

    Raises MeshError on a terminal failure at once, and on time-out with what was missing.
    """
    judge, watched = predicate(kind, expression), Watched(resources, kind, live)
    progress, failures, watch = Progress(task, watched.label, deadline), Failures(), Stopwatch()
    while True:
        readiness = judge(watched.live)
        if readiness.state == "ready":
            return watched.live
        patience = failures.patience_left(watched.label, readiness)
        if readiness.state == "failed" and not patience:
            reason = conversation.reason(resources, kind, watched.live, readiness.message)
            raise MeshError(f"{watched.label} failed: {reason}")
        if deadline.is_over:
            reason = conversation.reason(resources, kind, watched.live, readiness.message)
            raise MeshError(
                f"{watched.label} was not ready after {int(watch.elapsed)} s: {reason}. A longer wait_timeout may help."
            )
        progress.say(readiness.message)
        if not watched.next(min(deadline.left, patience or deadline.left)):
            raise watched.gone()


def until_gone(task: Task, resources: Resources, kind: Kind, live: dict, deadline: Deadline) -> None:
    """Wait until a deleted object is gone. Raises MeshError that names the finalizers that hold it."""
    watched = Watched(resources, kind, live)
    progress = Progress(task, watched.label, deadline)
    holders = ""
    for _turn in pauses(deadline, first=0.05, most=1.0, factor=2):
        if watched.read() is None:
            return
        holders = held_by(watched.live) or "nothing that it names"
        progress.say(f"being deleted, held by {holders}")
    raise MeshError(
        f"{watched.label} is marked for deletion but still there, held by {holders}. "
        "See why what owns that finalizer does not finish; a longer wait_timeout may help."
    )


class Failures:
    """Since when objects report that they have failed: ``Readiness.patience`` is how long that has to last."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def patience_left(self, label: str, readiness: Readiness) -> float:
        """The seconds for which the failure of an object may still pass; 0 when it counts or there is none."""
        if readiness.state != "failed":
            self._since.pop(label, None)
            return 0.0
        now = clock.now()
        return max(0.0, self._since.setdefault(label, now) + readiness.patience - now)


class Progress:
    """Reports how a wait goes: when something new is known, and now and then when not."""

    def __init__(self, task: Task, label: str, deadline: Deadline | None = None):
        self._task, self._label, self._deadline = task, label, deadline
        self._whole = Stopwatch()
        self._last, self._since_last, self._pause = "", Stopwatch(), _PROGRESS

    def say(self, message: str) -> None:
        same = message == self._last
        if self._since_last.elapsed >= (self._pause if same else 1.0):
            self._task.progress(f"{self._label}: {message}{self._times()}")
            self._pause = min(_PROGRESS_MOST, self._pause * 2) if same else _PROGRESS
            self._last, self._since_last = message, Stopwatch()

    def _times(self) -> str:
        if self._deadline is None:
            return ""
        return f" ({self._whole.elapsed:.0f} s so far, {self._deadline.left:.0f} s left)"
