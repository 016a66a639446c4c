# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is concluded about an Application: a state and a reason that code compares, and a message for people."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Reason(enum.Enum):
    """Why a verdict is what it is. Only reasons decide what happens next; a message is never compared."""

    IN_ORDER = enum.auto()
    DELETED = enum.auto()  # it is being deleted
    NO_STATUS = enum.auto()  # the controller has not written any status yet
    NOT_WATCHED = enum.auto()  # no controller looks at its namespace
    # A deletion.
    DELETING = enum.auto()
    DELETION_STUCK = enum.auto()  # an error of it lasts
    DELETION_FAILED = enum.auto()
    # Before a comparison.
    NOT_HYDRATED = enum.auto()
    HYDRATION_FAILED = enum.auto()
    INVALID_SPEC = enum.auto()
    UNKNOWN_ERROR = enum.auto()
    NOT_COMPARED = enum.auto()  # the last comparison was with an earlier spec
    RENDERING_UNAVAILABLE = enum.auto()  # a part of Argo CD was away, or too slow
    RENDERING_FAILED = enum.auto()
    # An operation.
    OPERATION_PENDING = enum.auto()
    OPERATION_RUNNING = enum.auto()
    OPERATION_RETRYING = enum.auto()  # an attempt failed, and the next one may do better
    ATTEMPT_REFUSED = enum.auto()  # an attempt failed for what every attempt will meet
    CRD_MISSING = enum.auto()  # attempts fail because a kind is not served
    OPERATION_NOT_COMPARED = enum.auto()  # its outcome is not in the comparison yet
    OPERATION_FAILED = enum.auto()
    SUPERSEDED = enum.auto()  # somebody else's operation took the place of ours
    OTHER_OPERATION = enum.auto()
    # After a comparison.
    SYNC_GIVEN_UP = enum.auto()  # automated sync does not try this revision again
    SYNC_REFUSED = enum.auto()
    SYNC_UNKNOWN = enum.auto()
    NOT_AUTOMATED = enum.auto()  # OutOfSync, and nobody syncs
    PRUNING_NEEDED = enum.auto()
    SELF_HEAL_NEEDED = enum.auto()
    AUTOMATED_SYNC_DUE = enum.auto()  # OutOfSync, and automated sync ought to act
    WINDOW_CLOSED = enum.auto()
    NEWER_REVISION = enum.auto()
    STILL_DIFFERENT = enum.auto()  # OutOfSync after our sync
    UNHEALTHY = enum.auto()  # Synced, and not healthy enough
    PART_UNHEALTHY = enum.auto()  # the same for some resources alone
    # A commit, or a source, that is newer than what is being synced.
    OTHER_REVISION = enum.auto()  # compared with a revision that does not contain the commit
    EARLIER_SYNC = enum.auto()  # a sync to what was before runs
    EARLIER_SYNC_STUCK = enum.auto()  # that one has failed, and waits for its next attempt
    # An ApplicationSet, and a tree of Applications.
    GENERATING = enum.auto()
    GENERATION_FAILED = enum.auto()
    MISSING = enum.auto()
    NOT_ITS_TURN = enum.auto()
    STEP_DEGRADED = enum.auto()
    # The wait itself.
    RECHECK_PENDING = enum.auto()  # the controller will be asked to look again
    RECHECK_DUE = enum.auto()
    REFRESH_PENDING = enum.auto()  # it was asked, and has not answered
    REFRESH_LOST = enum.auto()  # the request was taken away unanswered
    CONTROLLER_SILENT = enum.auto()
    OUTAGE = enum.auto()  # the sync was given up because a part of Argo CD was away; it is run again soon
    OUTAGE_OVER = enum.auto()
    GIVEN_UP_BEFORE = enum.auto()  # it was given up before the wait began


# Operations on a revision that Argo CD will not try again by itself.
_GIVEN_UP = (Reason.OPERATION_FAILED, Reason.SYNC_GIVEN_UP)


class Verdict(NamedTuple):
    """What a status amounts to.

    ``state``: ready, waiting, failed, or doubtful, which is failed if the controller repeats it when it was asked to
    look once more. ``message`` says why not ready.
    """

    state: str
    reason: Reason
    message: str = ""

    @property
    def given_up(self) -> bool:
        """Whether the revision has failed, and Argo CD will not try it again by itself."""
        return self.reason in _GIVEN_UP


READY = Verdict("ready", Reason.IN_ORDER)


def waiting(reason: Reason, message: str) -> Verdict:
    return Verdict("waiting", reason, message)


def doubtful(reason: Reason, message: str) -> Verdict:
    return Verdict("doubtful", reason, message)


def failed(reason: Reason, message: str) -> Verdict:
    return Verdict("failed", reason, message)
