# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One verdict from what several reporters have seen: the worse one of those that have seen enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates.verdict import Outcome

BOTH = ("source", "destination")
_WORST_FIRST = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.PASS)


class Finding(NamedTuple):
    """What one reporter's metrics amount to. ``outcome`` is NO_DATA where they are too few to say.

    ``badness``: orders findings of the same outcome; the greatest is the worst.
    """

    reporter: str
    outcome: Outcome
    reason: str
    message: str
    value: float | None
    requests: float
    badness: float = 0.0


def of_option(reporter: str) -> tuple[str, ...]:
    return BOTH if reporter == "both" else (reporter,)


def combined(findings: Sequence[Finding]) -> Finding:
    """The finding that counts. A reporter without data is not asked as long as another one has some."""
    telling = [finding for finding in findings if finding.outcome is not Outcome.NO_DATA]
    if not telling:
        return max(findings, key=lambda finding: finding.requests)
    worst = next(outcome for outcome in _WORST_FIRST if any(finding.outcome is outcome for finding in telling))
    chosen = [finding for finding in telling if finding.outcome is worst]
    finding = max(chosen, key=lambda finding: finding.badness)
    others = [other for other in findings if other is not finding and other.requests > 0]
    message = "; ".join([finding.message, *(other.message for other in others)])
    return finding._replace(message=message)


def kinds_text(kinds: Mapping[str, float], most: int = 4) -> str:
    """Such as `` (503 UH: 12, 500: 3)``: kinds of failures, the most frequent first; empty where there are none."""
    if not kinds:
        return ""
    listed = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    more = f" and {len(listed) - most} more kinds" if len(listed) > most else ""
    return f" ({', '.join(f'{kind}: {count:.0f}' for kind, count in listed[:most])}{more})"
