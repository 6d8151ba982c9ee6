"""Tests that hold at any number of votes, and the control of false discoveries among many of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from placet.sense.estimates.proportions import clopper_pearson_low
from placet.sense.votes.arrays import FloatArray, IntArray


def adjust_p_values(p_values: npt.ArrayLike) -> FloatArray:
    """Return the q-value of each test: the smallest false-discovery rate at which it is a discovery.

    Parameters
    ----------
    p_values : array_like of float, any shape
        Between 0 and 1; NaN where no test was made, which then does not count.

    Returns
    -------
    float64 array of the same shape
        Between 0 and 1, NaN where no test was made.

    Raises
    ------
    ValueError
        If a p-value is outside [0, 1].

    Notes
    -----
    With m p-values in ascending order, ``q_(k) = min over l >= k of m p_(l) / l``. Calling all with
    q <= r a discovery keeps the expected share of false ones among them at r or below, if the tests
    are independent or positively dependent: Benjamini, Y. and Hochberg, Y. (1995), "Controlling the
    false discovery rate", Journal of the Royal Statistical Society B 57, 289-300, and Benjamini, Y.
    and Yekutieli, D. (2001), Annals of Statistics 29, 1165-1188. It does not show which of the
    discoveries are the false ones.
    """
    p = np.asarray(p_values, dtype=np.float64)
    is_tested = ~np.isnan(p)
    tested = p[is_tested]
    if not ((tested >= 0) & (tested <= 1)).all():
        raise ValueError("p-values lie between 0 and 1")
    # scipy.stats.false_discovery_control does the same, but importing scipy.stats takes two seconds.
    order = np.argsort(tested, kind="stable")
    scaled = tested[order] * tested.size / np.arange(1, tested.size + 1)
    smallest = np.minimum.accumulate(scaled[::-1])[::-1]
    q = np.full(p.shape, np.nan)
    adjusted = np.empty_like(tested)
    adjusted[order] = np.minimum(smallest, 1.0)
    q[is_tested] = adjusted
    return q


def majority_p_value(successes: npt.ArrayLike, trials: npt.ArrayLike) -> FloatArray:
    """Return the exact one-sided p-value against "at most half do".

    Parameters
    ----------
    successes, trials : array_like of int
        Counts, with 0 <= successes <= trials; shapes must broadcast.

    Returns
    -------
    float64 array
        P(X >= successes) for X ~ Binomial(trials, 1/2); 1 where trials is 0.

    Raises
    ------
    ValueError
        If counts are negative or successes exceed trials.

    Notes
    -----
    The sign test. Under any share of at most one half a p-value of at most r has a probability of
    at most r, however few the votes. The z of Polis has no such property: it adds an observation,
    so that it is 1, not 0, before the first vote.
    """
    from scipy.special import betainc

    k, n = _counts(successes, trials)
    # P(X >= k) as an incomplete beta function, which takes any number of votes.
    tail = betainc(np.maximum(k, 1), n - np.maximum(np.minimum(k, n), 1) + 1.0, 0.5)
    return np.where(k == 0, 1.0, tail)


def difference_p_value(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    other_successes: npt.ArrayLike,
    other_trials: npt.ArrayLike,
) -> FloatArray:
    """Return the exact one-sided p-value against "the first share is not above the second".

    Parameters
    ----------
    successes, trials, other_successes, other_trials : array_like of int
        Counts, with 0 <= successes <= trials; shapes must broadcast.

    Returns
    -------
    float64 array
        1 where either number of trials is 0.

    Raises
    ------
    ValueError
        If counts are negative or successes exceed trials.

    Notes
    -----
    Fisher's exact test, one-sided: the probability that, of all successes of both sides, at least
    this many fall on the first by chance (Fisher, R. A. (1935), Journal of the Royal Statistical
    Society 98, 39-82). It holds at any number of votes, at the price of being cautious with few.
    """
    from placet.sense.highlights.discovery_kernels import hypergeometric_tails

    k, n = _counts(successes, trials)
    j, m = _counts(other_successes, other_trials)
    k, n, j, m = np.broadcast_arrays(k, n, j, m)
    tails = hypergeometric_tails(k.ravel(), n.ravel(), j.ravel(), m.ravel())
    return np.asarray(tails, dtype=np.float64).reshape(k.shape)


def exact_lower_bound(successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float) -> FloatArray:
    """Return the exact one-sided lower bound of a share; 0 without a success.

    That of Clopper and Pearson: it is above one half exactly if `majority_p_value` is below 1 - level.
    """
    if not 0 < level < 1:
        raise ValueError("level lies between 0 and 1")
    return clopper_pearson_low(successes, trials, 1 - level)


def fewest_votes(false_discovery_rate: float) -> int:
    """Return the fewest votes with which `majority_p_value` can be at or below this rate.

    A test of fewer votes cannot become a discovery, whatever they say, and would only burden the
    others; who voted how plays no part in leaving it out.
    """
    if not 0 < false_discovery_rate < 1:
        raise ValueError("false_discovery_rate lies between 0 and 1")
    return int(np.ceil(-np.log2(false_discovery_rate)))


def _counts(successes: npt.ArrayLike, trials: npt.ArrayLike) -> tuple[IntArray, IntArray]:
    k: npt.NDArray[Any] = np.asarray(successes)
    n: npt.NDArray[Any] = np.asarray(trials)
    if not ((k >= 0) & (k <= n)).all():
        raise ValueError("successes are counts between 0 and the number of trials")
    return k.astype(np.int64), n.astype(np.int64)
