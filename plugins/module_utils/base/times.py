# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as objects of Kubernetes carry them: RFC 3339, in UTC."""

from __future__ import annotations

from datetime import datetime, timezone


def parse(text: str) -> datetime:
    """``2026-06-01T09:30:00Z`` as a time with its zone. Python 3.10 does not read the Z. Raises ValueError."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def now() -> datetime:
    """The time now, with its zone."""
    return datetime.now(timezone.utc)


def precise_text_of(time: datetime) -> str:
    """The same to the microsecond, as a Lease carries it."""
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def text_of(time: datetime) -> str:
    """A time as the API server writes it, to the second."""
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
