# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An object as a file: its place, its text, and the line that says who wrote it."""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import Any
from urllib.parse import quote

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.registry import KINDS

CLUSTER = "_cluster"  # the folder of objects without a namespace; no namespace can have this name
_FIRST = ("apiVersion", "kind", "metadata", "spec")
_HEADER = re.compile(
    rb"# Written by meshops\.lifecycle for ([^;\r\n]+); edits are put back\.(?: Sealed from ([0-9a-f]+)\.)?\r?\n"
)
# Text that stays without quotes. YAML 1.1 and 1.2 do not agree on what is a number, a date or a truth, and PyYAML and
# what reads the file are not of the same kind: to one of them 12e3 is a number.
_PLAIN = re.compile(r"[A-Za-z_/][^\x00-\x1f]*")
# Characters that one reader takes for the end of a line or leaves out, and another does not.
_SPECIAL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_TRUTHS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_several = frozenset(name for name, times in Counter(name for _group, name in KINDS).items() if times > 1)


def place(kind: Kind, namespace: str | None, name: str, path: str) -> str:
    """``PATH/NAMESPACE/KIND-NAME.yaml``. A kind that is not the only one of its name, or may not be, has its group."""
    word = kind.kind.lower()
    if kind.group and (kind.kind in _several or (kind.group, kind.kind) not in KINDS):
        word = f"{word}.{kind.group}"
    file = f"{word}-{quote(name, safe='')}.yaml"
    return "/".join(filter(None, (path, quote(namespace, safe="") if namespace else CLUSTER, file)))


def text(document: dict, owner: str) -> bytes:
    """The file of an object: its header, then its fields in an order that never changes."""
    ordered = {key: document[key] for key in _FIRST if key in document}
    ordered.update({key: document[key] for key in sorted(document) if key not in ordered})
    body = dumped({key: in_order(value) for key, value in ordered.items()})
    return header(owner) + body.encode()


def dumped(value: Any) -> str:
    """A value as YAML in the form of our files, with keys in the order that they have."""
    text: str = yaml.dump(
        value, Dumper=_dumper(), sort_keys=False, default_flow_style=False, allow_unicode=True, width=float("inf")
    )
    return text


def header(owner: str, sealed: str = "") -> bytes:
    """The first line of a file; ``sealed``: the digest of what was sealed."""
    line = f"# Written by meshops.lifecycle for {owner}; edits are put back."
    return f"{line}{f' Sealed from {sealed}.' if sealed else ''}\n".encode()


def owner_of(content: bytes) -> str | None:
    """Whose file it is by its header, or None of somebody else's."""
    header_line = _HEADER.match(content)
    return header_line[1].decode(errors="replace") if header_line else None


def sealed_from(content: bytes) -> str:
    """The digest of what a file was sealed from, or an empty text."""
    header_line = _HEADER.match(content)
    return header_line[2].decode() if header_line and header_line[2] else ""


def object_of(path: str, content: bytes) -> tuple[str, str | None, str]:
    """(kind, namespace, name) of a file that is no longer declared, by its content, or by its place."""
    folder, _slash, file = path.rpartition("/")
    kind, _dash, name = file.removesuffix(".yaml").partition("-")
    folder = folder.rpartition("/")[2]
    namespace = None if folder == CLUSTER else folder
    stated = re.search(rb"(?m)^kind: ([A-Za-z0-9]+)\r?$", content)
    if stated and stated[1].decode().lower() == kind.partition(".")[0]:
        kind = stated[1].decode()
    return kind, namespace, name


def in_order(value):
    """A value with the keys of its mappings sorted, and numbers without the marks that Ansible puts on them."""
    if isinstance(value, dict):
        return {str(key): in_order(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [in_order(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    return next((kind_of_number(value) for kind_of_number in (int, float) if isinstance(value, kind_of_number)), value)


@functools.cache
def _dumper():
    """Made when it is needed: PyYAML may be missing, and that is told elsewhere."""

    class Dumper(yaml.SafeDumper):
        """Without anchors, with text of several lines as such, and with quotes wherever readers might not agree."""

        def ignore_aliases(self, data):
            return True

        def increase_indent(self, flow=False, indentless=False):
            return super().increase_indent(flow, False)

    def string(dumper, value: str):
        if _SPECIAL.search(value):
            style = '"'
        elif "\n" in value:
            style = "|"
        else:
            style = None if _PLAIN.fullmatch(value) and value.lower() not in _TRUTHS else '"'
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, string)
    return Dumper
