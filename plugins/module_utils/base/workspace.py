# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private folder of one task, for what helm or git works with; gone when the task ends, however it ends."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import private


class Terminated(BaseException):
    """A signal arrived that ends the process; not an Exception, so that nothing on the way takes it for a failure."""


class Workspace:
    """A folder of mode 0700, made when something is first put into it."""

    def __init__(self, prefix: str = "meshops-"):
        self._prefix = prefix
        self._private: private.Folder | None = None

    @property
    def folder(self) -> str:
        if self._private is None:
            self._private = private.Folder(self._prefix)
            self._private.create()
        return self._private.path

    @property
    def locks(self) -> tuple[int, ...]:
        """The descriptor of the folder's lock, for a program that may outlive us and still need the folder."""
        lock = self._private.lock if self._private else None
        return () if lock is None else (lock,)

    def path(self, name: str) -> str:
        """The path of a file in the folder."""
        return os.path.join(self.folder, name)

    def write(self, name: str, content: str | bytes) -> str:
        """Write a file of mode 0600; returns its path."""
        path = self.path(name)
        data = content.encode() if isinstance(content, str) else content
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(data)
        return path

    def remove(self) -> None:
        if self._private:
            self._private.remove()
            self._private = None


@contextlib.contextmanager
def workspace(prefix: str = "meshops-") -> Iterator[Workspace]:
    """A Workspace for the block. A signal that ends the process ends the block first, then the process."""
    folder = Workspace(prefix)
    arrived: list[int] = []
    leaving = False

    def end(number, _frame):
        arrived.append(number)
        if not leaving:
            raise Terminated

    before = private.catch(end)
    try:
        try:
            yield folder
        finally:
            leaving = True  # from here on a signal waits until the files are gone
    except Terminated:
        pass
    finally:
        folder.remove()
        private.give_back(before)
    if arrived:
        os.kill(os.getpid(), arrived[0])
