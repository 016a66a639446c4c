# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the place of a value that must not be shown, and what stood there before."""

from __future__ import annotations

from collections.abc import Mapping

MASK = "<hidden>"
MASK_CHANGED = "<hidden, changed>"
UNTOLD = object()  # it is not known what stood there before


def mark(value: object, before: object) -> str:
    """The mask of a value; another one where it differs from what stood there before. A mask stays as it is."""
    if value in (MASK, MASK_CHANGED):
        return str(value)
    return MASK if before is UNTOLD or value == before else MASK_CHANGED


def at(before: object, key: object) -> object:
    """What stood below; None where nothing did."""
    if before is UNTOLD:
        return UNTOLD
    if isinstance(before, Mapping):
        return before.get(key)
    return before[key] if isinstance(before, list) and isinstance(key, int) and key < len(before) else None
