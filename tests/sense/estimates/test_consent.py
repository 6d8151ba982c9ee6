"""Consent across members: planted truth, published examples, a dense integration, hostile input."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc, betaincinv, betaln, ndtr, ndtri

from placet.sense.estimates import (
    Consent,
    consent_across_members,
    consent_from_counts,
    shrink_proportions,
    wilson_interval,
)
from placet.sense.estimates.shrinkage import GREATEST_SPREAD, LARGE, OUTLIERS, SMALLEST_SPREAD, _large_beta
from placet.sense.votes import VoteCounts, VoteTable

Array = npt.NDArray[Any]


def counts(n_agree: Any, n: Any) -> VoteCounts:
    k, total = np.asarray(n_agree, dtype=np.int64), np.asarray(n, dtype=np.int64)
    return VoteCounts(k, (total - k) // 2, total - k - (total - k) // 2)


def drawn(generator: np.random.Generator, sizes: Array, truth: Array) -> Consent:
    n = np.broadcast_to(np.asarray(sizes)[:, None], truth.shape)
    return consent_from_counts(counts(generator.binomial(n, truth), n))


# --- planted truth -----------------------------------------------------------------------------

SIZES = {
    "tiny to large": [1, 2, 3, 5, 8] * 2 + [20] * 8 + [100] * 8 + [1000] * 4,
    "three": [3, 10, 40],
    "two": [30, 30],
    "all tiny": [2] * 30,
}


def beta_members(a: float, b: float) -> Any:
    return lambda generator, shape: generator.beta(a, b, shape)


def outlier(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    truth = np.full(shape, 0.8)
    truth[0] = 0.1
    return truth


MEMBERS = {
    "apart": beta_members(1, 1),
    "close": beta_members(60, 30),
    "near one": beta_members(90, 10),
    "two camps": lambda generator, shape: np.where(generator.random(shape) < 0.2, 0.2, 0.8),
    "all the same": lambda generator, shape: np.full(shape, 0.7),
    "one unlike all others": outlier,
}


@pytest.mark.parametrize("sizes", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("members", MEMBERS.values(), ids=MEMBERS)
def test_the_least_favourable_member_is_not_below_the_bound(members: Any, sizes: list[int]) -> None:
    """P(least support of any member >= bound) reaches the level, with tiny members among them."""
    generator = np.random.default_rng(7)
    truth = members(generator, (len(sizes), 400))
    found = drawn(generator, np.array(sizes), truth)
    least = truth.min(axis=0)
    three_errors = 3 * np.sqrt(0.05 * 0.95 / 400)
    assert (least >= found.least.low).mean() > 0.95 - three_errors
    assert (least >= found.least_without_model.low).mean() > 0.95 - three_errors


def test_the_model_buys_a_higher_bound_and_a_plain_minimum_would_be_wrong() -> None:
    generator = np.random.default_rng(8)
    sizes = np.array([10, 12, 15, 20] * 3 + [50] * 8 + [200] * 10)
    found = drawn(generator, sizes, generator.beta(60, 30, (30, 400)))
    assert found.least.low.mean() > 2 * found.least_without_model.low.mean()
    flat = drawn(generator, np.full(30, 25), np.full((30, 400), 0.6))
    of_each = wilson_interval(flat.n_agree, flat.n, level=0.9).low  # one-sided, 95 %
    assert (of_each <= 0.6).mean() > 0.94
    assert (of_each <= 0.6).all(axis=0).mean() < 0.55  # thirty of them at once
    assert (flat.least.low <= 0.6).mean() > 0.95


@pytest.mark.parametrize("members", [beta_members(1, 1), beta_members(6, 3), beta_members(60, 30)])
def test_shrunk_intervals_cover_and_shrunk_support_errs_less(members: Any) -> None:
    generator = np.random.default_rng(9)
    sizes = np.array([0, 1, 3, 5, 10] * 3 + [20, 50, 100] * 3)
    truth = members(generator, (len(sizes), 400))
    found = drawn(generator, sizes, truth)
    covered = (found.shrunk_ci.low <= truth) & (truth <= found.shrunk_ci.high)
    assert covered.mean() > 0.935
    assert covered.mean(axis=1).min() > 0.89
    small = (sizes > 0) & (sizes <= 10)
    error = (found.shrunk.mean - truth)[small]
    assert (error**2).mean() < ((found.support - truth)[small] ** 2).mean()


@pytest.mark.parametrize("sizes", [SIZES["tiny to large"], SIZES["three"], [5] * 9])
def test_as_voted_and_members_equal_cover_their_truths(sizes: list[int]) -> None:
    generator = np.random.default_rng(10)
    truth = generator.beta(6, 3, (len(sizes), 800))
    found = drawn(generator, np.array(sizes), truth)
    equal = truth.mean(axis=0)
    voted = (np.array(sizes)[:, None] * truth).sum(axis=0) / sum(sizes)
    for estimate, value in (
        (found.as_voted, voted),
        (found.members_equal, equal),
        (found.difference, equal - voted),
    ):
        covered = (estimate.ci.low <= value + 1e-9) & (value - 1e-9 <= estimate.ci.high)
        assert covered.mean() > 0.91


# --- published ---------------------------------------------------------------------------------


def test_shrinkage_does_for_batters_what_it_did_in_1977() -> None:
    """Efron, B. and Morris, C. (1977), "Stein's paradox in statistics", Scientific American 236(5),
    119-127: hits in the first 45 times at bat of 18 players in 1970, their averages in the rest of the
    season, and the James-Stein estimates. They report total squared errors of 0.077 and 0.022.
    """
    hits = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
    rest = np.array(
        [346, 298, 276, 222, 273, 270, 263, 210, 269, 230, 264, 256, 303, 264, 226, 286, 316, 200]
    )
    james_stein = np.array([290, 286, 281, 277, 273, 273, 268, 264, 259, 259, *[254] * 5, 249, 244, 239])
    shrunk = shrink_proportions(hits[:, None], np.full((18, 1), 45)).mean[:, 0]
    assert ((hits / 45 - rest / 1000) ** 2).sum() == pytest.approx(0.077, abs=0.002)
    assert ((shrunk - rest / 1000) ** 2).sum() == pytest.approx(0.022, abs=0.003)
    # Their normal model takes the spread as estimated; ours leaves room for a larger one.
    assert np.abs(shrunk - james_stein / 1000).max() < 0.02


def test_lower_bounds_of_a_member_alone_equal_the_published_ones() -> None:
    """Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872, table I, Clopper-Pearson."""
    n_agree, n = np.array([[81, 15, 0, 1]]), np.array([[263, 148, 20, 29]])
    found = consent_from_counts(counts(n_agree, n), level=0.975)
    assert found.least_without_model.low.round(4).tolist() == [0.2527, 0.0578, 0.0, 0.0009]


# --- reference: a dense integration over mu and the spread, written without the approximations --------


def dense(k: list[int], n: list[int], probabilities: list[float]) -> Array:
    """Return rows of mean and quantiles for each member."""
    spread = np.geomspace(SMALLEST_SPREAD, GREATEST_SPREAD, 60)
    mu = 1 / (1 + np.exp(-np.linspace(-9, 9, 300)))
    nu = (1 / spread**2 - 1)[:, None]
    a, b = nu * mu, nu * (1 - mu)
    prior = np.log(spread)[:, None] + 0.5 * np.log(mu * (1 - mu))
    outlier = OUTLIERS / sum(j > 0 for j in n)
    alike = [np.log(1 - outlier) + betaln(i + a, j - i + b) - betaln(a, b) for i, j in zip(k, n, strict=True)]
    apart = [np.log(outlier) + betaln(i + 1, j - i + 1) for i, j in zip(k, n, strict=True)]
    both = [np.logaddexp(one, other) for one, other in zip(alike, apart, strict=True)]
    weight = np.exp(sum(both) + prior - (sum(both) + prior).max())
    weight /= weight.sum()
    keep = weight > 1e-6
    rows = []
    for i, j, one, total in zip(k, n, alike, both, strict=True):
        is_alike = weight[keep] * np.exp(one - total)[keep]
        is_apart = max(weight[keep].sum() - is_alike.sum(), 0)
        alpha = np.append((i + a)[keep], i + 1)
        beta = np.append((j - i + b)[keep], j - i + 1)
        share = np.append(is_alike, is_apart) / weight[keep].sum()
        row = [(share * alpha / (alpha + beta)).sum()]
        for probability in probabilities:
            low, high = 0.0, 1.0
            for _ in range(25):
                middle = (low + high) / 2
                below = (share * betainc(alpha, beta, middle)).sum() < probability
                low, high = (middle, high) if below else (low, middle)
            row.append(low)
        rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize(
    ("k", "n"),
    [
        ([0, 1, 2, 8, 15, 21, 57, 215], [0, 1, 3, 10, 20, 40, 100, 400]),
        ([2, 2, 1, 2, 11, 10, 11, 11, 129, 136, 139, 134], [2] * 4 + [15] * 4 + [200] * 4),
        ([3, 18], [10, 30]),
        ([12] * 5, [12] * 5),
        ([1, 16, 16, 17, 15, 16], [10, 20, 20, 20, 20, 20]),
    ],
)
def test_shrinkage_equals_a_dense_integration(k: list[int], n: list[int]) -> None:
    probabilities = [0.025, 0.975, 0.05 / len(k)]
    shrunk = shrink_proportions(np.array(k)[:, None], np.array(n)[:, None])
    found = [shrunk.mean[:, 0], *(shrunk.quantile(probability)[:, 0] for probability in probabilities)]
    expected = dense(k, n, probabilities)
    assert np.abs(found[0] - expected[:, 0]).max() < 0.02
    is_open = k[0] == 1  # whether the first member is an outlier
    assert np.abs(np.transpose(found) - expected).max() < (0.05 if is_open else 0.02)


def test_the_approximation_of_large_betas_is_as_good_as_it_says() -> None:
    generator = np.random.default_rng(11)
    alpha, beta = LARGE * np.exp(generator.exponential(2, (2, 20_000)))
    score = generator.uniform(-4.5, 4.5, 20_000)
    share = betaincinv(alpha, beta, ndtr(score))
    inside = (share > 0) & (share < 1)
    assert np.abs(ndtri(_large_beta(alpha, beta, share)) - score)[inside].max() < 0.0003


# --- properties --------------------------------------------------------------------------------

cell = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted)
tables = st.lists(st.lists(cell, min_size=2, max_size=2), min_size=1, max_size=6)


def figures(found: Consent) -> list[Array]:
    shared = [found.as_voted, found.members_equal, found.difference]
    return [
        *(part for each in shared for part in (each.value, each.ci.low, each.ci.high)),
        found.least.low,
        found.least_without_model.low,
    ]


@settings(max_examples=40, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_members_in_another_order_give_the_same_figures(table: list[Any], random: Any) -> None:
    array = np.array(table)
    order = random.sample(range(len(array)), len(array))
    found = consent_from_counts(counts(array[..., 0], array[..., 1]))
    other = consent_from_counts(counts(array[order, :, 0], array[order, :, 1]))
    for one, two in zip(figures(found), figures(other), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-9)
    np.testing.assert_allclose(found.shrunk.mean[order], other.shrunk.mean, atol=1e-9)
    np.testing.assert_array_equal(found.support[order], other.support)


@settings(max_examples=40, deadline=None)
@given(tables)
def test_every_figure_is_a_share_inside_its_interval(table: list[Any]) -> None:
    array = np.array(table)
    found = consent_from_counts(counts(array[..., 0], array[..., 1]))
    heard = array[..., 1] > 0
    voted = heard.any(axis=0)
    for low, value, high in (
        (found.support_ci.low[heard], found.support[heard], found.support_ci.high[heard]),
        (found.shrunk_ci.low[:, voted], found.shrunk.mean[:, voted], found.shrunk_ci.high[:, voted]),
        (found.as_voted.ci.low[voted], found.as_voted.value[voted], found.as_voted.ci.high[voted]),
    ):
        assert (low >= 0).all()
        assert (low <= value).all()
        assert (value <= high).all()
        assert (high <= 1).all()
    equal = found.members_equal
    assert ((equal.ci.low <= equal.value + 1e-12) & (equal.value <= equal.ci.high + 1e-12))[voted].all()
    assert (found.n_heard == heard.sum(axis=0)).all()
    assert ((found.least.member == -1) == ~voted).all()
    assert np.isnan(found.shrunk.mean[:, ~voted]).all()
    assert np.isnan(found.least.low[~voted]).all()
    assert (found.least.low[voted] <= found.shrunk_ci.high[:, voted].min(axis=0)).all()


def test_everyone_twice_changes_no_share_and_shortens_every_interval() -> None:
    n_agree, n = np.array([[3, 9], [20, 5], [0, 7]]), np.array([[10, 9], [40, 30], [6, 8]])
    once, twice = (consent_from_counts(counts(n_agree * times, n * times)) for times in (1, 2))
    np.testing.assert_array_equal(once.support, twice.support)
    np.testing.assert_allclose(once.as_voted.value, twice.as_voted.value, rtol=1e-15)
    np.testing.assert_allclose(once.members_equal.value, twice.members_equal.value, rtol=1e-15)
    for name in ("as_voted", "members_equal", "difference"):
        one, two = getattr(once, name).ci, getattr(twice, name).ci
        assert (two.high - two.low < one.high - one.low).all()
    assert (twice.least_without_model.low >= once.least_without_model.low).all()


# --- from votes, and declared results -----------------------------------------------------------


@pytest.fixture
def votes() -> VoteTable:
    """Two participants of France, one of Malta, one of no known member; three statements."""
    return VoteTable.from_events([1, 1, 2, 2, 3, 4], ["a", "b", "a", "b", "a", "c"], [1, 0, -1, 1, 1, 1])


def test_votes_are_counted_by_member(votes: VoteTable) -> None:
    found = consent_across_members(votes, np.array([0, 0, 2, -1]), members=["fr", "de", "mt"])
    assert found.n.tolist() == [[2, 2, 0], [0, 0, 0], [1, 0, 0]]
    assert found.n_agree.tolist() == [[1, 1, 0], [0, 0, 0], [1, 0, 0]]
    assert (found.n_unknown, found.absent) == (1, ("de",))
    assert found.n_heard.tolist() == [2, 1, 0]
    np.testing.assert_array_equal(found.as_voted.value, [2 / 3, 1 / 2, np.nan])
    np.testing.assert_array_equal(found.members_equal.value, [3 / 4, 1 / 2, np.nan])
    assert found.least.member.tolist() == [0, 0, -1]
    assert (found.difference.value[1], found.difference.ci.low[1], found.difference.ci.high[1]) == (0, 0, 0)
    assert consent_across_members(votes, [0, 0, 2, -1]).members == ("0", "1", "2")


def test_the_example_of_the_methods_page() -> None:
    """The figures in docs/methods/consent.md."""
    found = consent_from_counts(counts([[260], [225], [33], [5]], [[400], [300], [60], [12]]))
    assert found.shrunk.mean[:, 0].round(2).tolist() == [0.65, 0.74, 0.57, 0.52]
    assert found.shrunk_ci.low[:, 0].round(2).tolist() == [0.60, 0.69, 0.44, 0.26]
    assert found.shrunk_ci.high[:, 0].round(2).tolist() == [0.69, 0.79, 0.68, 0.72]
    assert (found.least.member[0], found.least.low[0].round(2)) == (3, 0.22)
    assert found.least_without_model.low[0].round(2) == 0.13
    for estimate, expected in (
        (found.as_voted, (0.68, 0.64, 0.71)),
        (found.members_equal, (0.59, 0.51, 0.67)),
        (found.difference, (-0.09, -0.16, -0.02)),
    ):
        shown = (estimate.value[0], estimate.ci.low[0], estimate.ci.high[0])
        assert tuple(np.round(shown, 2)) == expected
    assert found.n_effective.round().tolist() == [151]


def test_a_member_without_votes_is_what_the_others_make_likely() -> None:
    found = consent_from_counts(counts([[0], [70], [75], [65]], [[0], [100], [100], [100]]))
    assert np.isnan(found.support[0, 0])
    assert found.shrunk.mean[0, 0] == pytest.approx(0.70, abs=0.05)  # half an outlier among four
    width = found.shrunk_ci.high - found.shrunk_ci.low
    assert width[0, 0] > 1.2 * width[1:, 0].max()
    assert found.n_heard[0] == 3


def test_one_member_alone_keeps_its_own_share() -> None:
    found = consent_from_counts(counts([[30]], [[40]]))
    assert found.shrunk.mean[0, 0] == pytest.approx(0.75, abs=0.02)
    wilson = wilson_interval(30, 40)
    assert found.shrunk_ci.low[0, 0] == pytest.approx(float(wilson.low), abs=0.02)
    assert found.shrunk_ci.high[0, 0] == pytest.approx(float(wilson.high), abs=0.02)
    assert found.difference.value[0] == 0


def test_nobody_and_nothing() -> None:
    empty = consent_from_counts(counts(np.zeros((3, 0)), np.zeros((3, 0))))
    assert (empty.n_heard.shape, empty.shrunk.mean.shape, empty.absent) == ((0,), (3, 0), ("0", "1", "2"))
    nobody = consent_from_counts(counts(np.zeros((0, 2)), np.zeros((0, 2))))
    assert nobody.least.member.tolist() == [-1, -1]
    assert np.isnan(nobody.as_voted.value).all()
    assert np.isnan(nobody.members_equal.value).all()
    silent = consent_across_members(VoteTable.from_events([], [], []), [], members=["fr"])
    assert json.loads(silent.to_json())["statements"] == []
    assert silent.to_polars().shape == (0, 10)


def test_two_thousand_million_votes_of_a_kind() -> None:
    n = np.array([[2**31, 2**31], [2**31, 10], [5, 2**31 - 1]])
    found = consent_from_counts(counts(n // 2, n))
    np.testing.assert_allclose(found.shrunk.mean[n > 10], 0.5, atol=1e-6)
    bounds = [found.shrunk_ci.low, found.shrunk_ci.high, *figures(found)]
    assert all(np.isfinite(bound).all() for bound in bounds)
    all_agree = consent_from_counts(counts(n, n))
    assert (all_agree.least.low > 0.05).all()
    np.testing.assert_allclose(all_agree.shrunk.mean[n > 10], 1, atol=1e-6)


def test_tables_and_json_say_the_same(votes: VoteTable) -> None:
    found = consent_across_members(votes, [0, 0, 2, -1], members=["fr", "de", "mt"])
    table = found.to_polars()
    assert table.columns[:4] == ["statement", "member", "n", "n_agree"]
    assert table.row(0)[:5] == ("a", "fr", 2, 1, 0.5)
    assert table["support"].to_list()[1] is None
    assert table["shrunk"].null_count() == 3
    by_statement = found.statements_to_polars()
    assert by_statement["least_member"].to_list() == ["fr", "fr", None]
    assert by_statement["as_voted"].to_list()[2] is None
    document = json.loads(found.to_json())
    assert document["absent"] == ["de"]
    assert [each["id"] for each in document["statements"]] == ["a", "b", "c"]
    first = document["statements"][0]
    assert first["members"]["support"] == [0.5, None, 1.0]
    assert first["least_low"] == pytest.approx(by_statement["least_low"][0])


@pytest.mark.parametrize(
    ("member_of", "message"),
    [
        ([0, 0, 1], "one entry"),
        ([0.0, 0, 1, np.nan], "whole numbers"),
        ([0, 0, 1, -2], "from -1"),
        ([0, 0, 1, 3], "-1 to 2"),
        (np.array([0, 0, 1, 2**63], dtype=np.uint64), "from -1"),
        ([[0], [0], [1], [1]], "one entry"),
    ],
)
def test_impossible_members_are_refused(votes: VoteTable, member_of: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        consent_across_members(votes, member_of, members=["fr", "de", "mt"])


@pytest.mark.parametrize("level", [0, 1, -1, 2, np.nan, np.inf])
def test_impossible_levels_are_refused(votes: VoteTable, level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        consent_across_members(votes, [0, 0, 1, 1], level=level)


def test_impossible_counts_are_refused() -> None:
    good = np.array([[1, 2], [3, 4]])
    for bad in (good - 3, good.astype(float), np.array([[np.nan, 1], [1, 1]])):
        with pytest.raises(ValueError, match="whole numbers"):
            consent_from_counts(VoteCounts(good, bad, good))
    with pytest.raises(ValueError, match="tables of members"):
        consent_from_counts(VoteCounts(good, good[:1], good))
    with pytest.raises(ValueError, match="tables of members"):
        consent_from_counts(VoteCounts(good[0], good[0], good[0]))
    with pytest.raises(ValueError, match="one row"):
        consent_from_counts(VoteCounts(good, good, good), members=["fr"])
    with pytest.raises(ValueError, match="share a name"):
        consent_from_counts(VoteCounts(good, good, good), members=["fr", "fr"])
    with pytest.raises(ValueError, match="finite"):
        shrink_proportions([[1, np.inf]], [[1, np.inf]])
    with pytest.raises(ValueError, match="tables of members"):
        shrink_proportions([1], [2])
    shrunk = shrink_proportions(good, good + 1)
    for bad_probability in (0, 1, np.nan):
        with pytest.raises(ValueError, match="probability"):
            shrunk.quantile(bad_probability)
