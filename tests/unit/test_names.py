# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names say what a value is: CONTRIBUTING.md, Style. A room joins ROOMS once it has none of EMPTY_NAMES left."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

MODULE_UTILS = Path(__file__).resolve().parents[2] / "plugins" / "module_utils"
EMPTY_NAMES = {"made", "found", "one", "said", "told"}
ROOMS = (
    "base",
    "cluster",
    "controllers",
    "documents",
    "engine",
    "kinds",
    "operations",
    "programs",
    "specs",
    "entry.py",
)


def names(tree):
    """(line, name) of every identifier that a file introduces or uses."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, (ast.arg, ast.keyword)) and node.arg:
            yield node.lineno, node.arg
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.lineno, node.name


def empty_names(source):
    return [f"line {line}: {name}" for line, name in names(ast.parse(source)) if name.strip("_") in EMPTY_NAMES]


def test_every_sort_of_name_is_looked_at():
    source = "def told(one): self.said = call(made=1)\nfor found in []: pass\nfounder = 'one said'\n"
    assert [line.split()[-1] for line in sorted(empty_names(source))] == ["made", "one", "said", "told", "found"]


@pytest.mark.parametrize("room", ROOMS)
def test_names_say_what_a_value_is(room):
    path = MODULE_UTILS / room
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    assert files
    findings = {file.relative_to(MODULE_UTILS): empty_names(file.read_text()) for file in files}
    assert not {str(file): lines for file, lines in findings.items() if lines}
