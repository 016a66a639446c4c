# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents from text and files, read as kubectl reads them; what would be lost on the way is refused."""

from __future__ import annotations

import codecs
import json
import math
import os
import re
from collections.abc import Callable
from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import kubernetes_yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, sentence
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import YAML_LOADER, yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.documents import cache

_DOCUMENT = re.compile(r"(?m)^(?=---(?:\s|$))")
_KIND = re.compile(r"(?m)^kind:[ \t]*[\"']?(\w+)")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SPACE = re.compile(r"\s*")
_HALF = re.compile(r"\\u[dD](?:[89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|[c-fC-F][0-9a-fA-F]{2})")
# What libyaml says, and what to do about it.
_HINTS = (
    ("'\\t'", "Indent with spaces, not with tabs"),
    ("tab character", "Indent with spaces, not with tabs"),
    ("cannot start any token", "Text that begins with @, ` or a tab needs quotes, and indentation takes spaces alone"),
    ("escape code", "Write the character itself instead of the escape"),
    ("special characters are not allowed", "Write a control character as an escape in double quotes"),
    ("control characters are not allowed", "Write a control character as an escape in double quotes"),
)


def refused(message: str) -> None:
    """What is done about a key that stands twice, unless a task wants less. Raises MeshError."""
    raise MeshError(f"{message} Remove one of them; validate: warn uses the last one.")


def duplicates(validate: str, warn: Callable[[str], object]) -> Callable[[str], object]:
    """What to do about a key that stands twice, by the option ``validate``."""
    return {"warn": lambda message: warn(f"{message} The last one is used."), "ignore": lambda message: None}.get(
        validate, refused
    )


class Kinds(NamedTuple):
    """Which kinds of a file's documents are wanted: ``only`` these where any are named, and ``never`` those."""

    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def wants(self, kind: str) -> bool:
        return (not self.only or kind in self.only) and kind not in self.never


ALL_KINDS = Kinds()


def read(path: str, kinds: Kinds = ALL_KINDS, on_duplicate: Callable[[str], object] = refused) -> list[dict]:
    """The YAML or JSON documents of a file, as they are; nothing in it is templated. Raises MeshError.

    Documents of kinds that nobody asked for are left out, but not those in a ``List``.
    """
    content = _content(path)
    choice = "" if kinds == ALL_KINDS else json.dumps(kinds)
    documents = cache.load(content, choice)
    if documents is None:
        duplicates_found: list[str] = []
        text = decoded(content, os.path.expanduser(path))
        if kinds != ALL_KINDS:
            text = _without_unwanted(text, kinds)
        documents = parse(text, os.path.expanduser(path), duplicates_found.append)
        for message in duplicates_found:
            on_duplicate(message)
        if not duplicates_found:
            cache.keep(content, documents, choice)
    return documents


def text_of(path: str) -> str:
    """What stands in a file of ``src``: UTF-8, or UTF-16 with its mark. Raises MeshError."""
    return decoded(_content(path), os.path.expanduser(path))


def _content(path: str) -> bytes:
    path = os.path.expanduser(path)
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except (OSError, ValueError) as error:
        raise MeshError(f"src: {path} cannot be read ({getattr(error, 'strerror', None) or error}).") from None


