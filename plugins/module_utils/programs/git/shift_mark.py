# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The line below a file's header that says that its weights are those of a traffic shift: no cluster is asked."""

from __future__ import annotations

import enum
import re

from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files


class Mark(enum.Enum):
    """What a traffic shift with ``delivery: git`` has written into the file last; the words are those of the line."""

    RUNNING = "is under way"
    PROMOTED = "was promoted"


_LINE = re.compile(rb"\A([^\n]*\n)# Its rules are of a traffic shift that (is under way|was promoted)\.\r?\n")


def of(content: bytes) -> Mark | None:
    """The mark of a file that this collection wrote; None of one without, and of somebody else's file."""
    line = _LINE.match(content) if files.owner_of(content) else None
    return Mark(line[2].decode()) if line else None


def without(content: bytes) -> bytes:
    """The file without its mark."""
    return _LINE.sub(rb"\1", content, count=1) if of(content) else content


def marked(content: bytes, mark: Mark | None) -> bytes:
    """The file with this mark, or with none; somebody else's file stays as it is."""
    plain = without(content)
    if mark is None or not files.owner_of(content):
        return plain
    header, end, body = plain.partition(b"\n")
    return header + end + f"# Its rules are of a traffic shift that {mark.value}.\n".encode() + body
