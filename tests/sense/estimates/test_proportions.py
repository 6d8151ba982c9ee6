"""Proportions and intervals, against published examples and plain formulas."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.sense.estimates import (
    newcombe_interval,
    one_proportion_z,
    smoothed_proportion,
    two_proportion_z,
    wilson_interval,
)

# Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872, table I, score method.
WILSON_EXAMPLES = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
# Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890, table II, method 10.
NEWCOMBE_EXAMPLES = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
]


@pytest.mark.parametrize(("successes", "trials", "low", "high"), WILSON_EXAMPLES)
def test_wilson_interval_equals_the_published(successes: int, trials: int, low: float, high: float) -> None:
    interval = wilson_interval(successes, trials)
    assert (round(float(interval.low), 4), round(float(interval.high), 4)) == (low, high)


@pytest.mark.parametrize(("k", "n", "j", "m", "low", "high"), NEWCOMBE_EXAMPLES)
def test_newcombe_interval_equals_the_published(
    k: int, n: int, j: int, m: int, low: float, high: float
) -> None:
    interval = newcombe_interval(k, n, j, m)
    assert (round(float(interval.low), 4), round(float(interval.high), 4)) == (low, high)


counts = st.tuples(st.integers(0, 200), st.integers(0, 200)).map(lambda pair: (min(pair), max(pair)))


@given(counts)
def test_the_interval_holds_the_share_and_stays_in_bounds(pair: tuple[int, int]) -> None:
    successes, trials = pair
    interval = wilson_interval(successes, trials)
    if trials == 0:
        assert np.isnan(interval.low)
        assert np.isnan(interval.high)
    else:
        assert 0 <= interval.low <= successes / trials <= interval.high <= 1


@given(counts, counts)
def test_z_scores_follow_the_formulas(first: tuple[int, int], second: tuple[int, int]) -> None:
    (k, n), (j, m) = first, second
    assert smoothed_proportion(k, n) == (k + 1) / (n + 2)
    assert one_proportion_z(k, n) == pytest.approx(
        2 * math.sqrt(n + 1) * ((k + 1) / (n + 1) - 0.5), abs=1e-12
    )
    pooled = (k + 1 + j + 1) / (n + 1 + m + 1)
    if pooled == 1:
        assert two_proportion_z(k, n, j, m) == 0
    else:
        spread = math.sqrt(pooled * (1 - pooled) * (1 / (n + 1) + 1 / (m + 1)))
        expected = ((k + 1) / (n + 1) - (j + 1) / (m + 1)) / spread
        assert two_proportion_z(k, n, j, m) == pytest.approx(expected, abs=1e-12)


def test_coverage_of_the_wilson_interval_over_all_shares() -> None:
    generator = np.random.default_rng(1)
    shares = generator.uniform(0.02, 0.98, size=40_000)
    interval = wilson_interval(generator.binomial(60, shares), np.full(40_000, 60), level=0.9)
    covered = (interval.low <= shares) & (shares <= interval.high)
    assert covered.mean() == pytest.approx(0.9, abs=0.01)


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        wilson_interval(3, 2)
    with pytest.raises(ValueError, match="between 0 and"):
        two_proportion_z(1, 2, -1, 2)
    with pytest.raises(ValueError, match="level"):
        wilson_interval(1, 2, level=1)
