# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of docs/ as pages of the site, with links to other files of the repository, and the tree of contents."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import yaml

REPOSITORY = "https://github.com/meshops/meshops.lifecycle/blob/main"
_LINK = re.compile(r"(\]\()(?!https?:|#|mailto:)([^)#\s]+)(#[^)]*)?(\))")


class NotListed(Exception):
    """A page that no section of the contents has, or a section with a page that is not there."""


def contents(root: Path) -> dict[str, list[str]]:
    """Section → pages. Raises NotListed."""
    sections = yaml.safe_load((root / "docs/docsite/contents.yml").read_text(encoding="utf-8"))
    listed = {page for pages in sections.values() for page in pages if "/" not in page}
    there = {path.stem for path in (root / "docs").glob("*.md")} - {"index"}
    for problem, names in (("no section has", there - listed), ("there is no", listed - there)):
        if names:
            raise NotListed(f"docs/docsite/contents.yml: {problem} {', '.join(sorted(names))}")
    return sections


def _link(match: re.Match[str], page: Path, root: Path) -> str:
    """A link as the site needs it: within docs/ as it is, and to the repository for everything else."""
    target = (page.parent / match[2]).resolve()
    docs = root / "docs"
    if docs in target.parents and target.suffix in (".md", ".svg"):
        return match[0]
    path = os.path.relpath(target, root)
    return f"{match[1]}{REPOSITORY}/{path}{match[3] or ''}{match[4]}"


def _outside_code(text: str, page: Path, root: Path) -> str:
    parts = re.split(r"(^```.*?^```\n?)", text, flags=re.S | re.M)
    return "".join(
        part if part.startswith("```") else _LINK.sub(lambda match: _link(match, page, root), part) for part in parts
    )


def _trees(sections: dict[str, list[str]]) -> str:
    trees = []
    for section, pages in sections.items():
        trees.append("\n".join(["```{toctree}", ":hidden:", f":caption: {section}", "", *pages, "```"]))
    return "\n\n".join(trees)


def write(source: Path, root: Path) -> None:
    """Copy the pages into Sphinx's source folder. Raises NotListed."""
    sections = contents(root)
    for path in sorted((root / "docs").glob("*.md")):
        text = _outside_code(path.read_text(encoding="utf-8"), path, root)
        if path.stem == "index":
            text += f"\n{_trees(sections)}\n"
        (source / path.name).write_text(text, encoding="utf-8")
    shutil.copytree(root / "docs/pictures", source / "pictures", dirs_exist_ok=True)
