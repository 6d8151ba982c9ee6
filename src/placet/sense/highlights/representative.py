"""Representative statements: what a group says more than the others do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from placet.sense.estimates import (
    one_proportion_z,
    smoothed_proportion,
    two_proportion_z,
    wilson_interval,
)
from placet.sense.highlights.shapes import check_group_counts
from placet.sense.votes import VoteCounts
from placet.sense.votes.arrays import BoolArray, FloatArray, IntArray

Direction = Literal["agree", "disagree"]

SIGNIFICANT_Z = 1.2816  # one-sided 90 %


@dataclass(frozen=True)
class RepresentativeStatement:
    """A statement on which a group stands out.

    Attributes
    ----------
    position : int
        Position of the statement on the statement axis of the counts.
    direction : "agree" or "disagree"
        What the group does more than the rest.
    n_agree, n_disagree, n_seen : int
        Votes in the group.
    p : float
        Smoothed share of the group that votes in this direction.
    p_ci : (float, float)
        Wilson interval of the plain share; NaN where nobody in the group saw the statement.
    p_z : float
        One-proportion z of that share against one half.
    ratio : float
        Representativeness: `p` over the same share among the other groups.
    ratio_z : float
        Two-proportion z of the comparison with the other groups.
    """

    position: int
    direction: Direction
    n_agree: int
    n_disagree: int
    n_seen: int
    p: float
    p_ci: tuple[float, float]
    p_z: float
    ratio: float
    ratio_z: float


@dataclass(frozen=True, eq=False)
class _Comparison:
    """Each group against the rest in one direction; arrays of shape (n_groups, n_statements)."""

    p: FloatArray
    p_z: FloatArray
    ratio: FloatArray
    ratio_z: FloatArray

    def metric(self) -> FloatArray:
        return self.ratio * self.ratio_z * self.p * self.p_z

    def is_significant(self) -> BoolArray:
        return np.asarray((self.ratio_z > SIGNIFICANT_Z) & (self.p_z > SIGNIFICANT_Z))


def select_representative(
    counts: VoteCounts, *, is_eligible: BoolArray, n_selected: int = 5, level: float = 0.95
) -> tuple[tuple[RepresentativeStatement, ...], ...]:
    """Select the statements that represent each group, as Polis does.

    Parameters
    ----------
    counts : VoteCounts
        Votes by group and statement, shape (n_groups, n_statements).
    is_eligible : (n_statements,) bool
        Statements that may be selected: neither rejected nor meta.
    n_selected : int
        At most this many for each group.
    level : float
        Coverage of the intervals.

    Returns
    -------
    tuple of tuple of RepresentativeStatement
        For each group, agreements first. Empty only if no eligible statement exists.

    Notes
    -----
    A statement is sufficient for a group if both its share (against one half) and its
    representativeness (against the other groups together) are significant at z > 1.2816 on agree,
    or both on disagree; it is listed as agreement iff the two-proportion z on agree is the larger.
    The best agreement comes first; then the sufficient ones by ratio · ratio_z · p · p_z. With
    none sufficient the best agreement alone is listed, else the statement with the largest
    two-proportion z. After ``select-rep-comments`` in polismath/math/repness.clj, Small, C. et al.
    (2021), Recerca 26(2).

    The many tests are not corrected for their number, so that some of what is listed will stand
    out by chance; "the rest" are the members of other groups, not everyone who voted.
    """
    check_group_counts(counts, is_eligible)
    agree = _compare(counts.n_agree, counts.n_seen)
    disagree = _compare(counts.n_disagree, counts.n_seen)
    return tuple(
        tuple(
            _describe(counts, agree, disagree, group, position, level)
            for position in _select(counts, agree, disagree, group, is_eligible, n_selected)
        )
        for group in range(len(counts.n_seen))
    )


def _compare(successes: IntArray, n_seen: IntArray) -> _Comparison:
    rest_successes = successes.sum(axis=0) - successes
    rest_seen = n_seen.sum(axis=0) - n_seen
    p = smoothed_proportion(successes, n_seen)
    return _Comparison(
        p=p,
        p_z=one_proportion_z(successes, n_seen),
        ratio=p / smoothed_proportion(rest_successes, rest_seen),
        ratio_z=two_proportion_z(successes, n_seen, rest_successes, rest_seen),
    )


def _select(
    counts: VoteCounts,
    agree: _Comparison,
    disagree: _Comparison,
    group: int,
    is_eligible: BoolArray,
    n_selected: int,
) -> list[int]:
    """Return the positions of the statements that represent a group, in the order of the list."""
    is_agreed = agree.ratio_z[group] > disagree.ratio_z[group]
    sufficient = is_eligible & (agree.is_significant()[group] | disagree.is_significant()[group])
    best_agreed = _find_best_agreed(counts, agree, group, is_eligible)
    head = [] if best_agreed is None else [best_agreed]
    if not sufficient.any():
        return head or _find_best(agree, disagree, group, is_eligible)
    metric = np.where(is_agreed, agree.metric()[group], disagree.metric()[group])
    ranked = np.argsort(-metric, kind="stable")
    tail = [int(j) for j in ranked if sufficient[j] and j != best_agreed]
    listed = (head + tail)[:n_selected]
    return sorted(listed, key=lambda j: not is_agreed[j])


def _find_best_agreed(
    counts: VoteCounts, agree: _Comparison, group: int, is_eligible: BoolArray
) -> int | None:
    """Return the statement that a group agrees on best, walking through the statements in order.

    The walk is Polis's: what a candidate has to beat depends on the best so far, so the order of
    the statements matters.
    """
    p, p_z, ratio = agree.p[group], agree.p_z[group], agree.ratio[group]
    by_all = agree.metric()[group]
    by_share = p * p_z
    has_opinion = (counts.n_agree[group] > 0) | (counts.n_disagree[group] > 0)
    best: int | None = None
    for j in np.flatnonzero(is_eligible & has_opinion).tolist():
        if best is None:
            is_better = p_z[j] > SIGNIFICANT_Z or (ratio[j] > 1 and p[j] > 0.5)
        elif ratio[best] > 1:
            is_better = by_all[j] > by_all[best]
        else:
            is_better = by_share[j] > by_share[best]
        if is_better:
            best = j
    return best


def _find_best(agree: _Comparison, disagree: _Comparison, group: int, is_eligible: BoolArray) -> list[int]:
    """Return the statement that tells a group from the rest most clearly, in either direction."""
    z = np.where(is_eligible, np.maximum(agree.ratio_z[group], disagree.ratio_z[group]), -np.inf)
    return [int(np.argmax(z))] if is_eligible.any() else []


def _describe(
    counts: VoteCounts,
    agree: _Comparison,
    disagree: _Comparison,
    group: int,
    position: int,
    level: float,
) -> RepresentativeStatement:
    cell = (group, position)
    is_agreed = bool(agree.ratio_z[cell] > disagree.ratio_z[cell])
    side = agree if is_agreed else disagree
    n_agree, n_disagree = int(counts.n_agree[cell]), int(counts.n_disagree[cell])
    n_seen = int(counts.n_seen[cell])
    interval = wilson_interval(n_agree if is_agreed else n_disagree, n_seen, level=level)
    return RepresentativeStatement(
        position=position,
        direction="agree" if is_agreed else "disagree",
        n_agree=n_agree,
        n_disagree=n_disagree,
        n_seen=n_seen,
        p=float(side.p[cell]),
        p_ci=(float(interval.low), float(interval.high)),
        p_z=float(side.p_z[cell]),
        ratio=float(side.ratio[cell]),
        ratio_z=float(side.ratio_z[cell]),
    )
