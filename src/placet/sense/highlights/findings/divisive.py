"""Divisive statements that are discoveries: most of one group agree, most of another disagree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.estimates import newcombe_interval, wilson_interval
from placet.sense.highlights.discoveries import adjust_p_values, fewest_votes, majority_p_value
from placet.sense.highlights.findings.results import Findings
from placet.sense.highlights.shapes import check_group_counts
from placet.sense.votes import VoteCounts
from placet.sense.votes.arrays import BoolArray


@dataclass(frozen=True)
class DivisiveFinding:
    """A statement that most of one group agree to and most of another reject.

    Attributes
    ----------
    position : int
        Position of the statement on the statement axis of the counts.
    group_for, group_against : int
        The groups that most clearly agree and disagree.
    n_agree_for, n_seen_for : int
        Agreements and votes in the first.
    n_disagree_against, n_agree_against, n_seen_against : int
        Disagreements, agreements and votes in the second.
    share_for, share_against : float
        Share of agreement in each.
    share_for_ci, share_against_ci : (float, float)
        Their Wilson intervals.
    gap : float
        The difference of the two shares.
    gap_ci : (float, float)
        Newcombe interval of the gap, simultaneous over all pairs of groups.
    p_value, q_value : float
        Of the test, and the smallest false-discovery rate at which it is a discovery.
    """

    position: int
    group_for: int
    group_against: int
    n_agree_for: int
    n_seen_for: int
    n_disagree_against: int
    n_agree_against: int
    n_seen_against: int
    share_for: float
    share_for_ci: tuple[float, float]
    share_against: float
    share_against_ci: tuple[float, float]
    gap: float
    gap_ci: tuple[float, float]
    p_value: float
    q_value: float


def find_divisive(
    counts: VoteCounts,
    *,
    is_eligible: BoolArray,
    false_discovery_rate: float = 0.05,
    level: float = 0.95,
) -> Findings[DivisiveFinding]:
    """Find the statements on which the majorities of two groups oppose each other.

    Parameters
    ----------
    counts : VoteCounts
        Votes by group and statement, shape (n_groups, n_statements).
    is_eligible : (n_statements,) bool
        Statements that may be found: neither rejected nor meta.
    false_discovery_rate : float
        Over all statements together.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Findings of DivisiveFinding
        The largest lower bound of the gap first; nothing with fewer than two groups.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a rate or level is not inside (0, 1).

    Notes
    -----
    The claim is that in some group more than half agree, and in some group more than half
    disagree: narrower than `select_divisive`, for which it is enough that fewer than half of the
    second agree. Each part has the smallest sign-test p-value of all groups times their number
    (Bonferroni), and the claim the larger of the two (Berger, R. L. (1982), Technometrics 24,
    295-300); then Benjamini and Hochberg over statements. A pass counts as seen.

    The groups were found in the same votes, so the gaps are larger than between groups that were
    known beforehand. Nothing here corrects for that.
    """
    check_group_counts(counts, is_eligible)
    if not 0 < false_discovery_rate < 1 or not 0 < level < 1:
        raise ValueError("false_discovery_rate and level lie between 0 and 1")
    n_groups = len(counts.n_seen)
    minimum = fewest_votes(false_discovery_rate / max(n_groups, 1))
    is_tested = is_eligible & (np.count_nonzero(counts.n_seen >= minimum, axis=0) >= 2)
    if not is_tested.any():
        return Findings(DivisiveFinding, (), 0, false_discovery_rate, level)
    p_for = majority_p_value(counts.n_agree, counts.n_seen).min(axis=0)
    p_against = majority_p_value(counts.n_disagree, counts.n_seen).min(axis=0)
    p_values = np.minimum(n_groups * np.maximum(p_for, p_against), 1.0)
    q_values = adjust_p_values(np.where(is_tested, p_values, np.nan))
    agreement = wilson_interval(counts.n_agree, counts.n_seen, level=level)
    rejection = wilson_interval(counts.n_disagree, counts.n_seen, level=level)
    # Bounds rather than p-values name the groups: with many votes the latter are all 0.
    group_for = np.nan_to_num(agreement.low, nan=-1.0).argmax(axis=0)
    group_against = np.nan_to_num(rejection.low, nan=-1.0).argmax(axis=0)
    columns = np.arange(is_eligible.size)
    first, second = (group_for, columns), (group_against, columns)
    n_pairs = n_groups * (n_groups - 1) / 2
    gap_ci = newcombe_interval(
        counts.n_agree[first],
        counts.n_seen[first],
        counts.n_agree[second],
        counts.n_seen[second],
        level=1 - (1 - level) / n_pairs,
    )

    def describe(j: int) -> DivisiveFinding:
        one, other = (int(group_for[j]), j), (int(group_against[j]), j)
        share_for = float(counts.n_agree[one] / counts.n_seen[one])
        share_against = float(counts.n_agree[other] / counts.n_seen[other])
        return DivisiveFinding(
            position=j,
            group_for=one[0],
            group_against=other[0],
            n_agree_for=int(counts.n_agree[one]),
            n_seen_for=int(counts.n_seen[one]),
            n_disagree_against=int(counts.n_disagree[other]),
            n_agree_against=int(counts.n_agree[other]),
            n_seen_against=int(counts.n_seen[other]),
            share_for=share_for,
            share_for_ci=(float(agreement.low[one]), float(agreement.high[one])),
            share_against=share_against,
            share_against_ci=(float(agreement.low[other]), float(agreement.high[other])),
            gap=share_for - share_against,
            gap_ci=(float(gap_ci.low[j]), float(gap_ci.high[j])),
            p_value=float(p_values[j]),
            q_value=float(q_values[j]),
        )

    found = np.flatnonzero(q_values <= false_discovery_rate)
    ranked = found[np.argsort(-gap_ci.low[found], kind="stable")]
    return Findings(
        kind=DivisiveFinding,
        found=tuple(describe(j) for j in ranked.tolist()),
        n_tested=int(is_tested.sum()),
        false_discovery_rate=false_discovery_rate,
        level=level,
    )
