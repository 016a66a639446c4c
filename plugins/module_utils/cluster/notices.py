# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API server and its admission webhooks say beside an answer: ``Warning`` headers (RFC 9111, code 299).

Deprecations come that way, and istiod's words about a rule that can never match.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import few, without_secrets

_TEXT = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')
_NAMED = 5  # so many objects are named that one text is about


class Notices:
    """The warnings of a session's writes and dry runs, each with the objects it is about. For several threads."""

    def __init__(self) -> None:
        self._objects: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def note(self, headers: Iterable[str], document) -> None:
        """Keep what the headers of an answer say; ``document`` is the answer, the object or a Status about it."""
        self.add(
            [re.sub(r"\\(.)", r"\1", text) for header in headers for text in _TEXT.findall(header)], _label(document)
        )

    def add(self, texts: Iterable[str], label: str = "") -> None:
        """Keep warnings about an object, or about one that is not known, such as those that helm repeats."""
        with self._lock:
            for text in texts:
                labels = self._objects.setdefault(without_secrets(text), [])
                if label and label not in labels:
                    labels.append(label)

    def take(self) -> list[str]:
        """The warnings since the last call, one sentence a text."""
        with self._lock:
            taken, self._objects = self._objects, {}
        return [f"{few(labels, _NAMED)}: {text}" if labels else text for text, labels in taken.items()]


def _label(document) -> str:
    """How the object of an answer is called: ``VirtualService shop/reviews``."""
    if not isinstance(document, dict):
        return ""
    metadata, details = document.get("metadata") or {}, document.get("details") or {}
    if document.get("kind") == "Status":
        return f"{details.get('kind')} {details['name']}" if details.get("name") else ""
    place = [metadata.get("namespace"), metadata.get("name")]
    return f"{document.get('kind')} {'/'.join(filter(None, place))}" if metadata.get("name") else ""