def decoded(content: bytes, origin: str) -> str:
    """Bytes as text, with one kind of line ends. Raises MeshError for what is no text."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise MeshError(
            f"{origin}, line {line}: byte 0x{content[error.start]:02x} is not {encoding[:6].upper()}. Save the file "
            "as UTF-8; old editors often write Latin-1."
        ) from None
    if text.startswith("$ANSIBLE_VAULT;"):
        raise MeshError(
            f"{origin} is encrypted by ansible-vault and cannot be decrypted here. An encrypted file has to be on "
            "the controller, and 'src' has to name it directly."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _without_unwanted(text: str, kinds: Kinds) -> str:
    """The text with empty lines for documents that are not wanted.

    Parsing is what costs: of Argo CD's 1.9 MB of manifests three definitions are all but 90 kB. Where the kind is not
    plain to see, the document stays.
    """
    parts = _DOCUMENT.split(text)
    for index, part in enumerate(parts):
        stated = _KIND.findall(part)  # two of them are a mistake, which is told
        if len(stated) == 1 and not stated[0].endswith("List") and not kinds.wants(stated[0]):
            parts[index] = "\n" * part.count("\n")
    return "".join(parts)


def parse(text: str, origin: str, on_duplicate: Callable[[str], object] = refused) -> list[dict]:
    """The documents of a YAML or JSON text; empty ones are left out. ``origin`` names it in errors.

    ``on_duplicate(message)`` is called for every key that stands twice in its mapping. Raises MeshError.
    """
    documents = _from_json(text, origin)
    if documents is None:
        documents = _from_yaml(text, origin, on_duplicate)
    for item in documents:
        if not isinstance(item, dict):
            raise MeshError(f"{origin}: a document is not a mapping but {words(item)}.")
    return documents


def _from_yaml(text: str, origin: str, on_duplicate: Callable[[str], object]) -> list:
    try:
        loader = YAML_LOADER(text)
        documents = []
        while loader.check_data():
            documents.append(loader.get_data())
    except (yaml.YAMLError, RecursionError) as error:
        if isinstance(error, RecursionError) or "maximum nesting depth" in str(error):  # ours, or libyaml's limit
            raise MeshError(f"{origin}: its mappings and lists are nested too deeply.") from None
        raise MeshError(_not_yaml(error, origin)) from None
    for key, line in loader.duplicates:
        on_duplicate(f"{origin}, line {line}: the key {key!r} is duplicated in the same mapping.")
    return [document for document in documents if document is not None]


def _not_yaml(error: yaml.YAMLError, origin: str) -> str:
    """In the words of the parser, with the place, and what to do where that is known."""
    mark = getattr(error, "problem_mark", None)
    where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    if problem == "second occurrence":
        problem = "an anchor of this name already exists"
    hint = next((hint for words_of_parser, hint in _HINTS if words_of_parser in problem), "")
    return sentence(f"{origin}{where}: not YAML ({problem.rstrip('.')})", hint)


def _from_json(text: str, origin: str) -> list | None:
    """The documents of a JSON text, which may be one after the other; None for any other text.

    YAML reads JSON too, but takes a hundred times as long, and five times the memory. What JSON's reader does not
    like is left to YAML's, which knows the line. Raises MeshError for half of a pair of escapes.
    """
    if not text.lstrip().startswith("{"):
        return None
    decoder = json.JSONDecoder(object_pairs_hook=_mapping, parse_constant=_no_json, parse_float=_float, parse_int=_int)
    place = _SPACE.match(text).end()
    documents = []
    try:
        while place < len(text):
            document, place = decoder.raw_decode(text, place)
            documents.append(document)
            place = _SPACE.match(text, place).end()
    except (ValueError, RecursionError):
        return None
    try:
        json.dumps(documents, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        half = _HALF.search(text)
        line = text.count("\n", 0, half.start()) + 1 if half else 1
        raise MeshError(
            f"{origin}, line {line}: {half[0] if half else 'an escape'} is only half of a character. Write both "
            "halves, or the character itself."
        ) from None
    return documents


def _mapping(pairs: list) -> dict:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ValueError("a key stands twice")
    return mapping


def _int(text: str) -> int | float:
    """A whole number as Go's reader has it, beyond 64 bits a float."""
    value = kubernetes_yaml.resolved(text)
    if not isinstance(value, (int, float)):
        raise ValueError(text)
    return value


def _float(text: str) -> int | float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(text)
    return kubernetes_yaml.number(value)


def _no_json(constant: str):
    """NaN and Infinity, which Python's parser takes and JSON has not."""
    raise ValueError(constant)


def words(value) -> str:
    """What a value is, to a person who expected a mapping."""
    names = {dict: "a mapping", list: "a list", str: "text", bool: "true or false", type(None): "empty"}
    return names.get(type(value), "a number")
