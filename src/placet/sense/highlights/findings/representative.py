"""Representative statements that are discoveries: most of a group, and more than of the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.estimates import Interval, newcombe_interval, wilson_interval
from placet.sense.highlights.discoveries import (
    adjust_p_values,
    difference_p_value,
    fewest_votes,
    majority_p_value,
)
from placet.sense.highlights.findings.results import Findings
from placet.sense.highlights.representative import Direction
from placet.sense.highlights.shapes import check_group_counts
from placet.sense.votes import VoteCounts
from placet.sense.votes.arrays import BoolArray


@dataclass(frozen=True)
class RepresentativeFinding:
    """A statement that most of a group agree to (or reject), and clearly more than of the rest.

    Attributes
    ----------
    group, position : int
        The group, and the position of the statement on the statement axis of the counts.
    direction : "agree" or "disagree"
    n_success, n_seen : int
        Votes of the group in this direction, and all its votes.
    share : float
        The one over the other.
    share_ci : (float, float)
        Wilson interval of the share.
    n_success_rest, n_seen_rest : int
        The same among the members of all other groups.
    share_rest : float
    share_rest_ci : (float, float)
    difference : float
        The group's share minus that of the rest.
    difference_ci : (float, float)
        Newcombe interval of the difference.
    p_value, q_value : float
        Of the test, and the smallest false-discovery rate at which it is a discovery.
    """

    group: int
    position: int
    direction: Direction
    n_success: int
    n_seen: int
    share: float
    share_ci: tuple[float, float]
    n_success_rest: int
    n_seen_rest: int
    share_rest: float
    share_rest_ci: tuple[float, float]
    difference: float
    difference_ci: tuple[float, float]
    p_value: float
    q_value: float


def find_representative(
    counts: VoteCounts,
    *,
    is_eligible: BoolArray,
    false_discovery_rate: float = 0.05,
    level: float = 0.95,
) -> Findings[RepresentativeFinding]:
    """Find what each group says that the others do not, with control of false discoveries.

    Parameters
    ----------
    counts : VoteCounts
        Votes by group and statement, shape (n_groups, n_statements).
    is_eligible : (n_statements,) bool
        Statements that may be found: neither rejected nor meta.
    false_discovery_rate : float
        Over all groups, statements and both directions together.
    level : float
        Coverage of each interval on its own.

    Returns
    -------
    Findings of RepresentativeFinding
        By group, and in each the largest lower bound of the difference first, so that a few votes
        do not head the list. Nothing with fewer than two groups.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a rate or level is not inside (0, 1).

    Notes
    -----
    For each group, statement and direction the claim is that more than half of the group's votes
    go this way *and* a larger share than of the rest. Its p-value is the larger of those of the two
    parts, the sign test and Fisher's exact test, which is valid for the claim as a whole (Berger,
    R. L. (1982), "Multiparameter hypothesis testing and acceptance sampling", Technometrics 24,
    295-300); then Benjamini and Hochberg over all of them. A pass counts as seen. Groups with too
    few votes on a statement to show a majority at this rate are not tested.

    The groups were found in the same votes. That they differ somewhere is therefore no discovery,
    and the control holds for groups that were known beforehand: with groups cut out of pure noise,
    statements would still be found. Intervals are not widened for having been selected.
    """
    check_group_counts(counts, is_eligible)
    successes = np.stack((counts.n_agree, counts.n_disagree))
    trials = np.broadcast_to(counts.n_seen, successes.shape)
    rest = successes.sum(axis=1, keepdims=True) - successes
    rest_trials = trials.sum(axis=1, keepdims=True) - trials
    is_tested = is_eligible & (trials >= fewest_votes(false_discovery_rate)) & (rest_trials > 0)
    p_values = np.maximum(
        majority_p_value(successes, trials), difference_p_value(successes, trials, rest, rest_trials)
    )
    q_values = adjust_p_values(np.where(is_tested, p_values, np.nan))
    share_ci = wilson_interval(successes, trials, level=level)
    rest_ci = wilson_interval(rest, rest_trials, level=level)
    difference_ci = newcombe_interval(successes, trials, rest, rest_trials, level=level)

    cells = np.nonzero(q_values <= false_discovery_rate)
    ways, groups, positions = cells
    order = np.lexsort((positions, ways, -difference_ci.low[cells], groups))
    cells = (ways[order], groups[order], positions[order])
    share, share_rest = successes[cells] / trials[cells], rest[cells] / rest_trials[cells]

    def bounds(interval: Interval) -> list[tuple[float, float]]:
        return list(zip(interval.low[cells].tolist(), interval.high[cells].tolist(), strict=True))

    # Column by column: one figure at a time would take most of the time of an analysis.
    columns = (
        cells[1].tolist(),
        cells[2].tolist(),
        ["disagree" if way else "agree" for way in cells[0].tolist()],
        successes[cells].tolist(),
        trials[cells].tolist(),
        share.tolist(),
        bounds(share_ci),
        rest[cells].tolist(),
        rest_trials[cells].tolist(),
        share_rest.tolist(),
        bounds(rest_ci),
        (share - share_rest).tolist(),
        bounds(difference_ci),
        p_values[cells].tolist(),
        q_values[cells].tolist(),
    )
    return Findings(
        kind=RepresentativeFinding,
        found=tuple(RepresentativeFinding(*row) for row in zip(*columns, strict=True)),
        n_tested=int(is_tested.sum()),
        false_discovery_rate=false_discovery_rate,
        level=level,
    )
