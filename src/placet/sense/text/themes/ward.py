"""Ward's hierarchical clustering of points that stand for several texts each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.text.embedding import VectorArray
from placet.sense.votes.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class WardTree:
    """In which order points are merged.

    Attributes
    ----------
    first, second : (n_points - 1,) int64
        A point of each of the two clusters that are merged, in ascending order of height.
    heights : (n_points - 1,) float64
        How far apart the two were.
    """

    first: IntArray
    second: IntArray
    heights: FloatArray

    def cut(self, n_clusters: int) -> IntArray:
        """Return the cluster of each point, from 0, where so many are left (one a point at most)."""
        n_points = self.heights.size + 1
        n_merges = max(n_points - n_clusters, 0)
        cluster = np.arange(n_points)
        for a, b in zip(self.first[:n_merges].tolist(), self.second[:n_merges].tolist(), strict=True):
            cluster[cluster == cluster[b]] = cluster[a]
        return np.unique(cluster, return_inverse=True)[1].astype(np.int64)

    def widest_gap(self, low: int, high: int) -> int:
        """Return the number of clusters, in these bounds, after which a merge costs most in proportion."""
        last = self.heights[::-1]  # last[k - 2] takes k clusters to k - 1
        counts = np.arange(max(low, 2), min(high, self.heights.size) + 1)
        if counts.size == 0:
            return max(min(low, self.heights.size + 1), 1)
        ratios = last[counts - 2] / np.maximum(last[counts - 1], np.finfo(np.float64).tiny)
        return int(counts[ratios.argmax()])


def ward_tree(points: VectorArray, weights: FloatArray) -> WardTree:
    """Merge points, two clusters at a time, so that the sum of squares within clusters grows least.

    Parameters
    ----------
    points : (n_points, n_dimensions) float32
        At least one. Memory grows with the square of their number: 3,000 take 72 MB.
    weights : (n_points,) float64
        How many texts each stands for, above 0.

    Returns
    -------
    WardTree

    Notes
    -----
    Ward, J. H. (1963), "Hierarchical grouping to optimize an objective function", Journal of the
    American Statistical Association 58, 236-244. The height of a merge is sqrt(2 w v / (w + v)) |a - b|
    with the weights w, v and the means a, b of the two: that of unweighted Ward on points repeated as
    often as they weigh. Distances are brought up to date by the formula of Lance, G. N. and Williams,
    W. T. (1967), Computer Journal 9, 373-380, with weights for sizes, along a chain of nearest
    neighbours (Murtagh, F. (1983), Computer Journal 26, 354-359).
    """
    n_points = len(points)
    cost, weight = _first_costs(points, weights), weights.astype(np.float64)
    merges: list[tuple[float, int, int]] = []
    is_live = np.ones(n_points, dtype=bool)
    chain: list[int] = []
    while len(merges) < n_points - 1:
        if not chain:
            chain.append(int(is_live.argmax()))
        end = chain[-1]
        near = int(cost[end].argmin())
        # Of equals, the one it came from: otherwise the chain could run in circles.
        if len(chain) > 1 and cost[end, chain[-2]] <= cost[end, near]:
            near = chain[-2]
        if len(chain) > 1 and near == chain[-2]:
            merges.append((float(cost[end, near]), near, end))
            _merge(cost, weight, near, end)
            is_live[end] = False
            del chain[-2:]
        else:
            chain.append(near)
    merges.sort(key=lambda merge: merge[0])
    heights = np.sqrt(np.array([height for height, _, _ in merges], dtype=np.float64))
    pairs = np.array([pair for _, *pair in merges], dtype=np.int64).reshape(-1, 2)
    return WardTree(pairs[:, 0], pairs[:, 1], heights)


def _first_costs(points: VectorArray, weights: FloatArray) -> FloatArray:
    """Twice what each merge of two points adds to the sum of squares; infinite on the diagonal."""
    lengths = np.einsum("ij,ij->i", points, points, dtype=np.float64)
    cost: FloatArray = lengths[:, None] + lengths - 2.0 * (points @ points.T)
    np.maximum(cost, 0.0, out=cost)
    cost *= 2 * np.outer(weights, weights) / (weights[:, None] + weights)
    np.fill_diagonal(cost, np.inf)
    return cost


def _merge(cost: FloatArray, weight: FloatArray, kept: int, gone: int) -> None:
    """Put two clusters into one row and take the other out."""
    total = weight + weight[kept] + weight[gone]
    row = (weight + weight[kept]) * cost[kept] + (weight + weight[gone]) * cost[gone]
    row -= weight * cost[kept, gone]
    row /= total
    row[[kept, gone]] = np.inf
    cost[kept] = cost[:, kept] = row
    cost[gone] = cost[:, gone] = np.inf
    weight[kept] += weight[gone]
