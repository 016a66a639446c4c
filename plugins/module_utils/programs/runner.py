# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a program to its end: with lines of progress, a limit, and a way to end it when we are interrupted."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.clock import Stopwatch
from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError

_PROGRESS = 10.0  # seconds between two lines that say that the program still works


class Ended(NamedTuple):
    """How a program ended: ``code`` is negative for a signal; ``out`` and ``err`` are what it printed."""

    code: int
    out: bytes
    err: bytes


class TookTooLong(Exception):
    """A program did not end within its limit, and was ended. ``seconds``: how long it ran."""

    def __init__(self, seconds: int):
        super().__init__(f"not finished after {seconds} s")
        self.seconds = seconds


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a program that leaves nothing half-done when it is killed."""
    process.kill()
    process.communicate()


def ask_to_end(grace: float) -> Callable[[subprocess.Popen[bytes]], None]:
    """Ask a program to end, and give it ``grace`` seconds. One that takes longer is let be, because killing it would
    leave its work half-done.
    """

    def end(process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired, ValueError):
            process.communicate(timeout=grace)

    return end


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    progress: Callable[[int], object],
    end: Callable[[subprocess.Popen[bytes]], None],
    data: bytes = b"",
    limit: float | None = None,
    locks: Sequence[int] = (),
) -> Ended:
    """Run a program to its end.

    ``progress(seconds)`` is called now and then with the time that it has taken so far; ``end(process)`` when the limit
    is over or we are interrupted; ``data`` goes to its standard input; ``locks`` are descriptors that it holds as well,
    as long as it runs. Raises TookTooLong, OSError, and MeshError for an argument that no program can be given.
    """
    if any("\0" in argument for argument in argv):
        raise MeshError(f"{os.path.basename(argv[0])}: an option of the task holds a null character (\\0). Remove it.")
    # Not AnsibleModule.run_command: in Ansible's worker there is no module, and its progress is shown as it comes.
    process = subprocess.Popen(  # pylint: disable=ansible-bad-function
        list(argv),
        env=dict(env),
        stdin=subprocess.PIPE if data else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=tuple(locks),
    )
    watch, given = Stopwatch(), data or None
    try:
        while True:
            try:
                out, err = process.communicate(given, timeout=_PROGRESS)
                return Ended(process.returncode, out, err)
            except subprocess.TimeoutExpired:
                given = None  # it is given once
                seconds = int(watch.elapsed)
                if limit is not None and seconds > limit:
                    raise TookTooLong(seconds) from None
                progress(seconds)
    except BaseException:
        end(process)
        raise
