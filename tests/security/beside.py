# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Something that happens beside a run, once it has come that far."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def once(condition: Callable[[], bool], do: Callable[[], None]) -> Iterator[None]:
    """Do it in a thread when the condition holds, which is looked at five times a second until the block ends."""
    over = threading.Event()

    def watch():
        while not over.wait(0.2):
            if condition():
                do()
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
