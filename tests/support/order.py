# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the tests: random, so that none comes to depend on another; with several workers, the longest first.

Files come in a random order, and in each file its tests, but for those of a file that is marked `in_order`. The seed is
printed, and `--seed` takes it again. With several workers (pytest-xdist, `-n 3`) a unit of work is the group of
`@pytest.mark.xdist_group`, else a file that takes little time, else one test. How long they take is known from
tests/durations.json. (The groups of pytest-xdist itself are written into the names of tests, which newer versions of
pytest do not let it do.)
"""

from __future__ import annotations

import json
import random

import durations
import pytest

A_WHOLE_FILE = 45.0  # seconds: a file that takes no longer is one worker's, and what its fixtures make is made once
LONG = 20.0  # seconds: so long a unit is begun early, so that no worker is left alone with it at the end
UNKNOWN = 2.0  # seconds, of a test that is not listed: a short one, or a new one

_unit = pytest.StashKey[str]()


def pytest_addoption(parser):
    parser.addoption("--seed", type=int, help="the order of the tests: a number that an earlier run has printed")


def pytest_configure(config):
    config.addinivalue_line("markers", "in_order: the tests of this file run in the order in which they stand in it")
    if hasattr(config, "workerinput"):
        config.option.seed = config.workerinput["seed"]
    elif config.option.seed is None:
        config.option.seed = random.randrange(1_000_000)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    node.workerinput["seed"] = node.config.option.seed  # all workers have one order


def pytest_report_header(config):
    return f"order: --seed={config.option.seed}"


def pytest_terminal_summary(terminalreporter, config):
    if config.get_verbosity() < 0:  # no header was printed
        terminalreporter.write_line(pytest_report_header(config))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config, items):
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    known = durations.known()
    if workers > 1:
        _group(items, known)  # by all tests of a file, also where some are deselected
    yield
    _shuffle(items, random.Random(config.option.seed))
    if workers > 1:
        _longest_first(items, known, workers)
        if config.workerinput["workerid"] == "gw0":  # as all of them have it
            units = {item.nodeid: item.stash[_unit] for item in items}
            _units_file(config).write_text(json.dumps(units), encoding="utf-8")


def _units_file(config):
    return config.together.folder / "units.json"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Hands out units of work, in the order of the tests, when all workers have collected them."""
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):
        units = None

        def _split_scope(self, nodeid):
            if self.units is None:
                self.units = json.loads(_units_file(config).read_text(encoding="utf-8"))
            return self.units[nodeid]

    config.option.loadscopereorder = False
    return Units(config, log)


def _takes(item, known):
    return known.get(item.nodeid, UNKNOWN)


def _by_file(items):
    files = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    return files


def _group(items, known):
    """Say of each test which unit of work it belongs to."""
    for path, tests in _by_file(items).items():
        whole = tests[0].get_closest_marker("in_order") or sum(_takes(item, known) for item in tests) <= A_WHOLE_FILE
        for item in tests:
            mark = item.get_closest_marker("xdist_group")
            item.stash[_unit] = mark.args[0] if mark else path.stem if whole else item.nodeid


def _shuffle(items, rng):
    files = _by_file(items)
    paths = sorted(files)
    rng.shuffle(paths)
    for path in paths:
        if not files[path][0].get_closest_marker("in_order"):
            rng.shuffle(files[path])
    items[:] = [item for path in paths for item in files[path]]


def _longest_first(items, known, workers):
    """Long units before short ones, which stay in their random order.

    pytest-xdist hands each worker a second unit together with its first; that is a short one, or it would wait behind
    a long one while other workers have nothing to do.
    """
    units = {}
    for item in items:
        units.setdefault(item.stash[_unit], []).append(item)
    takes = {unit: sum(_takes(item, known) for item in tests) for unit, tests in units.items()}
    long = sorted((unit for unit in units if takes[unit] >= LONG), key=takes.get, reverse=True)
    short = [unit for unit in units if takes[unit] < LONG]
    queue = [*long[:workers], *short[:workers], *long[workers:], *short[workers:]]
    items[:] = [item for unit in queue for item in units[unit]]
