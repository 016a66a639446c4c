# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An apply computed without the server: what is laid over what, by who owns what."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import lay

PORT = 'k:{"port":80}'
CASES = {
    "mappings are one": ({"a": 1}, {"b": 2}, {"f:b": {}}, {"a": 1, "b": 2}),
    "a mapping that nobody owns": ({"a": {"x": 1}}, {"a": {"y": 2}}, {"f:z": {}}, {"a": {"x": 1, "y": 2}}),
    "one that is one value": ({"a": {"x": 1}}, {"a": {"y": 2}}, {"f:a": {}}, {"a": {"x": 1}}),
    "an emptied one": ({"a": {}}, {"a": {"y": 2}}, {"f:a": {"f:y": {}}}, {"a": {"y": 2}}),
    "a list without keys": ({"a": [1]}, {"a": [2, 3]}, {"f:a": {}}, {"a": [1]}),
    "a set": ({"a": [1, 2]}, {"a": [2, 3]}, {"f:a": {"v:2": {}, "v:3": {}}}, {"a": [1, 2, 3]}),
    "a list with keys": (
        {"a": [{"port": 80, "name": "x"}, {"port": 81}]},
        {"a": [{"port": 80, "target": 8080}, {"port": 82}]},
        {"f:a": {PORT: {".": {}, "f:port": {}, "f:target": {}}, 'k:{"port":82}': {".": {}, "f:port": {}}}},
        {"a": [{"port": 80, "name": "x", "target": 8080}, {"port": 81}, {"port": 82}]},
    ),
    "an item that is gone": ({"a": [{"port": 81}]}, {"a": []}, {"f:a": {PORT: {".": {}}}}, {"a": [{"port": 81}]}),
    "another type": ({"a": [1]}, {"a": {"b": 1}}, {"f:a": {"f:b": {}}}, {"a": [1]}),
}


@pytest.mark.parametrize(("declared", "live", "owned", "wanted"), CASES.values(), ids=CASES.keys())
def test_laid_over(declared, live, owned, wanted):
    assert lay.laid(declared, live, owned) == wanted
