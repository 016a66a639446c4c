# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links of the built site that lead nowhere: to a file that is not there, or to an anchor that a page does not have."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.without_text: list[str] = []  # pictures that say nothing to whoever does not see them
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {name for name in (given.get("id"), given.get("name")) if name}
        if tag in ("a", "link") and given.get("href"):
            self.links.add(given["href"] or "")
        if tag in ("img", "script") and given.get("src"):
            self.links.add(given["src"] or "")
        if tag == "img" and "alt" not in given:
            self.without_text.append(given.get("src") or "?")


def problems(folder: Path) -> list[str]:
    """A line for each link that leads nowhere. Links to other sites are not followed."""
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        name = path.relative_to(folder)
        found += [f"{name}: the picture {picture} has no text" for picture in page.without_text]
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                found.append(f"{name}: {link} is not there")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                found.append(f"{name}: {link}: the page has no such anchor")
    return found
