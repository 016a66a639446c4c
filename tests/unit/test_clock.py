# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of waits, and the runner of programs: how long, how often, and how it ends."""

from __future__ import annotations

import os
import sys
import time

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, poll
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs import runner


def test_a_deadline_counts_down_and_is_never_negative():
    deadline = Deadline(0.05)
    assert 0 < deadline.left <= 0.05 and not deadline.is_over
    deadline.sleep(10)
    assert deadline.is_over and deadline.left == 0 and 0.05 <= deadline.elapsed < 5


def test_a_part_ends_no_later_than_the_whole():
    assert Deadline(100).within(5).left <= 5
    assert Deadline(0.01).within(5).left <= 0.01


@pytest.mark.parametrize(
    ("answers", "seconds", "expected", "asked"),
    [
        ([None, None, "yes", "no"], 5, "yes", 3),
        (["yes"], 0, "yes", 1),  # there is always one turn
        ([None, None], 0, None, 1),
    ],
)
def test_poll_ends_with_the_first_answer_or_the_time(answers, seconds, expected, asked):
    given = iter(answers)
    count = 0

    def ask():
        nonlocal count
        count += 1
        return next(given)

    assert poll(ask, Deadline(seconds), first=0.001) == expected
    assert count == asked


def test_poll_asks_once_more_when_the_time_is_over():
    began = time.monotonic()
    assert poll(lambda: time.monotonic() - began > 0.05, Deadline(0.06), first=0.04) is True


def python(code, **more):
    options = {"env": dict(os.environ), "progress": lambda seconds: None, "end": runner.kill, **more}
    return runner.run([sys.executable, "-c", code], **options)


def test_a_program_gets_its_input_and_gives_code_and_both_outputs():
    code = "import sys; print(sys.stdin.read()[::-1]); print('no', file=sys.stderr); sys.exit(3)"
    assert python(code, data=b"abc") == (3, b"cba\n", b"no\n")
    assert python("import os, signal; os.kill(os.getpid(), signal.SIGTERM)").code == -15


def test_a_program_without_input_reads_nothing_of_ours():
    assert python("import sys; print(repr(sys.stdin.read()))").out == b"''\n"


def test_a_long_program_tells_how_it_goes_and_ends_at_its_limit(monkeypatch, tmp_path):
    monkeypatch.setattr(runner, "_PROGRESS", 0.05)
    told, ended = [], tmp_path / "ended"

    def end(process):
        told.append(-1)
        runner.kill(process)

    code = f"import sys, time; sys.stdin.read(); time.sleep(30); open({str(ended)!r}, 'w')"
    with pytest.raises(runner.TookTooLong):
        python(
            code,
            data=b"x",
            limit=0.0,
            progress=told.append,
            end=lambda process: (told.append(-1), runner.kill(process)),
        )
    assert told[-1] == -1 and set(told[:-1]) <= {0} and not ended.exists()


def test_a_program_that_ends_cleanly_when_asked_is_given_the_time_for_it(monkeypatch, tmp_path):
    monkeypatch.setattr(runner, "_PROGRESS", 0.3)
    recorded = tmp_path / "recorded"
    code = (
        "import signal, sys, time\n"
        f"def end(*_): open({str(recorded)!r}, 'w').close(); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "time.sleep(30)\n"
    )

    def interrupt(seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        python(code, progress=interrupt, end=runner.ask_to_end(5))
    assert recorded.exists()
