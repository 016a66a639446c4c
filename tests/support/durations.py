# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the tests on the lab take: tests/durations.json, which `--write-durations` renews.

`make test DURATIONS=1` does so in a run of everything, `make durations` in a run for this alone.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
FILE = TESTS / "durations.json"
SHORT = 3.0  # seconds: what takes less is not listed


def pytest_addoption(parser):
    parser.addoption(
        "--write-durations",
        action="store_true",
        help="renew tests/durations.json by what this run takes",
    )


def pytest_configure(config):
    if config.getoption("--write-durations") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Writer())


@functools.cache
def known():
    """{name of a test: seconds, with what its fixtures took}, as it was measured last, of those that take long."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


class _Writer:
    """Sums up the reports of a run, those of its workers as well."""

    def __init__(self):
        self.taken = {}

    def pytest_runtest_logreport(self, report):
        if not report.skipped:
            self.taken[report.nodeid] = self.taken.get(report.nodeid, 0) + report.duration

    def pytest_sessionfinish(self):
        """What did not run keeps its time, unless its file is gone."""
        kept = {name: taken for name, taken in known().items() if (TESTS.parent / name.split("::")[0]).exists()}
        seconds = {name: round(taken, 1) for name, taken in sorted({**kept, **self.taken}.items()) if taken >= SHORT}
        FILE.write_text(json.dumps(seconds, indent=0) + "\n", encoding="utf-8")
