"""Whether other texts like these would give the same themes."""

from __future__ import annotations

import numpy as np

from placet.sense.text.embedding import VectorArray
from placet.sense.text.themes.clustering import divide, points_of
from placet.sense.votes.arrays import FloatArray, IntArray

SHARE_SAMPLED = 0.9


def estimate_stability(vectors: VectorArray, n_themes: int, *, rng: np.random.Generator) -> float:
    """Find the themes of two samples of 90 % of the texts, and say how far they agree.

    Parameters
    ----------
    vectors : (n_texts, n_dimensions) float32
    n_themes : int
        Themes of the first level, in either sample.
    rng : numpy.random.Generator

    Returns
    -------
    float
        Adjusted Rand index over the texts that both samples have, about 81 %.
    """
    n_texts = len(vectors)
    found = np.full((2, n_texts), -1, dtype=np.int64)
    for sample, draws in zip(found, rng.spawn(2), strict=True):
        drawn = np.sort(draws.choice(n_texts, max(round(SHARE_SAMPLED * n_texts), 1), replace=False))
        points = points_of(vectors[drawn], rng=draws)
        sample[drawn] = divide(points, n_themes, n_themes)[points.point_of]
    first, second = found[:, (found >= 0).all(axis=0)]
    return adjusted_rand_index(first, second)


def adjusted_rand_index(first: IntArray, second: IntArray) -> float:
    """Return how far two divisions of the same texts agree, beyond chance.

    The same as `placet.sense.adjusted_rand_index`, which stands in a layer that texts know nothing of.
    Hubert, L. and Arabie, P. (1985), "Comparing partitions", Journal of Classification 2, 193-218.

    Parameters
    ----------
    first, second : (n_texts,) int64
        Theme of each text, from 0.

    Returns
    -------
    float
        1 for the same division, 0 on average for unrelated ones.
    """
    if first.size == 0:
        return 1.0
    table = np.zeros((int(first.max()) + 1, int(second.max()) + 1))
    np.add.at(table, (first, second), 1)
    together, rows, columns = _pairs(table), _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0))
    chance = rows * columns / max(_pairs(np.array([float(first.size)])), 1.0)
    most = (rows + columns) / 2
    return 1.0 if most == chance else (together - chance) / (most - chance)


def _pairs(counts: FloatArray) -> float:
    return float((counts * (counts - 1)).sum() / 2)
