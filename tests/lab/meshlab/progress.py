# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a build still takes: from the known cost of each program, and what this machine has needed so far."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 60  # seconds between two lines

# What is expected before anything was measured, and how much measurement outweighs it.
EXPECTED_SPEED = 0.8  # CPU seconds here for one of the table's
EXPECTED_LOAD = 0.9  # of each core
EXPECTED_WEIGHT = 20  # of the table's CPU seconds; and seconds of waiting


@dataclass(frozen=True)
class Measured:
    """A build at one moment. Costs are the table's CPU seconds, ``cpu`` is this machine's."""

    total: float  # cost of everything that is to be compiled
    done: float  # cost of what is compiled
    current: float  # cost of what is being compiled
    cpu_done: float  # seconds that the compiled took
    cpu_current: float  # seconds that the current has taken so far
    elapsed: float  # seconds since the build began

    def seconds_left(self, cores: int) -> float:
        speed = (self.cpu_done + EXPECTED_SPEED * EXPECTED_WEIGHT) / (self.done + EXPECTED_WEIGHT)
        here = self.current * speed
        current_left = max(here - self.cpu_current, here / 20)  # more expensive than expected: nearly done
        left = (self.total - self.done - self.current) * speed + current_left
        usual = EXPECTED_LOAD * cores
        busy = (self.cpu_done + self.cpu_current + usual * EXPECTED_WEIGHT) / (self.elapsed + EXPECTED_WEIGHT)
        return left / busy


def words(seconds: float) -> str:
    """As a person says it: "about 12 minutes left"."""
    if seconds < 50:
        return "less than a minute left"
    minutes = round(seconds / 60)
    return f"about {minutes} minute{'s' if minutes > 1 else ''} left"


class Progress:
    """Says every minute how long the build still takes. ``costs`` are those of its steps, in CPU seconds."""

    def __init__(self, costs: Iterable[float], report: Callable[[str], None]):
        self.total, self.report = sum(costs), report
        self.done = self.current = self.cpu_done = 0.0
        self.pid: int | None = None
        self.began = time.monotonic()

    def left(self) -> str:
        cpu = cpu_seconds(self.pid) if self.pid else 0.0
        elapsed = time.monotonic() - self.began
        now = Measured(self.total, self.done, self.current, self.cpu_done, cpu, elapsed)
        return words(now.seconds_left(os.cpu_count() or 1))

    @contextmanager
    def step(self, title: str, cost: float):
        """Around one step; gives a function that is to be told the pid of the process that does it."""
        self.current, before = cost, cpu_of_children()
        self.report(f"compiling {title}; {self.left()}")
        ended = threading.Event()
        threading.Thread(target=self.tell, args=(title, ended), daemon=True).start()
        try:
            yield self.follow
        finally:
            ended.set()
            self.pid = None
        self.done, self.current = self.done + cost, 0.0
        self.cpu_done += cpu_of_children() - before

    def follow(self, pid: int) -> None:
        self.pid = pid

    def tell(self, title: str, ended: threading.Event) -> None:
        while not ended.wait(INTERVAL):
            self.report(f"still compiling {title}; {self.left()}")


def cpu_of_children() -> float:
    """CPU seconds of all processes that this one has started and that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process and of those of its children that have ended; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
