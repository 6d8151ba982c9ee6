"""Proportions, their intervals and the tests that compare them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from placet.sense.votes.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class Interval:
    """Bounds of an interval, elementwise.

    Attributes
    ----------
    low, high : float64 array
        NaN where there is no observation.
    level : float
        Coverage that the interval aims at, for each element on its own.
    """

    low: FloatArray
    high: FloatArray
    level: float


def wilson_interval(successes: npt.ArrayLike, trials: npt.ArrayLike, *, level: float = 0.95) -> Interval:
    """Return the Wilson score interval of a proportion.

    Parameters
    ----------
    successes, trials : array_like of int
        Counts, with 0 <= successes <= trials; shapes must broadcast.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Interval
        NaN where trials is 0.

    Raises
    ------
    ValueError
        If counts are negative or successes exceed trials, or the level is not inside (0, 1).

    Notes
    -----
    With n trials, share p = successes / n and z the normal quantile of (1 + level) / 2::

        (p + z^2 / 2n ± z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)

    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference",
    Journal of the American Statistical Association 22, 209-212. The interval treats the
    participants as a random sample; it does not show who did not take part.

    Examples
    --------
    Nine of ten, and ninety of a hundred:

    >>> from placet.sense import wilson_interval
    >>> interval = wilson_interval([9, 90], [10, 100])
    >>> interval.low.round(3), interval.high.round(3)
    (array([0.596, 0.826]), array([0.982, 0.945]))
    """
    if not 0 < level < 1:
        raise ValueError("level lies between 0 and 1")
    k, n = checked_counts(successes, trials)
    return Interval(*_wilson_bounds(k, n, level), level)


def _wilson_bounds(k: FloatArray, n: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    z = NormalDist().inv_cdf((1 + level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = k / n
        middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
        low = np.where(k == 0, 0.0, np.maximum(middle - half, 0.0))  # exact at the ends
        high = np.where(k == n, 1.0, np.minimum(middle + half, 1.0))
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def newcombe_interval(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    other_successes: npt.ArrayLike,
    other_trials: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> Interval:
    """Return the interval of a difference of two independent proportions, first minus second.

    Parameters
    ----------
    successes, trials, other_successes, other_trials : array_like of int
        Counts as for `wilson_interval`.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    Interval
        NaN where either number of trials is 0.

    Notes
    -----
    Newcombe, R. G. (1998), "Interval estimation for the difference between independent
    proportions", Statistics in Medicine 17, 873-890, method 10: with the Wilson bounds l, u of the
    shares p and q, ``d - sqrt((p - l_p)^2 + (u_q - q)^2)`` to ``d + sqrt((u_p - p)^2 + (q - l_q)^2)``.
    """
    first = wilson_interval(successes, trials, level=level)
    second = wilson_interval(other_successes, other_trials, level=level)
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.divide(successes, np.asarray(trials, dtype=np.float64))
        q = np.divide(other_successes, np.asarray(other_trials, dtype=np.float64))
    low = p - q - np.hypot(p - first.low, second.high - q)
    high = p - q + np.hypot(first.high - p, q - second.low)
    return Interval(low, high, level)


def smoothed_proportion(successes: npt.ArrayLike, trials: npt.ArrayLike) -> FloatArray:
    """Return (successes + 1) / (trials + 2), the share with one success and one failure added.

    It is the mean of the posterior under a uniform prior (Laplace's rule of succession), as Polis
    uses it: 0.5 where there is no observation.
    """
    k, n = checked_counts(successes, trials)
    return (k + 1) / (n + 2)


def one_proportion_z(successes: npt.ArrayLike, trials: npt.ArrayLike) -> FloatArray:
    """Return the z score of a proportion against one half, as Polis computes it.

    ``2 sqrt(n + 1) ((k + 1) / (n + 1) - 1/2)`` for k successes in n trials
    (``prop-test`` in polismath/math/stats.clj). With no observation it is 1, not 0.
    """
    k, n = checked_counts(successes, trials)
    return 2 * np.sqrt(n + 1) * ((k + 1) / (n + 1) - 0.5)


def two_proportion_z(
    successes: npt.ArrayLike,
    trials: npt.ArrayLike,
    other_successes: npt.ArrayLike,
    other_trials: npt.ArrayLike,
) -> FloatArray:
    """Return the pooled z score of the difference of two proportions, as Polis computes it.

    One is added to all four counts, then with shares p, q and pooled share r
    ``(p - q) / sqrt(r (1 - r) (1/n + 1/m))``; 0 where r is 1 (``two-prop-test`` in
    polismath/math/stats.clj).
    """
    k, n = (count + 1 for count in checked_counts(successes, trials))
    j, m = (count + 1 for count in checked_counts(other_successes, other_trials))
    pooled = (k + j) / (n + m)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (k / n - j / m) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return np.where(pooled == 1, 0.0, z)


def clopper_pearson_low(
    successes: npt.ArrayLike, trials: npt.ArrayLike, error: float | FloatArray
) -> FloatArray:
    """Return exact lower bounds that each fail with at most this probability; 0 without a success.

    Clopper, C. J. and Pearson, E. S. (1934), "The use of confidence or fiducial limits illustrated in
    the case of the binomial", Biometrika 26, 404-413.
    """
    from scipy.special import betaincinv  # scipy.special is slow to import

    k, n = checked_counts(successes, trials)
    return np.where(k == 0, 0.0, betaincinv(np.maximum(k, 1), n - k + 1, error))


def checked_counts(successes: npt.ArrayLike, trials: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return counts as float64, or raise ValueError unless 0 <= successes <= trials < infinity."""
    k: npt.NDArray[Any] = np.asarray(successes, dtype=np.float64)
    n: npt.NDArray[Any] = np.asarray(trials, dtype=np.float64)
    if not ((k >= 0) & (k <= n) & np.isfinite(n)).all():
        raise ValueError("successes are counts between 0 and the number of trials, which is finite")
    return k, n
