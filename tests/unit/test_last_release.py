# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody has written for an earlier release can still be written: tests/releases/VERSION/interface.json.

What is removed on purpose has been deprecated in an earlier minor version, which tests/releases/removed.yml names.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
RELEASES = ROOT / "tests" / "releases"
sys.path.insert(0, str(ROOT / "tools"))
import interface  # noqa: E402

FROZEN = sorted(RELEASES.glob("*/interface.json"))
REMOVED = yaml.safe_load((RELEASES / "removed.yml").read_text())
NOTES = (ROOT / "docs" / "upgrading.md").read_text()


def minor(version):
    return tuple(map(int, version.split(".")[:2]))


def broken(before, after):
    """Why an option of before cannot be written as before; nothing when it can."""
    if after is None:
        return "is gone"
    if after.get("required") and not before.get("required"):
        return "has become required"
    for fact in ("type", "elements", "default"):
        if before.get(fact) != after.get(fact):
            return f"{fact} was {before.get(fact)!r} and is {after.get(fact)!r}"
    for fact in ("choices", "aliases"):
        lost = set(before.get(fact, [])) - set(after.get(fact, []))
        # A list of choices where there was none refuses values as well.
        if lost or fact == "choices" and after.get(fact) and not before.get(fact):
            return f"{fact} have lost {sorted(lost) or 'everything but ' + str(after[fact])}"
    return None


def by_alias(options):
    """{path: facts}, with the aliases of the last part of each path as paths of their own."""
    named = dict(options)
    for path, facts in options.items():
        above = path.rpartition(".")[0]
        for alias in facts.get("aliases", []):
            named.setdefault(f"{above}.{alias}".lstrip("."), facts)
    return named


@pytest.fixture(scope="module")
def present():
    return interface.interface(ROOT)


@pytest.mark.parametrize("frozen", FROZEN, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("part", ["modules", "roles"])
def test_options_of_an_earlier_release_can_be_written(frozen, part, present):
    problems = []
    for name, options in json.loads(frozen.read_text())[part].items():
        now = by_alias(present[part].get(name, {}))
        for path, facts in options.items():
            problem = broken(facts, now.get(path))
            if problem and f"{name}: {path}" not in REMOVED:
                problems.append(f"{name}: {path} {problem}")
    assert not problems, problems


@pytest.mark.parametrize("frozen", FROZEN, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("part", ["playbooks", "filters"])
def test_playbooks_and_filters_of_an_earlier_release_are_there(frozen, part, present):
    assert set(json.loads(frozen.read_text())[part]) - set(present[part]) <= set(REMOVED)


def test_what_is_removed_was_deprecated_for_a_minor_version():
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    for what, words in REMOVED.items():
        assert minor(words["deprecated_in"]) < minor(version), what
        assert what.rpartition(" ")[2] in NOTES, f"docs/upgrading.md does not mention {what}"


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ({"type": "str"}, {"type": "str", "choices": ["a"]}, "choices"),
        ({"choices": ["a", "b"]}, {"choices": ["a"]}, "['b']"),
        ({"aliases": ["x"]}, {}, "['x']"),
        ({}, {"required": True}, "required"),
        ({"default": 1}, {"default": 2}, "default was 1"),
        ({"type": "str"}, None, "gone"),
        ({"type": "str"}, {"type": "str", "aliases": ["y"]}, None),
    ],
)
def test_what_breaks_is_noticed(before, after, problem):
    assert (problem is None and broken(before, after) is None) or problem in broken(before, after)
