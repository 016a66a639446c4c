# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of what Event-Driven Ansible loads, from the DOCUMENTATION of each file; ansible-doc does not know them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import yaml

from . import options
from .markup import COLLECTION, Writer, block

_KINDS = {"event_source": "Event source", "event_filter": "Event filter"}


def documentation(path: Path) -> tuple[dict[str, Any], str]:
    """DOCUMENTATION and EXAMPLES of a file. Raises KeyError where one is missing."""
    texts = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and isinstance(node.value, ast.Constant)
        ):
            texts[node.targets[0].id] = node.value.value
    return yaml.safe_load(texts["DOCUMENTATION"]), texts.get("EXAMPLES", "")


def _page(name: str, kind: str, doc: dict[str, Any], examples: str) -> str:
    writer = Writer(f"{COLLECTION}.{name}", "module")
    texts = doc.get("description") or []
    html = writer.paragraphs([texts] if isinstance(texts, str) else texts)
    lead = f'<p class="lead">{writer.inline(doc["short_description"])}</p>'
    arguments = options.listed(writer, doc.get("options") or {}, [])
    shown = f"## Example\n\n{block(examples)}\n" if examples.strip() else ""
    return f"# {_KINDS[kind]} {name}\n\n{lead}\n{html}\n\n{shown}\n## Arguments\n\n{arguments}\n"


def _rulebook(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    comment = " ".join(line[2:] for line in text.splitlines() if line.startswith("# ") and "SPDX" not in line)
    body = "\n".join(line for line in text.splitlines() if not line.startswith("# ") and line != "---")
    return f"# Rulebook {path.stem}\n\n{comment}\n\n{block(body)}"


def write(folder: Path, root: Path) -> None:
    lines, pages = [], []
    for kind, title in _KINDS.items():
        for path in sorted((root / "extensions/eda/plugins" / kind).glob("*.py")):
            doc, examples = documentation(path)
            page = f"{path.stem}_{kind}"
            (folder / f"{page}.md").write_text(_page(path.stem, kind, doc, examples), encoding="utf-8")
            pages.append(page)
            lines.append(f"| [{title.lower()} {path.stem}]({page}.md) | {doc['short_description']} |")
    for path in sorted((root / "extensions/eda/rulebooks").glob("*.yml")):
        page = f"{path.stem}_rulebook"
        (folder / f"{page}.md").write_text(_rulebook(path), encoding="utf-8")
        pages.append(page)
        lines.append(f"| [rulebook {path.stem}]({page}.md) | |")
    tree = "\n".join(["```{toctree}", ":hidden:", "", *pages, "```"])
    table = "\n".join(["| | |", "|---|---|", *lines])
    (folder / "events.md").write_text(f"# Sources and filters of events\n\n{table}\n\n{tree}\n", encoding="utf-8")
