# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One live object over time: read, watched, and patched with what is no declaration."""

from __future__ import annotations

import time

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.argocd import status
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind

# Answers to a watch after which it is read instead: no right to watch, a version too old, or no server for a moment.
UNWATCHED = (0, 403, 410, 429, 500, 502, 503, 504)
_SLICE = 2.0  # seconds that one watch lasts at most; between two of them the clock is looked at


class Watched:
    """One object over time: its newest version, and the changes to come."""

    def __init__(self, resources, kind: Kind, live: dict):
        self.resources, self.kind, self.live = resources, kind, live

    @property
    def place(self) -> tuple:
        return self.live["metadata"].get("namespace"), self.live["metadata"]["name"]

    @property
    def label(self) -> str:
        return self.kind.label(*self.place)

    def patch(self, body, patch_type: str = "merge") -> None:
        """Write something that is no declaration; the object is then what the server answered with."""
        self.live = self.resources.patch(self.kind, *self.place, body, patch_type=patch_type)

    def refresh(self, kind: str = "normal") -> None:
        """Ask the controller to compare again; ``hard``: without its cache of rendered manifests."""
        self.patch({"metadata": {"annotations": {status.REFRESH: kind}}})

    def read(self) -> dict | None:
        """The object now, or None when it is gone."""
        live = self.resources.get(self.kind, *self.place)
        if live and live["metadata"]["uid"] == self.live["metadata"]["uid"]:
            self.live = live
            return live
        return None

    def next(self, seconds: float) -> bool:
        """Wait for a change for about so many seconds; False when the object is gone. Raises ApiError."""
        seconds = max(0.05, min(seconds, _SLICE))
        version = self.live["metadata"].get("resourceVersion")
        until = time.monotonic() + seconds
        try:
            for event in self.resources.watch_object(self.kind, *self.place, seconds, version):
                if event.get("type") in ("ADDED", "MODIFIED"):
                    self.live = event["object"]
                    return True
                if event.get("type") == "DELETED":
                    return False
                if event.get("type") == "ERROR" or time.monotonic() >= until:
                    break
        except ApiError as error:
            if error.status not in UNWATCHED:
                raise
            time.sleep(min(1.0, seconds))  # without the right to watch, or the server for a moment
        if self.read() is None:
            return False
        if self.live["metadata"].get("resourceVersion") == version:
            time.sleep(max(0.0, min(0.1, until - time.monotonic())))
        return True

    def gone(self) -> MeshError:
        return MeshError(f"{self.label} was deleted by somebody during the wait.")
