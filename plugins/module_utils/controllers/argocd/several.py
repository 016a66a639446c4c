# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for many Applications together, with one watch for all of them."""

from __future__ import annotations

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, Stopwatch
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.waiting import Wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.watched import Feed
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import advice, status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import APPLICATION
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.verdict import Reason, Verdict

_SLICE = 5.0  # seconds that one watch lasts at most; between two of them every Application is looked at
_URGENT = 1.0  # the same while something is to be done for one of them
_NAMED = 3  # how many are named in a message


def until_all(task: Task, resources, waits: list[Wait], deadline: Deadline) -> None:
    """Until all Applications are ready. Raises MeshError when one has failed, and on time-out."""
    several = _Several(task, resources, waits)
    while True:
        several.look_at_all()
        if not several.pending:
            return
        if deadline.is_over:
            raise several.timed_out()
        several.follow(deadline.left)


class _Several:
    """The waits that are not over (``pending``), by the place of their Applications, and the watch that feeds them."""

    def __init__(self, task: Task, resources, waits: list[Wait]):
        self._progress, self._watch, self._count = Progress(task, "Applications"), Stopwatch(), len(waits)
        self.pending = {wait.watched.place: wait for wait in waits}
        self._verdicts: dict[tuple, Verdict] = {}
        spaces = {space for space, _name in self.pending}
        self._feed = Feed(resources, APPLICATION, spaces.pop() if len(spaces) == 1 else None)
        self._unseen: set[tuple] = set()

    def look_at_all(self) -> None:
        for place in list(self.pending):
            self._look(place)
        if self.pending:
            place, verdict = next(iter(self._verdicts.items()))
            self._progress.say(
                f"{self._count - len(self.pending)} of {self._count} ready, waiting for "
                f"{APPLICATION.label(*place)}: {verdict.message}"
            )

    def _look(self, place: tuple) -> None:
        verdict = self.pending[place].look(self._others_pending(place))
        if verdict.state == "ready":
            del self.pending[place]
            self._verdicts.pop(place, None)
        else:
            self._verdicts[place] = verdict

    def _others_pending(self, place: tuple) -> bool:
        """Whether another Application is on its way, and may bring a definition (CRD) that this one lacks."""
        others = [self._verdicts.get(other) for other in self.pending if other != place]
        return any(verdict is None or verdict.reason is not Reason.CRD_MISSING for verdict in others)

    def follow(self, left: float) -> None:
        """Take in what changes, until the watch is to be begun anew or nothing is pending."""
        longest = _URGENT if any(wait.is_urgent for wait in self.pending.values()) else _SLICE
        whole = self._feed.version is None  # then the watch begins with every Application as it is
        if whole:
            self._unseen = set(self.pending)
        for event in self._feed.events(min(left, longest)):
            self._take(event)
            if not self.pending:
                return
        if whole:
            self._read_unseen()

    def _take(self, event: dict) -> None:
        live = event["object"]
        place = (live["metadata"].get("namespace"), live["metadata"]["name"])
        self._unseen.discard(place)
        wait = self.pending.get(place)
        if wait is None:
            return
        watched = wait.watched
        if live["metadata"]["uid"] != watched.live["metadata"]["uid"]:
            return
        if event["type"] == "DELETED":
            raise watched.gone()
        # What we have written ourselves since may be newer than what the watch has come to.
        if int(live["metadata"]["resourceVersion"]) > int(watched.live["metadata"]["resourceVersion"]):
            watched.live = live
            self._look(place)

    def _read_unseen(self) -> None:
        """A watch that began with everything, and was whole, has not shown these; or there was none."""
        for place in self._unseen & set(self.pending):
            if self.pending[place].watched.read() is None:
                raise self.pending[place].watched.gone()

    def timed_out(self) -> MeshError:
        rows = {APPLICATION.label(*place): wait for place, wait in self.pending.items()}
        named = [
            f"{label}: {wait.missing(self._verdicts[wait.watched.place])[0]}"
            for label, wait in list(rows.items())[:_NAMED]
        ]
        more = f"; and {len(rows) - _NAMED} more" if len(rows) > _NAMED else ""
        message = "; ".join(named) + more
        return MeshError(
            f"Timed out after {self._watch.elapsed:.0f} s: {len(rows)} of {self._count} Applications are not ready: "
            f"{message}."
            f"{advice.on(message) or ' A longer wait_timeout may help.'}",
            applications={label: status.summary(wait.watched.live) for label, wait in rows.items()},
        )
