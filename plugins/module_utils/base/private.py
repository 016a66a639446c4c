# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders for the files that a library or helm insists on: their owner's alone, and gone whatever ends the process.

Only SIGKILL leaves one behind. Its process has held a lock on the folder until then, so another run of the same user
can tell it from a folder that is in use, and removes it (``leftovers.py``).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import leftovers

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_ATTEMPTS = 10  # a new folder can be taken for a left one only between two requests of the operating system


class Folder:
    """A folder of mode 0700 below the temporary folder, locked as long as it is in use.

    ``path`` is known before anything is created, so that whoever handles a signal can remove it at any time.
    """

    def __init__(self, prefix: str):
        self._prefix = prefix
        self.path = new_path(prefix)
        self.lock: int | None = None  # a descriptor; None where the file system has no locks

    def create(self) -> None:
        """Create and lock it, after what earlier runs have left was removed. Raises OSError."""
        leftovers.remove(tempfile.gettempdir())
        for _attempt in range(_ATTEMPTS):
            os.mkdir(self.path, 0o700)
            if self._locked():
                return
            self.path = new_path(self._prefix)
        raise OSError(f"no folder could be kept in {tempfile.gettempdir()}")

    def _locked(self) -> bool:
        """Lock it; False where another run has taken it for one that was left, and removes it."""
        try:
            lock = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            kept = os.path.samestat(os.fstat(lock), os.stat(self.path))
        except (BlockingIOError, FileNotFoundError):
            kept = False
        except OSError:  # nobody can lock there, and so nobody takes it for one that was left
            os.close(lock)
            return True
        if kept:
            self.lock = lock
        else:
            os.close(lock)
        return kept

    def remove(self) -> None:
        """Remove it with all that is in it, and give the lock back."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


@contextlib.contextmanager
def folder(prefix: str, also: Callable[[], None] = lambda: None) -> Iterator[str]:
    """A folder of mode 0700 for the block; ``also`` is called when it goes.

    Ansible's workers and killed module processes run no exit handlers, and a signal that ends a process would leave the
    folder behind. So the signal's handler removes it, and then hands on to whoever was to have the signal.
    """
    private = Folder(prefix)

    def remove() -> None:
        also()
        private.remove()

    def end(number, _frame) -> None:
        remove()
        give_back(before)
        os.kill(os.getpid(), number)

    before = catch(end)
    try:
        private.create()
        yield private.path
    finally:
        remove()
        give_back(before)


def new_path(prefix: str) -> str:
    """A path in the temporary folder where nothing is yet; known before anything is made, so that it can be removed."""
    return os.path.join(tempfile.gettempdir(), prefix + secrets.token_hex(leftovers.RANDOM_BYTES))


def catch(handler: Callable) -> dict:
    """Have the signals that end a process handled; returns what to give back. Only a main thread may do so.

    A signal that is ignored (SIGHUP under nohup) ends nothing, and stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        return {}
    ours = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    return {number: signal.signal(number, handler) for number in ours}


def give_back(before: dict) -> None:
    """Put handlers back that :func:`catch` has taken away; None is one that was not set from Python."""
    for number, handler in before.items():
        signal.signal(number, signal.SIG_DFL if handler is None else handler)
