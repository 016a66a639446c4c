# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An apply computed without the server, for the few cases in which it cannot be asked.

Where an object of kubectl is taken over, the server is asked for a dry run of an apply that takes nothing away. It
refuses that where old and new exclude each other, such as two ports of a Service with one name, or a volume of two
sources, though what is declared is right by itself.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import fields


def laid(declared: Any, live: Any, owned: dict[str, Any] | None) -> Any:
    """``declared`` laid over ``live``. ``owned``, a field set of everybody, says how: by its children a list has keys,
    and a mapping or list that is owned without children is one value. What nobody owns yet has no children either.
    """
    below = fields.children(owned or {})
    if isinstance(declared, dict) and isinstance(live, dict) and (below or owned is None or not live):
        return {**live, **{key: laid(value, live.get(key), below.get(f"f:{key}")) for key, value in declared.items()}}
    if isinstance(declared, list) and isinstance(live, list):
        return _items(declared, live, below)
    return declared


def _items(declared: list[Any], live: list[Any], below: dict[str, Any]) -> list[Any]:
    """Lists with keys by their keys, sets as a union, and others as declared."""
    if any(key.startswith("v:") for key in below):
        return [*declared, *(item for item in live if item not in declared)]
    keys = [key for key in below if key.startswith("k:")]
    merged, others = list(declared), []
    for key in keys:
        present, wanted = fields.at(live, key), fields.at(declared, key)
        if present is fields.ABSENT:
            continue
        if wanted is fields.ABSENT:
            others.append(present)
        else:
            merged[declared.index(wanted)] = laid(wanted, present, below[key])
    return [*merged, *others]
