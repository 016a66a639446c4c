# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event sources of Event-Driven Ansible, run as processes of their own: `Source(programs, name, args).next()`."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading

import playing
import pytest

SOURCES = playing.ROOT / "extensions" / "eda" / "plugins" / "event_source"


@pytest.fixture(scope="session")
def eda(together):
    """The folder of the programs of an environment with ansible-rulebook."""

    def make():
        subprocess.run([sys.executable, str(playing.ROOT / "tools" / "venvs.py"), "eda"], check=True)

    together.once("venv-eda", make)
    return playing.BUILD / "venv-eda" / "bin"


class Source:
    """A source that runs; `next()` is its next event."""

    def __init__(self, eda, name, args):
        command = [
            str(eda / "python"),
            str(playing.SUPPORT / "eda_source.py"),
            str(SOURCES / f"{name}.py"),
            json.dumps(args),
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(json.loads(line))

    def next(self, within=60):
        return self._lines.get(timeout=within)

    def nothing_within(self, seconds):
        with pytest.raises(queue.Empty):
            pytest.fail(f"an event too many: {self._lines.get(timeout=seconds)}")

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        return self.next()
