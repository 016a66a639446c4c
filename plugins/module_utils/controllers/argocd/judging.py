# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a wait concludes from the live Application: a function of the object, of what the wait remembers, and the time.

Clocks are not compared, since ours, the API server's and the controller's may differ. The controller takes the refresh
annotation away in the very write that holds the outcome of a reconciliation which began after the annotation was set,
and so after our own write. ``metadata.generation`` is no help, because writes of the status raise it as well.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd.verdict import (
    Reason,
    Verdict,
    failed,
    waiting,
)

LOST = 5  # how often a request to look again is repeated when it was taken away unanswered
RESOLUTION = 1.1  # seconds until a new ``reconciledAt`` must differ from the one before: it has whole seconds
SILENT = 15.0  # seconds without an answer after which the controller is thought to be away
# A busy controller has not begun to watch a kind whose definition the same sync brought, and finds its objects missing.
DOUBT = 2.0  # seconds from a doubtful verdict until the controller is asked for another
AWAY = 2.0  # seconds until a sync is run again that ended because a part of Argo CD was away


class Answer(enum.Enum):
    """What has become of a request to look again."""

    OPEN = enum.auto()
    GIVEN = enum.auto()
    LOST = enum.auto()  # taken away without a reconciliation


@dataclass(frozen=True)
class Request:
    """A request that the controller looks again. Times are those of one monotonic clock, in seconds.

    ``before``: the Application's ``reconciledAt`` when it was asked; ``begun`` and ``asked``: when it was first and
    last asked; ``times``: how often.
    """

    before: str
    begun: float
    asked: float
    times: int = 1
    answered: bool = False

    def again(self, now: float) -> Request:
        return replace(self, asked=now, times=self.times + 1)


def answer(live: dict, request: Request, now: float) -> Answer:
    """Whether the controller has looked since the request.

    Until Argo CD 3.5.1 a request could be taken away without a reconciliation. So an unchanged ``reconciledAt`` makes
    it be asked again; the time has a resolution of one second, therefore not sooner than that. A broken specification
    is reported without ``reconciledAt``; there the second answer counts.
    """
    if request.answered:
        return Answer.GIVEN
    if status.REFRESH in (live["metadata"].get("annotations") or {}):
        return Answer.OPEN
    invalid = status.is_invalid(live)
    if status.reconciled_at(live) != request.before or request.times > LOST or (invalid and request.times > 1):
        return Answer.GIVEN
    return Answer.LOST if invalid or now - request.asked > RESOLUTION else Answer.OPEN


@dataclass(frozen=True)
class State:
    """What a wait remembers from one look to the next.

    ``judge``: live object -> Verdict, believed only once the controller has looked since the last request.
    ``begun``: when the wait began. ``attempt``: the attempt of an operation (``status.identity``) that was there then.
    ``can_restart``, ``can_resume``: whether a sync may be started again that Argo CD has given up, before the wait, or
    because a part of it was away. ``request``: the last request to look again. ``recheck_at``, ``restart_at``: when
    something is due. ``doubted``: whether the last verdict was doubtful.
    What was looked up elsewhere: ``closed``, why sync windows forbid a sync; ``unserved``, the attempt that failed for
    kinds that are still not served; ``unwatched``, why no controller looks at the namespace, "" for not known.
    ``others_pending``: whether something else is awaited that may bring what is missing.
    """

    judge: Callable[[dict], Verdict]
    begun: float
    attempt: tuple = (None, None, None)
    can_restart: bool = False
    can_resume: bool = False
    request: Request | None = None
    recheck_at: float | None = None
    restart_at: float | None = None
    doubted: bool = False
    closed: str = ""
    unserved: tuple | None = None
    unwatched: str = ""
    others_pending: bool = False

    def seen(self, live: dict, now: float) -> State:
        """The same after one more look at the live object: an answer that was given stays given."""
        if self.request and answer(live, self.request, now) is Answer.GIVEN:
            return replace(self, request=replace(self.request, answered=True))
        return self


def verdict(live: dict, state: State, now: float) -> Verdict:
    """How the Application stands. ``doubtful`` is the first of two looks; the second is ``failed``."""
    pending = _recheck(state, now) or _request(live, state, now)
    if pending:
        return pending
    current = state.judge(live)
    look = _AFTER.get(current.reason)
    if current.given_up:
        current = _given_up(live, current, state, now)
    elif look:
        current = look(live, current, state, now)
    if current.state == "doubtful" and state.doubted:
        return current._replace(state="failed")
    return current


def _recheck(state: State, now: float) -> Verdict | None:
    if state.recheck_at is None:
        return None
    message = "Argo CD will be asked to look at it again"
    return waiting(Reason.RECHECK_PENDING if now < state.recheck_at else Reason.RECHECK_DUE, message)


def _request(live: dict, state: State, now: float) -> Verdict | None:
    if not state.request:
        return None
    outcome = answer(live, state.request, now)
    message = "Argo CD was asked to look at it again"
    if outcome is Answer.GIVEN:
        return None
    if outcome is Answer.LOST:
        return waiting(Reason.REFRESH_LOST, message)
    if now - state.request.asked > SILENT:
        return _silent(message, state)
    return waiting(Reason.REFRESH_PENDING, message)


def _silent(message: str, state: State) -> Verdict:
    if state.unwatched:
        return failed(Reason.NOT_WATCHED, state.unwatched)
    return waiting(
        Reason.CONTROLLER_SILENT, f"{message}. Its application controller does not answer; see whether it runs"
    )


def _no_status(live: dict, current: Verdict, state: State, now: float) -> Verdict:
    return _silent(current.message, state) if now - state.begun > SILENT else current


def _given_up(live: dict, current: Verdict, state: State, now: float) -> Verdict:
    if state.can_resume and status.is_passing_end(status.operation_state(live)):
        over = state.restart_at is not None and now >= state.restart_at
        message = "a part of Argo CD was unavailable, so its sync is run again"
        return waiting(Reason.OUTAGE_OVER if over else Reason.OUTAGE, message)
    if state.can_restart and state.attempt == status.identity(live):
        return waiting(Reason.GIVEN_UP_BEFORE, current.message)
    return current


def _crd_missing(live: dict, current: Verdict, state: State, now: float) -> Verdict:
    if state.unserved == status.identity(live) and not state.others_pending:
        return current._replace(state="failed")
    return current


def _sync_due(live: dict, current: Verdict, state: State, now: float) -> Verdict:
    return failed(Reason.WINDOW_CLOSED, f"it is OutOfSync, and {state.closed}") if state.closed else current


_AFTER = {
    Reason.NO_STATUS: _no_status,
    Reason.CRD_MISSING: _crd_missing,
    Reason.AUTOMATED_SYNC_DUE: _sync_due,
}
