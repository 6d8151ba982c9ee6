"""Consensus that is a discovery: more than half of all, and more than half of every group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.estimates import wilson_interval
from placet.sense.highlights.discoveries import (
    adjust_p_values,
    exact_lower_bound,
    fewest_votes,
    majority_p_value,
)
from placet.sense.highlights.findings.results import Findings
from placet.sense.highlights.representative import Direction
from placet.sense.highlights.shapes import check_statement_counts
from placet.sense.votes import VoteCounts
from placet.sense.votes.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class ConsensusFinding:
    """A statement that more than half of the participants agree to, or reject.

    Attributes
    ----------
    position : int
        Position of the statement on the statement axis of the counts.
    direction : "agree" or "disagree"
    n_success, n_seen : int
        Votes in this direction, and all votes.
    share : float
        The one over the other.
    share_ci : (float, float)
        Wilson interval of the share.
    p_value, q_value : float
        Of the test over all participants.
    is_in_every_group : bool
        Whether the same is a discovery for all participants and each group at once.
    q_value_every_group : float or None
        Of that claim; None where it was not tested.
    least_group : int or None
        The group whose lower bound is the lowest; None without groups, as what follows.
    least_n_success, least_n_seen : int or None
        Its votes.
    least_share : float or None
        Its share; None if nobody in it voted.
    least_low : float or None
        Exact lower bound of its share, simultaneous: all groups' bounds hold together at the level.
    """

    position: int
    direction: Direction
    n_success: int
    n_seen: int
    share: float
    share_ci: tuple[float, float]
    p_value: float
    q_value: float
    is_in_every_group: bool
    q_value_every_group: float | None
    least_group: int | None
    least_n_success: int | None
    least_n_seen: int | None
    least_share: float | None
    least_low: float | None


@dataclass(frozen=True, eq=False)
class _EveryGroup:
    """The claim for every group at once; arrays of shape (2 directions, n_statements)."""

    q_values: FloatArray
    least: IntArray
    least_low: FloatArray


def find_consensus(
    counts: VoteCounts,
    group_counts: VoteCounts,
    *,
    is_eligible: BoolArray,
    false_discovery_rate: float = 0.05,
    level: float = 0.95,
) -> Findings[ConsensusFinding]:
    """Find what most participants agree on or reject, and whether every group does.

    Parameters
    ----------
    counts : VoteCounts
        Votes of all participants by statement, shape (n_statements,).
    group_counts : VoteCounts
        Votes by group and statement, shape (n_groups, n_statements); groups may be none.
    is_eligible : (n_statements,) bool
        Statements that may be found: neither rejected nor meta.
    false_discovery_rate : float
        Over all statements and both directions together, for each of the two claims.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Findings of ConsensusFinding
        Those found over all participants. The ones that hold in every group come first, each part
        by the lower bound of the least favourable group, or over all if there are no groups.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a rate or level is not inside (0, 1).

    Notes
    -----
    Over all participants the sign test of "at most half", then Benjamini and Hochberg. For every
    group at once, the p-value is the largest of all participants' and of each group's times the
    number of groups; the latter is below 1 - level exactly if the simultaneous bound of the least
    favourable group (Clopper and Pearson at 1 - (1 - level) / n_groups) is above one half. A pass
    counts as seen. A group of which few voted cannot confirm anything, so that it may be the number
    of votes and not the opinions that keep a statement from holding in every group. That the groups
    were found in the same votes makes them differ more, which is on the cautious side here.

    Examples
    --------
    >>> import numpy as np
    >>> from placet.sense import count_votes, count_votes_by_label, find_consensus, plant_conversation
    >>> planted = plant_conversation(300, 20, generator=np.random.default_rng(1))
    >>> votes = planted.conversation.votes
    >>> by_group = count_votes_by_label(votes, planted.groups, 3)
    >>> findings = find_consensus(count_votes(votes), by_group, is_eligible=np.ones(20, dtype=bool))
    >>> findings
    Findings(ConsensusFinding: 10 found by 40 tests, false-discovery rate 0.05)
    >>> first = findings.found[0]
    >>> first.position, first.direction, round(first.share, 2), first.is_in_every_group
    (2, 'agree', 0.77, True)
    """
    check_statement_counts(counts, is_eligible)
    if group_counts.n_seen.ndim != 2 or group_counts.n_seen.shape[1:] != counts.n_seen.shape:
        raise ValueError("group_counts needs shape (n_groups, n_statements)")
    successes = np.stack((counts.n_agree, counts.n_disagree))
    trials = np.broadcast_to(counts.n_seen, successes.shape)
    is_tested = is_eligible & (trials >= fewest_votes(false_discovery_rate))
    p_values = majority_p_value(successes, trials)
    q_values = adjust_p_values(np.where(is_tested, p_values, np.nan))
    share_ci = wilson_interval(successes, trials, level=level)
    n_groups = len(group_counts.n_seen)
    group_successes = np.stack((group_counts.n_agree, group_counts.n_disagree), axis=1)
    every = None
    if n_groups:
        every = _test_every_group(
            p_values, is_tested, group_successes, group_counts.n_seen, false_discovery_rate, level
        )

    def describe(way: int, j: int) -> ConsensusFinding:
        cell = (way, j)
        q_every = np.nan if every is None else every.q_values[cell]
        least = None if every is None else int(every.least[cell])
        least_seen = None if least is None else int(group_counts.n_seen[least, j])
        least_success = None if least is None else int(group_successes[least, way, j])
        return ConsensusFinding(
            position=j,
            direction="disagree" if way else "agree",
            n_success=int(successes[cell]),
            n_seen=int(trials[cell]),
            share=float(successes[cell] / trials[cell]),
            share_ci=(float(share_ci.low[cell]), float(share_ci.high[cell])),
            p_value=float(p_values[cell]),
            q_value=float(q_values[cell]),
            is_in_every_group=bool(q_every <= false_discovery_rate),
            q_value_every_group=None if np.isnan(q_every) else float(q_every),
            least_group=least,
            least_n_success=least_success,
            least_n_seen=least_seen,
            least_share=least_success / least_seen if least_success is not None and least_seen else None,
            least_low=None if every is None else float(every.least_low[cell]),
        )

    found = [describe(way, j) for way, j in np.argwhere(q_values <= false_discovery_rate).tolist()]
    found.sort(key=_rank)
    return Findings(ConsensusFinding, tuple(found), int(is_tested.sum()), false_discovery_rate, level)


def _rank(finding: ConsensusFinding) -> tuple[bool, float]:
    bound = finding.share_ci[0] if finding.least_low is None else finding.least_low
    return not finding.is_in_every_group, -bound


def _test_every_group(
    p_values: FloatArray,
    is_tested: BoolArray,
    successes: IntArray,
    n_seen: IntArray,
    false_discovery_rate: float,
    level: float,
) -> _EveryGroup:
    """Test each statement and direction for all participants and each group at once.

    ``successes`` has shape (n_groups, 2 directions, n_statements), ``n_seen`` (n_groups, n_statements).
    """
    n_groups = len(n_seen)
    trials = np.broadcast_to(n_seen[:, None], successes.shape)
    group_p = np.minimum(n_groups * majority_p_value(successes, trials), 1.0).max(axis=0)
    is_tested = is_tested & (trials >= fewest_votes(false_discovery_rate / n_groups)).all(axis=0)
    q_values = adjust_p_values(np.where(is_tested, np.maximum(p_values, group_p), np.nan))
    bounds = exact_lower_bound(successes, trials, level=1 - (1 - level) / n_groups)
    return _EveryGroup(q_values, bounds.argmin(axis=0), bounds.min(axis=0))
