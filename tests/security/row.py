# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A row of the page; what all parts of the proof share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Row:
    """``good``: whether it is as it should be; of a recipe of others it always is."""

    case: str
    by: str
    outcome: str
    requests: int
    failed: int
    seconds: float | None = None
    remark: str = ""
    good: bool = True

    def cells(self):
        time = "" if self.seconds is None else f"{self.seconds:.1f} s"
        return (self.case, self.by, self.outcome, f"{self.requests:,}", f"{self.failed:,}", time, self.remark)
