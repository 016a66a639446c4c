# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be asked of the controller behind a kind, beyond what a live object says of itself.

A kind is facts (``kinds/``); its conversation is made of requests (``controllers/``). The engine only knows this shape,
and gets the conversations from the operation that runs it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind


@dataclass(frozen=True)
class Conversation:
    """The hooks of a kind's controller; each may be left out, and all raise MeshError.

    ``wait(task, resources, live, deadline) -> live``: instead of ``Kind.ready``;
    ``wait_all(task, resources, changes, deadline)``: the same for several at once, which leaves each in its Change;
    ``before_delete(task, resources, live) -> live or None`` and ``wait_deleted(task, resources, live, deadline)``.
    ``deadline`` is a ``base.clock.Deadline``.
    ``control_plane(task, resources) -> conversation or None``: opened before the first write where the control plane
    can be asked whether what was written works, see ``engine/propagation.py``.
    ``explain(resources, kind, live) -> text``: what is known elsewhere about why an object is not ready; asked when a
    wait ends in vain. Empty where nothing is known or may be read, and it raises nothing.
    """

    wait: Callable | None = None
    wait_all: Callable | None = None
    before_delete: Callable | None = None
    wait_deleted: Callable | None = None
    control_plane: Callable | None = None
    explain: Callable[[Resources, Kind, dict[str, Any]], str] | None = None

    def reason(self, resources: Resources, kind: Kind, live: dict[str, Any], message: str) -> str:
        """The reason why an object is not ready: ``message``, and in brackets what else is known."""
        cause = self.explain(resources, kind, live) if self.explain else ""
        return f"{message} ({cause})" if cause and cause not in message else message


NONE = Conversation()
Conversations = Callable[[Kind], Conversation]
