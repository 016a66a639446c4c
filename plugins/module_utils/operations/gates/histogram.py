# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quantiles of a Prometheus histogram, by the rule of its function histogram_quantile."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def classes(buckets: Mapping[float, float]) -> tuple[list[float], list[float]]:
    """(upper bounds, counts of each class) of cumulative buckets by their upper bound, ``le``.

    Sums of increases are extrapolated each by itself, so that a bucket may hold slightly less than the one below it; it
    counts as the same then, as Prometheus has it.
    """
    bounds = sorted(buckets)
    counts, highest = [], 0.0
    for bound in bounds:
        counts.append(max(0.0, buckets[bound] - highest))
        highest = max(highest, buckets[bound])
    return bounds, counts


def quantile(share: float, bounds: Sequence[float], counts: Sequence[float]) -> float:
    """The quantile (``share`` from 0 to 1), interpolated within its class; NaN where there is nothing.

    Beyond the last finite bound it is that bound: nothing more is known.
    """
    total = sum(counts)
    if total <= 0 or not bounds or not math.isinf(bounds[-1]) or len(bounds) < 2:
        return math.nan
    rank, cumulative, index = share * total, counts[0], 0
    while cumulative < rank and index < len(bounds) - 1:
        index += 1
        cumulative += counts[index]
    if math.isinf(bounds[index]):
        return bounds[-2]
    if index == 0 and bounds[0] <= 0:
        return bounds[0]
    start = bounds[index - 1] if index else 0.0
    if counts[index] <= 0:
        return start
    return start + (bounds[index] - start) * (rank - cumulative + counts[index]) / counts[index]
