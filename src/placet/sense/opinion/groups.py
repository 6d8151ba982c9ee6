"""Opinion groups: participants who vote alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from placet.sense.opinion.clusters import Clustering, cluster_points, weighted_silhouette
from placet.sense.votes.tables import IntArray

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# Base clusters only thin the points out, so one start is enough; groups are what is shown.
N_BASE_RESTARTS = 1
BASE_CLUSTERS_PER_GROUP = 12


@dataclass(frozen=True, eq=False)
class OpinionGroups:
    """Participants in base clusters, and base clusters in groups.

    Attributes
    ----------
    base_labels : (n_participants,) int64
        Base cluster of each participant; -1 for those who are not placed.
    base_centres : (n_base, 2) float64
    base_sizes : (n_base,) int64
    base_groups : (n_base,) int64
        Group of each base cluster. Groups are numbered by size, the largest first.
    centres : (n_groups, 2) float64
        Mean position of the members.
    silhouettes : dict of int to float
        Mean silhouette for each number of groups that was tried.
    """

    base_labels: IntArray
    base_centres: FloatArray
    base_sizes: IntArray
    base_groups: IntArray
    centres: FloatArray
    silhouettes: dict[int, float]

    @property
    def n_groups(self) -> int:
        """Number of groups; 0 if nobody is placed."""
        return len(self.centres)

    def labels(self) -> IntArray:
        """Return the group of each participant, -1 for those who are not placed."""
        labels = np.full(self.base_labels.size, -1, dtype=np.int64)
        is_placed = self.base_labels >= 0
        labels[is_placed] = self.base_groups[self.base_labels[is_placed]]
        return labels

    def sizes(self) -> IntArray:
        """Return the number of members of each group."""
        return np.bincount(self.base_groups, self.base_sizes, minlength=self.n_groups).astype(np.int64)


def find_groups(
    positions: FloatArray,
    is_in: BoolArray,
    *,
    generator: np.random.Generator,
    n_base_clusters: int = 100,
    max_groups: int = 5,
    n_restarts: int = 10,
) -> OpinionGroups:
    """Find the opinion groups among participants placed in the opinion space.

    Parameters
    ----------
    positions : (n_participants, 2) float64
    is_in : (n_participants,) bool
        Who is placed in a group.
    generator : numpy.random.Generator
    n_base_clusters : int
        Base clusters at most.
    max_groups : int
        Groups at most, from 2; fewer are tried if there are few base clusters.
    n_restarts : int
        Starts of the k-means for each number of groups.

    Returns
    -------
    OpinionGroups
        Declared for degenerate input: no group if nobody is in, one group if all who are in lie at
        one point.

    Notes
    -----
    As in Polis: k-means with k = 100 gives base clusters; k-means on their centres, weighted by
    size, is tried for k from 2 to min(5, 2 + floor(n_base / 12)), and the best silhouette decides,
    the smaller k among equals. The silhouette is weighted by size over base clusters, so that the
    cost does not grow with the square of the participants. Groups describe those who voted, not a
    population, and k-means finds groups in any cloud of points: a low silhouette says that the
    borders are arbitrary.
    """
    if positions.shape != (is_in.size, 2) or not np.isfinite(positions).all():
        raise ValueError("positions needs a finite point in the plane for each participant")
    if max_groups < 2 or n_base_clusters < 1:
        raise ValueError("there are at least two groups and one base cluster to look for")
    base_labels = np.full(is_in.size, -1, dtype=np.int64)
    if not is_in.any():
        nothing = np.empty((0, 2))
        none = np.empty(0, dtype=np.int64)
        return OpinionGroups(base_labels, nothing, none, none, nothing, {})
    points = positions[is_in]
    base = cluster_points(
        points, np.ones(len(points)), n_base_clusters, generator=generator, n_restarts=N_BASE_RESTARTS
    )
    base = _sort_clusters(base)
    base_labels[is_in] = base.labels
    sizes = np.bincount(base.labels).astype(np.int64)
    top = min(max_groups, 2 + len(base.centres) // BASE_CLUSTERS_PER_GROUP)
    groups, silhouettes = _choose_groups(base.centres, sizes.astype(np.float64), top, generator, n_restarts)
    return OpinionGroups(base_labels, base.centres, sizes, groups.labels, groups.centres, silhouettes)


def _choose_groups(
    centres: FloatArray, sizes: FloatArray, top: int, generator: np.random.Generator, n_restarts: int
) -> tuple[Clustering, dict[int, float]]:
    """Return the clustering of base clusters with the best silhouette, and all silhouettes."""
    if len(centres) == 1:
        return Clustering(np.zeros(1, dtype=np.int64), centres, 0.0), {}
    tried = {
        k: cluster_points(centres, sizes, k, generator=generator, n_restarts=n_restarts)
        for k in range(2, min(top, len(centres)) + 1)
    }
    silhouettes = {k: weighted_silhouette(centres, sizes, found.labels) for k, found in tried.items()}
    best = max(silhouettes, key=lambda k: (silhouettes[k], -k))
    found = tried[best]
    group_sizes = np.bincount(found.labels, sizes)
    order = np.lexsort((found.centres[:, 1], found.centres[:, 0], -group_sizes))
    return _renumber(found, order), silhouettes


def _sort_clusters(clustering: Clustering) -> Clustering:
    """Number clusters by position, so that the numbers do not tell how the search went."""
    order = np.lexsort((clustering.centres[:, 1], clustering.centres[:, 0]))
    return _renumber(clustering, order)


def _renumber(clustering: Clustering, order: IntArray) -> Clustering:
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return Clustering(rank[clustering.labels], clustering.centres[order], clustering.inertia)
