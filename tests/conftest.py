# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests have in common: their random order, how long they take, and what the workers of one run share."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import clusters
import playing
import pytest

# What pytest compiles of the tests, each worker anew otherwise, is kept; nothing is written beside the sources.
sys.pycache_prefix, sys.dont_write_bytecode = str(playing.BUILD / "compiled"), False

pytest_plugins = ["durations", "failures", "order", "gitops", "meshes", "authorities", "event_sources"]


def pytest_configure(config):
    worker = getattr(config, "workerinput", None)
    folder = worker["together"] if worker else tempfile.mkdtemp(prefix="meshops-tests-")
    config.together = clusters.Together(Path(folder))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """What the first process tells a worker."""
    node.workerinput["together"] = str(node.config.together.folder)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        session.config.together.end()


@pytest.fixture(scope="session")
def together(request):
    """What the workers of this run share: labs, locks, turns. See clusters.Together."""
    return request.config.together
