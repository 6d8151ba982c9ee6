"""Compiled loops of the exact tests; imported where they are needed, as Numba takes half a second."""

from __future__ import annotations

import math

import numpy as np

from placet.sense.votes.arrays import FloatArray, IntArray
from placet.sense.votes.compiled import kernel

NEGLIGIBLE = 1e-17


@kernel
def hypergeometric_tails(
    successes: IntArray, trials: IntArray, other_successes: IntArray, other_trials: IntArray
) -> FloatArray:
    """Return P(X >= successes), X the successes of the first side if all are dealt out by chance.

    Terms are added outwards from the observed count, on the side of it where they fall, until they
    no longer matter: a few standard deviations, not the whole range.
    """
    tails = np.empty(successes.size)
    for test in range(successes.size):
        k, n = successes[test], trials[test]
        m = other_trials[test]
        drawn = k + other_successes[test]
        smallest, largest = max(0, drawn - m), min(n, drawn)
        if k <= smallest:
            tails[test] = 1.0
        elif k / n >= drawn / (n + m):
            term = total = _probability(k, n, drawn, m)
            while k < largest and term > NEGLIGIBLE * total:
                term *= (n - k) / (k + 1) * (drawn - k) / (m - drawn + k + 1)
                total += term
                k += 1
            tails[test] = min(total, 1.0)
        else:
            k -= 1
            term = total = _probability(k, n, drawn, m)
            while k > smallest and term > NEGLIGIBLE * total:
                term *= k / (n - k + 1) * (m - drawn + k) / (drawn - k + 1)
                total += term
                k -= 1
            tails[test] = max(1.0 - total, 0.0)
    return tails


@kernel
def _probability(k: int, n: int, drawn: int, m: int) -> float:
    """Return the probability that exactly k of the drawn fall among the first n of n + m."""
    ways = _log_choose(n, k) + _log_choose(m, drawn - k) - _log_choose(n + m, drawn)
    return math.exp(ways)


@kernel
def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
