# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of every module, plugin and role, from what ansible-doc says of them."""

from __future__ import annotations

import html
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

from . import options, short
from .markup import COLLECTION, Writer, block, page_of

KINDS = {
    "module": "Modules",
    "role": "Roles",
    "inventory": "Inventory plugins",
    "lookup": "Lookup plugins",
    "filter": "Filters",
    "test": "Tests",
}


def read(programs: Path) -> dict[str, dict[str, Any]]:
    """kind → full name → its documentation."""
    command = [programs / "python", programs / "ansible-doc", "--metadata-dump", "--no-fail-on-errors", COLLECTION]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    return {kind: plugins for kind, plugins in json.loads(done.stdout)["all"].items() if kind in KINDS}


def connection_options(root: Path) -> set[str]:
    """Names of the options that every module has, by the fragment that documents them."""
    source = (root / "plugins/doc_fragments/connection.py").read_text(encoding="utf-8")
    text = source.split('r"""', 1)[1].split('"""', 1)[0]
    return set(yaml.safe_load(text)["options"])


def _raw(text: str) -> str:
    """HTML within Markdown: without blank lines, at which a block of HTML would end."""
    return "\n" + text.replace("\n\n", "\n") + "\n\n"


def _seealso(writer: Writer, entries: list[dict[str, Any]]) -> str:
    lines = []
    for entry in entries:
        about = f": {writer.inline(entry['description'])}" if entry.get("description") else ""
        if "module" in entry:
            link = writer.inline("M({module})".format(**entry))
            lines.append(f"<li>{link}{about}</li>")
        elif "plugin" in entry:
            link = writer.inline("P({plugin}#{plugin_type})".format(**entry))
            lines.append(f"<li>{link}{about}</li>")
        elif "link" in entry:
            lines.append(f'<li><a href="{html.escape(entry["link"])}">{html.escape(entry["name"])}</a>{about}</li>')
    return f"<ul>{''.join(lines)}</ul>"


def _attributes(writer: Writer, attributes: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{name}</code></td><td>{html.escape(str(each['support']))}</td>"
        f"<td>{writer.inline(each.get('details') or each['description'])}</td></tr>"
        for name, each in sorted(attributes.items())
    )
    return f"<table><thead><tr><th>Attribute</th><th>Support</th><th></th></tr></thead><tbody>{rows}</tbody></table>"


def plugin_page(fqcn: str, kind: str, plugin: dict[str, Any], connection: set[str]) -> str:
    """The Markdown of a module's or plugin's page."""
    doc, writer = plugin["doc"], Writer(fqcn, kind)
    examples = short.examples_of(plugin.get("examples") or "")
    parts = [
        f"# {fqcn.removeprefix(COLLECTION + '.')}\n",
        _raw(f'<p class="lead">{writer.inline(doc["short_description"])}</p>'),
    ]
    shown = doc.get("options") or {}
    if kind == "module":
        used = short.used_options(fqcn, plugin.get("examples") or "", shown, connection)
        parts += ["## In short\n", _raw(short.table(writer, used, shown)), *map(block, examples[: short.EXAMPLES])]
    parts += ["## What it does\n", _raw(writer.paragraphs(doc["description"]))]
    if doc.get("notes"):
        parts.append(_raw("<ul>" + "".join(f"<li>{writer.inline(note)}</li>" for note in doc["notes"]) + "</ul>"))
    if shown:
        parts += [
            f"## {'All options' if kind == 'module' else 'Options'}\n",
            _raw(options.grouped(writer, shown, connection)),
        ]
    rest = examples[short.EXAMPLES :] if kind == "module" else examples
    if rest:
        parts += ["## More examples\n" if kind == "module" else "## Examples\n", *map(block, rest)]
    if plugin.get("return"):
        parts += ["## Return values\n", _raw(options.listed(writer, plugin["return"], [], "return"))]
    if doc.get("attributes"):
        parts += ["## Attributes\n", _raw(_attributes(writer, doc["attributes"]))]
    if doc.get("requirements"):
        parts += [
            "## Requirements\n",
            _raw("<ul>" + "".join(f"<li>{writer.inline(each)}</li>" for each in doc["requirements"]) + "</ul>"),
        ]
    if doc.get("seealso"):
        parts += ["## See also\n", _raw(_seealso(writer, doc["seealso"]))]
    return "\n".join(parts)


def role_page(fqcn: str, role: dict[str, Any], root: Path) -> str:
    """The Markdown of a role's page: how it is called and its variables. How it works is a page of its own."""
    name = fqcn.rpartition(".")[2]
    entry, writer = role["entry_points"]["main"], Writer(fqcn, "role")
    parts = [f"# Role {name}\n", _raw(f'<p class="lead">{writer.inline(entry["short_description"])}</p>')]
    parts += [_raw(writer.paragraphs(entry["description"])), f"How it works: [the role {name}](../role_{name}.md).\n"]
    readme = (root / "roles" / name / "README.md").read_text(encoding="utf-8")
    parts += [f"## Example\n\n```yaml{part.split('```', 1)[0]}```\n" for part in readme.split("```yaml")[1:2]]
    parts += ["## Variables\n", _raw(options.listed(writer, entry.get("options") or {}, []))]
    return "\n".join(parts)


def write(folder: Path, root: Path, documented: dict[str, dict[str, Any]]) -> None:
    """All pages, and one that lists those of each kind."""
    connection = connection_options(root)
    for kind, title in KINDS.items():
        rows, pages = [], []
        for fqcn, plugin in sorted(documented[kind].items()):
            page = page_of(fqcn, kind)
            if kind == "role":
                text, about = role_page(fqcn, plugin, root), plugin["entry_points"]["main"]["short_description"]
            else:
                text, about = plugin_page(fqcn, kind, plugin, connection), plugin["doc"]["short_description"]
            (folder / f"{page}.md").write_text(text, encoding="utf-8")
            pages.append(page)
            label = fqcn.removeprefix(f"{COLLECTION}.")
            rows.append(
                f'<tr><td><a href="{page}.html">{label}</a></td><td>{Writer(fqcn, kind).inline(about)}</td></tr>'
            )
        listing = f'<table class="listing"><tbody>{"".join(rows)}</tbody></table>'
        tree = "\n".join(["```{toctree}", ":hidden:", "", *pages, "```"])
        (folder / f"{kind}s.md").write_text(f"# {title}\n{_raw(listing)}{tree}\n", encoding="utf-8")
