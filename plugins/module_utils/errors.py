# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one kind of error a person reads: which object, which field, why, and what to do."""

from __future__ import annotations


class MeshError(Exception):
    """A failure whose message is a whole answer.

    ``message`` is the sentence for the person; ``details`` (plain JSON types) go beside ``msg`` in the
    result of the task, for whoever reads it by program.
    """

    def __init__(self, message: str, **details):
        super().__init__(message)
        self.message = message
        self.details = details


def sentence(*parts: str) -> str:
    """Join the parts of an answer into sentences, each with one full stop."""
    return " ".join(part.strip().rstrip(".") + "." for part in parts if part and part.strip())
