# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the way back needs: a stable side that can answer, and the field managers as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline, pauses
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.task import Task
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import handback, owners
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.sides import Backend
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.traffic_shift.subject import Route

_ATTEMPTS = 8  # controllers write the status of a route all the time
Document = dict[str, Any]


def await_stable(
    task: Task, route: Route, backend: Callable[[bool], Backend], had: int | None, say: Callable[[str], object]
) -> None:
    """The side that gets everything again has to be able to answer. ``had``: its ready pods when the shift began.

    Raises MeshError on time-out.
    """
    deadline, stable = Deadline(task.params["wait_timeout"]), backend(False)
    for _turn in pauses(deadline, first=0.2, most=2.0):
        stable = backend(False)
        if stable.ready != 0 and not stable.problem:
            break
        say(f"waiting until {stable.target.label} can take requests: {stable.problem}")
    else:
        raise MeshError(
            f"{route.label} cannot go back: {stable.target.label} cannot take requests: {stable.problem}. "
            "The route stays as it is. Bring it back and abort again."
        )
    if had and stable.ready and stable.ready < had:
        task.warn(
            f"{stable.target.label} has {stable.ready} pods that are ready, and had {had} when the shift began. "
            "It gets all requests again; see that it is large enough."
        )


def with_owners(
    live: Document,
    managed_before: list[Document],
    patch: Callable[[list[Document]], Document],
    read: Callable[[], Document],
) -> Document:
    """The object with its field managers as they were. What does not succeed stays ours, and the values are back all
    the same. Raises ApiError.
    """
    for _attempt in range(_ATTEMPTS):
        managed = handback.given_back(live, managed_before, owners.SHIFT)
        if managed is None:
            break
        operations = [
            {"op": "test", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
            {"op": "replace", "path": "/metadata/managedFields", "value": managed or [{}]},
        ]
        try:
            return patch(operations)
        except ApiError as error:
            if error.status not in (409, 422):
                raise
        live = read()
    return live
