"""Many texts as a few thousand points, so that what grows with the square of their number can follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.text.embedding import VectorArray
from placet.sense.text.embedding.protocol import unit_rows
from placet.sense.votes.arrays import FloatArray, IntArray

BATCH = 4_096
N_STEPS = 24
ROWS_AT_ONCE = 8_192  # compared with all centres: 64 MB


@dataclass(frozen=True, eq=False)
class Points:
    """Points that texts are brought together at.

    Attributes
    ----------
    vectors : (n_points, n_dimensions) float32
        Of length 1.
    weights : (n_points,) float64
        How many texts are at each.
    point_of : (n_texts,) int64
        The point of each text.
    """

    vectors: VectorArray
    weights: FloatArray
    point_of: IntArray


def gather_points(vectors: VectorArray, *, at_most: int, n_centres: int, rng: np.random.Generator) -> Points:
    """Return a point for each text or, if they are more than `at_most`, the centres of micro-clusters.

    Parameters
    ----------
    vectors : (n_texts, n_dimensions) float32
        Of length 1.
    at_most, n_centres : int
    rng : numpy.random.Generator

    Returns
    -------
    Points

    Notes
    -----
    Mini-batch k-means on the sphere: Sculley, D. (2010), "Web-scale k-means clustering", Proceedings of
    WWW, 1177-1178; then one full step.
    """
    if len(vectors) <= at_most:
        return Points(vectors, np.ones(len(vectors)), np.arange(len(vectors)))
    centres = vectors[np.sort(rng.choice(len(vectors), n_centres, replace=False))].astype(np.float32)
    n_seen = np.zeros(n_centres)
    for _ in range(N_STEPS):
        batch = vectors[rng.integers(0, len(vectors), BATCH)]
        label = nearest_centre(batch, centres)
        sums, counts = _sums(batch, label, n_centres)
        n_seen += counts
        is_met = counts > 0
        share = (1.0 / n_seen[is_met])[:, None]
        moved = centres[is_met] * (1 - counts[is_met, None] * share) + sums[is_met] * share
        centres[is_met] = unit_rows(moved)
    found, point_of = np.unique(nearest_centre(vectors, centres), return_inverse=True)
    sums, counts = _sums(vectors, point_of, found.size)
    return Points(unit_rows(sums), counts, point_of.astype(np.int64))


def nearest_centre(vectors: VectorArray, centres: VectorArray) -> IntArray:
    """Return the centre that each vector is most like; of equals the first."""
    found = np.empty(len(vectors), dtype=np.int64)
    for start in range(0, len(vectors), ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        found[block] = (vectors[block] @ centres.T).argmax(axis=1)
    return found


def _sums(vectors: VectorArray, label: IntArray, n_labels: int) -> tuple[FloatArray, FloatArray]:
    """The sum of the vectors of each label, and their number."""
    order = np.argsort(label, kind="stable")
    counts = np.bincount(label, minlength=n_labels)
    is_met = counts > 0
    starts = (np.cumsum(counts) - counts)[is_met]
    sums = np.zeros((n_labels, vectors.shape[1]))
    sums[is_met] = np.add.reduceat(vectors[order].astype(np.float64, copy=False), starts, axis=0)
    return sums, counts.astype(np.float64)
