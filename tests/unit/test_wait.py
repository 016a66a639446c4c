# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a failure that an object reports ends a wait."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import clock as clock_module
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine import wait
from ansible_collections.meshops.lifecycle.plugins.module_utils.kinds.base import READY, Readiness

FAILED = Readiness("failed", "no")
DOUBTED = Readiness("failed", "not allowed", 5.0)
WAITING = Readiness("waiting", "not yet")


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(clock_module, "now", lambda: now[0])
    return now


def test_a_failure_counts_at_once(clock):
    assert wait.Failures().patience_left("a", FAILED) == 0


def test_a_failure_that_may_pass_has_to_last(clock):
    failures = wait.Failures()
    assert failures.patience_left("a", DOUBTED) == 5
    clock[0] += 3
    assert (failures.patience_left("a", DOUBTED), failures.patience_left("b", DOUBTED)) == (2, 5)
    clock[0] += 3
    assert (failures.patience_left("a", DOUBTED), failures.patience_left("b", DOUBTED)) == (0, 2)


@pytest.mark.parametrize("between", [READY, WAITING])
def test_a_failure_that_passed_begins_anew(clock, between):
    failures = wait.Failures()
    failures.patience_left("a", DOUBTED)
    clock[0] += 4
    assert failures.patience_left("a", between) == 0
    clock[0] += 4
    assert failures.patience_left("a", DOUBTED) == 5
