"""Ranks by a jury and an audience: published figures, properties, recovery, degenerate cases."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import studentized_range

from placet.sense import rank_by_audience, rank_by_jury
from placet.sense.estimates.rank_intervals import intervals_from, separate_by_tests


def ranked(scores: object, weights: object = (1,), seed: int = 1, **options: object):  # type: ignore[no-untyped-def]
    return rank_by_jury(scores, weights, generator=np.random.default_rng(seed), **options)  # type: ignore[arg-type]


def planted(generator: np.random.Generator, n_jurors: int, truth: np.ndarray, missing: float) -> np.ndarray:
    scores = truth + generator.normal(0, 1, (n_jurors, 1)) + generator.normal(0, 1, (n_jurors, len(truth)))
    scores = np.clip(np.round(scores), 0, 10)
    scores[generator.random(scores.shape) < missing] = np.nan
    return scores[:, :, None]


def test_a_complete_table_gives_averages_and_the_textbook_error() -> None:
    """Two-way layout without replication: residual mean square on (J - 1)(E - 1) degrees (Searle, 1987)."""
    table = np.array([[7.0, 5, 6, 2], [8, 6, 5, 4], [5, 5, 4, 1]])
    ranking = ranked(table[:, :, None])
    residuals = table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + table.mean()
    assert ranking.df == 6
    np.testing.assert_allclose(ranking.score, table.mean(axis=0))
    np.testing.assert_allclose(ranking.severity, table.mean(axis=1) - table.mean())
    np.testing.assert_allclose(ranking.residual_sd, np.sqrt((residuals**2).sum() / 6))
    np.testing.assert_allclose(ranking.standard_error, ranking.residual_sd / np.sqrt(3))


def test_the_first_critical_value_is_tukeys() -> None:
    """In a complete table of equal noise a pair is told apart where Tukey's range says so."""
    generator = np.random.default_rng(3)
    table = generator.normal(5, 0.8, (6, 4)).clip(0, 10)
    limit = studentized_range.ppf(0.95, 4, 15)
    for gap in (0.9, 1.1):
        moved = table - table.mean(axis=0) + 3
        error = ranked(moved[:, :, None], step=0).standard_error[0]
        noise = moved - moved.mean(axis=1, keepdims=True)
        even = np.sqrt((noise**2).sum(axis=0))
        moved = (noise / even * even.mean()) + 3
        error = ranked(moved[:, :, None], step=0).standard_error[0]
        moved[:, 0] += gap * limit * error
        assert bool(ranked(moved[:, :, None], step=0, n_draws=20_000).ranks.separated[0, 1:].any()) == (
            gap > 1
        )


def test_severity_does_not_decide() -> None:
    """The lenient juror is missing for the better entry: by averages it loses, by the model it does not."""
    scores = np.array([[9.0, 8, 8, 7], [9, 8, 7, 7], [4, 3, 3, 2], [np.nan, 9, 9, 8]])
    ranking = ranked(scores[:, :, None])
    assert ranking.score[0] > ranking.score[1]
    assert np.nanmean(scores[:, 0]) < scores[:, 1].mean() + 1
    assert ranking.n_scores.tolist() == [3, 4, 4, 4]


def test_an_entry_counts_once_every_criterion_is_scored() -> None:
    scores = np.full((3, 2, 2), 6.0)
    scores[0, 0, 1] = np.nan
    assert ranked(scores, [60, 40]).n_scores.tolist() == [2, 3]


def test_weights_are_proportions() -> None:
    scores = np.random.default_rng(5).integers(0, 11, (4, 5, 2)).astype(float)
    np.testing.assert_allclose(ranked(scores, [60, 40]).score, ranked(scores, [3, 2]).score)


def test_two_juries_that_share_no_entry_are_not_compared() -> None:
    scores = np.full((6, 4, 1), np.nan)
    scores[:3, :2, 0] = [[1, 9], [2, 9], [1, 8]]
    scores[3:, 2:, 0] = [[1, 9], [2, 9], [1, 8]]
    ranking = ranked(scores)
    assert not ranking.is_connected
    assert ranking.panel.tolist() == [0, 0, 1, 1]
    assert ranking.ranks.low.tolist() == [2, 1, 2, 1]
    assert ranking.ranks.high.tolist() == [4, 3, 4, 3]
    assert set(ranking.ranks.tier.tolist()) == {1}


@pytest.mark.parametrize("shape", [(1, 5, 2), (3, 1, 1), (0, 4, 1), (3, 0, 1)])
def test_without_noise_to_measure_all_ranks_are_shared(shape: tuple[int, int, int]) -> None:
    scores = np.arange(np.prod(shape), dtype=float).reshape(shape) % 10
    ranking = ranked(scores, np.ones(shape[2]))
    assert ranking.df == 0
    assert np.isnan(ranking.standard_error).all()
    assert (ranking.ranks.low == 1).all()
    assert (ranking.ranks.high == shape[1]).all()
    json.loads(ranking.to_json())


def test_nothing_scored_and_all_equal() -> None:
    nothing = ranked(np.full((3, 4, 1), np.nan))
    assert np.isnan(nothing.score).all()
    assert nothing.ranks.high.tolist() == [4] * 4
    equal = ranked(np.full((3, 4, 1), 5.0))
    np.testing.assert_allclose(equal.score, 5.0)
    assert equal.ranks.high.tolist() == [4] * 4
    assert (equal.standard_error > 0).all()  # what rounding alone makes


