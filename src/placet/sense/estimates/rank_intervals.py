"""From differences that are more than noise to the ranks that they leave open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from placet.sense.votes.arrays import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]
DRAWS_AT_ONCE = 256  # so that the differences of one entry stay near the processor


@dataclass(frozen=True, eq=False)
class RankIntervals:
    """Which ranks an entry may have; 1 is the best.

    Attributes
    ----------
    low, high : (n_entries,) int64
        Best and worst rank that the data leave open, for all entries at once at the level.
    tier : (n_entries,) int64
        1 for the first tier. Every entry of a tier is told apart from every entry of a lower one;
        inside a tier no line can be drawn.
    separated : (n_entries, n_entries) bool
        Whether the entry of the row is better than that of the column, beyond noise.
    level : float
        With this probability *all* intervals hold their entry's true rank at once.
    """

    low: IntArray
    high: IntArray
    tier: IntArray
    separated: BoolArray
    level: float


def intervals_from(separated: BoolArray, value: FloatArray, level: float) -> RankIntervals:
    """Return the rank intervals and tiers that a table of separations leaves.

    The rank of an entry is one more than the number of better ones. It is at least one more than the
    number found better, at most the number of entries without those found worse (Mogstad et al., 2024).
    """
    n_entries = len(value)
    low = 1 + separated.sum(axis=0, dtype=np.int64)
    high = n_entries - separated.sum(axis=1, dtype=np.int64)
    order = np.argsort(-np.nan_to_num(value, nan=-np.inf), kind="stable")
    sorted_ = separated[np.ix_(order, order)]
    cuts = [bool(sorted_[:place, place:].all()) for place in range(1, n_entries)]
    tier = np.ones(n_entries, dtype=np.int64)
    tier[order] = 1 + np.concatenate([[0], np.cumsum(cuts, dtype=np.int64)])[:n_entries]
    return RankIntervals(low, high, tier, separated, level)


def separate_by_simulation(
    value: FloatArray,
    covariance: FloatArray,
    variance: FloatArray,
    df: int,
    comparable: BoolArray,
    *,
    level: float,
    n_draws: int,
    generator: np.random.Generator,
) -> BoolArray:
    """Return which entries are better than which, with the error of all pairs together held at 1 - level.

    Parameters
    ----------
    value : (n_entries,) float64
    covariance : (n_entries, n_entries) float64
        Of the values, over the residual variance.
    variance : (n_entries, n_entries) float64
        The residual variance by which each pair is compared, greater than 0.
    df : int
        Degrees of freedom of the residual variance, greater than 0.
    comparable : (n_entries, n_entries) bool
        Pairs of which the difference can be estimated.

    Notes
    -----
    The hypotheses "not better" of all ordered pairs are rejected step by step (Romano & Wolf, 2005): the
    critical value is the quantile of the largest of the t statistics that are still open, under the
    multivariate t distribution of the differences, which is exact for normal errors of equal variance.
    In a complete table the first step is Tukey's studentized range.
    """
    diagonal = np.diag(covariance)
    spread = np.sqrt(np.maximum(diagonal[:, None] + diagonal - 2 * covariance, 0.0))
    open_ = comparable.copy()
    scale = np.sqrt(variance) * spread
    t = np.divide(value[:, None] - value, scale, out=np.zeros_like(scale), where=open_)
    eigenvalues, vectors = np.linalg.eigh(covariance)
    factor = vectors * np.sqrt(np.maximum(eigenvalues, 0.0))
    draws = generator.standard_normal((n_draws, len(value))) @ factor.T
    draws /= np.sqrt(generator.chisquare(df, n_draws) / df)[:, None]
    separated = np.zeros_like(open_)
    place = min(int(np.ceil(level * (n_draws + 1))), n_draws) - 1
    while open_.any():
        critical = np.partition(_largest(draws, spread, open_), place)[place]
        found = open_ & (t > critical)
        if not found.any():
            break
        separated |= found
        open_ &= ~found
    return separated


def separate_by_tests(value: FloatArray, p_values: FloatArray, *, level: float) -> BoolArray:
    """Return which entries are better than which, by Holm's procedure on two-sided tests of all pairs.

    Holm, S. (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6, 65-70. The side is that of the values: where a two-sided test rejects by two one-sided
    ones at half the level, the procedure holds for both sides together.
    """
    n_entries = len(value)
    first, second = np.triu_indices(n_entries, 1)
    p = p_values[first, second]
    order = np.argsort(p, kind="stable")
    limits = (1 - level) / np.arange(len(p), 0, -1)
    failed = np.flatnonzero(p[order] > limits)
    rejected = order[: failed[0]] if len(failed) else order
    separated = np.zeros((n_entries, n_entries), dtype=np.bool_)
    for one, other in zip(first[rejected], second[rejected], strict=True):
        if value[one] > value[other]:
            separated[one, other] = True
        else:
            separated[other, one] = True
    return separated


def _largest(draws: FloatArray, spread: FloatArray, open_: BoolArray) -> FloatArray:
    """Of each draw, the largest t statistic among the pairs that are open."""
    inverse = np.divide(1.0, spread, out=np.zeros_like(spread), where=open_)  # 0: never the largest
    largest = np.zeros(len(draws))
    for start in range(0, len(draws), DRAWS_AT_ONCE):
        part = draws[start : start + DRAWS_AT_ONCE]
        most = largest[start : start + DRAWS_AT_ONCE]
        for row in np.flatnonzero(open_.any(axis=1)):
            np.maximum(most, ((part[:, row, None] - part) * inverse[row]).max(axis=1), out=most)
    return largest
