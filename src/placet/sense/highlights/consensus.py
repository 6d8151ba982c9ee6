"""Consensus: what most participants agree on, or reject, whatever their group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.estimates import one_proportion_z, smoothed_proportion, wilson_interval
from placet.sense.highlights.representative import SIGNIFICANT_Z
from placet.sense.highlights.shapes import check_statement_counts
from placet.sense.votes import VoteCounts
from placet.sense.votes.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class ConsensusStatement:
    """A statement that most participants agree on, or reject.

    Attributes
    ----------
    position : int
        Position of the statement on the statement axis of the counts.
    n_success, n_seen : int
        Votes in this direction, and all votes.
    p : float
        Smoothed share that votes in this direction.
    p_ci : (float, float)
        Wilson interval of the plain share.
    z : float
        One-proportion z of the share against one half.
    """

    position: int
    n_success: int
    n_seen: int
    p: float
    p_ci: tuple[float, float]
    z: float


@dataclass(frozen=True)
class Consensus:
    """What is agreed and what is rejected, the clearest first."""

    agree: tuple[ConsensusStatement, ...]
    disagree: tuple[ConsensusStatement, ...]


def select_consensus(
    counts: VoteCounts, *, is_eligible: BoolArray, n_selected: int = 5, level: float = 0.95
) -> Consensus:
    """Select the statements that most participants agree on, and those that most reject.

    Parameters
    ----------
    counts : VoteCounts
        Votes of all participants by statement, shape (n_statements,).
    is_eligible : (n_statements,) bool
        Statements that may be selected: neither rejected nor meta.
    n_selected : int
        At most this many in each direction.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Consensus
        The largest p · z first, in either direction.

    Notes
    -----
    Over all participants, p > 0.5 and z > 1.2816, sorted by p · z
    (``select-consensus-comments`` in polismath/math/repness.clj). A pass counts as seen, not as
    agreement. A large majority may still leave a whole group out: see
    `group_informed_consensus`.
    """
    check_statement_counts(counts, is_eligible)
    return Consensus(
        agree=_select(counts.n_agree, counts.n_seen, is_eligible, n_selected, level),
        disagree=_select(counts.n_disagree, counts.n_seen, is_eligible, n_selected, level),
    )


def _select(
    successes: IntArray,
    n_seen: IntArray,
    is_eligible: BoolArray,
    n_selected: int,
    level: float,
) -> tuple[ConsensusStatement, ...]:
    p = smoothed_proportion(successes, n_seen)
    z = one_proportion_z(successes, n_seen)
    interval = wilson_interval(successes, n_seen, level=level)
    is_clear = is_eligible & (p > 0.5) & (z > SIGNIFICANT_Z)
    ranked = [int(j) for j in np.argsort(-p * z, kind="stable") if is_clear[j]]
    return tuple(
        ConsensusStatement(
            position=j,
            n_success=int(successes[j]),
            n_seen=int(n_seen[j]),
            p=float(p[j]),
            p_ci=(float(interval.low[j]), float(interval.high[j])),
            z=float(z[j]),
        )
        for j in ranked[:n_selected]
    )


def group_informed_consensus(counts: VoteCounts) -> FloatArray:
    """Return how far every group agrees with each statement, between 0 and 1.

    Parameters
    ----------
    counts : VoteCounts
        Votes by group and statement, shape (n_groups, n_statements).

    Returns
    -------
    (n_statements,) float64
        The product over groups of (agrees + 1) / (seen + 2): one group that rejects a statement
        brings it down, however small the group. NaN if there is no group.

    Notes
    -----
    Small, C. et al. (2021), Recerca 26(2), "group-aware consensus". Comparable only between
    statements of one analysis: every further group lowers the product.
    """
    if len(counts.n_seen) == 0:
        return np.full(counts.n_seen.shape[1], np.nan)
    return np.asarray(smoothed_proportion(counts.n_agree, counts.n_seen).prod(axis=0))
