"""Opinion groups: participants who vote alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from placet.sense.opinion.clusters import (
    Clustering,
    cluster_points,
    find_nearest,
    move_centres,
    weighted_silhouette,
)
from placet.sense.votes.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    import polars as pl

# Base clusters only thin the points out, so one start is enough; groups are what is shown.
N_BASE_RESTARTS = 1
POLIS_GROUPS = 5
BASE_CLUSTERS_PER_GROUP = 12


@dataclass(frozen=True, eq=False)
class OpinionGroups:
    """Participants in opinion groups, and in base clusters to draw them.

    Attributes
    ----------
    labels : (n_participants,) int64
        Group of each participant, -1 for those who are not placed. Groups are numbered by size, the
        largest first.
    centres : (n_groups, 2) float64
        Mean position of the members.
    base_labels : (n_participants,) int64
        Base cluster of each participant; -1 for those who are not placed.
    base_centres : (n_base, 2) float64
    base_sizes : (n_base,) int64
    base_groups : (n_base,) int64
        The group whose centre is nearest to that of the base cluster. Members near a border may
        belong to the neighbouring group.
    silhouettes : dict of int to float
        Mean silhouette for each number of groups that was tried.
    tried : dict of int to (n_groups, 2) float64
        Centres for each number of groups that was tried.
    """

    labels: IntArray
    centres: FloatArray
    base_labels: IntArray
    base_centres: FloatArray
    base_sizes: IntArray
    base_groups: IntArray
    silhouettes: dict[int, float]
    tried: dict[int, FloatArray]

    def __repr__(self) -> str:
        sizes = ", ".join(map(str, self.sizes().tolist()))
        return f"OpinionGroups({self.n_groups} groups of {sizes})" if self.n_groups else "OpinionGroups(none)"

    def to_polars(self) -> pl.DataFrame:
        """Return one row a group: group, from 0, size, x and y of its centre, n_base_clusters."""
        import polars as pl

        n_base = np.bincount(self.base_groups, minlength=self.n_groups)
        columns = {
            "group": np.arange(self.n_groups),
            "size": self.sizes(),
            "x": self.centres[:, 0],
            "y": self.centres[:, 1],
            "n_base_clusters": n_base,
        }
        return pl.DataFrame(columns)

    def to_json(self) -> str:
        """Return groups and base clusters as JSON, without the participants."""
        sizes, centres = self.sizes().tolist(), self.centres.tolist()
        bases = zip(
            self.base_centres.tolist(), self.base_sizes.tolist(), self.base_groups.tolist(), strict=True
        )
        document = {
            "groups": [{"size": n, "centre": at} for n, at in zip(sizes, centres, strict=True)],
            "base_clusters": [{"centre": at, "size": n, "group": group} for at, n, group in bases],
            "silhouettes": self.silhouettes,
        }
        return json.dumps(document, allow_nan=False)

    @property
    def n_groups(self) -> int:
        """Number of groups; 0 if nobody is placed."""
        return len(self.centres)

    def sizes(self) -> IntArray:
        """Return the number of members of each group."""
        return np.bincount(self.labels[self.labels >= 0], minlength=self.n_groups).astype(np.int64)


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
        Groups at most, from 2; fewer are tried if there are few base clusters. Above 5 the search
        is wider than that of Polis.
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
    the smaller k among equals. With ``max_groups`` above 5 every k up to it is tried as long as
    there are two base clusters to a group. The silhouette is weighted by size over base clusters,
    so that the cost does not grow with the square of the participants.

    Polis then gives everyone the group of their base cluster. Here the k-means goes on over the
    participants themselves from the centres found, so that everyone is in the group whose centre is
    nearest: a base cluster that lies across a border would put part of its members on the wrong
    side (with planted groups this takes the adjusted Rand index from about 0.985 to 0.988).

    Groups describe those who voted, not a population, and k-means finds groups in any cloud of
    points: a low silhouette says that the borders are arbitrary.

    Examples
    --------
    >>> import numpy as np
    >>> from placet.sense import find_groups, fit_space, plant_conversation
    >>> votes = plant_conversation(300, 20, generator=np.random.default_rng(1)).conversation.votes
    >>> space = fit_space(votes, is_eligible=np.ones(20, dtype=bool))
    >>> everyone = np.ones(300, dtype=bool)
    >>> groups = find_groups(space.project(votes), everyone, generator=np.random.default_rng(0))
    >>> groups
    OpinionGroups(3 groups of 153, 91, 56)
    >>> {k: round(silhouette, 2) for k, silhouette in groups.silhouettes.items()}
    {2: 0.47, 3: 0.61, 4: 0.49, 5: 0.42}
    """
    if positions.shape != (is_in.size, 2) or not np.isfinite(positions).all():
        raise ValueError("positions needs a finite point in the plane for each participant")
    if max_groups < 2 or n_base_clusters < 1:
        raise ValueError("there are at least two groups and one base cluster to look for")
    labels = np.full(is_in.size, -1, dtype=np.int64)
    base_labels = labels.copy()
    if not is_in.any():
        nothing, none = np.empty((0, 2)), np.empty(0, dtype=np.int64)
        return OpinionGroups(labels, nothing, base_labels, nothing, none, none, {}, {})
    points = positions[is_in]
    ones = np.ones(len(points))
    base, tried = cluster_twice(
        points,
        generator=generator,
        n_base_clusters=n_base_clusters,
        max_groups=max_groups,
        n_restarts=n_restarts,
    )
    sizes = np.bincount(base.labels)
    weights = sizes.astype(np.float64)
    silhouettes = {
        k: weighted_silhouette(base.centres, weights, found.labels) for k, found in tried.items() if k > 1
    }
    chosen = max(tried, key=lambda k: (silhouettes.get(k, 0.0), -k))
    groups = _sort_by_size(move_centres(points, ones, tried[chosen].centres), ones)
    labels[is_in], base_labels[is_in] = groups.labels, base.labels
    centres = {k: found.centres for k, found in tried.items() if k > 1}
    if chosen in centres:
        centres[chosen] = groups.centres
    base_groups = find_nearest(base.centres, groups.centres)
    return OpinionGroups(
        labels, groups.centres, base_labels, base.centres, sizes, base_groups, silhouettes, centres
    )


