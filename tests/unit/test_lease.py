# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may take over a lease."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times
from ansible_collections.meshops.lifecycle.plugins.module_utils.engine.lease import (
    SKEW,
    Sighting,
    Standing,
    identity,
    standing,
)

WALL = datetime(2026, 6, 1, 12, 0, 0, tzinfo=timezone.utc)
DURATION = 60


def spec(holder="theirs", ago=1.0, **more):
    """A lease that was renewed ``ago`` seconds before WALL, by the clock of its holder."""
    renewed = times.precise_text_of(WALL - timedelta(seconds=ago))
    return {"holderIdentity": holder, "leaseDurationSeconds": DURATION, "renewTime": renewed, **more}


@pytest.mark.parametrize(
    ("now", "first", "watched", "expected"),
    [
        # (the lease now, as it was first seen, seconds since then, what follows)
        (spec(), spec(), 0, Standing.UNKNOWN),
        (spec(), spec(), DURATION - 1, Standing.UNKNOWN),
        (spec(), spec(), DURATION, Standing.EXPIRED),
        (spec(ago=1), spec(ago=16), 15, Standing.HELD),  # renewed while it was watched
        (spec(ago=1), spec(ago=16), DURATION + 5, Standing.HELD),
        (spec("another"), spec(), 5, Standing.HELD),  # somebody was faster
        (spec("another"), spec(), DURATION + 5, Standing.HELD),
        (spec("ours"), spec("ours"), 0, Standing.OURS),
        (spec("ours"), spec("theirs"), 0, Standing.OURS),
        (spec(None), spec(None), 0, Standing.FREE),
        (spec(""), spec("theirs"), 0, Standing.FREE),
        # A clock that is wrong by minutes proves nothing, either way.
        (spec(ago=DURATION + SKEW - 1), spec(ago=DURATION + SKEW - 1), 0, Standing.UNKNOWN),
        (spec(ago=-3600), spec(ago=-3600), 0, Standing.UNKNOWN),
        (spec(ago=-3600), spec(ago=-3600), DURATION, Standing.EXPIRED),
        # What is older than that is not waited for.
        (spec(ago=DURATION + SKEW + 1), spec(ago=DURATION + SKEW + 1), 0, Standing.EXPIRED),
        # What others wrote may lack anything.
        (spec(renewTime=None), spec(renewTime=None), 0, Standing.UNKNOWN),
        (spec(renewTime="soon"), spec(renewTime="soon"), DURATION, Standing.EXPIRED),
        (spec(leaseDurationSeconds=None), spec(), DURATION, Standing.EXPIRED),
        (spec(leaseDurationSeconds=600), spec(), DURATION, Standing.UNKNOWN),  # the holder's own duration counts
    ],
)
def test_who_has_a_lease(now, first, watched, expected):
    assert standing(now, "ours", Sighting.of(first, 100.0), 100.0 + watched, WALL) is expected


def test_a_holder_is_a_node_a_process_and_a_run():
    assert identity("job 4711").endswith(f", process {os.getpid()}, run job 4711")


def test_a_time_to_the_microsecond_can_be_read_again():
    moment = WALL + timedelta(microseconds=123456)
    assert times.precise_text_of(moment) == "2026-06-01T12:00:00.123456Z"
    assert times.parse(times.precise_text_of(moment)) == moment
