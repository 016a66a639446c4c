# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts as a person reads them: a Markdown table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_MARKS = {"pass": "pass", "fail": "**fail**", "inconclusive": "inconclusive", "no_data": "no data"}


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """A Markdown table of ``Verdict.row()``s. Rows may have a ``step`` and a ``time``, which come first then."""
    if not rows:
        return "No gates were evaluated.\n"
    extra = [name for name in ("time", "step") if any(name in row for row in rows)]
    head = [*(name.capitalize() for name in extra), "Gate", "Verdict", "Value", "Requests", "Why"]
    lines = [line(head), line(["---"] * len(head))]
    for row in rows:
        lines.append(
            line(
                [
                    *(str(row.get(name, "")) for name in extra),
                    str(row["gate"]),
                    _MARKS.get(row["outcome"], str(row["outcome"])),
                    _number(row.get("value")),
                    _number(row.get("count")),
                    f"{row['message']} (`{row['reason']}`)",
                ]
            )
        )
    return "\n".join([*lines, ""])


def queries(rows: Sequence[Mapping[str, Any]]) -> str:
    """Each query once, with the gates that use it, as Markdown, so that a reader can repeat it."""
    gates: dict[str, dict[str, None]] = {}
    for row in rows:
        if row.get("query"):
            gates.setdefault(row["query"], {})[row["gate"]] = None
    parts = []
    for query, names in gates.items():
        fence = "`" * max(3, _longest_fence(query) + 1)
        parts.append(f"{_plain(', '.join(names))}:\n\n{fence}\n{query}\n{fence}\n")
    return "\n".join(parts)


def page(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """A whole page: the table, and the queries below it."""
    below = queries(rows)
    return f"# {_plain(title)}\n\n{table(rows)}" + (f"\n## Queries\n\n{below}" if below else "")


def _longest_fence(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    return longest


def line(cells: Sequence[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    """Text within a cell: what would end the cell or the line is escaped."""
    return " ".join(text.replace("|", "\\|").split())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
