# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a delivery does with a file that a traffic shift has marked, as a table."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations import git_shifted
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files, shift_mark
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.plan import FileChange
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git.shift_mark import Mark


def route(weight, **spec):
    http = [{"route": [{"destination": {"host": "a"}, "weight": weight}]}]
    document = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": "a"}}
    return files.text({**document, "spec": {"hosts": ["a"], "http": http, **spec}}, "the set shop/all")


def change(before, after):
    return FileChange("shop/virtualservice-a.yaml", before, after, "VirtualService", "shop", "a")


OLD, NEW = route(100), route(0)
RUNNING, PROMOTED = (shift_mark.marked(NEW, mark) for mark in (Mark.RUNNING, Mark.PROMOTED))


def test_a_mark_is_one_line_that_comes_and_goes():
    assert shift_mark.of(RUNNING) is Mark.RUNNING and shift_mark.of(PROMOTED) is Mark.PROMOTED
    assert shift_mark.of(NEW) is None and files.owner_of(RUNNING) == "the set shop/all"
    assert shift_mark.marked(RUNNING, Mark.PROMOTED) == PROMOTED and shift_mark.marked(PROMOTED, None) == NEW
    theirs = b"# The routes of the shop.\n# Its rules are of a traffic shift that is under way.\nkind: A\n"
    assert shift_mark.of(theirs) is None and shift_mark.marked(theirs, Mark.RUNNING) == theirs


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, OLD, OLD),
        (NEW, OLD, OLD),  # no shift
        (RUNNING, OLD, RUNNING),
        (RUNNING, NEW, RUNNING),
        (PROMOTED, NEW, NEW),  # the declaration has come up
        (PROMOTED, route(0, gateways=["mesh"]), route(0, gateways=["mesh"])),
        (PROMOTED, None, None),
    ],
)
def test_what_is_written(before, after, expected):
    file, warning = git_shifted.kept(change(before, after))
    assert file.after == expected
    assert bool(warning) == (before == RUNNING)


@pytest.mark.parametrize(
    ("before", "after", "message"), [(PROMOTED, OLD, "was promoted, and the"), (RUNNING, None, "is not deleted")]
)
def test_what_is_refused(before, after, message):
    with pytest.raises(MeshError, match=message):
        git_shifted.kept(change(before, after))
