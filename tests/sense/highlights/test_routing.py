"""Routing: in proportion to priority, never what was voted on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from placet.sense.highlights.routing import Router

priorities = st.lists(
    st.one_of(st.just(0.0), st.floats(1e-300, 1e300), st.floats(1e-3, 49)), min_size=1, max_size=30
)


@given(priorities, st.data(), st.integers(0, 2**32))
def test_only_eligible_statements_without_a_vote_are_drawn(
    weights: list[float], data: st.DataObject, seed: int
) -> None:
    n = len(weights)
    is_eligible = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    voted = data.draw(st.lists(st.integers(0, n + 5), max_size=40))
    left = {j for j in range(n) if is_eligible[j]} - set(voted)
    router = Router.of(weights, np.array(is_eligible))
    drawn = router.draw(voted, np.random.default_rng(seed))
    assert (drawn is None) == (not left)
    assert drawn is None or drawn in left
    if any(weights[j] > 1e-12 * max(weights) for j in left):
        assert drawn is None or weights[drawn] > 0
    several = router.draw_many(voted, 4, np.random.default_rng(seed))
    assert len(several) == len(set(several)) == min(4, len(left))
    assert set(several) <= left
    assert several[:1] == (() if drawn is None else (drawn,))


def test_statements_are_drawn_in_proportion_to_priority() -> None:
    generator = np.random.default_rng(3)
    weights = generator.gamma(0.5, size=40)
    is_eligible = np.arange(40) % 7 != 0
    voted = [1, 2, 3, 39]
    router = Router.of(weights, is_eligible)
    drawn = [router.draw(voted, generator) for _ in range(20_000)]
    left = np.flatnonzero(is_eligible & ~np.isin(np.arange(40), voted))
    observed = np.bincount(np.array(drawn), minlength=40)[left]
    expected = weights[left] / weights[left].sum() * 20_000
    assert observed.sum() == 20_000
    assert (
        stats.chisquare(
            observed[expected > 5],
            expected[expected > 5] * observed[expected > 5].sum() / expected[expected > 5].sum(),
        ).pvalue
        > 0.001
    )


def test_the_second_of_several_follows_the_same_rule() -> None:
    router, generator = Router.of([6.0, 3.0, 1.0], np.ones(3, dtype=bool)), np.random.default_rng(4)
    pairs = [router.draw_many([], 2, generator) for _ in range(20_000)]
    observed = [pairs.count(pair) for pair in ((0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1))]
    expected = np.array([0.6 * 3 / 4, 0.6 / 4, 0.3 * 6 / 7, 0.3 / 7, 0.1 * 6 / 9, 0.1 * 3 / 9]) * 20_000
    assert stats.chisquare(observed, expected).pvalue > 0.001


def test_priority_zero_comes_last() -> None:
    router, generator = Router.of([0.0, 1.0, 0.0], np.ones(3, dtype=bool)), np.random.default_rng(0)
    assert {router.draw([], generator) for _ in range(50)} == {1}
    assert {router.draw([1], generator) for _ in range(50)} == {0, 2}
    assert router.draw_many([], 3, generator)[0] == 1


def test_nothing_is_left() -> None:
    generator = np.random.default_rng(0)
    router = Router.of([1.0, 2.0], np.array([True, False]))
    assert router.draw([], generator) == 0
    assert router.draw([0], generator) is None
    assert router.draw_many([0], 5, generator) == ()
    assert router.draw_many([], 0, generator) == ()
    assert Router.of([], np.empty(0, dtype=bool)).draw([], generator) is None


def test_drawing_changes_nothing() -> None:
    weights, voted = np.array([1.0, 2.0, 3.0]), np.array([1])
    router = Router.of(weights, np.ones(3, dtype=bool))
    before = router.weights.copy()
    first = router.draw_many(voted, 2, np.random.default_rng(1))
    assert router.draw_many(voted, 2, np.random.default_rng(1)) == first
    assert np.array_equal(router.weights, before)
    assert weights.tolist() == [1, 2, 3]
    assert voted.tolist() == [1]


@pytest.mark.parametrize("wrong", [[-1.0, 1.0], [np.nan, 1.0], [np.inf, 1.0], [1.0]])
def test_priorities_must_be_finite_and_fit(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="priorities"):
        Router.of(wrong, np.ones(2, dtype=bool))


@pytest.mark.parametrize("wrong", [[-1], [0.5], ["0"], [True]])
def test_what_was_voted_on_is_given_by_position(wrong: list[object]) -> None:
    router = Router.of([1.0, 1.0], np.ones(2, dtype=bool))
    with pytest.raises(ValueError, match="positions"):
        router.draw(wrong, np.random.default_rng(0))
    with pytest.raises(ValueError, match="negative"):
        router.draw_many([], -1, np.random.default_rng(0))
