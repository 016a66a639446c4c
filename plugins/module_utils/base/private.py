# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders for the files that a library or helm insists on: their owner's alone, and gone whatever ends the process."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@contextlib.contextmanager
def folder(prefix: str, also: Callable[[], None] = lambda: None) -> Iterator[str]:
    """A folder of mode 0700 for the block; ``also`` is called when it goes.

    Ansible's workers and killed module processes run no exit handlers, and a signal that ends a process would leave the
    folder behind. So the signal's handler removes it, and then hands on to whoever was to have the signal.
    """
    path = new_path(prefix)

    def remove() -> None:
        also()
        shutil.rmtree(path, ignore_errors=True)

    def end(number, _frame) -> None:
        remove()
        give_back(before)
        os.kill(os.getpid(), number)

    before = catch(end)
    try:
        os.mkdir(path, 0o700)
        yield path
    finally:
        remove()
        give_back(before)


def new_path(prefix: str) -> str:
    """A path in the temporary folder where nothing is yet; known before anything is made, so that it can be removed."""
    return os.path.join(tempfile.gettempdir(), prefix + secrets.token_hex(8))


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
