"""k-means with weights and seeded restarts, and the silhouette that judges its result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from placet.sense.votes.tables import IntArray

FloatArray = npt.NDArray[np.float64]

MAX_ITERATIONS = 1000  # Lloyd's algorithm ends by itself long before
BLOCK = 8192  # points whose distances from all centres are in memory at once


@dataclass(frozen=True, eq=False)
class Clustering:
    """Points in clusters.

    Attributes
    ----------
    labels : (n_points,) int64
    centres : (n_clusters, n_dimensions) float64
        Weighted mean of the members of each cluster.
    inertia : float
        Weighted sum of squared distances of the points from their centres.
    """

    labels: IntArray
    centres: FloatArray
    inertia: float


def cluster_points(
    points: FloatArray,
    weights: FloatArray,
    n_clusters: int,
    *,
    generator: np.random.Generator,
    n_restarts: int,
) -> Clustering:
    """Cluster points by weighted k-means, keeping the best of several starts.

    Parameters
    ----------
    points : (n_points, n_dimensions) float64
        Finite.
    weights : (n_points,) float64
        Positive.
    n_clusters : int
        At most this many: never more than there are distinct points.
    generator : numpy.random.Generator
        Draws the starting centres.
    n_restarts : int
        At least 1. The start with the smallest inertia is kept, the first of equals.

    Returns
    -------
    Clustering
        Every cluster has a member; every point is nearest its own centre.

    Notes
    -----
    Lloyd's algorithm from starts drawn by k-means++ (Arthur, D. and Vassilvitskii, S. (2007),
    "k-means++: the advantages of careful seeding", SODA).
    """
    if len(points) == 0 or n_clusters < 1 or n_restarts < 1:
        raise ValueError("there must be at least one point, one cluster and one start")
    n_distinct = len(np.unique(points, axis=0))
    k = min(n_clusters, n_distinct)
    best = _run_lloyd(points, weights, _draw_centres(points, weights, k, generator))
    for _ in range(n_restarts - 1):
        other = _run_lloyd(points, weights, _draw_centres(points, weights, k, generator))
        if other.inertia < best.inertia:
            best = other
    return best


def _draw_centres(
    points: FloatArray, weights: FloatArray, k: int, generator: np.random.Generator
) -> FloatArray:
    """Draw k distinct points, each in proportion to weight times squared distance from the others."""
    chosen = [int(generator.choice(len(points), p=weights / weights.sum()))]
    squared = np.full(len(points), np.inf)
    for _ in range(k - 1):
        squared = np.minimum(squared, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
        share = weights * squared
        chosen.append(int(generator.choice(len(points), p=share / share.sum())))
    return points[chosen]


def _run_lloyd(points: FloatArray, weights: FloatArray, centres: FloatArray) -> Clustering:
    labels = np.full(len(points), -1, dtype=np.int64)
    for _ in range(MAX_ITERATIONS):
        nearest, squared = _nearest_centres(points, centres)
        nearest = _fill_empty(nearest, squared, len(centres))
        if np.array_equal(nearest, labels):
            break
        labels = nearest
        centres = _weighted_means(points, weights, labels, len(centres))
    inertia = float((weights * ((points - centres[labels]) ** 2).sum(axis=1)).sum())
    return Clustering(labels, centres, inertia)


def _nearest_centres(points: FloatArray, centres: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return the nearest centre of each point, the first of equals, and its squared distance."""
    nearest = np.empty(len(points), dtype=np.int64)
    squared = np.empty(len(points))
    for start in range(0, len(points), BLOCK):
        block = slice(start, start + BLOCK)
        distances = _squared_distances(points[block], centres)
        nearest[block] = distances.argmin(axis=1)
        squared[block] = distances.min(axis=1)
    return nearest, squared


def _squared_distances(points: FloatArray, others: FloatArray) -> FloatArray:
    return np.asarray(((points[:, None, :] - others[None, :, :]) ** 2).sum(axis=2))


def _fill_empty(labels: IntArray, squared: FloatArray, k: int) -> IntArray:
    """Give each cluster that lost its members the point farthest from its own centre."""
    sizes = np.bincount(labels, minlength=k)
    for cluster in np.flatnonzero(sizes == 0):
        movable = np.where(sizes[labels] > 1, squared, -1.0)
        point = int(np.argmax(movable))
        sizes[labels[point]] -= 1
        sizes[cluster] += 1
        labels[point] = cluster
        squared[point] = 0.0
    return labels


def _weighted_means(points: FloatArray, weights: FloatArray, labels: IntArray, k: int) -> FloatArray:
    totals = np.bincount(labels, weights, minlength=k)
    sums = [np.bincount(labels, weights * column, minlength=k) for column in points.T]
    return np.stack(sums, axis=1) / totals[:, None]


def weighted_silhouette(points: FloatArray, weights: FloatArray, labels: IntArray) -> float:
    """Return the mean silhouette of weighted points, each standing for that many alike.

    Parameters
    ----------
    points : (n_points, n_dimensions) float64
    weights : (n_points,) float64
        How many individuals stand at each point; at least 1.
    labels : (n_points,) int64
        Cluster of each point, from 0, none empty.

    Returns
    -------
    float
        Between -1 and 1, higher is better; NaN with fewer than two clusters. An individual alone
        in its cluster counts 0.

    Notes
    -----
    Rousseeuw, P. J. (1987), "Silhouettes", Journal of Computational and Applied Mathematics 20,
    53-65. Computed over the points, it costs the square of their number, not of that of the
    individuals.
    """
    k = int(labels.max()) + 1
    if k < 2:
        return float("nan")
    distance = np.sqrt(_squared_distances(points, points))
    totals = np.bincount(labels, weights, minlength=k)
    sums = np.stack([distance[:, labels == c] @ weights[labels == c] for c in range(k)], axis=1)
    rows = np.arange(len(points))
    n_others = totals[labels] - 1
    within = sums[rows, labels] / np.maximum(n_others, 1)
    between = sums / totals
    between[rows, labels] = np.inf
    nearest = between.min(axis=1)
    larger = np.maximum(within, nearest)
    score = np.where((n_others > 0) & (larger > 0), (nearest - within) / np.where(larger > 0, larger, 1), 0.0)
    return float((weights * score).sum() / weights.sum())
