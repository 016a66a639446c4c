# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sync windows of a project: whether an Application may be synced now.

An operation that a closed window forbids is not refused by the controller but stays Running, and automated sync says
nothing at all. So windows are read here as the controller reads them (``SyncWindows`` in ``types.go`` of Argo CD 3.5):
deny beats allow, and where there are allow windows one of them must be open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6}
_MONTHS |= {"jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}
_DAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
_FIELDS = ((0, 59, {}), (0, 23, {}), (1, 31, {}), (1, 12, _MONTHS), (0, 6, _DAYS))
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


class BadWindow(ValueError):
    """A window that Argo CD cannot read either; it then forbids every sync."""


def forbids(project: dict | None, application: dict, *, manual: bool, now: datetime | None = None) -> str:
    """Why the project's windows do not let the Application be synced now, or "".

    ``manual``: whether a person or a task asks for it, and not automated sync; ``now``: an aware datetime.
    """
    windows = [w for w in ((project or {}).get("spec") or {}).get("syncWindows") or [] if matches(w, application)]
    now = now or datetime.now(timezone.utc)
    try:
        is_open = {index: active(window, now) for index, window in enumerate(windows)}
    except BadWindow as error:
        return f"a sync window of its project cannot be read: {error}"
    denying = [w for index, w in enumerate(windows) if w.get("kind") == "deny" and is_open[index]]
    allowing = [w for w in windows if w.get("kind") == "allow"]
    if denying:
        closed = denying
    elif allowing and not any(is_open[i] for i, w in enumerate(windows) if w.get("kind") == "allow"):
        closed = allowing
    else:
        return ""
    if manual and all(w.get("manualSync") for w in closed):
        return ""
    return _explained(closed, manual)


def _explained(windows: list[dict], manual: bool) -> str:
    listed = ", ".join(
        f"{w['kind']} {w.get('schedule')!r} for {w.get('duration')} ({w.get('timeZone') or 'UTC'})" for w in windows[:3]
    )
    return f"the sync windows of its project forbid {'a sync' if manual else 'automated sync'} now: {listed}"


def matches(window: dict, application: dict) -> bool:
    """Whether a window is for this Application: by any of its lists, or by all of them with ``andOperator``."""
    destination = (application.get("spec") or {}).get("destination") or {}
    clusters = [name for name in (destination.get("name"), destination.get("server")) if name]
    matches = []
    for patterns, names in (
        (window.get("applications"), [application["metadata"]["name"]]),
        (window.get("clusters"), clusters),
        (window.get("namespaces"), [destination.get("namespace") or ""]),
    ):
        if patterns:
            matches.append(any(_fits(pattern, name) for pattern in patterns for name in names))
    return bool(matches) and (all(matches) if window.get("andOperator") else any(matches))


def _fits(pattern: str, name: str) -> bool:
    return any(fnmatchcase(name, alternative) for alternative in _braces(pattern))


def _braces(pattern: str) -> Iterator[str]:
    """``{a,b}c`` as ``ac`` and ``bc``."""
    braces = re.search(r"\{([^{}]*)\}", pattern)
    if not braces:
        yield pattern
        return
    for part in braces[1].split(","):
        yield from _braces(pattern[: braces.start()] + part + pattern[braces.end() :])


def active(window: dict, now: datetime) -> bool:
    """Whether the window is open: it began less than its duration ago. Raises BadWindow."""
    schedule = [_numbers(*each) for each in zip(_fields(window.get("schedule")), _FIELDS)]
    length = duration(window.get("duration"))
    local = _local(now, window.get("timeZone"))
    return any(start < local for start in _starts(schedule, local - length, local))


def _local(now: datetime, zone: str | None) -> datetime:
    """The time on the wall there, without a zone; an unknown zone is UTC, as it is to Argo CD."""
    try:
        known = ZoneInfo(zone) if zone else timezone.utc
    except (KeyError, ValueError, OSError):
        known = timezone.utc
    return now.astimezone(known).replace(tzinfo=None)


def _starts(schedule: list[tuple[set, bool]], after: datetime, until: datetime) -> Iterator[datetime]:
    """The minutes of a schedule after one time and until another."""
    (minutes, _any), (hours, _any), (days, any_day), (months, _any), (weekdays, any_weekday) = schedule
    day = after.replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= until:
        by_day, by_weekday = day.day in days, day.isoweekday() % 7 in weekdays
        # cron's own rule: with both restricted, either is enough
        wanted = by_day and by_weekday if any_day or any_weekday else by_day or by_weekday
        if wanted and day.month in months:
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    start = day + timedelta(hours=hour, minutes=minute)
                    if after < start <= until:
                        yield start
        day += timedelta(days=1)


def _fields(schedule) -> list[str]:
    fields = str(schedule or "").split()
    if len(fields) != 5:
        raise BadWindow(f"schedule {schedule!r} does not have five fields")
    return fields


def _numbers(text: str, field: tuple[int, int, dict]) -> tuple[set, bool]:
    """The values of one field of cron, and whether it is unrestricted."""
    low, high, names = field
    values: set[int] = set()
    star = False
    for part in text.lower().split(","):
        base, _slash, step = part.partition("/")
        if base in ("*", "?"):
            first, last = low, high
            star = star or not step or step == "1"
        else:
            begin, dash, end = base.partition("-")
            first = _number(begin, names)
            last = _number(end, names) if dash else high if step else first
        width = _number(step, {}) if step else 1
        if not low <= first <= last <= high or width < 1:
            raise BadWindow(f"{part!r} of a schedule is out of range")
        values.update(range(first, last + 1, width))
    return values, star


def _number(text: str, names: dict) -> int:
    if text in names:
        return names[text]
    if not text.isdigit():
        raise BadWindow(f"{text!r} of a schedule is not a number")
    return int(text)


def duration(text) -> timedelta:
    """Go's notation of a duration, such as ``1h30m``. Raises BadWindow."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)", str(text or ""))
    if not parts or "".join(number + unit for number, unit in parts) != str(text):
        raise BadWindow(f"duration {text!r} is not like 1h30m")
    return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
