# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What version 2 does, in each case."""

from __future__ import annotations

from dataclasses import dataclass, field

READY = 9080
NEVER_READY = 9  # nothing listens there


@dataclass(frozen=True)
class Case:
    """``environment``: what makes version 2 so; ``starts``: whether its pods become ready; ``unanswered``: whether
    version 2 leaves requests without any answer, so that proxies answer in its place.
    """

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    ready_port: int = READY
    good: bool = False
    starts: bool = True
    unanswered: bool = False


CASES = (
    Case("good version", good=True),
    Case("5 % errors", {"FAIL": "0.05", "FAIL_STATUS": "500"}),
    Case("100 % errors", {"FAIL": "1", "FAIL_STATUS": "500"}),
    Case("slow at p99", {"SLOW": "0.4", "SLOW_SHARE": "0.1"}),
    Case("crashing under load", {"CRASH": "0.2"}, unanswered=True),
    Case("crashing at start", {"CRASH": "start"}, starts=False, unanswered=True),
    Case("without endpoints", ready_port=NEVER_READY, starts=False, unanswered=True),
)
