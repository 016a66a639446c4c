# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which step from one version to another a project supports."""

from __future__ import annotations

import re

_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?")

_PREVIEW = re.compile(
    r"-(alpha|beta|rc|dev)\b"
)  # older than the release; other suffixes (distroless) are variants of it


def unsupported_step(before: str, after: str, minors: int) -> str:
    """Why a project that supports steps of so many minor versions does not support this one; empty where it does.

    What is no version (a branch, say) is not judged.
    """
    old, new = parsed(before), parsed(after)
    if old is None or new is None:
        return ""
    if new < old or (new == old and _PREVIEW.search(after) and not _PREVIEW.search(before)):
        return f"{after} is older than {before}"
    if old[0] != new[0] or new[1] - old[1] > minors:
        return f"from {before} to {after} is more than {minors} minor version{'s' if minors > 1 else ''}"
    return ""


def parsed(text: str) -> tuple[int, int, int] | None:
    """(1, 31, 1) of 1.31.1, in any variant of it; None for what is no version."""
    match = _VERSION.fullmatch(str(text))
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None
