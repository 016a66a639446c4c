# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Private folders that a killed process has left: recognised by their names and by nobody's holding their lock."""

from __future__ import annotations

import fcntl
import itertools
import os
import re
import shutil

RANDOM_BYTES = 8
_NAME = re.compile(rf"meshops-(helm-|git-)?[0-9a-f]{{{2 * RANDOM_BYTES}}}")
_MOST_REMOVED = 20  # by one process
_MOST_LOOKED_AT = 20_000  # entries of the temporary folder
_looked_through: set[str] = set()


def remove(parent: str) -> None:
    """Remove the folders in ``parent`` that were left; once a process, and nothing that is not certainly ours.

    That one cannot be removed is no error: the next run tries again.
    """
    if parent in _looked_through:
        return
    _looked_through.add(parent)
    try:
        with os.scandir(parent) as entries:
            names = [entry.name for entry in itertools.islice(entries, _MOST_LOOKED_AT) if _NAME.fullmatch(entry.name)]
    except OSError:
        return
    for name in names[:_MOST_REMOVED]:
        _remove_unlocked(os.path.join(parent, name))


def _remove_unlocked(path: str) -> None:
    """Remove a folder of this user that no process holds the lock of; links are not followed."""
    try:
        lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        if os.fstat(lock).st_uid == os.geteuid():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
    except OSError:  # it is in use, or cannot be locked there
        return
    finally:
        os.close(lock)
