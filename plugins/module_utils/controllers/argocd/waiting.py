# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until Argo CD has synced an Application, and never by its comparison with an earlier declaration.

``judging.verdict`` concludes, without a request; what follows from its reason is done here, one method a reason.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd import (
    culprits,
    judging,
    operation,
    scope,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.judging import (
    AWAY,
    DOUBT,
    Request,
    State,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.controllers.argocd.watched import Watched
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.wait import Progress
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import advice, status, windows
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.place import PROJECT, deploys_here
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.verdict import Reason, Verdict

PAUSE = 4.0  # seconds between two looks at the single resources, for a line of progress
WAS_AWAY = "{}: a part of Argo CD was unavailable, so its sync is run again."
_ENDING = 30.0  # seconds that an operation may take to end
_AGAIN = 10.0  # seconds between two requests to look again at what fails for a passing reason
# Verdicts that come before the status is looked at, and so leave a doubt as it was.
_UNJUDGED = (
    Reason.RECHECK_PENDING,
    Reason.RECHECK_DUE,
    Reason.REFRESH_PENDING,
    Reason.REFRESH_LOST,
    Reason.CONTROLLER_SILENT,
)


class Wait:
    """A wait for one Application.

    ``judge``: live object -> Verdict, believed only once every refresh that was asked for has been answered.
    ``restarts``: whether a sync that Argo CD has given up is started again: once, when it was given up before the wait,
    and whenever a part of Argo CD was away; and whether one that fails again and again to sync what was declared before
    is ended. ``projects``: what several waits have read of their projects, so that each is read once.
    """

    def __init__(
        self,
        task,
        watched: Watched,
        judge: Callable[[dict], Verdict],
        restarts: bool = False,
        projects: dict | None = None,
    ):
        self.watched, self._task = watched, task
        self._started = clock.now()
        attempt = status.identity(watched.live)
        self.state = State(judge, self._started, attempt, can_restart=restarts, can_resume=restarts)
        self._progress = Progress(task, watched.label)
        self._projects = {} if projects is None else projects
        self._is_scope_known = False
        self._may_end_earlier = restarts
        self._unhealthy, self._unhealthy_at = "", self._started
        self._follow_ups = {
            Reason.RECHECK_DUE: self._recheck,
            Reason.REFRESH_LOST: self._ask_again,
            Reason.CONTROLLER_SILENT: self._look_up_scope,
            Reason.OUTAGE: self._schedule_restart,
            Reason.OUTAGE_OVER: self._resume,
            Reason.GIVEN_UP_BEFORE: self._start_again,
            Reason.CRD_MISSING: self._look_up_kinds,
            Reason.AUTOMATED_SYNC_DUE: self._look_up_windows,
            Reason.RENDERING_UNAVAILABLE: self._look_again_later,
            Reason.EARLIER_SYNC_STUCK: self._end_earlier,
        }

    def refresh(self, kind: str = "normal") -> None:
        """Have the controller look again; nothing is judged before it has."""
        before, now = status.reconciled_at(self.watched.live), clock.now()
        self.watched.refresh(kind)
        self._kind = kind
        self._remember(request=Request(before, now, now))

    def until(self, deadline: Deadline) -> dict:
        """The Application once it is ready. Raises MeshError on a failure at once, and on time-out."""
        while True:
            verdict = self.look()
            if verdict.state == "ready":
                return self.watched.live
            if deadline.is_over:
                raise self._timed_out(verdict)
            self._report(verdict)
            if self.state.recheck_at:
                deadline.sleep(max(0.0, self.state.recheck_at - clock.now()))
            elif not self.watched.next(deadline.left):
                raise self.watched.gone()

    def look(self, others_pending: bool = False) -> Verdict:
        """Judge the newest state, and do what follows; returns a verdict that is ready or waiting.

        ``others_pending``: whether something else is awaited that may bring what is missing here.
        Raises MeshError on a failure.
        """
        self._remember(others_pending=others_pending)
        while True:
            live, now = self.watched.live, clock.now()
            self.state = self.state.seen(live, now)
            verdict = judging.verdict(live, self.state, now)
            if verdict.state == "failed":
                raise self._failure(verdict)
            if not self._follow(verdict, now):
                return verdict

    @property
    def is_urgent(self) -> bool:
        """Whether something is to be done soon, though the Application may not change."""
        state = self.state
        return bool(state.recheck_at or state.restart_at or (state.request and not state.request.answered))

    # --- what follows from a verdict; True when it is to be judged again at once ---

    def _follow(self, verdict: Verdict, now: float) -> bool:
        if verdict.reason not in _UNJUDGED:
            self._remember(doubted=verdict.state == "doubtful")
        if verdict.state == "doubtful":
            # What the controller reports right after something else has changed may rest on what it knew before.
            self._remember(recheck_at=now + DOUBT)
            return False
        follow_up = self._follow_ups.get(verdict.reason)
        return bool(follow_up and follow_up())

    def _remember(self, **changes) -> None:
        self.state = replace(self.state, **changes)

    def _recheck(self) -> bool:
        self._remember(recheck_at=None)
        self.refresh("hard" if status.is_cached(self.watched.live) else "normal")
        return True

    def _ask_again(self) -> None:
        self.watched.refresh(self._kind)
        if self.state.request:
            self._remember(request=self.state.request.again(clock.now()))

    def _look_again_later(self) -> None:
        request = self.state.request
        if not request or clock.now() - request.begun > _AGAIN:
            self.refresh()

    def _schedule_restart(self) -> None:
        if self.state.restart_at is None:
            self._remember(restart_at=clock.now() + AWAY)

    def _resume(self) -> bool:
        """Automated sync has given the revision up, though nothing is known against it."""
        self._remember(restart_at=None)
        self._task.warn(WAS_AWAY.format(self.watched.label))
        return self._restart()

    def _start_again(self) -> bool:
        why = self.state.judge(self.watched.live).message
        self._remember(can_restart=False)
        self._task.warn(f"{self.watched.label}: Argo CD had given up on it, {why}. Its sync was started again.")
        return self._restart()

    def _restart(self) -> bool:
        with contextlib.suppress(operation.Busy):  # somebody was faster
            operation.restart(self.watched)
        return True

    def _end_earlier(self) -> bool:
        """It would be tried again for minutes, and automated sync does not look at what is newer before it ends."""
        if not self._may_end_earlier:
            return False
        self._may_end_earlier = False
        revision = status.revisions_of(status.operation_state(self.watched.live).get("syncResult") or {})
        self._task.warn(
            f"{self.watched.label}: the sync to {revision} of what was declared before had failed and was waiting to "
            "be tried again. It was ended, so that the newer declaration is synced."
        )
        operation.terminate(self.watched, Deadline(_ENDING))
        return True

    def _look_up_windows(self) -> bool:
        name = self.watched.live["spec"].get("project")
        if name not in self._projects:
            self._projects[name] = project_of(self.watched)
        self._remember(closed=windows.forbids(self._projects[name], self.watched.live, manual=False))
        return bool(self.state.closed)

    def _look_up_kinds(self) -> bool:
        if self.state.others_pending or scope.are_served(self.watched.resources, self.watched.live):
            return False
        self._remember(unserved=status.identity(self.watched.live))
        return True

    def _look_up_scope(self) -> bool:
        if self._is_scope_known:
            return False
        self._is_scope_known = True
        self._remember(unwatched=scope.unwatched(self.watched.resources, self.watched.live))
        return bool(self.state.unwatched)

    # --- messages ---

    def _report(self, verdict: Verdict) -> None:
        message = verdict.message
        if verdict.reason is Reason.UNHEALTHY:
            if clock.now() - self._unhealthy_at > PAUSE:
                self._unhealthy_at = clock.now()
                unhealthy = culprits.find(self.watched.resources, self.watched.live, most=10)
                self._unhealthy = culprits.sentence(unhealthy)
                if not unhealthy:  # the controller may have missed that they came up
                    self._look_again_later()
            message += self._unhealthy
        self._progress.say(message)

    def _failure(self, verdict: Verdict) -> MeshError:
        live, hint = self.watched.live, ""
        if verdict.given_up and self.state.attempt == status.identity(live):
            hint = " Argo CD does not try a revision again that it has given up on; argocd_sync or retry_failed does."
        elif verdict.reason is Reason.ATTEMPT_REFUSED:
            hint = " Argo CD goes on to try again, and the same manifest will get the same answer."
        elif verdict.reason is Reason.CRD_MISSING:
            hint = " Argo CD goes on to try again by itself."
        return MeshError(
            f"{self.watched.label}: {verdict.message.rstrip('.')}.{advice.on(verdict.message)}{hint}",
            application=status.summary(live),
        )

    def _timed_out(self, verdict: Verdict) -> MeshError:
        missing, unhealthy = self.missing(verdict)
        return MeshError(
            f"{self.watched.label}: timed out after {clock.now() - self._started:.0f} s: {missing}."
            f"{advice.on(missing) or ' A longer wait_timeout may help.'}",
            application=status.summary(self.watched.live, unhealthy),
        )

    def missing(self, verdict: Verdict) -> tuple[str, list[dict]]:
        """What is missing, without a full stop, and the unhealthy resources; this asks for single resources."""
        live = self.watched.live
        unhealthy = culprits.find(self.watched.resources, live) if verdict.reason is Reason.UNHEALTHY else []
        if deploys_here(live):
            unhealthy = culprits.explained(self.watched.resources, unhealthy)
        missing = verdict.message.rstrip(".") + culprits.sentence(unhealthy)
        shared = status.shared(live)
        return missing if shared in missing else missing + shared, unhealthy


def project_of(watched: Watched) -> dict:
    """The Application's project; empty where there is none, or where it may not be read."""
    live = watched.live
    namespace = (live.get("status") or {}).get("controllerNamespace") or live["metadata"].get("namespace")
    try:
        return watched.resources.get(PROJECT, namespace, live["spec"].get("project") or "default") or {}
    except ApiError:
        return {}
