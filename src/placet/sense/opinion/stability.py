"""How far opinion groups would be found again if other people like these had voted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from placet.sense.opinion.clusters import find_nearest
from placet.sense.opinion.groups import cluster_twice
from placet.sense.opinion.space import fit_space
from placet.sense.votes import VoteTable
from placet.sense.votes.arrays import BoolArray, FloatArray, IntArray

MAX_RESAMPLED = 20_000  # participants; the cost of a resample is bounded by it


@dataclass(frozen=True)
class Stability:
    """How well the groups of resampled participants agree with the groups found.

    Attributes
    ----------
    mean : float
        Mean adjusted Rand index over the resamples: 1 is the same groups each time, 0 no more alike
        than chance.
    low, high : float
        The middle 90 % of the resamples.
    n_resamples : int
    """

    mean: float
    low: float
    high: float
    n_resamples: int


def estimate_stability(
    votes: VoteTable,
    positions: FloatArray,
    centres: Mapping[int, FloatArray],
    *,
    is_in: BoolArray,
    is_eligible: BoolArray,
    generator: np.random.Generator,
    n_resamples: int,
    n_base_clusters: int = 100,
    n_restarts: int = 10,
) -> dict[int, Stability]:
    """Estimate how stable the groups are, for each number of groups that was tried.

    Parameters
    ----------
    votes : VoteTable
        Votes of the participants, or of at most 20,000 drawn among them (`draw_participants`).
    positions : (n_participants, 2) float64
        Where those of the table lie in the opinion space.
    centres : mapping of int to (n_groups, 2) float64
        Centres of the groups in that space, for each number of groups.
    is_in : (n_participants,) bool
        Who is placed in a group.
    is_eligible : (n_statements,) bool
        Statements that shape the space.
    generator : numpy.random.Generator
    n_resamples : int
        0 or more.
    n_base_clusters, n_restarts : int
        As for `find_groups`.

    Returns
    -------
    dict of int to Stability
        Empty without resamples or without groups.

    Notes
    -----
    Participants are drawn with replacement, as many as the table has; opinion space, base clusters
    and groups are found anew; everyone of the table is placed in the new space and takes the group
    whose centre is nearest there. The adjusted Rand index of these groups with those given is
    the score of one resample: Hennig, C. (2007), "Cluster-wise assessment of cluster stability",
    Computational Statistics & Data Analysis 52, with the index of Hubert, L. and Arabie, P. (1985).

    With more than 20,000 participants the score is that of 20,000 of them. Fewer people make
    groups less stable, so it errs on the low side. Stable is not the same as real: k-means cuts
    an even cloud in the same halves each time, so read the silhouette beside it.
    """
    if n_resamples < 0:
        raise ValueError("n_resamples is not negative")
    if n_resamples == 0 or not centres or not is_in.any():
        return {}
    from placet.sense.votes.compiled import run_tasks

    given = {k: find_nearest(positions[is_in], of_groups) for k, of_groups in centres.items()}

    def score(draws: np.random.Generator) -> dict[int, float]:
        drawn = np.sort(draws.integers(0, votes.n_participants, votes.n_participants))
        sample = votes.take(drawn)
        space = fit_space(sample, is_eligible=is_eligible)
        placed = space.project(sample)[is_in[drawn]]
        if not len(placed):
            return {}
        _, tried = cluster_twice(
            placed,
            generator=draws,
            n_base_clusters=n_base_clusters,
            max_groups=max(centres),
            n_restarts=n_restarts,
        )
        everyone = space.project(votes)[is_in]
        return {
            k: adjusted_rand_index(given[k], find_nearest(everyone, tried[k].centres))
            for k in given
            if k in tried
        }

    scores = run_tasks(score, [(draws,) for draws in generator.spawn(n_resamples)])
    found = {k: np.array([one[k] for one in scores if k in one]) for k in given}
    return {k: _summarise(values) for k, values in found.items() if values.size}


def draw_participants(n_participants: int, *, generator: np.random.Generator) -> IntArray:
    """Return the positions of everyone, or of 20,000 participants drawn at random, ascending."""
    if n_participants <= MAX_RESAMPLED:
        return np.arange(n_participants)
    return np.sort(generator.choice(n_participants, MAX_RESAMPLED, replace=False))


def adjusted_rand_index(first: npt.NDArray[np.integer], second: npt.NDArray[np.integer]) -> float:
    """Return how far two groupings of the same people agree, beyond chance.

    Parameters
    ----------
    first, second : (n,) int
        Group of each person, from 0.

    Returns
    -------
    float
        1 for the same grouping, 0 on average for unrelated ones, possibly below; 1 where both put
        everyone together or both everyone apart.

    Notes
    -----
    Hubert, L. and Arabie, P. (1985), "Comparing partitions", Journal of Classification 2, 193-218.

    Examples
    --------
    The names of the groups do not matter:

    >>> import numpy as np
    >>> from placet.sense import adjusted_rand_index
    >>> adjusted_rand_index(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0]))
    1.0
    >>> round(adjusted_rand_index(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])), 2)
    -0.5
    """
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError("both groupings need one group for each person")
    if first.size == 0:
        return 1.0
    n_second = int(second.max()) + 1
    table = np.bincount(
        first.astype(np.int64) * n_second + second, minlength=(int(first.max()) + 1) * n_second
    )
    table = table.reshape(-1, n_second)
    both, rows, columns = _pairs(table.ravel()), _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0))
    chance = rows * columns / max(_pairs(np.array([first.size])), 1)
    most = (rows + columns) / 2
    return 1.0 if most == chance else float((both - chance) / (most - chance))


def _pairs(counts: IntArray) -> float:
    return float((counts.astype(np.float64) * (counts - 1)).sum() / 2)


def _summarise(scores: FloatArray) -> Stability:
    low, high = np.quantile(scores, (0.05, 0.95))
    return Stability(float(scores.mean()), float(low), float(high), scores.size)
