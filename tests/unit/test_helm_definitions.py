# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a definition in the cluster is the one that a chart brings."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.helm_release import definitions

VERSION = {"name": "v1", "served": True, "storage": True}


@pytest.mark.parametrize(
    ("declared", "live", "same"),
    [
        ({"names": {"kind": "A"}}, {"names": {"kind": "A", "listKind": "AList"}, "conversion": {}}, True),
        ({"preserveUnknownFields": False, "scope": "Cluster"}, {"scope": "Cluster"}, True),
        ({"versions": [VERSION]}, {"versions": [{**VERSION, "subresources": {}}]}, True),
        ({"versions": [VERSION, VERSION]}, {"versions": [VERSION]}, False),
        ({"versions": [{**VERSION, "served": False}]}, {"versions": [VERSION]}, False),
        ({"scope": "Namespaced"}, {}, False),
        ({"shortNames": []}, {}, True),
        ({"deprecated": None}, {"deprecated": True}, True),
    ],
)
def test_what_a_chart_states_of_a_definition(declared, live, same):
    assert definitions.states(declared, live) is same
