# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker knows when the playbook that forked it was killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time

from ansible_collections.meshops.lifecycle.plugins.module_utils.base import orphan

FORK = multiprocessing.get_context("fork")


def test_this_process_is_nobodys_worker():
    assert not orphan.is_orphan()


def test_a_worker_whose_parent_is_killed(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"

    def worker():
        before.write_text(str(orphan.is_orphan()))
        while not orphan.is_orphan():
            time.sleep(0.02)
        after.write_text("orphan")
        orphan.end_if_orphan()
        after.write_text("went on")

    def parent():
        FORK.Process(target=worker).start()
        time.sleep(60)

    process = FORK.Process(target=parent)
    process.start()
    _await(before)
    assert before.read_text() == "False"
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    _await(after)
    assert after.read_text() == "orphan"


def _await(path):
    end = time.monotonic() + 30
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < end, f"no {path}"
        time.sleep(0.02)
