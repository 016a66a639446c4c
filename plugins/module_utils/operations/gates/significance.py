# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is one side worse than the other, or is it chance? Pure functions over counts.

Each returns a one-sided p-value: how likely a difference of at least this size would be if the canary were not worse.
Sources: two proportions and Fisher's exact test as in NIST/SEMATECH's e-Handbook of Statistical Methods, section 7.3.3;
the rank test with its correction for ties as in Lehmann, Nonparametrics, section 1.4; its effect size is the A of
Vargha and Delaney (Journal of Educational and Behavioral Statistics 25, 2000).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

SMALLEST_EXPECTED = 5.0  # the normal approximation holds from this expected count in each cell (Cochran, 1954)


class Ranks(NamedTuple):
    """``p``: the p-value of "the first is greater"; ``effect``: how likely a value of the first is greater than a value
    of the second, ties counted as half; 0.5 when neither is.
    """

    p: float
    effect: float


def upper_tail(z: float) -> float:
    """The probability that a standard normal value is z or greater."""
    return 0.5 * math.erfc(z / math.sqrt(2.0))


def more_errors(errors: int, total: int, errors_before: int, total_before: int, tolerance: float = 0.0) -> float:
    """The p-value of "the share of errors is greater than before, by more than ``tolerance``" (a share, 0.01 is 1 %).

    Without a tolerance: the z-test with pooled variance, or Fisher's exact test where a cell is expected to be small.
    With one: the z-test without pooling, for which the shares are not equal. Raises ValueError for impossible counts.
    """
    if not (0 <= errors <= total and 0 <= errors_before <= total_before) or total == 0 or total_before == 0:
        raise ValueError("counts must not be negative, nor errors more than all")
    share, share_before = errors / total, errors_before / total_before
    if tolerance > 0:
        # One more error and one more success on each side (Agresti and Caffo, 2000): no error in 20 is not certainty.
        variance = sum(_variance(e + 1, n + 2) for e, n in ((errors, total), (errors_before, total_before)))
        return upper_tail((share - share_before - tolerance) / math.sqrt(variance))
    pooled = (errors + errors_before) / (total + total_before)
    least = min(total, total_before) * min(pooled, 1 - pooled)
    if least < SMALLEST_EXPECTED:
        return fisher(errors, total, errors_before, total_before)
    deviation = math.sqrt(pooled * (1 - pooled) * (1 / total + 1 / total_before))
    return upper_tail((share - share_before) / deviation)


def at_least(errors: int, total: int, share: float) -> float:
    """The p-value of "the share of errors is greater than ``share``" (binomial test). Raises ValueError for impossible
    counts.
    """
    if not 0 <= errors <= total:
        raise ValueError("counts must not be negative, nor errors more than all")
    if errors == 0 or share >= 1:
        return 1.0
    if share <= 0:
        return 0.0
    p = 0.0
    for many in range(errors, total + 1):
        term = math.exp(_choose(total, many) + many * math.log(share) + (total - many) * math.log1p(-share))
        p += term
        if term < 1e-12 and many > share * total:  # from the expected count on, terms only fall
            break
    return min(1.0, p)


def _variance(errors: float, total: float) -> float:
    share = errors / total
    return share * (1 - share) / total


def fisher(errors: int, total: int, errors_before: int, total_before: int) -> float:
    """The p-value of Fisher's exact test: so many errors or more, given how many there are on both sides together."""
    both, everything = errors + errors_before, total + total_before
    whole = _choose(everything, both)
    terms = (
        _choose(total, many) + _choose(total_before, both - many) - whole
        for many in range(max(errors, both - total_before), min(both, total) + 1)
    )
    return min(1.0, sum(math.exp(term) for term in terms))


def _choose(whole: int, part: int) -> float:
    """The logarithm of the number of ways to choose."""
    return math.lgamma(whole + 1) - math.lgamma(part + 1) - math.lgamma(whole - part + 1)


def greater(first: Sequence[float], second: Sequence[float]) -> Ranks:
    """Mann-Whitney's U test for two samples."""
    values = sorted({*first, *second})
    place = {value: index for index, value in enumerate(values)}
    counts = [[0.0] * len(values), [0.0] * len(values)]
    for sample, row in ((first, counts[0]), (second, counts[1])):
        for value in sample:
            row[place[value]] += 1
    return greater_counts(*counts)


def greater_counts(first: Sequence[float], second: Sequence[float]) -> Ranks:
    """The same for two histograms over the same classes, in ascending order: all values of a class are ties.

    The normal approximation with a correction for ties and for continuity. Raises ValueError where one is empty.
    """
    n1, n2 = sum(first), sum(second)
    if len(first) != len(second) or min(*first, *second, 0) < 0 or n1 <= 0 or n2 <= 0:
        raise ValueError("two histograms over the same classes, neither of them empty, are needed")
    u, below = 0.0, 0.0
    for a, b in zip(first, second):
        u += a * (below + b / 2)
        below += b
    n = n1 + n2
    ties = sum((a + b) ** 3 - (a + b) for a, b in zip(first, second) if a + b > 0)
    variance = n1 * n2 / 12 * ((n + 1) - ties / (n * (n - 1))) if n > 1 else 0.0
    effect = u / (n1 * n2)
    if variance <= 1e-9:  # a single class: nobody is slower than anybody
        return Ranks(1.0, effect)
    return Ranks(upper_tail((u - n1 * n2 / 2 - 0.5) / math.sqrt(variance)), effect)
