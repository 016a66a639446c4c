# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private folder of one task: kubeconfig, values and credentials for helm; gone when it ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator


class Terminated(BaseException):
    """SIGTERM or SIGHUP arrived; not an Exception, so that nothing on the way up takes it for a failure."""

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number


class Workspace:
    """A folder of mode 0700, made when something is first put into it."""

    def __init__(self):
        self._folder: str | None = None

    @property
    def folder(self) -> str:
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="meshops-helm-")
        return self._folder

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
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


@contextlib.contextmanager
def workspace() -> Iterator[Workspace]:
    """A Workspace for the block. A signal that ends the process ends the block first, then the process."""
    made = Workspace()
    before = _catch()
    ended_by = 0
    try:
        yield made
    except Terminated as end:
        ended_by = end.number
    finally:
        made.remove()
        for number, handler in before.items():
            signal.signal(number, handler)
    if ended_by:
        os.kill(os.getpid(), ended_by)


def _catch() -> dict:
    """Have signals raise Terminated; returns the handlers that were there. Only a main thread may do so."""
    if threading.current_thread() is not threading.main_thread():
        return {}

    def end(number, _frame):
        raise Terminated(number)

    return {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
