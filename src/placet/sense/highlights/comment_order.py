"""The order of comments: first what every group finds helpful, not what most people do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from placet.sense.estimates.proportions import checked_counts
from placet.sense.votes.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    import polars as pl

PRIOR = 2  # votes of each kind that every group is thought to have cast before the first real one
N_NODES = 96  # of the integral; the integrand is smooth
ROUNDING = 1e-9  # nearer than this, two scores are one


@dataclass(frozen=True, eq=False)
class CommentOrder:
    """How far comments bridge groups, and the order that follows.

    Attributes
    ----------
    score : (n_comments,) float64
        Expected share that finds a comment helpful in whichever group likes it least, between 0 and 1.
    least_group : (n_comments,) int64
        The group with the lowest expected share, the first of several; -1 where nobody voted.
    n_groups_heard : (n_comments,) int64
        Groups that cast a vote on a comment.
    n_helpful, n_votes : (n_comments,) int64
        Over all groups.
    ranking : (n_comments,) int64
        Positions of the comments, the highest score first. Equal scores stay in the order given.
    """

    score: FloatArray
    least_group: IntArray
    n_groups_heard: IntArray
    n_helpful: IntArray
    n_votes: IntArray
    ranking: IntArray

    def __repr__(self) -> str:
        return f"CommentOrder({self.score.size} comments, {int(self.n_votes.sum())} votes)"

    def to_polars(self) -> pl.DataFrame:
        """Return one row a comment, in the order given."""
        import polars as pl

        return pl.DataFrame(self._columns())

    def to_json(self) -> str:
        """Return the comments as JSON, in the order given."""
        columns = {name: column.tolist() for name, column in self._columns().items()}
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return json.dumps({"comments": rows, "ranking": self.ranking.tolist()}, allow_nan=False)

    def _columns(self) -> dict[str, FloatArray | IntArray]:
        return {
            "score": self.score,
            "least_group": self.least_group,
            "n_groups_heard": self.n_groups_heard,
            "n_helpful": self.n_helpful,
            "n_votes": self.n_votes,
        }


def order_comments(n_helpful: npt.ArrayLike, n_votes: npt.ArrayLike) -> CommentOrder:
    """Order comments by the support that is expected in whichever group likes them least.

    Parameters
    ----------
    n_helpful, n_votes : (n_groups, n_comments) array_like of int
        Votes "helpful", and all votes, of each group on each comment.

    Returns
    -------
    CommentOrder
        Without a vote, all scores are equal and the order stays as it was given. Without a group they
        are the same as with one that cast none.

    Raises
    ------
    ValueError
        If the shapes differ or are not two-dimensional, or helpful votes exceed votes.

    Notes
    -----
    With k of n votes of group g helpful, the share of that group that would find the comment helpful is
    taken to be Beta(k + 2, n - k + 2): two votes of each kind are added (Agresti, A. and Coull, B. A. (1998),
    The American Statistician 52, 119-126). The score is the expected smallest of the G shares,
    independent of each other::

        E[min p_g] = integral from 0 to 1 of the product over g of P(p_g > x) dx

    by Gauss-Legendre quadrature. It is the group-informed consensus of Small, C. et al. (2021), Recerca 26(2)
    (`group_informed_consensus`) with the least favourable group in place of the product, so that one group's
    enthusiasm does not make up for another's refusal, and it follows what Ovadya, A. and Thorburn, L. (2023),
    "Bridging systems", arXiv 2301.09976, ask of a ranking. Each group counts once, whatever its size.

    It is no lower bound: a bound as in `consent_from_counts` is 0 until every group has spoken, and new
    comments would never be seen. A group that has not voted yet holds a comment in the middle; votes move it
    towards the least of the true shares, and no further. Comparable only within one list: with
    more groups the smallest of their shares is smaller. It does not show why a group dislikes a
    comment, nor what those think who did not vote, and groups are those that people declared.

    Examples
    --------
    Forty of one group like the first comment; two of each group like the second:

    >>> from placet.sense.highlights.comment_order import order_comments
    >>> order = order_comments([[40, 2], [0, 2], [0, 2]], [[40, 2], [0, 2], [0, 2]])
    >>> order.ranking, order.score.round(2)
    (array([1, 0]), array([0.37, 0.51]))
    """
    k, n = checked_counts(n_helpful, n_votes)
    if k.ndim != 2 or k.shape != n.shape:
        raise ValueError("n_helpful and n_votes need shape (n_groups, n_comments)")
    if len(k) == 0:
        k = n = np.zeros((1, k.shape[1]))
    score = _expected_smallest(k, n)
    is_heard = n > 0
    mean = (k + PRIOR) / (n + 2 * PRIOR)
    return CommentOrder(
        score=score,
        least_group=np.where(is_heard.any(axis=0), mean.argmin(axis=0), -1).astype(np.int64),
        n_groups_heard=is_heard.sum(axis=0).astype(np.int64),
        n_helpful=k.sum(axis=0).astype(np.int64),
        n_votes=n.sum(axis=0).astype(np.int64),
        ranking=np.argsort(-np.round(score / ROUNDING), kind="stable").astype(np.int64),
    )


def _expected_smallest(k: FloatArray, n: FloatArray) -> FloatArray:
    """E[min p_g] of each comment; each pair of counts is computed once."""
    from scipy.special import betaincc  # scipy.special is slow to import

    nodes, weights = np.polynomial.legendre.leggauss(N_NODES)
    x, w = (nodes + 1) / 2, weights / 2
    pairs, place = np.unique(np.stack([k.ravel(), n.ravel()], axis=1), axis=0, return_inverse=True)
    survival = betaincc(pairs[:, :1] + PRIOR, pairs[:, 1:] - pairs[:, :1] + PRIOR, x)
    # Multiplied by number of the pair: the same in whatever order the groups come.
    by_pair = np.sort(place.reshape(k.shape), axis=0)
    product = np.ones((k.shape[1], N_NODES))
    for group in by_pair:
        product *= survival[group]
    return np.asarray((product * w).sum(axis=1))
