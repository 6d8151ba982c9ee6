"""Exact tests and the false-discovery rate, against scipy and against their own definitions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from placet.sense.highlights.discoveries import (
    adjust_p_values,
    difference_p_value,
    exact_lower_bound,
    fewest_votes,
    majority_p_value,
)


def test_q_values_are_those_of_scipy() -> None:
    p_values = np.random.default_rng(1).random((20, 30)) ** 2
    expected = stats.false_discovery_control(p_values.ravel()).reshape(20, 30)
    np.testing.assert_allclose(adjust_p_values(p_values), expected, rtol=1e-12)


def test_the_example_of_benjamini_and_hochberg() -> None:
    # Section 4.1 of the paper: at a rate of 0.05 the first four hypotheses are rejected.
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p_values += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert (adjust_p_values(p_values) <= 0.05).sum() == 4


def test_what_was_not_tested_does_not_count() -> None:
    q_values = adjust_p_values([0.01, np.nan, 0.04, np.nan])
    assert q_values[[0, 2]].tolist() == pytest.approx([0.02, 0.04])
    assert np.isnan(q_values[[1, 3]]).all()
    assert adjust_p_values([]).size == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust_p_values([1.2])


def test_the_majority_test_is_the_sign_test() -> None:
    trials = np.arange(0, 60)
    for successes in (0, 1, 5, 30):
        n = trials[trials >= successes]
        expected = [stats.binom.sf(successes - 1, m, 0.5) for m in n]
        np.testing.assert_allclose(majority_p_value(successes, n), expected, rtol=1e-10)
    assert majority_p_value(0, 0) == 1
    assert 0 < majority_p_value(600_000, 1_000_000) < 1e-300 or majority_p_value(600_000, 1_000_000) == 0


def test_the_difference_test_is_that_of_fisher() -> None:
    generator = np.random.default_rng(2)
    trials, other_trials = generator.integers(0, 80, (2, 200))
    successes, other_successes = generator.binomial(trials, 0.6), generator.binomial(other_trials, 0.4)
    ours = difference_p_value(successes, trials, other_successes, other_trials)
    expected = stats.hypergeom.sf(successes - 1, trials + other_trials, successes + other_successes, trials)
    np.testing.assert_allclose(ours, expected, rtol=1e-9)
    assert difference_p_value(0, 0, 5, 9) == 1
    assert difference_p_value(5, 9, 0, 0) == 1
    assert difference_p_value(3, 3, 0, 3) == pytest.approx(1 / 20)


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.2])
def test_p_values_keep_their_promise_at_any_number_of_votes(rate: float) -> None:
    """Enumerate all outcomes: a p-value of at most the rate is at most that probable."""
    for n in (1, 3, 8, 21):
        outcomes = np.arange(n + 1)
        chance = stats.binom.pmf(outcomes, n, 0.5)
        assert chance[majority_p_value(outcomes, n) <= rate].sum() <= rate + 1e-12
        first, second = np.meshgrid(outcomes, np.arange(6))
        for share in (0.1, 0.5, 0.9):
            joint = stats.binom.pmf(first, n, share) * stats.binom.pmf(second, 5, share)
            assert joint[difference_p_value(first, n, second, 5) <= rate].sum() <= rate + 1e-12


def test_the_lower_bound_answers_to_the_majority_test() -> None:
    trials = np.repeat(np.arange(1, 40), 40)
    successes = np.minimum(np.tile(np.arange(40), 39), trials)
    bounds = exact_lower_bound(successes, trials, level=0.95)
    np.testing.assert_array_equal(bounds > 0.5, majority_p_value(successes, trials) < 0.05)
    expected = stats.binomtest(7, 10, alternative="greater").proportion_ci(0.95).low
    assert exact_lower_bound(7, 10, level=0.95) == pytest.approx(expected)
    assert exact_lower_bound(0, 0, level=0.95) == 0


def test_fewer_votes_can_never_be_a_discovery() -> None:
    for rate in (0.2, 0.05, 0.01):
        n = fewest_votes(rate)
        assert majority_p_value(n, n) <= rate < majority_p_value(n - 1, n - 1)
    with pytest.raises(ValueError, match="false_discovery_rate"):
        fewest_votes(0.0)


def test_counts_must_be_possible() -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        majority_p_value(3, 2)
    with pytest.raises(ValueError, match="between 0 and"):
        difference_p_value(1, 2, -1, 2)
    with pytest.raises(ValueError, match="level"):
        exact_lower_bound(1, 2, level=1.0)
