# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What prune does not take away unless it is told to."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError, few

_NAMED = 3  # objects that the message names


def refuse_vanishing(allowed: Collection[str] | None, leaving: Iterable[tuple[str, str]], staying: set[str]) -> None:
    """Raise MeshError when a set would lose all objects of a kind that is not allowed to vanish.

    ``allowed``: the kinds that may, None for any; ``leaving``: (kind, label) of what is no longer declared;
    ``staying``: kinds that are still declared. A list that is empty by mistake looks like this.
    """
    if allowed is None:
        return
    vanishing: dict[str, list[str]] = {}
    for kind, label in leaving:
        if kind not in staying and kind not in allowed:
            vanishing.setdefault(kind, []).append(label)
    if not vanishing:
        return
    labels = [label for every in vanishing.values() for label in every]
    raise MeshError(
        f"No {' and no '.join(vanishing)} is declared any more, and {few(labels, _NAMED)} would be "
        f"deleted. If that is meant, list {', '.join(vanishing)} in prune_kinds; if not, look for a misspelt variable "
        "or an empty list. Nothing was written.",
        vanishing=vanishing,
    )
