# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A commit on the newest state of a branch to which others push as well."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol, TypeVar

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

T = TypeVar("T")

_ATTEMPTS = 12  # pushes, when each time somebody else's comes first
_PAUSE = 0.4  # seconds between two of them at most, times their number


class Store(Protocol):
    """A clone or a checkout."""

    @property
    def branch(self) -> str: ...

    def fetch(self) -> None: ...


def first(store: Store, repository: str, progress: Callable[[str], object], push: Callable[[], T | None]) -> T:
    """What ``push`` gives, which is called with the branch as it is now, and again while it gives None because
    somebody else's push came first. Raises MeshError in the end."""
    for attempt in range(_ATTEMPTS):
        store.fetch()
        result = push()
        if result is not None:
            return result
        progress(f"branch {store.branch} was pushed to by somebody else meanwhile; doing it again")
        clock.sleep(random.uniform(0, _PAUSE * (attempt + 1)))
    raise MeshError(
        f"Git could not push to branch {store.branch} of {repository}: {_ATTEMPTS} times somebody else's push came "
        "first. Run the task again when there is less going on."
    )
