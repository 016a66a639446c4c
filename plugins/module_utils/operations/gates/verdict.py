# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gate concludes, and what several conclude together."""

from __future__ import annotations

import dataclasses
import enum
import math
from collections.abc import Iterable
from dataclasses import dataclass


class Outcome(enum.Enum):
    """The four verdicts of a gate. What each of them leads to is decided by whoever asked."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NO_DATA = "no_data"


# The outcome of several verdicts is the first of these that is among them.
_ORDER = (Outcome.FAIL, Outcome.NO_DATA, Outcome.INCONCLUSIVE, Outcome.PASS)


@dataclass(frozen=True)
class Verdict:
    """What one gate concluded.

    ``gate``: its name as the user gave it, or its type. ``reason``: a symbol, which code compares, such as "threshold",
    "below_min_requests" or "empty"; ``message``: the same for people, with value, threshold and count.
    ``query``: the PromQL, the address or the JMESPath that was evaluated. ``value``: what it gave, in the unit of the
    gate's threshold. ``count``: the number of requests behind the value.
    """

    gate: str
    outcome: Outcome
    reason: str
    message: str
    query: str = ""
    value: float | None = None
    count: float | None = None

    def with_remark(self, remark: str) -> Verdict:
        """The same with a further sentence in its message."""
        return dataclasses.replace(self, message=f"{self.message}. {remark}" if remark else self.message)

    def row(self) -> dict:
        """The verdict in plain JSON types, for a journal and for a result. What is not a number in JSON is None."""
        return {
            "gate": self.gate,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "message": self.message,
            "query": self.query,
            "value": _finite(self.value),
            "count": _finite(self.count),
        }


def overall(verdicts: Iterable[Verdict]) -> Outcome:
    """The outcome of all together: fail if any failed, then no data, then inconclusive; pass if there is no gate."""
    outcomes = {verdict.outcome for verdict in verdicts}
    return next((outcome for outcome in _ORDER if outcome in outcomes), Outcome.PASS)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
