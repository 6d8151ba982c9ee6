"""k-means in the plane with weights and seeded restarts, and the silhouette that judges its result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from placet.sense.votes.arrays import FloatArray, IndexArray, IntArray

MAX_STEPS = 1000  # Lloyd's algorithm ends by itself long before
MAX_DIRECT = 20_000  # points that are not thinned out before starts are tried
MAX_REFINED_STEPS = 10


@dataclass(frozen=True, eq=False)
class Clustering:
    """Points in clusters.

    Attributes
    ----------
    labels : (n_points,) int64
    centres : (n_clusters, 2) float64
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
    """Cluster points of the plane by weighted k-means, keeping the best of several starts.

    Parameters
    ----------
    points : (n_points, 2) float64
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
    "k-means++: the advantages of careful seeding", SODA). More than 20,000 points are first thinned
    out to the means of 128 × 128 cells, weighted; the best start on these is then moved over all
    points for at most 10 steps. If labels still change then, a point on a border may be nearer
    another centre by less than the last step. The result depends on the arguments alone, not on
    the number of threads.
    """
    if len(points) == 0 or n_clusters < 1 or n_restarts < 1:
        raise ValueError("there must be at least one point, one cluster and one start")
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError("points lie in the plane")
    from placet.sense.opinion import cluster_kernels as kernels

    points = np.ascontiguousarray(points, dtype=np.float64)
    if len(points) <= MAX_DIRECT:
        return _keep_best(points, weights, n_clusters, generator, n_restarts)
    thinned = kernels.thin_out(points, weights, points.min(axis=0), points.max(axis=0), kernels.THINNED)
    start = _keep_best(*thinned, n_clusters, generator, n_restarts)
    return move_centres(points, weights, start.centres)


@dataclass(frozen=True, eq=False)
class _Cells:
    """Points in the order of the cells of a grid."""

    points: FloatArray
    weights: FloatArray
    order: IntArray
    cell_starts: IntArray
    low: FloatArray
    high: FloatArray
    n_across: int

    def restore(self, labels: IndexArray) -> IntArray:
        """Return labels in the order in which the points were given."""
        restored = np.empty(labels.size, dtype=np.int64)
        restored[self.order] = labels
        return restored


def _sort_by_cell(points: FloatArray, weights: FloatArray) -> _Cells:
    from placet.sense.opinion import cluster_kernels as kernels

    n = min(max(int(np.sqrt(len(points)) / 3), 1), kernels.MAX_GRID)
    low, high = points.min(axis=0), points.max(axis=0)
    order = np.empty(len(points), dtype=np.int64)
    cell_starts = kernels.sort_by_cell(points, low, high, n, order)
    return _Cells(points[order], weights[order], order, cell_starts, low, high, n)


def _keep_best(
    points: FloatArray, weights: FloatArray, n_clusters: int, generator: np.random.Generator, n_restarts: int
) -> Clustering:
    from placet.sense.opinion import cluster_kernels as kernels

    draws = generator.random((n_restarts, n_clusters))
    cells = _sort_by_cell(points, weights)
    given = (cells.points, cells.weights, cells.cell_starts, draws)
    grid = (cells.low, cells.high, cells.n_across)
    labels = np.empty(len(points), dtype=np.int32)
    centres, inertia = kernels.find_best_start(*given, *grid, MAX_STEPS, labels)
    return Clustering(cells.restore(labels), centres, inertia)


def move_centres(points: FloatArray, weights: FloatArray, start: FloatArray) -> Clustering:
    """Run Lloyd's algorithm from good centres, on all processors; over many points, for few steps.

    Parameters
    ----------
    points, weights
        As for `cluster_points`.
    start : (n_clusters, 2) float64
        No more than there are distinct points.
    """
    from placet.sense.opinion import cluster_kernels as kernels
    from placet.sense.votes.compiled import run_tasks

    cells = _sort_by_cell(np.ascontiguousarray(points), weights)
    given = (cells.points, cells.weights, cells.cell_starts)
    centres = start.copy()
    labels = np.full(len(points), -1, dtype=np.int32)
    nearest = np.empty(cells.n_across**2 * len(centres), dtype=np.int32)
    # Tasks of a fixed size, whatever the number of processors, so that rounding is the same.
    edges = np.searchsorted(cells.cell_starts, [*range(0, len(points), kernels.POINTS)])
    tasks = list(pairwise(np.unique([*edges, cells.n_across**2]).tolist()))
    for _ in range(MAX_STEPS if len(points) <= MAX_DIRECT else MAX_REFINED_STEPS):
        starts = kernels.make_grid(cells.low, cells.high, cells.n_across, centres, nearest)
        assign = partial(kernels.assign_points, *given, centres, starts, nearest)
        found = run_tasks(partial(_assign, assign, len(centres), labels), tasks)
        sums = np.sum([sums for _, sums in found], axis=0)
        n_changed = sum(n_changed for n_changed, _ in found)
        if kernels.fill_empty(cells.points, cells.weights, centres, labels, sums) + n_changed == 0:
            break
        centres = sums[:, 1:] / sums[:, :1]
    inertia = kernels.measure_inertia(cells.points, cells.weights, centres, labels)
    return Clustering(cells.restore(labels), centres, inertia)


def _assign(
    assign: Callable[..., int], k: int, labels: IndexArray, first: int, last: int
) -> tuple[int, FloatArray]:
    """Label the points of some cells; return how many labels changed, and the sums of each centre."""
    sums = np.zeros((k, 3))
    return assign(first, last, labels, sums), sums


def find_nearest(points: FloatArray, centres: FloatArray) -> IntArray:
    """Return the nearest centre of each point, the first of equals."""
    return np.asarray(_squared_distances(points, centres).argmin(axis=1), dtype=np.int64)


def _squared_distances(points: FloatArray, others: FloatArray) -> FloatArray:
    return np.asarray(((points[:, None, :] - others[None, :, :]) ** 2).sum(axis=2))


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
