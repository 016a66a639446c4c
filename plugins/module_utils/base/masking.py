# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be shown, in documents and arguments of any shape: Secrets wherever they stand, however their kind is
spelt, what is a secret by its looks (passwords in URLs, private keys), and by its name in the values of an Application.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import without_secrets
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.marks import MASK, MASK_CHANGED, UNTOLD, at, mark
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.masking_names import HOLDERS, hidden_by_name

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_PLAIN_FIELDS = ("apiVersion", "kind", "metadata", "type", "immutable")  # of a Secret
_DATA = {"data", "stringdata", "string_data"}
_CLEAR_DATA = {"stringdata", "string_data"}  # nothing but a Secret has these
_SECRET_AS_TEXT = re.compile(r"""\bkind["']?\s*:\s*["']?secret""", re.I)
_DATA_AS_TEXT = re.compile(r"""\b(?P<clear>string_?data)\b|\bdata["']?\s*:""", re.I)
_SHORTEST = 12  # characters; less is neither a URL with a password, nor a key, nor a document


def masked(value, before=UNTOLD, *, document: bool = False):
    """A copy of anything that came from JSON or YAML, without what must not be shown.

    ``before`` is what stood there before, so that a hidden value that differs is told from one that does not.
    ``document`` says that a mapping is an object of Kubernetes, also where it names neither apiVersion nor metadata.
    """
    if isinstance(value, str):
        return value if len(value) < _SHORTEST else _text(value, before)
    if isinstance(value, (int, float, type(None))):
        return value
    if isinstance(value, Mapping):
        return _mapping(value, before, document)
    if isinstance(value, list):
        return [masked(item, at(before, index), document=document) for index, item in enumerate(value)]
    return value


def _text(value: str, before) -> str:
    shown = _shown_text(value)
    # Where more than what is hidden differs, the difference is seen.
    hidden_alone = isinstance(before, str) and before != value and _shown_text(before) == shown
    return shown.replace(MASK, MASK_CHANGED) if hidden_alone else shown


def _shown_text(value: str) -> str:
    return MASK if _is_text_of_secret(value) else without_secrets(value)


def _is_text_of_secret(value: str) -> bool:
    lower = value.lower()
    if "data" not in lower:
        return False
    match = _DATA_AS_TEXT.search(value)
    return bool(match and (match["clear"] or _SECRET_AS_TEXT.search(value)))


def _mapping(value: Mapping, before, document: bool) -> dict:
    secret = is_secret(value)
    whole = secret and (document or "apiVersion" in value or "metadata" in value)
    shown = {}
    for key, below in value.items():
        there = before if before is UNTOLD else at(before, key)
        if key in HOLDERS and isinstance(below, Mapping):
            below = hidden_by_name(below, there)
        if not secret and key != LAST_APPLIED:
            shown[key] = masked(below, there, document=document and key == "items")
        elif secret and key == "items" and isinstance(below, list):  # a SecretList's, which need not say their kind
            shown[key] = [_item(item, at(there, index)) for index, item in enumerate(below)]
        elif key == LAST_APPLIED or str(key).lower() in _DATA or whole and key not in _PLAIN_FIELDS:
            # What is in the wrong place is hidden as well: it is refused, and shown with the refusal.
            shown[key] = _hidden(below, there)
        else:
            shown[key] = masked(below, there)
    return shown


def _item(item, before):
    return _mapping({"kind": "Secret", **item}, before, True) if isinstance(item, Mapping) else masked(item, before)


def is_secret(value: Mapping) -> bool:
    """Whether a mapping is a Secret, or is meant as one."""
    kind = value.get("kind")
    return (
        isinstance(kind, str) and _is_spelt_like_secret(kind) or any(str(key).lower() in _CLEAR_DATA for key in value)
    )


@functools.lru_cache(maxsize=1000)
def _is_spelt_like_secret(kind: str) -> bool:
    name = kind.strip().lower().removesuffix("list")
    return difflib.SequenceMatcher(None, name, "secret").ratio() > 0.8


def _hidden(value, before):
    """A mapping with its keys alone, anything else as one mask."""
    if isinstance(value, Mapping):
        return {key: mark(below, at(before, key)) for key, below in value.items()}
    return mark(value, before)
