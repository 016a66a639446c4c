# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Differences of many objects in one line each, where somebody asks for that by the variable meshops_diff_lines."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping


def shortened(diffs: list, most: int | None) -> list:
    """The differences as they are, if they have at most so many lines in all; otherwise a line for each object."""
    if most is None:
        return diffs
    counted = [(each, _counts(each)) for each in diffs if isinstance(each, Mapping)]
    if len(counted) != len(diffs) or sum(added + removed for _each, (added, removed) in counted) <= most:
        return diffs
    lines = [f"{_header(each)}: {_words(added, removed)}" for each, (added, removed) in counted]
    return [{"prepared": "\n".join([*lines, ""])}]


def _header(diff: Mapping) -> str:
    return str(diff.get("after_header") or diff.get("before_header") or "difference")


def _words(added: int, removed: int) -> str:
    return ", ".join(
        f"{number} {'line' if number == 1 else 'lines'} {what}"
        for number, what in ((added, "added"), (removed, "removed"))
        if number
    )


def _counts(diff: Mapping) -> tuple[int, int]:
    """(lines that are added, lines that are removed)."""
    before, after = (_lines(diff.get(side)) for side in ("before", "after"))
    marks = [line[0] for line in difflib.unified_diff(before, after, n=0) if not line.startswith(("+++", "---", "@@"))]
    return marks.count("+"), marks.count("-")


def _lines(value: object) -> list[str]:
    """The lines that Ansible shows of one side: text as it is, anything else as JSON."""
    if not value:
        return []
    text = value if isinstance(value, str) else json.dumps(value, indent=4, sort_keys=True, default=str)
    return text.splitlines()
