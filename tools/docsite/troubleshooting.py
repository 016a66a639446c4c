# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of all error messages with a line of help for each, and the check that none is without."""

from __future__ import annotations

import html
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from . import messages


class Entry(NamedTuple):
    area: str
    page: str
    help: str
    texts: list[str]


class Judged(NamedTuple):
    entries: list[Entry]
    problems: list[str]
    general: int  # messages that have the line of their area alone


def _areas(root: Path) -> list[dict[str, Any]]:
    return yaml.safe_load((root / "docs/docsite/messages.yml").read_text(encoding="utf-8"))


def _area_of(file: str, areas: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The area with the longest path that the file begins with."""
    matching = [(len(path), area) for area in areas for path in area["files"] if file.startswith(path)]
    return max(matching, key=lambda each: each[0])[1] if matching else None


@cache
def judged(root: Path) -> Judged:
    """Every message with its help, and what is wrong with the file of helps."""
    areas = _areas(root)
    texts: dict[tuple[str, str], list[str]] = {}
    problems, general = [], 0
    for message in messages.all_messages(root):
        area = _area_of(message.file, areas)
        if area is None:
            problems.append(f"{message.file}: {message.text!r} is in no area")
            continue
        part = next((part for part in area.get("messages") or {} if part in message.text), "")
        general += not part
        texts.setdefault((area["area"], part), []).append(message.text)
    entries = []
    for area in areas:
        for part, help_ in {**(area.get("messages") or {}), "": area["help"]}.items():
            own = texts.get((area["area"], part), [])
            if own:
                entries.append(Entry(area["area"], area["page"], help_, sorted(own)))
            elif part:
                problems.append(f"docs/docsite/messages.yml, {area['area']}: no message has {part!r}")
    return Judged(entries, problems, general)


def _inline(text: str) -> str:
    """A help in HTML; what is between backticks is code."""
    parts = html.escape(text, quote=False).split("`")
    return "".join(part if index % 2 == 0 else f"<code>{part}</code>" for index, part in enumerate(parts))


_FIND = """<label for="messages-filter">Paste a message, or some words of it</label>
<input id="messages-filter" type="search" autocomplete="off">
<p id="messages-none" hidden>No message has these words.</p>
"""


def write(source: Path, root: Path) -> None:
    """The list of messages, at the end of the page that is there."""
    page = source / "troubleshooting.md"
    parts = [page.read_text(encoding="utf-8"), _FIND]
    area = ""
    for entry in judged(root).entries:
        if entry.area != area:
            area = entry.area
            parts.append(f"\n## {area}\n\nRead more: [](/{entry.page}.md)\n")
        shown = "".join(f'<p class="message">{html.escape(text)}</p>' for text in entry.texts)
        parts.append(f'<div class="option help">{shown}<p>{_inline(entry.help)}</p></div>\n')
    page.write_text("\n".join(parts), encoding="utf-8")
