# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Live objects over time: by a watch, and by reading them where no watch is to be had."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Deadline
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.errors import ApiError
from ansible_collections.meshops.lifecycle.plugins.module_utils.cluster.resources import Resources
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import Kind

# Answers to a watch after which objects are read instead: no right to watch, none to be had, a version too old, or no
# server for a moment.
_UNWATCHED = (0, 403, 404, 405, 410, 429, 500, 502, 503, 504)
_PAUSE = 1.0  # seconds until the next attempt where no watch is to be had
_UNCHANGED = 0.1  # seconds until an object is read again that has not changed, though its watch ended early


class Feed:
    """Changes of the objects of a kind, or of the one with that name.

    ``version``: the resourceVersion from which the next watch goes on; None when it begins with all objects as they
    are, each as ADDED.
    """

    def __init__(
        self, resources: Resources, kind: Kind, namespace: str | None, name: str = "", version: str | None = None
    ):
        self._resources, self._kind, self._namespace = resources, kind, namespace
        self._selector = f"metadata.name={name}" if name else ""
        self.version = version

    def events(self, seconds: float) -> Iterator[dict]:
        """Events (ADDED, MODIFIED, DELETED) for about so many seconds.

        Where the server does not go on from the version, or no watch is to be had, they end early and the version is
        forgotten. Raises ApiError.
        """
        watch = self._resources.watch(self._kind, self._namespace, seconds, self.version, self._selector)
        try:
            for event in watch:
                if event.get("type") == "ERROR":  # most often: the version is too old
                    self.version = None
                    return
                self.version = event["object"]["metadata"]["resourceVersion"]
                if event["type"] != "BOOKMARK":
                    yield event
        except ApiError as error:
            if error.status not in _UNWATCHED:
                raise
            self.version = None
            Deadline(seconds).sleep(_PAUSE)


class Watched:
    """One object over time: its newest version, and the changes to come."""

    longest = 30.0  # seconds that one watch lasts at most; a new one also heals what broke silently

    def __init__(self, resources: Resources, kind: Kind, live: dict):
        self.resources, self.kind, self.live = resources, kind, live

    @property
    def place(self) -> tuple[str | None, str]:
        return self.live["metadata"].get("namespace"), self.live["metadata"]["name"]

    @property
    def label(self) -> str:
        return self.kind.label(*self.place)

    def patch(self, body: dict | list, patch_type: str = "merge") -> None:
        """Write something that is no declaration; the object is then what the server answered with."""
        self.live = self.resources.patch(self.kind, *self.place, body, patch_type=patch_type)

    def read(self) -> dict | None:
        """The object now, or None when it is gone."""
        live = self.resources.get(self.kind, *self.place)
        if live and live["metadata"]["uid"] == self.live["metadata"]["uid"]:
            self.live = live
            return live
        return None

    def next(self, seconds: float) -> bool:
        """Wait for a change for about so many seconds; False when the object is gone. Raises ApiError."""
        part = Deadline(min(seconds, self.longest))
        version = self.live["metadata"].get("resourceVersion")
        for event in Feed(self.resources, self.kind, *self.place, version).events(part.left):
            if event["type"] == "DELETED":
                return False
            self.live = event["object"]
            return True
        if self.read() is None:
            return False
        if self.live["metadata"].get("resourceVersion") == version:
            part.sleep(_UNCHANGED)
        return True

    def gone(self) -> MeshError:
        return MeshError(f"{self.label} was deleted by somebody during the wait.")
