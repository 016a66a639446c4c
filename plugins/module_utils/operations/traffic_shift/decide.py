# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shift does next, from what is known: a pure function, without a request or a clock. Times are seconds."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import Outcome
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import Plan


class Where(enum.Enum):
    """What the live route shows."""

    AT_STEP = "at the step"
    AT_LAST = "at the step before"  # the step was noted and not yet written; else somebody has put this back
    ELSEWHERE = "elsewhere"  # somebody else has changed what the shift holds


class Do(enum.Enum):
    """What is to be done."""

    WRITE = "write"  # bring the route to a step, and prove that proxies have it
    PROVE = "prove"  # it is written already
    WAIT = "wait"
    JUDGE = "judge"  # ask the gates
    ABORT = "abort"  # put back what was there before
    STOP = "stop"  # leave everything as it is, and fail
    DONE = "done"  # the target of this run is reached


@dataclass(frozen=True)
class Action:
    """What to do: with ``step`` for WRITE and PROVE, ``seconds`` for WAIT, and ``reason`` for ABORT and STOP."""

    do: Do
    step: int = -1
    seconds: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a shift is.

    ``step``: the step that it has noted last, -1 before the first, and the number of steps at the promotion;
    ``proven``: when every proxy had it, None before; ``outcome`` and ``judged``: the last judgement of this step;
    ``in_a_row`` and ``in_all``: failed judgements; ``aborting``: whether it is on its way back.
    """

    step: int = -1
    proven: float | None = None
    outcome: Outcome | None = None
    judged: float | None = None
    in_a_row: int = 0
    in_all: int = 0
    aborting: bool = False


def after_judgement(progress: Progress, outcome: Outcome, now: float) -> Progress:
    """The progress with a judgement in it. Only a pass ends a row of failures."""
    failed = outcome is Outcome.FAIL
    row = progress.in_a_row + 1 if failed else 0 if outcome is Outcome.PASS else progress.in_a_row
    return replace(progress, outcome=outcome, judged=now, in_a_row=row, in_all=progress.in_all + failed)


def at_step(progress: Progress, step: int, proven: float | None = None) -> Progress:
    """The progress once a step is noted, and later once it is proven; the failures in all are kept."""
    if step == progress.step:
        return replace(progress, proven=proven)
    return Progress(step, proven, in_all=progress.in_all)


def decide(plan: Plan, progress: Progress, where: Where, target: int, now: float) -> Action:
    """The next action of a run that is to reach ``target``, a step or the number of steps for the promotion."""
    if where is Where.ELSEWHERE or where is Where.AT_LAST and progress.proven is not None:
        return Action(Do.STOP, reason="edited")
    if progress.aborting:
        return Action(Do.ABORT, reason="an earlier run was going back")
    if progress.step < 0:
        return Action(Do.WRITE, step=0)
    if where is Where.AT_LAST:
        return Action(Do.WRITE, step=progress.step)
    if progress.proven is None:
        return Action(Do.PROVE, step=progress.step)
    if progress.step >= min(target, len(plan.steps)):
        return Action(Do.DONE)
    return _paused(plan, progress, progress.proven, now)


def _paused(plan: Plan, progress: Progress, proven: float, now: float) -> Action:
    policy = plan.policy
    if progress.in_a_row >= policy.in_a_row or progress.in_all >= policy.in_all:
        many = f"{progress.in_a_row} in a row, {progress.in_all} in all"
        return Action(Do.ABORT if policy.on_fail == "abort" else Do.STOP, reason=f"judgements failed: {many}")
    end = proven + plan.steps[progress.step].pause
    if not plan.gates:
        return Action(Do.WAIT, seconds=end - now) if now < end else Action(Do.WRITE, step=progress.step + 1)
    due = (proven if progress.judged is None else progress.judged) + policy.interval
    if now < end:
        return Action(Do.WAIT, seconds=min(due, end) - now) if now < due else Action(Do.JUDGE)
    if progress.judged is None or progress.judged < end:
        return Action(Do.JUDGE)
    return _judged(plan, progress, end, due, now)


def _judged(plan: Plan, progress: Progress, end: float, due: float, now: float) -> Action:
    """After the pause, with a judgement that covers all of it."""
    policy, outcome = plan.policy, progress.outcome
    ways = {Outcome.PASS: "pass", Outcome.NO_DATA: policy.on_no_data, Outcome.INCONCLUSIVE: policy.on_inconclusive}
    way = ways.get(outcome, "again") if outcome else "again"
    if way == "pass":
        return Action(Do.WRITE, step=progress.step + 1)
    word = outcome.value.replace("_", " ") if outcome else ""
    if way in ("abort", "stop"):
        return Action(Do(way), reason=f"the gates' outcome is {word}")
    if way == "hold" and now >= end + policy.hold:
        return Action(Do.ABORT, reason=f"the gates' outcome is {word}, {policy.hold:g} s after the pause was over")
    return Action(Do.WAIT, seconds=due - now) if now < due else Action(Do.JUDGE)
