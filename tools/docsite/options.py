# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options and return values of a plugin or role in HTML: nested ones are folded, so that a page stays readable."""

from __future__ import annotations

import html
from typing import Any

from .markup import Writer, anchor_of, code

SHARED = "connection"


def type_of(option: dict[str, Any]) -> str:
    kind = option.get("type", "str")
    return f"{kind} of {option['elements']}" if option.get("elements") else kind


def _facts(option: dict[str, Any]) -> str:
    facts = []
    if option.get("choices"):
        facts.append("one of " + ", ".join(map(code, option["choices"])))
    if "default" in option and option["default"] is not None:
        facts.append(f"default {code(option['default'])}")
    if option.get("aliases"):
        facts.append("also " + ", ".join(map(code, option["aliases"])))
    if option.get("env"):
        facts.append("environment " + ", ".join(code(each["name"]) for each in option["env"]))
    if option.get("version_added") and option["version_added"] != "0.1.0":
        facts.append(f"since {html.escape(str(option['version_added']))}")
    if option.get("returned"):
        facts.append(f"returned {html.escape(str(option['returned']))}")
    return f'<p class="facts">{"; ".join(facts)}</p>' if facts else ""


def one(writer: Writer, path: list[str], option: dict[str, Any], entry: str) -> str:
    """An option with its nested ones."""
    nested = option.get("suboptions") or option.get("contains") or option.get("options") or {}
    required = '<span class="required">required</span>' if option.get("required") else ""
    inner = ""
    if nested:
        inside = listed(writer, nested, path, entry)
        inner = f"<details><summary>{len(nested)} below {code('.'.join(path))}</summary>{inside}</details>"
    anchor = anchor_of(path, entry)
    return (
        f'<div class="option" id="{anchor}"><p class="name"><a href="#{anchor}">{code(".".join(path))}</a>'
        f' <span class="type">{html.escape(type_of(option))}</span> {required}</p>'
        f"{writer.paragraphs(option.get('description') or [])}{_facts(option)}{inner}</div>"
    )


def listed(writer: Writer, options: dict[str, Any], path: list[str], entry: str = "option") -> str:
    """All of them: the required ones first, then by name."""
    order = sorted(options, key=lambda name: (not options[name].get("required"), name))
    return "".join(one(writer, [*path, name], options[name], entry) for name in order)


def grouped(writer: Writer, options: dict[str, Any], connection: set[str]) -> str:
    """The options of a module; those of the connection, which every module has, are folded at the end."""
    own = {name: option for name, option in options.items() if name not in connection}
    shared = {name: option for name, option in options.items() if name in connection}
    folded = (
        f"<details><summary>Connection: {len(shared)} options that every module has</summary>"
        f"{listed(writer, shared, [])}</details>"
        if shared
        else ""
    )
    return listed(writer, own, []) + folded
