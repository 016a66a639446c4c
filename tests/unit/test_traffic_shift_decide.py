# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a traffic shift does next: cases, and random histories that must never hurt and always end."""

from __future__ import annotations

import random

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.journal_state import State, Subject
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.istio.weighted import FORM
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.weighted import Target
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import Outcome
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift import (
    progress as progress_module,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.decide import (
    Do,
    Progress,
    Where,
    after_judgement,
    at_step,
    decide,
)
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.edit import Selection, Shape
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.plan import Policy, of

SELECTION = Selection(FORM, "", 0, Target("reviews", "v1"), Target("reviews", "v2"))
PASS, FAIL, NO_DATA, INCONCLUSIVE = Outcome.PASS, Outcome.FAIL, Outcome.NO_DATA, Outcome.INCONCLUSIVE


def plan_of(weights=(10, 50), gates=("success_rate",), pause=60, **policy):
    steps = [{"weight": weight} for weight in weights]
    return of(SELECTION, Shape(None, None, listed=False), (100, 0), True, steps, pause, Policy(**policy), gates)


def judged(outcome, at=60.0, **more):
    return Progress(0, 0.0, outcome, at, **more)


@pytest.mark.parametrize(
    ("progress", "where", "now", "policy", "expected"),
    [
        (Progress(), Where.AT_STEP, 0, {}, (Do.WRITE, 0)),
        (Progress(0), Where.AT_LAST, 0, {}, (Do.WRITE, 0)),  # killed before the write
        (Progress(0), Where.AT_STEP, 0, {}, (Do.PROVE, 0)),  # killed after the write
        (Progress(0, 0.0), Where.AT_LAST, 5, {}, (Do.STOP, -1)),  # somebody has put back what was there before
        (Progress(0, 0.0), Where.ELSEWHERE, 5, {}, (Do.STOP, -1)),
        (Progress(0, 0.0, aborting=True), Where.AT_STEP, 5, {}, (Do.ABORT, -1)),
        (Progress(0, 0.0), Where.AT_STEP, 5, {}, (Do.WAIT, -1)),
        (Progress(0, 0.0), Where.AT_STEP, 10, {}, (Do.JUDGE, -1)),
        (judged(PASS, 55.0), Where.AT_STEP, 61, {}, (Do.JUDGE, -1)),  # the last judgement has not seen the whole pause
        (judged(PASS), Where.AT_STEP, 61, {}, (Do.WRITE, 1)),
        (judged(NO_DATA, 20.0), Where.AT_STEP, 25, {"on_no_data": "abort"}, (Do.WAIT, -1)),  # there may be some yet
        (judged(NO_DATA), Where.AT_STEP, 61, {"on_no_data": "abort"}, (Do.ABORT, -1)),
        (judged(NO_DATA), Where.AT_STEP, 61, {"on_no_data": "stop"}, (Do.STOP, -1)),
        (judged(NO_DATA), Where.AT_STEP, 61, {"on_no_data": "pass"}, (Do.WRITE, 1)),
        (judged(NO_DATA), Where.AT_STEP, 61, {}, (Do.WAIT, -1)),
        (judged(NO_DATA), Where.AT_STEP, 70, {}, (Do.JUDGE, -1)),
        (judged(NO_DATA, 355.0), Where.AT_STEP, 360, {}, (Do.ABORT, -1)),  # held for 300 s beyond the pause
        (judged(INCONCLUSIVE), Where.AT_STEP, 61, {"on_inconclusive": "abort"}, (Do.ABORT, -1)),
        (judged(FAIL, 20.0, in_a_row=1, in_all=1), Where.AT_STEP, 25, {}, (Do.WAIT, -1)),
        (judged(FAIL, in_a_row=1, in_all=1), Where.AT_STEP, 61, {}, (Do.WAIT, -1)),
        (judged(FAIL, 20.0, in_a_row=2, in_all=2), Where.AT_STEP, 21, {}, (Do.ABORT, -1)),
        (judged(FAIL, 20.0, in_a_row=2, in_all=2), Where.AT_STEP, 21, {"on_fail": "stop"}, (Do.STOP, -1)),
        (judged(PASS, 20.0, in_a_row=0, in_all=5), Where.AT_STEP, 21, {}, (Do.ABORT, -1)),
        (Progress(2), Where.AT_LAST, 0, {}, (Do.WRITE, 2)),
        (Progress(2, 0.0), Where.AT_STEP, 0, {}, (Do.DONE, -1)),
    ],
)
def test_the_next_action(progress, where, now, policy, expected):
    action = decide(plan_of(**policy), progress, where, 2, now)
    assert (action.do, action.step) == expected
    assert bool(action.reason) == (action.do in (Do.ABORT, Do.STOP))


def test_one_step_a_task_waits_for_the_pause_of_the_step_before_and_not_for_its_own():
    plan = plan_of()
    assert decide(plan, Progress(0, 0.0), Where.AT_STEP, 0, 1).do is Do.DONE
    assert decide(plan, judged(PASS), Where.AT_STEP, 1, 61).step == 1
    assert decide(plan, Progress(1, 61.0), Where.AT_STEP, 1, 62).do is Do.DONE


def test_without_gates_time_alone_decides():
    plan = plan_of(gates=())
    action = decide(plan, Progress(0, 0.0), Where.AT_STEP, 2, 45)
    assert (action.do, action.seconds) == (Do.WAIT, 15)
    assert decide(plan, Progress(0, 0.0), Where.AT_STEP, 2, 60).step == 1


def test_progress_is_read_from_the_journal():
    plan = plan_of()
    first, second = plan.label(0), plan.label(1)
    rows = [
        {"step": first, "proven": True, "proxies": 3},
        {"step": first, "outcome": "fail", "failed": 1},
        {"step": first, "outcome": "pass", "failed": 1},
        {"step": second, "proven": True, "proxies": 3},
        {"step": second, "outcome": "fail", "failed": 2},
    ]
    rows = [{"time": f"1970-01-01T00:00:{number:02d}Z", **row} for number, row in enumerate(rows, 1)]

    def read(rows, *labels):
        steps = [{"step": label} for label in labels[:-1]]
        subject = Subject("", "VirtualService", "shop", "reviews")
        state = State("traffic_shift", subject, [], "", labels[-1], "", {}, {}, steps=steps, verdicts=rows)
        return progress_module.of(plan, state)

    assert read([], "begin") == Progress()
    assert read([], "begin", first) == Progress(0)
    assert read(rows[:1], "begin", first) == Progress(0, 1.0)
    assert read(rows[:2], "begin", first) == Progress(0, 1.0, FAIL, 2.0, 1, 1)
    assert read(rows[:3], "begin", first, second) == Progress(1, in_all=1)
    assert read(rows, "begin", first, second) == Progress(1, 4.0, FAIL, 5.0, 1, 2)
    assert read(rows, "begin", first, second, "abort") == Progress(1, 4.0, FAIL, 5.0, 1, 2, aborting=True)
    # After a stop somebody has looked at it, and failures are counted anew.
    stopped = {"time": "1970-01-01T00:00:09Z", "step": second, **progress_module.stopped("why")}
    assert read([*rows, stopped], "begin", first, second) == Progress(1, 4.0)


def counts_as_pass(policy):
    ways = {NO_DATA: policy.on_no_data, INCONCLUSIVE: policy.on_inconclusive}
    return {PASS, *(outcome for outcome, way in ways.items() if way == "pass")}


@pytest.mark.parametrize("seed", range(300))
def test_a_random_history_never_hurts_and_always_ends(seed):
    """Gates say anything, runs are killed anywhere, time passes as it likes; sometimes somebody edits the route."""
    dice = random.Random(seed)
    ways = ("hold", "abort", "stop", "pass")
    policy = {
        "on_fail": dice.choice(("abort", "stop")),
        "on_no_data": dice.choice(ways),
        "on_inconclusive": dice.choice(ways),
        "in_a_row": dice.randint(1, 4),
        "in_all": dice.randint(1, 9),
        "hold": dice.choice((0, 30, 300)),
    }
    weights = sorted(dice.sample(range(1, 100), dice.randint(1, 5)))
    plan = plan_of(weights, pause=dice.choice((0, 10, 60)), gates=dice.choice(((), ("errors",))), **policy)
    likely = [dice.randint(0, 9) for _outcome in Outcome]
    if not any(likely):
        likely[0] = 1
    progress, live, now, edits = Progress(), plan.before, 0.0, dice.random() < 0.1
    for _turn in range(3000):
        shape, last = plan.shape(progress.step), plan.shape(progress.step - 1)
        where = Where.AT_STEP if live == shape else Where.AT_LAST if live == last else Where.ELSEWHERE
        action = decide(plan, progress, where, len(plan.steps), now)
        now += dice.random()
        if action.do is Do.WRITE:
            if action.step > max(progress.step, 0):  # it advances, on nothing but a pass, after the whole pause
                assert action.step == progress.step + 1
                assert now - progress.proven >= plan.steps[progress.step].pause
                assert not plan.gates or progress.outcome in counts_as_pass(plan.policy)
            progress = at_step(progress, action.step)
            if dice.random() < 0.1:
                continue  # killed before the write
            live = plan.shape(action.step)
            most = 100 if action.step == len(plan.steps) else weights[action.step]
            assert live.canary <= most and live.stable + live.canary == 100
        if action.do in (Do.WRITE, Do.PROVE):
            if dice.random() < 0.9:  # else killed, or a proxy does not acknowledge
                progress = at_step(progress, action.step, now)
        elif action.do is Do.WAIT:
            assert action.seconds > 0
            now += action.seconds
        elif action.do is Do.JUDGE:
            progress = after_judgement(progress, dice.choices(list(Outcome), likely)[0], now)
        elif action.do is Do.ABORT:
            return
        elif action.do is Do.STOP:
            assert edits or "stop" in policy.values()
            return
        else:
            assert live == plan.end and progress.step == len(plan.steps)
            return
        if edits and dice.random() < 0.05:
            live = Shape(1, 99, listed=True)
    raise AssertionError("it did not end")
