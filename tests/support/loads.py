# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steady loads on a lab, and what they saw."""

from __future__ import annotations

import json
import signal
import subprocess


def inside(client, url):
    """The arguments of a load from a pod ("NAMESPACE/NAME")."""
    return ("--from", client, url)


class Loads:
    """Loads side by side until `stop`. ``wanted``: name → the arguments of `lab load` beside the rate.

    Afterwards ``tallies`` has the tally of each, and ``failures`` the requests that failed, as `lab load` prints them.
    """

    def __init__(self, cluster, folder, rate, wanted):
        self.tallies, self.failures, self._running = {}, {}, {}
        for number, (name, arguments) in enumerate(wanted.items()):
            lines = folder / f"load-{number}.jsonl"  # a pipe would be full after some hundred failures
            command = cluster.lab_command("load", "--rate", str(rate), *arguments)
            with lines.open("w") as stream:
                self._running[name] = (lines, subprocess.Popen(command, stdout=stream))

    def stop(self):
        """End them; a second time does nothing."""
        for _lines, process in self._running.values():
            process.send_signal(signal.SIGINT)
        for name, (lines, process) in self._running.items():
            process.wait(timeout=60)
            *self.failures[name], self.tallies[name] = map(json.loads, lines.read_text().splitlines())
        self._running = {}

    @property
    def requests(self):
        return sum(tally["requests"] for tally in self.tallies.values())

    @property
    def failed(self):
        return sum(tally["failed"] for tally in self.tallies.values())
