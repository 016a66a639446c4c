# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a test failed, printed when it fails and not only at the end of a long run.

Of a test that has another try (`--reruns`) the whole report is printed; pytest itself shows that of the last.
"""

from __future__ import annotations

import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    terminal = config.pluginmanager.getplugin("terminalreporter")
    if terminal and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_AtOnce(terminal))


class _AtOnce:
    def __init__(self, terminal):
        self.terminal = terminal

    def pytest_runtest_logreport(self, report):
        if report.outcome == "rerun":
            self.terminal.write("\n")
            self.terminal.write_sep("_", f"{report.nodeid} failed, and is tried again")
            report.toterminal(self.terminal._tw)
        elif report.failed:
            self.terminal.write("\n")
            self.terminal.write_line(f"FAILED {report.nodeid} ({report.when}): {_reason(report)}", red=True)


def _reason(report):
    """The first line of what was raised."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return (crash.message if crash else str(report.longrepr)).strip().split("\n")[0]
