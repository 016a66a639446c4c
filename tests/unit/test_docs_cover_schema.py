# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every field of an API is reachable by an option, with the API's type and values, and no option is made up."""

from __future__ import annotations

import pytest
import schema_coverage as coverage


@pytest.mark.parametrize("module", coverage.modules())
def test_options_cover_the_schema(module):
    group, kind = coverage.kind_of(module)
    schema = coverage.schema_of(group, kind)
    if schema is None:
        pytest.skip(f"the CRD of {kind} is not at hand: build the lab, or name it in MESHOPS_CRDS")
    found = coverage.compare(coverage.documented(module), schema)
    assert not found.problems, "\n" + "\n".join(found.problems)
    assert found.reached == found.fields > 0


def test_a_missing_field_a_made_up_one_and_a_wrong_type_are_told():
    schema = {
        "type": "object",
        "properties": {
            "host": {"type": "string"},
            "exportTo": {"type": "array", "items": {"type": "string"}},
            "mode": {"type": "string", "enum": ["A", "B"]},
        },
    }
    options = {
        "host": {"type": "int", "description": "A host."},
        "mode": {"type": "str", "choices": ["A"], "description": "A mode."},
        "port": {"type": "int", "description": "A port."},
    }
    found = coverage.compare(options, schema)
    assert (found.fields, found.reached) == (3, 2)
    assert sorted(found.problems) == [
        "spec.exportTo: no option reaches it",
        "spec.host: is int, should be str",
        "spec.mode: no choice reaches ['B']",
        "spec.port: the API has no field port",
    ]
