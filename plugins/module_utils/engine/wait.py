# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the truth about one object: by a watch, with progress, ending early when it cannot come true."""

from __future__ import annotations

import time
from collections.abc import Callable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import jmespath
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.change import held_by
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Kind, Readiness

_WATCH = 30.0  # seconds; a watch is begun anew after this, which also heals one that broke silently
_PROGRESS = 5.0  # seconds between two lines that say the same


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
        said = own(live)
        if said.state != "ready":
            return said
        value = compiled.search(live)
        return READY if value else Readiness("waiting", f"wait_for ({expression}) gives {value!r}")

    return both


def until_ready(
    task: Task, resources: Resources, kind: Kind, live: dict, expression: str | None, deadline: float
) -> dict:
    """Wait until the object is ready; returns it. ``deadline`` is a time.monotonic() value.

    Raises MeshError on a terminal failure at once, and on time-out with what was missing.
    """
    judge = predicate(kind, expression)
    label = kind.label(live["metadata"].get("namespace"), live["metadata"]["name"])
    progress, failures = Progress(task, label, deadline), Failures()
    started = time.monotonic()
    while True:
        said = judge(live)
        if said.state == "ready":
            return live
        doubt = failures.doubt(label, said)
        if said.state == "failed" and not doubt:
            raise MeshError(f"{label} failed: {said.message}")
        left = deadline - time.monotonic()
        if left <= 0:
            seconds = int(time.monotonic() - started)
            raise MeshError(f"{label} was not ready after {seconds} s: {said.message}. A longer wait_timeout may help.")
        progress.say(said.message)
        live = _next(resources, kind, live, min(left, doubt or left))


def _next(resources: Resources, kind: Kind, live: dict, left: float) -> dict:
    """The object after its next change, or as it is when nothing changes for a while."""
    metadata = live["metadata"]
    namespace, name = metadata.get("namespace"), metadata["name"]
    try:
        for event in resources.watch_object(kind, namespace, name, min(left, _WATCH), metadata.get("resourceVersion")):
            if event.get("type") in ("ADDED", "MODIFIED"):
                return event["object"]
            if event.get("type") == "DELETED":
                raise MeshError(f"{kind.label(namespace, name)} was deleted by somebody while we waited for it.")
            if event.get("type") == "ERROR":
                break  # our resourceVersion is too old for a watch
    except ApiError:
        time.sleep(min(1.0, left))
    found = resources.get(kind, namespace, name)
    if found is None:
        raise MeshError(f"{kind.label(namespace, name)} was deleted by somebody while we waited for it.")
    if found["metadata"].get("resourceVersion") == metadata.get("resourceVersion"):
        time.sleep(min(0.2, left))  # a predicate that also looks elsewhere must not spin
    return found


def until_gone(task: Task, resources: Resources, kind: Kind, live: dict, deadline: float) -> None:
    """Wait until a deleted object is gone. Raises MeshError that names the finalizers that hold it."""
    metadata = live["metadata"]
    namespace, name, uid = metadata.get("namespace"), metadata["name"], metadata.get("uid")
    progress = Progress(task, kind.label(namespace, name), deadline)
    pause = 0.05
    while True:
        found = resources.get(kind, namespace, name)
        if found is None or found["metadata"].get("uid") != uid:
            return
        held = held_by(found) or "nothing that it names"
        if time.monotonic() >= deadline:
            raise MeshError(
                f"{kind.label(namespace, name)} is marked for deletion but still there, held by {held}. "
                "See why what owns that finalizer does not finish; a longer wait_timeout may help."
            )
        progress.say(f"being deleted, held by {held}")
        time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
        pause = min(1.0, pause * 2)


class Failures:
    """Since when objects say that they have failed: ``Readiness.patience`` is how long they have to."""

    def __init__(self):
        self._since: dict[str, float] = {}

    def doubt(self, label: str, said: Readiness) -> float:
        """The seconds for which the failure that an object tells may still pass; 0 when it counts or there is none."""
        if said.state != "failed":
            self._since.pop(label, None)
            return 0.0
        now = time.monotonic()
        return max(0.0, self._since.setdefault(label, now) + said.patience - now)


class Progress:
    """Says how a wait goes: when something new is known, and now and then when not."""

    def __init__(self, task: Task, label: str, deadline: float | None = None):
        self._task, self._label, self._deadline = task, label, deadline
        self._began = time.monotonic()
        self._last, self._at = "", time.monotonic()

    def say(self, message: str) -> None:
        now = time.monotonic()
        if now - self._at >= (1.0 if message != self._last else _PROGRESS):
            self._task.progress(f"{self._label}: {message}{self._times(now)}")
            self._last, self._at = message, now

    def _times(self, now: float) -> str:
        if self._deadline is None:
            return ""
        return f" ({now - self._began:.0f} s so far, {max(0.0, self._deadline - now):.0f} s left)"
