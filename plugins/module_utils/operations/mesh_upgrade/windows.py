# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When namespaces may be moved: windows of the day, and days on which nothing moves. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

_WINDOW = re.compile(
    r"(?:(mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))? )?"
    r"([01]\d|2[0-3]|24(?=:00)):([0-5]\d)-([01]\d|2[0-3]|24(?=:00)):([0-5]\d)"
)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def now(timezone: str) -> datetime:
    """The time of day in a time zone. Raises MeshError for an unknown one."""
    try:
        return times.now().astimezone(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):
        raise MeshError(f"timezone: {timezone!r} is not known here; use a name such as Europe/Berlin or UTC.") from None


def refusal(windows: Sequence[str], freeze: Sequence[str], moment: datetime) -> str:
    """Why nothing moves at this moment; empty when it may. Raises MeshError for what is no window or no day."""
    frozen = [text for text in freeze if _is_frozen(str(text), moment.date())]
    is_open = [_is_open(text, moment) for text in windows]  # all of them, so that a wrong one is noticed
    if frozen:
        return f"{moment.date()} is a day on which nothing moves (freeze: {frozen[0]})"
    if windows and not any(is_open):
        return f"it is {moment:%a %H:%M}, outside of the windows {', '.join(windows)}"
    return ""


def _is_frozen(text: str, day: date) -> bool:
    """``2026-12-24``, or from one day to another: ``2026-12-20..2027-01-06``."""
    first, _dots, last = text.partition("..")
    try:
        begin, end = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError:
        raise MeshError(
            f"freeze: {text!r} is neither a day, 2026-12-24, nor a range of days, 2026-12-20..2027-01-06."
        ) from None
    if end < begin:
        raise MeshError(f"freeze: {text!r} ends before it begins.")
    return begin <= day <= end


def _is_open(text: str, moment: datetime) -> bool:
    """``22:00-04:00``, or ``mon-thu 09:00-16:00``. After midnight a window is of the day on which it began."""
    match = _WINDOW.fullmatch(text.strip().lower())
    if not match:
        raise MeshError(f"windows: {text!r} is not a window such as 22:00-04:00 or mon-thu 09:00-16:00.")
    begin, end = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
    minute, day = moment.hour * 60 + moment.minute, moment.weekday()
    if begin <= end:
        return begin <= minute < end and _is_of(match, day)
    return minute >= begin and _is_of(match, day) or minute < end and _is_of(match, (day - 1) % 7)


def _is_of(match: re.Match[str], day: int) -> bool:
    if not match[1]:
        return True
    first = _DAYS.index(match[1])
    last = _DAYS.index(match[2] or match[1])
    return first <= day <= last if first <= last else day >= first or day <= last
