# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a query has no value."""

from __future__ import annotations

import enum

from ansible_collections.meshops.lifecycle.plugins.module_utils.base.errors import MeshError


class Trouble(enum.Enum):
    """The value of each is the reason of a verdict."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    REFUSED = "refused"  # 401 and 403, of Prometheus or of the API server before it
    BAD_QUERY = "bad_query"
    UNEXPECTED = "unexpected"  # an answer, but not Prometheus's
    EMPTY = "empty"
    NAN = "nan"
    SEVERAL = "several_series"


class PrometheusError(MeshError):
    """A query without a value. The message ends without a full stop, so that a caller can go on."""

    def __init__(self, trouble: Trouble, message: str):
        super().__init__(message)
        self.trouble = trouble
