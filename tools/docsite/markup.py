# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's markup, as documentation has it, in HTML, with links to the pages of the site."""

from __future__ import annotations

import html
from collections.abc import Iterable

from antsibull_docs_parser.dom import PluginIdentifier
from antsibull_docs_parser.format import LinkProvider
from antsibull_docs_parser.html import to_html_plain
from antsibull_docs_parser.parser import Context, parse

COLLECTION = "meshops.lifecycle"


def page_of(name: str, kind: str) -> str:
    """The page of a plugin or role, without its suffix: the form that antsibull-docs uses as well."""
    return f"{name.rpartition('.')[2]}_{kind}"


def anchor_of(path: Iterable[str], entry: str = "option") -> str:
    return "-".join([entry, *(part.split("[")[0] for part in path)])


class Links(LinkProvider):
    """Links within the site's folder `reference`, and to Ansible's own documentation for modules of others."""

    def plugin_link(self, plugin: PluginIdentifier) -> str:
        if not plugin.fqcn.startswith(f"{COLLECTION}."):
            path = plugin.fqcn.replace(".", "/")
            return f"https://docs.ansible.com/ansible/latest/collections/{path}_{plugin.type}.html"
        return f"{page_of(plugin.fqcn, plugin.type)}.html"

    def plugin_option_like_link(self, plugin, entrypoint, what, name, current_plugin):  # type: ignore[no-untyped-def]
        anchor = anchor_of(name, "option" if what == "option" else "return")
        return f"#{anchor}" if current_plugin else f"{self.plugin_link(plugin)}#{anchor}"


class Writer:
    """Turns the texts of one plugin or role into HTML."""

    def __init__(self, fqcn: str, kind: str) -> None:
        self._plugin = PluginIdentifier(fqcn=fqcn, type=kind)
        self._context = Context(current_plugin=self._plugin, role_entrypoint="main" if kind == "role" else None)

    def inline(self, text: str | list[str]) -> str:
        """One text, or several that follow each other, without a paragraph around."""
        texts = [text] if isinstance(text, str) else text
        parsed = [parse(str(each), self._context)[0] for each in texts]
        return " ".join(
            to_html_plain([each], link_provider=Links(), current_plugin=self._plugin, par_start="", par_end="")
            for each in parsed
        )

    def paragraphs(self, text: str | list[str]) -> str:
        texts = [text] if isinstance(text, str) else text or []
        return "".join(f"<p>{self.inline(each)}</p>" for each in texts)


def code(value: object) -> str:
    """A value in HTML as it would be written in YAML."""
    words = {True: "true", False: "false", None: "null"}
    shown = words[value] if value is None or isinstance(value, bool) else str(value)
    return f"<code>{html.escape(shown)}</code>"


def block(text: str) -> str:
    """A fenced block in the Markdown of a page."""
    return f"```yaml\n{text.strip()}\n```\n"
