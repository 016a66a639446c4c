# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Container images that have a program here: what lies in them, and how they start."""

from __future__ import annotations

IMAGES: dict[str, object] = {}


def pattern() -> str:
    """A regular expression for references of these images."""
    return "(^|/)(" + "|".join(sorted(IMAGES) or ["none"]) + ")(:|@|$)"
