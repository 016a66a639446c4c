# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order that tests are given: random by a seed, in order where a file asks for it, and shared out to workers."""

from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace

import order
import pytest


def item(file, name, group=None, in_order=False):
    marks = {"in_order": in_order and SimpleNamespace(args=()), "xdist_group": group and SimpleNamespace(args=(group,))}
    return SimpleNamespace(
        nodeid=f"{file}::{name}",
        path=Path(file),
        stash={},
        get_closest_marker=lambda mark: marks[mark] or None,
    )


def items(file, count, **options):
    return [item(file, f"test_{number}", **options) for number in range(count)]


def names(tests):
    return [test.nodeid for test in tests]


def shuffled(seed):
    tests = [*items("a.py", 9), *items("b.py", 9, in_order=True), *items("c.py", 9)]
    order._shuffle(tests, random.Random(seed))
    return names(tests)


def test_a_seed_gives_one_order_and_another_one_another():
    assert shuffled(1) == shuffled(1) != shuffled(2)
    assert sorted(shuffled(1)) == sorted(shuffled(2))


@pytest.mark.parametrize("seed", range(5))
def test_files_stay_together_and_in_order_where_they_ask_for_it(seed):
    found = shuffled(seed)
    begins = [found.index(name) for name in found if name.startswith("b.py")]
    assert begins == list(range(begins[0], begins[0] + 9))
    assert found[begins[0] : begins[0] + 9] == [f"b.py::test_{number}" for number in range(9)]


def test_a_unit_of_work_is_a_group_a_short_file_or_a_test():
    short, long, grouped = items("short.py", 2), items("long.py", 2), items("grouped.py", 2, group="mesh")
    known = dict.fromkeys(names(long), order.A_WHOLE_FILE)
    order._group([*short, *long, *grouped], known)
    units = [test.stash[order._unit] for test in (*short, *long, *grouped)]
    assert units == ["short", "short", *names(long), "mesh", "mesh"]


def test_long_units_begin_first_and_none_waits_behind_another():
    takes = {"a": 1, "b": 100, "c": 2, "d": 300, "e": 200, "f": 3, "g": 50}
    tests = [item(f"{unit}.py", "test") for unit in takes]
    for test, unit in zip(tests, takes, strict=True):
        test.stash[order._unit] = unit
    order._longest_first(tests, {f"{unit}.py::test": seconds for unit, seconds in takes.items()}, workers=2)
    # Two workers are handed two units each at once: a long one, and a short one behind it.
    assert [test.stash[order._unit] for test in tests] == ["d", "e", "a", "c", "b", "g", "f"]
