# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until Argo CD has made an Application true, and never by what it said of an earlier declaration.

Clocks are not compared, since ours, the API server's and the controller's may differ. The controller takes the refresh
annotation away in the very write that holds the outcome of a reconciliation which began after the annotation was set,
and so after our own write. ``metadata.generation`` is no help, because writes of the status raise it as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import culprits
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import advice, status, windows
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import PROJECT
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.status import Verdict
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind

# Answers to a watch after which it is read instead: no right to watch, a version too old, or no server for a moment.
UNWATCHED = (0, 403, 410, 429, 500, 502, 503, 504)
_SLICE = 2.0  # seconds that one watch lasts at most; between two of them the clock is looked at
_LOST = 5  # how often a request to look again is repeated when it was taken away unanswered
_SILENT = 15.0  # seconds without an answer after which the controller is thought to be away
TELL = 4.0  # seconds between two looks at the single resources, for a line of progress
_DOUBT = 0.5  # seconds from a doubtful word of the controller until it is asked for another
AWAY = 2.0  # seconds until a sync is run again that ended because a part of Argo CD was away
WAS_AWAY = "{}: a part of Argo CD was away, so its sync is run again."
_AGAIN = 10.0  # seconds between two requests to look again at what fails for a passing reason


class Watched:
    """One Application over time: its newest version, and the changes to come."""

    def __init__(self, resources, kind: Kind, live: dict):
        self.resources, self.kind, self.live = resources, kind, live

    @property
    def place(self) -> tuple:
        return self.live["metadata"].get("namespace"), self.live["metadata"]["name"]

    @property
    def label(self) -> str:
        return self.kind.label(*self.place)

    def patch(self, body, patch_type: str = "merge") -> None:
        """Write something that is no declaration; the object is then the one that the server answered with."""
        self.live = self.resources.patch(self.kind, *self.place, body, patch_type=patch_type)

    def read(self) -> dict | None:
        """The object now, or None when it is gone."""
        found = self.resources.get(self.kind, *self.place)
        if found and found["metadata"]["uid"] == self.live["metadata"]["uid"]:
            self.live = found
            return found
        return None

    def next(self, seconds: float) -> bool:
        """Wait for a change for about so many seconds; False when the object is gone. Raises ApiError."""
        seconds = max(0.05, min(seconds, _SLICE))
        version = self.live["metadata"].get("resourceVersion")
        until = time.monotonic() + seconds
        try:
            for event in self.resources.watch_object(self.kind, *self.place, seconds, version):
                if event.get("type") in ("ADDED", "MODIFIED"):
                    self.live = event["object"]
                    return True
                if event.get("type") == "DELETED":
                    return False
                if event.get("type") == "ERROR" or time.monotonic() >= until:
                    break
        except ApiError as error:
            if error.status not in UNWATCHED:
                raise
            time.sleep(min(1.0, seconds))  # without the right to watch, or the server for a moment
        if self.read() is None:
            return False
        if self.live["metadata"].get("resourceVersion") == version:
            time.sleep(max(0.0, min(0.1, until - time.monotonic())))
        return True


class Refresh:
    """A request that the controller looks again, until it has been answered.

    Until Argo CD 3.5.1 a request could be taken away without a reconciliation. So an unchanged ``reconciledAt`` makes
    it be asked again; the time has a resolution of one second, therefore not sooner than that. A broken specification
    is reported without ``reconciledAt``; there the second answer counts.
    """

    def __init__(self, watched: Watched, kind: str = "normal"):
        self._watched, self._kind = watched, kind
        self._before = _reconciled(watched.live)
        self._asked = 0
        self._open = True
        self.begun = time.monotonic()
        self._ask()

    def _ask(self) -> None:
        self._asked += 1
        self._at = time.monotonic()
        self._watched.patch({"metadata": {"annotations": {status.REFRESH: self._kind}}})

    def answered(self) -> bool:
        self._open = self._open and not self._is_answered()
        return not self._open

    def _is_answered(self) -> bool:
        live = self._watched.live
        if status.REFRESH in (live["metadata"].get("annotations") or {}):
            return False
        if _reconciled(live) != self._before or self._asked > _LOST:
            return True
        invalid = any(c.get("type") in ("InvalidSpecError", "UnknownError") for c in _conditions(live))
        if invalid and self._asked > 1:
            return True
        if invalid or time.monotonic() - self._at > 1.1:
            self._ask()
        return False

    @property
    def is_open(self) -> bool:
        """Whether it was not answered when that was last asked."""
        return self._open

    @property
    def silent(self) -> bool:
        return time.monotonic() - self._at > _SILENT