@pytest.mark.parametrize(
    ("scores", "weights"),
    [
        (np.full((2, 2, 1), 11.0), [1]),
        (np.full((2, 2, 1), -1.0), [1]),
        (np.full((2, 2, 1), np.inf), [1]),
        (np.zeros((2, 2)), [1]),
        (np.zeros((2, 2, 2)), [1]),
        (np.zeros((2, 2, 1)), [0]),
        (np.zeros((2, 2, 0)), []),
    ],
)
def test_what_makes_no_sense_is_refused(scores: np.ndarray, weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"score|weights"):
        ranked(scores, weights)


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_jurors_and_entries_changes_nothing_but_the_order(seed: int) -> None:
    generator = np.random.default_rng(seed)
    scores = planted(generator, 4, np.array([8.0, 6, 5, 2, 2]), 0.2)
    jurors, entries = generator.permutation(4), generator.permutation(5)
    one, other = ranked(scores), ranked(scores[jurors][:, entries])
    np.testing.assert_allclose(other.score, one.score[entries], atol=1e-9)
    np.testing.assert_allclose(other.spread, one.spread[entries], atol=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_ranks_are_bounds_and_tiers_agree_with_them(seed: int) -> None:
    generator = np.random.default_rng(seed)
    ranks = ranked(planted(generator, 5, np.array([8.0, 6, 5, 2, 2, 1]), 0.1), n_draws=199).ranks
    assert ((ranks.low >= 1) & (ranks.low <= ranks.high) & (ranks.high <= 6)).all()
    for tier in range(1, ranks.tier.max()):
        assert ranks.high[ranks.tier == tier].max() < ranks.low[ranks.tier > tier].min()


@pytest.mark.parametrize(("n_jurors", "n_entries", "missing"), [(3, 8, 0.0), (7, 8, 0.15), (12, 20, 0.0)])
def test_equal_entries_are_seldom_told_apart(n_jurors: int, n_entries: int, missing: float) -> None:
    """Recovery: a wrong line in at most one call of twenty, here with three standard errors' room."""
    generator = np.random.default_rng(11)
    repetitions = 200
    wrong = sum(
        bool(
            ranked(
                planted(generator, n_jurors, np.full(n_entries, 5.5), missing), seed=each, n_draws=399
            ).ranks.separated.any()
        )
        for each in range(repetitions)
    )
    assert wrong / repetitions <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / repetitions)


def test_intervals_hold_the_true_ranks_and_narrow_with_jurors() -> None:
    generator = np.random.default_rng(12)
    truth = np.linspace(8.5, 2.5, 10)
    widths = {}
    for n_jurors in (3, 12):
        held, width = 0, 0.0
        for each in range(100):
            ranks = ranked(planted(generator, n_jurors, truth, 0.1), seed=each, n_draws=399).ranks
            held += bool(((ranks.low <= np.arange(1, 11)) & (ranks.high >= np.arange(1, 11))).all())
            width += float((ranks.high - ranks.low + 1).mean()) / 100
        assert held >= 93
        widths[n_jurors] = width
    assert widths[12] < widths[3]


def test_the_same_generator_gives_the_same_ranks() -> None:
    scores = planted(np.random.default_rng(2), 5, np.linspace(7, 3, 12), 0.1)
    assert ranked(scores).to_json() == ranked(scores).to_json()
    assert ranked(scores).to_polars().height == 12


def test_holms_procedure_on_its_own_example() -> None:
    """p of 0.01, 0.02 and 0.03 at 5 %: 0.01 <= 0.05/3 and 0.02 <= 0.05/2 and 0.03 <= 0.05: all rejected."""
    p = np.ones((3, 3))
    p[0, 1], p[0, 2], p[1, 2] = 0.01, 0.02, 0.03
    separated = separate_by_tests(np.array([1.0, 3, 2]), p, level=0.95)
    assert separated.tolist() == [[False] * 3, [True, False, True], [True, False, False]]
    p[0, 2] = 0.026
    assert separate_by_tests(np.array([1.0, 3, 2]), p, level=0.95).sum() == 1


def test_an_audience_with_a_clear_winner_and_a_tie() -> None:
    ranking = rank_by_audience([40, 12, 10, 9])
    assert ranking.ranks.low.tolist() == [1, 2, 2, 2]
    assert ranking.ranks.high.tolist() == [1, 4, 4, 4]
    assert ranking.share.sum() == pytest.approx(1)


def test_an_audience_that_did_not_vote() -> None:
    ranking = rank_by_audience([0, 0, 0])
    assert np.isnan(ranking.share).all()
    assert ranking.ranks.high.tolist() == [3] * 3
    assert rank_by_audience([]).ranks.low.size == 0
    assert rank_by_audience([5]).ranks.high.tolist() == [1]
    assert json.loads(ranking.to_json())["entries"][0]["share"] is None


@pytest.mark.parametrize("votes", [[-1], [0.5], [np.nan], [[1]]])
def test_votes_are_counts(votes: list[float]) -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        rank_by_audience(votes)


def test_an_audience_that_likes_all_alike_is_seldom_told_apart() -> None:
    generator = np.random.default_rng(4)
    wrong = sum(
        bool(rank_by_audience(generator.multinomial(80, [0.125] * 8)).ranks.separated.any())
        for _ in range(500)
    )
    assert wrong / 500 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 500)


def test_a_table_of_separations_that_is_no_order_still_gives_bounds() -> None:
    separated = np.zeros((3, 3), dtype=bool)
    separated[0, 2] = True
    ranks = intervals_from(separated, np.array([3.0, 2, 1]), 0.95)
    assert (ranks.low.tolist(), ranks.high.tolist(), ranks.tier.tolist()) == ([1, 1, 2], [2, 3, 3], [1, 1, 1])
