# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call of a module as whoever serves it sees it: its arguments, its modes, and two ways to say something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass
class Call:
    """The arguments of one call.

    ``name``: the module's name.
    ``options``: the module's argument spec.
    ``written``: only what was written, under the options' names, inner levels as written.
    ``params``: the top-level options with their defaults, inner levels as written.
    ``check`` and ``diff``: True in check mode and in diff mode.
    ``warn(message)``: a warning in the result; ``progress(message)``: a line for the person who waits.
    """

    name: str
    options: dict[str, Any]
    written: dict[str, Any]
    params: dict[str, Any]
    check: bool
    diff: bool
    warn: Callable[[str], object]
    progress: Callable[[str], object]

    @property
    def delivers_to_git(self) -> bool:
        """Whether what is declared goes into a repository; nothing connects to a cluster then, but to wait."""
        return self.params.get("delivery") == "git"
