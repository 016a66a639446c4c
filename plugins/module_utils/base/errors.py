# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one kind of error a person reads: which object, which field, why, and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

BUG = "This is a bug in the collection"  # in the message of every error that nobody foresaw; tests look for it
_HIDDEN = "<hidden>"
_IN_URL = re.compile(r"(?<=://)(?:([^/\s:@]*:)[^/\s@]+|[^/\s:@]{20,})@")  # user:password@, or a token alone
_QUERY = re.compile(r"://[^\s\"'`<>?]*\?[^\s\"'`<>]*")  # an address up to the end of its query
_SECRET_PARAMETER = re.compile(  # of a query, by its name, as OAuth, S3, Azure and GitLab spell them
    r"([?&](?:[\w.-]*(?:token|secret|password|passwd|signature|api[_-]?key|apikey|credential)|sig|auth|key|pwd)=)[^&#]+",
    re.I,
)
_PRIVATE_KEY = re.compile(r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?=-----END|\Z)", re.S)


class MeshError(Exception):
    """A failure whose message is a whole answer.

    ``message`` is the sentence for the person; ``details`` (plain JSON types) go beside ``msg`` in the
    result of the task, for whoever reads it by program.
    """

    def __init__(self, message: str, **details):
        self.message = without_secrets(message)
        super().__init__(self.message)
        self.details = details


def without_secrets(text: str) -> str:
    """Text without what is a secret by its looks, wherever it came from: passwords and tokens in URLs and their
    queries, private keys."""
    if "://" in text:
        if "?" in text:
            text = _QUERY.sub(lambda match: _SECRET_PARAMETER.sub(rf"\1{_HIDDEN}", match[0]), text)
        text = _IN_URL.sub(lambda match: f"{match[1] or ''}{_HIDDEN}@", text)
    if "PRIVATE KEY-----" in text:
        text = _PRIVATE_KEY.sub(rf"\1{_HIDDEN}", text)
    return text


def few(names: Sequence[str], most: int = 5, between: str = ", ") -> str:
    """As many names as a person reads: ``a, b and 3 more``."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return between.join(names[:most]) + more


def sentence(*parts: str) -> str:
    """Join the parts of an answer into sentences, each with one full stop."""
    return " ".join(part.strip().rstrip(".") + "." for part in parts if part and part.strip())
