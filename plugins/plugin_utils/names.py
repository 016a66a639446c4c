# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that nobody knows, each with the one that was probably meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

_COLLECTION = Path(__file__).resolve().parents[2]


def unknown(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """The names that are not known, as "meshconfig (did you mean mesh_config?)"."""
    known = list(known)
    answers = []
    for name in sorted(set(map(str, names)) - set(known)):
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
        answers.append(f"{name} (did you mean {near[0]}?)" if near else name)
    return answers


def known_variables(prefix: str) -> set[str]:
    """Variables with this prefix that the roles and playbooks of the collection know: those that their files mention.

    A variable that no file mentions changes nothing, whatever its value.
    """
    pattern = re.compile(rf"(?<![\w.]){prefix}\w+")
    found: set[str] = set()
    for folder in _folders(prefix):
        for path in folder.rglob("*.yml"):
            found.update(pattern.findall(path.read_text(encoding="utf-8")))
    return found


def internal_variables(prefix: str) -> set[str]:
    """Variables with this prefix that the collection computes for itself, in files of ``vars``: those of an inventory
    have no effect."""
    pattern = re.compile(rf"^({prefix}\w+):", re.M)
    names: set[str] = set()
    for folder in _folders(prefix):
        for path in folder.rglob("vars/**/*.yml"):
            names.update(pattern.findall(path.read_text(encoding="utf-8")))
    return names


def _folders(prefix: str) -> list[Path]:
    """The role's own files where the prefix is a role's, or else those of all roles and playbooks."""
    role = _COLLECTION / "roles" / prefix.rstrip("_")
    return [role, _COLLECTION / "playbooks"] if role.is_dir() else [_COLLECTION / "roles", _COLLECTION / "playbooks"]
