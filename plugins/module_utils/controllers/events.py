# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What controllers have written about an object as Events."""

from __future__ import annotations

from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind

_EVENT = Kind("", "Event", "events", ("v1",))


def about(resources: Resources, live: dict[str, Any]) -> list[dict[str, Any]]:
    """The Events of a live object, in no order; none where they may not be read."""
    selector = f"involvedObject.uid={live['metadata'].get('uid')}"
    try:
        return resources.list(_EVENT, live["metadata"]["namespace"], field_selector=selector)
    except MeshError:
        return []
