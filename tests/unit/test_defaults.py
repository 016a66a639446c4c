# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The defaults that a kind knows are those that the schema of its CRD states, no more and no less."""

from __future__ import annotations

import pytest
import schema_coverage as coverage
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds import base, registry


def flat(tree: dict, path: str = "") -> dict:
    """The paths that ``defaults_of`` made the tree from."""
    found = {f"{path}.{name}".lstrip("."): value for name, value in tree.get("=", {}).items()}
    for name, below in tree.items():
        if name != "=":
            found.update(flat(below, f"{path}[]" if name == "[]" else f"{path}.{name}"))
    return found


@pytest.mark.parametrize("module", coverage.modules())
def test_a_kind_knows_the_defaults_of_its_schema(module):
    identity = coverage.kind_of(module)
    schema = coverage.schema_of(*identity)
    if schema is None:
        pytest.skip(f"the CRD of {identity[1]} is not at hand: build the lab, or name it in MESHOPS_CRDS")
    # A reference without a name, which is "" then, leads nowhere; nobody declares one.
    stated = {path: value for path, value in coverage.defaults(schema) if (path[-5:], value) != (".name", "")}
    assert flat(registry.KINDS[identity].defaults) == stated


def test_paths_become_a_tree_and_back():
    paths = {"spec.a": 1, "spec.b[].c": {"d": []}, "spec.b[].c.e[].f": "", "spec.g": [{}]}
    tree = base.defaults_of(paths)
    assert tree["spec"]["b"]["[]"]["="] == {"c": {"d": []}}
    assert flat(tree) == paths
