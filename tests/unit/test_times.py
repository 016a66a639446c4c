# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of the API server, read alike by every Python."""

from __future__ import annotations

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.base import times


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("2026-06-01T09:30:00Z", "2026-06-01T09:30:00Z"),
        ("2026-06-01T09:30:00.123456Z", "2026-06-01T09:30:00Z"),
        ("2026-06-01T11:30:00+02:00", "2026-06-01T09:30:00Z"),
    ],
)
def test_a_time_is_read_and_written(text, back):
    assert times.text_of(times.parse(text)) == back