def cluster_twice(
    points: FloatArray,
    *,
    generator: np.random.Generator,
    n_base_clusters: int,
    max_groups: int,
    n_restarts: int,
) -> tuple[Clustering, dict[int, Clustering]]:
    """Return base clusters, and for each number of groups that is worth trying the groups of them."""
    ones = np.ones(len(points))
    base = _sort_clusters(
        cluster_points(points, ones, n_base_clusters, generator=generator, n_restarts=N_BASE_RESTARTS)
    )
    weights = np.bincount(base.labels).astype(np.float64)
    return base, _try_groups(base.centres, weights, max_groups, generator, n_restarts)


def _try_groups(
    centres: FloatArray, sizes: FloatArray, max_groups: int, generator: np.random.Generator, n_restarts: int
) -> dict[int, Clustering]:
    """Return the clustering of base clusters for each number of groups that is worth trying."""
    n_base = len(centres)
    if max_groups <= POLIS_GROUPS:
        top = min(max_groups, 2 + n_base // BASE_CLUSTERS_PER_GROUP, n_base)
    else:
        top = min(max_groups, max(n_base // 2, 2), n_base)
    return {
        k: _sort_by_size(cluster_points(centres, sizes, k, generator=generator, n_restarts=n_restarts), sizes)
        for k in range(min(2, n_base), top + 1)
    }


def _sort_by_size(clustering: Clustering, weights: FloatArray) -> Clustering:
    """Number clusters by size, the largest first, then by position."""
    sizes = np.bincount(clustering.labels, weights)
    x, y = clustering.centres.T
    return _renumber(clustering, np.lexsort((y, x, -sizes)))


def _sort_clusters(clustering: Clustering) -> Clustering:
    """Number clusters by position, so that the numbers do not tell how the search went."""
    x, y = clustering.centres.T
    return _renumber(clustering, np.lexsort((y, x)))


def _renumber(clustering: Clustering, order: IntArray) -> Clustering:
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return Clustering(rank[clustering.labels], clustering.centres[order], clustering.inertia)
