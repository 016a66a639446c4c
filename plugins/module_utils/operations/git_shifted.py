# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files whose weights a traffic shift has committed: a delivery that asks no cluster does not put old ones back.

It is as with live objects: what a shift holds is left as it is, and what one has promoted conflicts with a declaration
of something else. Pure.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import shift_mark
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.plan import FileChange
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.shift_mark import Mark

_RULES = ("http", "tcp", "tls", "rules")  # of a spec: what a shift moves


def kept(file: FileChange) -> tuple[FileChange, str]:
    """The change, or none where a shift holds the file; and the warning that says so.

    Raises MeshError for a deletion of such a file, and for rules that are not those of a shift that was promoted.
    """
    mark = shift_mark.of(file.before or b"")
    if mark is None:
        return file, ""
    if mark is Mark.PROMOTED:
        if file.after is not None and _rules(file.after) != _rules(file.before or b""):
            raise MeshError(
                f"{file.label}: the rules in {file.path} are those of a traffic shift that was promoted, and the "
                "declaration has others, which would send requests back to the old version. Declare the rules as they "
                "are in the file; or, if the declaration is what you want, state force_conflicts: true."
            )
        return file, ""
    why = f"a traffic shift of {file.label} is under way with delivery: git"
    way_out = "If none is any more (see traffic_shift_info), state force_conflicts: true"
    if file.after is None:
        raise MeshError(
            f"{file.label}: {file.path} is not deleted, because {why}. Finish or abort it first. {way_out}."
        )
    return replace(file, after=file.before), f"{file.path} was left as it is, because {why}. {way_out}."


def _rules(content: bytes) -> list[Any]:
    spec = (yaml.safe_load(content) or {}).get("spec") or {}
    return [spec.get(key) for key in _RULES]
