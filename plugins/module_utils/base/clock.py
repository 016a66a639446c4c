# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one clock: how long something may take, and asking again until then. All times are seconds.

No other file imports ``time``; a contract in pyproject.toml keeps it so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

_Answer = TypeVar("_Answer")


def now() -> float:
    """The time on this machine's monotonic clock, for a judge that is given the time as an argument."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Sleep where there is no deadline to keep."""
    time.sleep(seconds)


class Deadline:
    """The end of the time that something may take; it begins when it is made."""

    def __init__(self, seconds: float):
        self._began = now()
        self._end = self._began + seconds

    @property
    def left(self) -> float:
        """What is left; 0 when the time is over."""
        return max(0.0, self._end - now())

    @property
    def is_over(self) -> bool:
        return self.left <= 0

    @property
    def elapsed(self) -> float:
        """What has passed since it began."""
        return now() - self._began

    def sleep(self, seconds: float) -> None:
        """Sleep, but not beyond the end."""
        time.sleep(min(seconds, self.left))

    def within(self, seconds: float) -> Deadline:
        """A deadline for a part: so many seconds from now, but not later than this one."""
        return Deadline(min(seconds, self.left))


class Stopwatch:
    """Time since something began, for what has no end of its own."""

    def __init__(self) -> None:
        self._began = now()

    @property
    def elapsed(self) -> float:
        return now() - self._began


def pauses(deadline: Deadline, first: float, most: float, factor: float = 1.5) -> Iterator[None]:
    """Turns until the deadline with a pause between two of them, ``first`` at first, growing up to ``most``.

    There is always a first turn, and a last one when the time is over.
    """
    pause = first
    while True:
        over = deadline.is_over
        yield
        if over:
            return
        deadline.sleep(pause)
        pause = min(most, pause * factor)


def poll(
    ask: Callable[[], _Answer | None], deadline: Deadline, first: float = 0.1, most: float = 1.0
) -> _Answer | None:
    """The first answer of ``ask()`` that is true, or the last one when the time is over."""
    answer = None
    for _turn in pauses(deadline, first, most):
        answer = ask()
        if answer:
            break
    return answer
