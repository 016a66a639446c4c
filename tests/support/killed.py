# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of a module that are killed at one of their requests, and what they leave in the cluster."""

from __future__ import annotations

import threading


class Killed(BaseException):
    """The process is no more."""


class Dying:
    """A session of a process that is killed at its nth request: nothing is sent any more, by no thread of it.

    ``answered``: whether that request is still sent; ``reads``: whether reading requests count as well.
    """

    def __init__(self, session, number, *, answered, reads=True):
        self._session, self._left, self._answered, self._reads = session, number, answered, reads

    def __getattr__(self, name):
        return getattr(self._session, name)

    def request(self, verb, *arguments, **options):
        if threading.current_thread() is not threading.main_thread():
            if verb == "GET" and self._left > 0:  # side by side for the thread that is at work
                return self._session.request(verb, *arguments, **options)
            raise OSError("only the thread that is at work counts")
        counts = self._reads or verb != "GET"
        self._left -= counts
        if self._left <= 0:
            if self._left == 0 and counts and self._answered:
                self._session.request(verb, *arguments, **options)
            raise Killed
        return self._session.request(verb, *arguments, **options)


def run(entry, arguments, *, dies=0, **how):
    """One run of the module of an ENTRY, here and now; its result, or None when it was killed.

    ``dies``: the number of the request at which that happens, 0 for none; ``how``: as Dying takes it.
    """
    task = entry.task(entry.checked(arguments), check=False, warn=lambda _line: None, progress=lambda _line: None)
    if dies:
        task.__dict__["session"] = Dying(task.session, dies, **how)
    try:
        return entry.run(task)
    except Killed:
        return None


def journals(cluster, namespace):
    """The names of the journals of long operations; a lease may stay, and is over by itself."""
    return cluster.kubectl(
        "get", "configmap", "-n", namespace, "-l", "meshops.lifecycle/operation", "-o", "name"
    ).split()
