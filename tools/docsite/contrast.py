# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether text can be read on its background, by the rule of WCAG 2.2 (AA): at least 4.5 to 1, for pictures as well."""

from __future__ import annotations

import re
from pathlib import Path

LEAST = 4.5
# Text, and what it stands on, by the names of the theme's variables.
PAIRS = (
    ("color-foreground-primary", "color-background-primary"),
    ("color-foreground-secondary", "color-background-primary"),
    ("color-foreground-secondary", "color-background-secondary"),
    ("color-foreground-muted", "color-background-primary"),
    ("color-brand-primary", "color-background-primary"),
    ("color-brand-content", "color-background-primary"),
    ("color-brand-content", "color-background-secondary"),
    ("color-brand-visited", "color-background-primary"),
    ("mesh-required", "color-background-primary"),
)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def of_themes(themes: dict[str, dict[str, str]]) -> list[str]:
    """A line for each pair of a theme that cannot be read."""
    return [
        f"{name}: {text} on {behind} is {ratio(colours[text], colours[behind]):.1f} to 1, and has to be {LEAST}"
        for name, colours in themes.items()
        for text, behind in PAIRS
        if ratio(colours[text], colours[behind]) < LEAST
    ]


def of_pictures(folder: Path) -> list[str]:
    """A line for each colour of text in a picture that cannot be read on what it stands on."""
    found = []
    for path in sorted(folder.glob("*.svg")):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"<text [^>]*>", text):
            colours = re.search(r'fill="(#[0-9a-fA-F]{6})" data-on="(#[0-9a-fA-F]{6})"', match[0])
            if not colours:
                found.append(f"{path.name}: {match[0]} does not say fill and data-on, its colour and the one behind it")
            elif ratio(colours[1], colours[2]) < LEAST:
                found.append(f"{path.name}: {colours[1]} on {colours[2]} is {ratio(colours[1], colours[2]):.1f} to 1")
    return found
