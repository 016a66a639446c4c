# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of a YAML file that is edited where it stands, so that everything else in it stays as it is. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.libraries import yaml
from ansible_collections.meshops.lifecycle.plugins.module_utils.programs.git import files


def child(node: Any, key: str) -> Any:
    """The value of a key in a mapping's node, or None."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def has_anchors(root: Any, part: Any) -> bool:
    """Whether a part of a node is also written elsewhere in the document, or is merged in."""
    reached = Counter(map(id, _below(root)))
    inside = list(_below(part))
    return any(reached[id(node)] > 1 or node.tag == "tag:yaml.org,2002:merge" for node in inside)


def _below(node: Any) -> Iterator[Any]:
    """A node and all below it; one that an alias names comes again with each of its names."""
    yield node
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for part in pair:
                yield from _below(part)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _below(item)


def end(node: Any) -> int:
    """Where the text of a node ends. A block's own mark is after the comments that follow it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return end(last[1] if isinstance(node, yaml.MappingNode) else last)


def dumped(node: Any, value: Any) -> str:
    """A value as text in the place of the node: a flow in a flow, else indented as the node was."""
    if node.flow_style:
        return json.dumps(value)
    lines = files.dumped(value).rstrip("\n").split("\n")
    separator: str = "\n" + " " * node.start_mark.column
    return separator.join(lines)
