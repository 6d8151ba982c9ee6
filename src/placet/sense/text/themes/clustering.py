"""Texts divided into themes: neighbours drawn together, Ward, and each text to its nearest theme."""

from __future__ import annotations

import numpy as np

from placet.sense.text.embedding import VectorArray
from placet.sense.text.embedding.protocol import unit_rows
from placet.sense.text.themes.micro_clusters import Points, gather_points, nearest_centre
from placet.sense.text.themes.ward import ward_tree
from placet.sense.votes.arrays import FloatArray, IntArray

MOST_POINTS = 3_000
N_MICRO_CLUSTERS = 2_000
SHARE_OF_NEIGHBOURS = 1 / 40  # of all points: how many a point is drawn towards
FEWEST_NEIGHBOURS, MOST_NEIGHBOURS = 3, 75
N_ROUNDS = 2
MAX_STEPS = 30  # until nothing changes, as a rule far fewer


def points_of(vectors: VectorArray, *, rng: np.random.Generator) -> Points:
    """Return the points that are clustered: the texts themselves, or about 2,000 micro-clusters of many."""
    return gather_points(vectors, at_most=MOST_POINTS, n_centres=N_MICRO_CLUSTERS, rng=rng)


def divide(points: Points, low: int, high: int) -> IntArray:
    """Divide points into a number of clusters between two bounds.

    Parameters
    ----------
    points : Points
    low, high : int
        If they are the same, so many clusters are found, one a point at most. Otherwise the number is
        that after which the next merge is costlier than the last by the greatest factor.

    Returns
    -------
    (n_points,) int64
        Cluster of each point, from 0, without gaps.

    Notes
    -----
    Each point is first drawn towards its neighbours, twice: it becomes the mean direction of the
    nearest fortieth of all points, itself among them (one step of blurring mean shift with a
    nearest-neighbour kernel: Fukunaga, K. and Hostetler, L. (1975), IEEE Transactions on Information
    Theory 21, 32-40; Cheng, Y. (1995), IEEE PAMI 17, 790-799). Without it Ward follows the noise of
    single short texts: on the project's ideas two samples agreed at .4, with it at .7. Then Ward
    with weights (`ward_tree`), and at last each point goes to the nearest centre until none changes
    (k-means on the sphere, from Ward's clusters), since Ward never takes back a merge.
    """
    if len(points.vectors) <= 1:
        return np.zeros(len(points.vectors), dtype=np.int64)
    drawn = draw_together(points.vectors, points.weights)
    tree = ward_tree(drawn, points.weights)
    n_clusters = low if low == high else tree.widest_gap(low, high)
    return _settle(drawn, points.weights, tree.cut(n_clusters))


def draw_together(vectors: VectorArray, weights: FloatArray) -> VectorArray:
    """Return each vector as the mean direction of its neighbourhood, see `divide`."""
    n_near = round(len(vectors) * SHARE_OF_NEIGHBOURS)
    n_near = min(max(n_near, FEWEST_NEIGHBOURS), MOST_NEIGHBOURS, len(vectors))
    drawn = vectors
    for _ in range(N_ROUNDS):
        similarity = drawn @ drawn.T
        near = np.argpartition(-similarity, n_near - 1, axis=1)[:, :n_near]
        pull = np.zeros_like(similarity)
        np.put_along_axis(pull, near, weights[near].astype(np.float32), axis=1)
        drawn = unit_rows(pull @ drawn)
    return drawn


def _settle(vectors: VectorArray, weights: FloatArray, cluster: IntArray) -> IntArray:
    """Move points to the cluster whose centre is nearest, until none moves."""
    n_clusters = int(cluster.max()) + 1
    for _ in range(MAX_STEPS):
        is_in = np.zeros((n_clusters, len(vectors)), dtype=np.float32)
        is_in[cluster, np.arange(len(vectors))] = weights
        moved = nearest_centre(vectors, unit_rows(is_in @ vectors))
        if (moved == cluster).all():
            break
        cluster = moved
    return np.unique(cluster, return_inverse=True)[1].astype(np.int64)
