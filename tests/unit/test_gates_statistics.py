# SPDX-FileCopyrightText: 2026 The meshops.lifecycle contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the statistics of gates against known values, and against the same values computed in another way."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from ansible_collections.meshops.lifecycle.plugins.module_utils.operations.gates import histogram, significance

# Table of the standard normal distribution, upper tail: printed in any book of statistics.
NORMAL = [(0.0, 0.5), (1.0, 0.158655), (1.644854, 0.05), (1.959964, 0.025), (2.326348, 0.01), (3.0, 0.0013499)]
# (errors, total, errors before, total before), p. z-tests with pooled variance: computed with scipy 1.17
# (stats.norm.sf of the formula). Fisher: the lady tasting tea, 17/70 and 1/70; the others by scipy's fisher_exact.
PROPORTIONS = [
    ((30, 1000, 100, 9000), 2.827834787e-07),
    ((12, 200, 80, 1800), 0.1595641554),
    ((60, 500, 400, 5000), 0.0010333666),
    ((3, 4, 1, 4), 17 / 70),
    ((4, 4, 0, 4), 1 / 70),
    ((5, 100, 0, 900), 9.125437844e-06),
    ((2, 100, 9, 900), 0.3026402501),
    ((0, 100, 0, 900), 1.0),
    ((100, 100, 900, 900), 1.0),
]
# Mann-Whitney's U with corrections for ties and continuity: scipy 1.17, stats.mannwhitneyu(method="asymptotic").
RANKS = [
    (([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]), 0.5, 0.5422350133),
    (([3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 5, 6]), 0.8095238095, 0.0362784799),
    (([1.1, 2.2, 3.3, 8, 9], [0.5, 1, 2, 2.2, 3.3]), 0.8, 0.0706190819),
    (([0] * 50 + [1] * 30 + [2] * 20, [0] * 70 + [1] * 25 + [2] * 5), 0.6175, 0.0005025488885),
]


@pytest.mark.parametrize(("z", "p"), NORMAL)
def test_normal_distribution(z, p):
    assert significance.upper_tail(z) == pytest.approx(p, abs=1e-6)
    assert significance.upper_tail(-z) == pytest.approx(1 - p, abs=1e-6)


@pytest.mark.parametrize(("counts", "p"), PROPORTIONS, ids=str)
def test_more_errors(counts, p):
    assert significance.more_errors(*counts) == pytest.approx(p, rel=1e-6)


@pytest.mark.parametrize("counts", [(3, 7, 2, 9), (1, 5, 0, 11), (4, 6, 6, 8)])
def test_fisher_is_the_share_of_all_arrangements(counts):
    """Every way to place the errors among the requests is counted."""
    errors, total, before, total_before = counts
    ways = list(itertools.combinations(range(total + total_before), errors + before))
    as_many = sum(sum(place < total for place in way) >= errors for way in ways)
    assert significance.fisher(*counts) == pytest.approx(as_many / len(ways))


def test_a_tolerance_has_to_be_exceeded():
    counts = (30, 1000, 100, 9000)  # 3 % after 1.1 %
    assert significance.more_errors(*counts, tolerance=0.005) < 0.01
    assert significance.more_errors(*counts, tolerance=0.015) > 0.2
    assert significance.more_errors(*counts, tolerance=0.03) > 0.9


@pytest.mark.parametrize("counts", [(2, 1, 0, 5), (0, 0, 0, 5), (-1, 4, 0, 4), (1, 4, 1, 0)])
def test_impossible_counts_are_refused(counts):
    with pytest.raises(ValueError):
        significance.more_errors(*counts)


@pytest.mark.parametrize(("samples", "effect", "p"), RANKS)
def test_ranks(samples, effect, p):
    assert significance.greater(*samples) == pytest.approx((p, effect), rel=1e-6)


def test_ranks_by_another_formula():
    """The variance as that of the midranks, which takes ties into account by itself."""
    generator = random.Random(7)
    for _ in range(50):
        samples = [[generator.randrange(6) for _ in range(generator.randrange(3, 30))] for _ in range(2)]
        everything = sorted(samples[0] + samples[1])
        n1, n2, n = len(samples[0]), len(samples[1]), len(everything)
        ranks = {value: sum(i + 1 for i, v in enumerate(everything) if v == value) for value in set(everything)}
        ranks = {value: total / everything.count(value) for value, total in ranks.items()}
        u = sum(ranks[value] for value in samples[0]) - n1 * (n1 + 1) / 2
        spread = sum(ranks[value] ** 2 for value in everything) - n * ((n + 1) / 2) ** 2
        deviation = math.sqrt(n1 * n2 * spread / (n * (n - 1)))
        result = significance.greater(*samples)
        assert result.effect == pytest.approx(u / (n1 * n2))
        assert result.p == pytest.approx(significance.upper_tail((u - n1 * n2 / 2 - 0.5) / deviation))


def test_the_same_value_everywhere_is_no_difference():
    assert significance.greater([5, 5, 5], [5, 5]) == (1.0, 0.5)
    with pytest.raises(ValueError):
        significance.greater_counts([1, 2], [0, 0])


@pytest.mark.parametrize(
    ("errors", "total", "share", "p"),
    [
        (0, 10, 0.5, 1.0),
        (10, 10, 0.5, 0.0009765625),
        (8, 10, 0.5, 0.0546875),
        (3, 32, 0.01, 0.003993),  # 1 - the sum of the first three terms
        (1, 5, 0.0, 0.0),
        (5, 5, 1.0, 1.0),
    ],
)
def test_more_errors_than_a_share_explains(errors, total, share, p):
    assert significance.at_least(errors, total, share) == pytest.approx(p, abs=1e-6)
    with pytest.raises(ValueError):
        significance.at_least(total + 1, total, share)


def test_false_alarms_are_as_rare_as_promised():
    """Two sides without a difference: a test at 1 % fails in about 1 % of the cases."""
    generator = random.Random(11)
    alarms = 0
    for _ in range(2000):
        errors, before = (sum(generator.random() < 0.05 for _ in range(400)) for _ in range(2))
        alarms += significance.more_errors(errors, 400, before, 400) < 0.01
    assert alarms < 40  # 20 are expected


BOUNDS = [1.0, 5.0, 10.0, math.inf]


@pytest.mark.parametrize(
    ("share", "counts", "value"),
    [
        (0.5, [0, 10, 0, 0], 3.0),  # the middle of 1 to 5
        (0.5, [10, 0, 0, 0], 0.5),
        (0.9, [50, 30, 20, 0], 7.5),
        (0.99, [50, 30, 10, 10], 10.0),  # beyond the last bound nothing more is known
        (0.5, [50, 50, 0, 0], 1.0),
        (1.0, [0, 4, 0, 0], 5.0),
    ],
)
def test_quantile(share, counts, value):
    assert histogram.quantile(share, BOUNDS, counts) == pytest.approx(value)


def test_a_quantile_of_nothing_is_not_a_number():
    assert math.isnan(histogram.quantile(0.5, BOUNDS, [0, 0, 0, 0]))
    assert math.isnan(histogram.quantile(0.5, [], []))


def test_buckets_that_shrink_by_extrapolation():
    assert histogram.classes({math.inf: 9.9, 1.0: 4.0, 5.0: 10.0}) == ([1.0, 5.0, math.inf], [4.0, 6.0, 0.0])
