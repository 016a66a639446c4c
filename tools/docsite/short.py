# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The short form at the head of a module's page: the options that its examples use, and two of the examples."""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import Any

import yaml

from .markup import Writer, code
from .options import anchor_of, type_of

MOST = 10
EXAMPLES = 2
_FIRST = ("name", "namespace", "state")


class _Loader(yaml.SafeLoader):
    pass


_Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def _named(option: dict[str, Any], key: str) -> str | None:
    """The option's own name of a key, which may be an alias."""
    for name, each in option.items():
        if key == name or key in (each.get("aliases") or []):
            return name
    return None


def _uses(arguments: dict[str, Any], options: dict[str, Any], path: tuple[str, ...] = ()) -> Counter:
    used: Counter = Counter()
    for key, value in arguments.items():
        name = _named(options, key)
        if name is None:
            continue
        nested = options[name].get("suboptions")
        if nested and isinstance(value, dict) and not path:
            used += _uses(value, nested, (name,))
        else:
            used[(*path, name)] += 1
    return used


def used_options(fqcn: str, examples: str, options: dict[str, Any], connection: set[str]) -> list[tuple[str, ...]]:
    """Paths of the options that people use, most important first: required, what names the object, then by use."""
    used: Counter = Counter()
    for task in yaml.load(examples, _Loader) or []:
        arguments = task.get(fqcn) if isinstance(task, dict) else None
        if isinstance(arguments, dict):
            used += _uses(arguments, options)
    required = [(name,) for name, option in options.items() if option.get("required")]
    ranked = [path for path, _count in used.most_common() if path[0] not in connection]
    rest = [(name,) for name in ("wait", "wait_timeout") if name in options]
    names = [(name,) for name in _FIRST if name in options]
    return list(dict.fromkeys([*names, *required, *ranked, *rest]))[:MOST]


def _at(options: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    option = options[path[0]]
    for name in path[1:]:
        option = option["suboptions"][name]
    return option


def _first_sentence(text: str) -> str:
    """Up to the first full stop that is not within parentheses of the markup, nor within a name."""
    return re.split(r"(?<=[.])\s+(?=[A-Z])", text, maxsplit=1)[0]


def table(writer: Writer, paths: list[tuple[str, ...]], options: dict[str, Any]) -> str:
    rows = []
    for path in paths:
        option = _at(options, path)
        texts = option.get("description") or [""]
        text = _first_sentence(texts if isinstance(texts, str) else texts[0])
        mark = ' <span class="required">required</span>' if option.get("required") else ""
        rows.append(
            f'<tr><td><a href="#{anchor_of(path)}">{code(".".join(path))}</a>{mark}<br>'
            f'<span class="type">{html.escape(type_of(option))}</span></td><td>{writer.inline(text)}</td></tr>'
        )
    return f'<table class="short"><tbody>{"".join(rows)}</tbody></table>'


def examples_of(examples: str) -> list[str]:
    """The texts of the examples, each with the comments above it."""
    parts, current = [], []
    for line in examples.strip().removeprefix("---").strip().splitlines():
        if line.startswith("- ") and any(each.startswith("- ") for each in current):
            comments = []
            while current and current[-1].startswith("#"):
                comments.insert(0, current.pop())
            parts.append("\n".join(current).strip())
            current = comments
        current.append(line)
    return [part for part in [*parts, "\n".join(current).strip()] if part]