def _reconciled(live: dict) -> str:
    return (live.get("status") or {}).get("reconciledAt") or ""


def _conditions(live: dict) -> list[dict]:
    return (live.get("status") or {}).get("conditions") or []


class Wait:
    """A wait for one Application.

    ``judge``: live object -> Verdict, believed only once every refresh that was asked for has been answered.
    ``restart``: what to do about a revision that Argo CD had given up on before the wait; called once, or None.
    ``projects``: what several waits have read of their projects, so that each is read once.
    """

    def __init__(
        self,
        task,
        watched: Watched,
        judge: Callable[[dict], Verdict],
        restart: Callable | None = None,
        projects: dict | None = None,
    ):
        self.watched = self._watched = watched
        self._task, self._judge, self._restart = task, judge, restart
        self._progress = Progress(task, watched.label)
        self._started = time.monotonic()
        self._refresh: Refresh | None = None
        self._doubted = False
        self._due: float | None = None  # when the controller is asked about what is in doubt
        self._restart_at: float | None = None  # when what an outage has ended is run again
        self._projects = {} if projects is None else projects
        self._told, self._told_at = "", time.monotonic()
        self._operation_before = _operation_of(watched.live)

    def refresh(self, kind: str = "normal") -> None:
        """Have the controller look again; nothing is judged before it has."""
        self._refresh = Refresh(self._watched, kind)

    def until(self, deadline: float) -> dict:
        """The Application once it is in order. Raises MeshError on a failure at once, and on time-out."""
        while True:
            said = self.look()
            if said.state == "ready":
                return self._watched.live
            left = deadline - time.monotonic()
            if left <= 0:
                self._time_out(said)
            self._say(said)
            if self._due:
                time.sleep(max(0.0, min(left, self._due - time.monotonic())))
            elif not self._watched.next(left):
                raise self.gone()

    def look(self) -> Verdict:
        """What the newest state amounts to: ready or waiting. Raises MeshError on a failure."""
        said = self._verdict()
        if said.state == "failed":
            self._fail(said)
        return said

    @property
    def is_urgent(self) -> bool:
        """Whether something is to be done soon, though the Application may not change."""
        return bool(self._due or self._restart_at or (self._refresh and self._refresh.is_open))

    def gone(self) -> MeshError:
        return MeshError(f"{self._watched.label} was deleted by somebody while we waited for it.")

    def _verdict(self) -> Verdict:
        if self._due:
            if time.monotonic() < self._due:
                return Verdict("waiting", "Argo CD will be asked to look at it again")
            self._due = None
            self.refresh("hard" if status.is_cached(self._watched.live) else "normal")
        if self._refresh and not self._refresh.answered():
            silent = ". Its application controller does not answer; see whether it runs" if self._refresh.silent else ""
            return Verdict("waiting", f"Argo CD was asked to look at it again{silent}")
        said = self._judge(self._watched.live)
        if said.given_up and self._restart:
            if status.is_passing_end(self._watched.live["status"].get("operationState")):
                return self._after_outage()
            if self._operation_before == _operation_of(self._watched.live):
                self._start_again(said)
                return Verdict("waiting", "its sync was started again")
        if said.state == "doubtful":
            return self._second_look(said)
        self._doubted = False
        if said.idle:
            closed = windows.forbids(self._project(), self._watched.live, manual=False)
            return Verdict("failed", f"it is OutOfSync, and {closed}") if closed else said
        if said.state == "waiting" and status.is_passing(self._watched.live):
            self._look_again_later()
        return said

    def _project(self) -> dict:
        name = self._watched.live["spec"].get("project")
        if name not in self._projects:
            self._projects[name] = project_of(self._watched)
        return self._projects[name]

    def _second_look(self, said: Verdict) -> Verdict:
        """What the controller says right after something else has changed may rest on what it knew before."""
        if self._doubted:
            return said._replace(state="failed")
        self._doubted, self._due = True, time.monotonic() + _DOUBT
        return said._replace(state="waiting")

    def _look_again_later(self) -> None:
        if not self._refresh or time.monotonic() - self._refresh.begun > _AGAIN:
            self.refresh()

    def _after_outage(self) -> Verdict:
        """Automated sync has given the revision up, though nothing is known against it: sync it, after a moment."""
        now = time.monotonic()
        self._restart_at = self._restart_at or now + AWAY
        if now >= self._restart_at:
            self._restart_at = None
            self._task.warn(WAS_AWAY.format(self._watched.label))
            self._restart(self._watched)
        return Verdict("waiting", "a part of Argo CD was away, so its sync is run again")

    def _start_again(self, said: Verdict) -> None:
        restart, self._restart = self._restart, None
        self._task.warn(
            f"{self._watched.label}: Argo CD had given up on it, {said.message}. Its sync was started again."
        )
        restart(self._watched)

    def _say(self, said: Verdict) -> None:
        message = said.message
        if message.startswith("it is Synced"):
            if time.monotonic() - self._told_at > TELL:
                self._told_at = time.monotonic()
                self._told = culprits.sentence(culprits.find(self._watched.resources, self._watched.live, most=10))
            message += self._told
        self._progress.say(message)

    def _fail(self, said: Verdict) -> None:
        live = self._watched.live
        hint = ""
        if said.given_up and self._operation_before == _operation_of(live):
            hint = " Argo CD does not try a revision again that it has given up on; argocd_sync or retry_failed does."
        elif _between_attempts(live):
            hint = " Argo CD goes on to try again, though the same manifest will meet the same answer."
        hint = advice.on(said.message) + hint
        raise MeshError(f"{self._watched.label}: {said.message.rstrip('.')}.{hint}", application=status.summary(live))

    def _time_out(self, said: Verdict) -> None:
        missing, found = self.missing(said)
        raise MeshError(
            f"{self._watched.label} was not in order after {round(time.monotonic() - self._started)} s: {missing}."
            f"{advice.on(missing) or ' A longer wait_timeout may help.'}",
            application=status.summary(self._watched.live, found),
        )

    def missing(self, said: Verdict) -> tuple[str, list[dict]]:
        """What is missing, without a full stop, and the resources to blame; this asks for single resources."""
        live = self._watched.live
        found = culprits.find(self._watched.resources, live) if said.message.startswith("it is Synced") else []
        missing = said.message.rstrip(".") + culprits.sentence(found)
        if "Argo CD warns" not in missing:
            missing += status.shared(live)
        return missing, found


def project_of(watched: Watched) -> dict:
    """The Application's project; empty where there is none, or where it may not be read."""
    live = watched.live
    namespace = (live.get("status") or {}).get("controllerNamespace") or live["metadata"].get("namespace")
    try:
        return watched.resources.get(PROJECT, namespace, live["spec"].get("project") or "default") or {}
    except ApiError:
        return {}


def _operation_of(live: dict) -> tuple:
    """What tells one operation from another."""
    state = (live.get("status") or {}).get("operationState") or {}
    return state.get("startedAt"), state.get("finishedAt"), state.get("retryCount")


def _between_attempts(live: dict) -> bool:
    state = (live.get("status") or {}).get("operationState") or {}
    return state.get("phase") == "Running" and bool(state.get("finishedAt"))
