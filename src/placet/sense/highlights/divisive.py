"""Divisive statements: where two groups stand farthest apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.estimates import newcombe_interval, smoothed_proportion, two_proportion_z
from placet.sense.highlights.representative import SIGNIFICANT_Z
from placet.sense.highlights.shapes import check_group_counts
from placet.sense.votes import VoteCounts
from placet.sense.votes.arrays import BoolArray


@dataclass(frozen=True)
class DivisiveStatement:
    """A statement that sets two groups against each other.

    Attributes
    ----------
    position : int
        Position of the statement on the statement axis of the counts.
    group_for, group_against : int
        The groups with the largest and the smallest share of agreement.
    p_for, p_against : float
        Their smoothed shares of agreement.
    gap : float
        The difference of the two.
    gap_ci : (float, float)
        Newcombe interval of the difference of the plain shares.
    z : float
        Two-proportion z of the difference.
    """

    position: int
    group_for: int
    group_against: int
    p_for: float
    p_against: float
    gap: float
    gap_ci: tuple[float, float]
    z: float


def select_divisive(
    counts: VoteCounts, *, is_eligible: BoolArray, n_selected: int = 5, level: float = 0.95
) -> tuple[DivisiveStatement, ...]:
    """Select the statements on which two groups stand farthest apart.

    Parameters
    ----------
    counts : VoteCounts
        Votes by group and statement, shape (n_groups, n_statements).
    is_eligible : (n_statements,) bool
        Statements that may be selected: neither rejected nor meta.
    n_selected : int
        At most this many.
    level : float
        Coverage of the intervals.

    Returns
    -------
    tuple of DivisiveStatement
        The widest gap first; empty with fewer than two groups.

    Notes
    -----
    For each statement the group with the largest smoothed share of agreement, (agrees + 1) /
    (seen + 2), is set against the one with the smallest. A statement counts as divisive if most
    of the first agree, fewer than half of the second do, and the pooled two-proportion z of the
    two is above 1.2816; statements are sorted by the gap. Shares are smoothed so that a group of
    which two people voted does not top the list. The gap is between groups that were themselves
    found in these votes, so it is larger than it would be between groups known beforehand; the
    interval does not correct for that, nor for picking the extremes of several groups.
    """
    check_group_counts(counts, is_eligible)
    if len(counts.n_seen) < 2:
        return ()
    p = smoothed_proportion(counts.n_agree, counts.n_seen)
    columns = np.arange(p.shape[1])
    top, bottom = p.argmax(axis=0), p.argmin(axis=0)
    cells = (
        counts.n_agree[top, columns],
        counts.n_seen[top, columns],
        counts.n_agree[bottom, columns],
        counts.n_seen[bottom, columns],
    )
    z = two_proportion_z(*cells)
    interval = newcombe_interval(*cells, level=level)
    p_for, p_against = p[top, columns], p[bottom, columns]
    is_divisive = is_eligible & (p_for > 0.5) & (p_against < 0.5) & (z > SIGNIFICANT_Z)
    ranked = [int(j) for j in np.argsort(p_against - p_for, kind="stable") if is_divisive[j]]
    return tuple(
        DivisiveStatement(
            position=j,
            group_for=int(top[j]),
            group_against=int(bottom[j]),
            p_for=float(p_for[j]),
            p_against=float(p_against[j]),
            gap=float(p_for[j] - p_against[j]),
            gap_ci=(float(interval.low[j]), float(interval.high[j])),
            z=float(z[j]),
        )
        for j in ranked[:n_selected]
    )
