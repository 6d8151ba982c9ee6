"""One analysis of a conversation: everything the engine finds, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import numpy.typing as npt

from placet.sense.highlights import (
    Consensus,
    DivisiveStatement,
    RepresentativeStatement,
    group_informed_consensus,
    select_consensus,
    select_divisive,
    select_representative,
    statement_priorities,
)
from placet.sense.opinion import (
    CovoteMoments,
    OpinionGroups,
    OpinionSpace,
    find_groups,
    fit_space,
    select_participants,
)
from placet.sense.reports.parameters import Parameters
from placet.sense.votes import Conversation, VoteCounts, count_votes, count_votes_by_label

FloatArray = npt.NDArray[np.float64]

# Told the share of the work that is done, from 0 to 1.
Progress = Callable[[float], None]


class _Selection(TypedDict):
    """What the lists of statements have in common."""

    is_eligible: npt.NDArray[np.bool_]
    n_selected: int
    level: float


@dataclass(frozen=True, eq=False)
class Analysis:
    """What was found in a conversation, and all that it takes to find it again.

    Attributes
    ----------
    conversation : Conversation
    parameters : Parameters
    seed : int
    space : OpinionSpace
        Over the statements that were voted on.
    positions : (n_participants, 2) float64
        Where participants lie in the space.
    groups : OpinionGroups
    counts : VoteCounts
        Votes of all participants by statement. Here and below the statements are all those of the
        conversation, in its order.
    group_counts : VoteCounts
        Votes by group and statement.
    extremity : (n_statements,) float64
        NaN for a statement that nobody voted on.
    priorities, group_informed_consensus : (n_statements,) float64
    representative : tuple of tuple of RepresentativeStatement
        For each group.
    consensus : Consensus
    divisive : tuple of DivisiveStatement
    """

    conversation: Conversation
    parameters: Parameters
    seed: int
    space: OpinionSpace
    positions: FloatArray
    groups: OpinionGroups
    counts: VoteCounts
    group_counts: VoteCounts
    extremity: FloatArray
    priorities: FloatArray
    group_informed_consensus: FloatArray
    representative: tuple[tuple[RepresentativeStatement, ...], ...]
    consensus: Consensus
    divisive: tuple[DivisiveStatement, ...]


def analyze(
    conversation: Conversation,
    *,
    parameters: Parameters | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Analysis:
    """Analyse a conversation.

    Parameters
    ----------
    conversation : Conversation
    parameters : Parameters, optional
    seed : int
        Not negative; starts the random generator of the k-means.
    progress : callable, optional
        Called with the share of the work that is done, from 0 to 1.

    Returns
    -------
    Analysis
        Depends on the conversation, the parameters and the seed alone. Without any vote there is
        no group and no position, and every list is empty.
    """
    if seed < 0:
        raise ValueError("seed is not negative")
    parameters = parameters or Parameters()
    report = progress or (lambda share: None)
    votes = conversation.votes
    position = {identifier: j for j, identifier in enumerate(votes.statement_ids)}
    voted_at = np.array([position.get(s.id, -1) for s in conversation.statements], dtype=np.int64)
    is_eligible = np.array([s.is_eligible for s in conversation.statements], dtype=np.bool_)
    is_meta = np.array([s.is_meta for s in conversation.statements], dtype=np.bool_)
    is_voted = voted_at >= 0
    report(0.0)
    space = fit_space(CovoteMoments.from_votes(votes), is_eligible=is_eligible[is_voted])
    report(0.4)
    positions = space.project(votes)
    groups = _find_groups(votes.votes_per_participant(), positions, votes.n_statements, parameters, seed)
    report(0.8)
    counts = count_votes(votes).take(voted_at)
    group_counts = count_votes_by_label(votes, groups.labels, groups.n_groups).take(voted_at)
    extremity = np.full(voted_at.size, np.nan)
    extremity[is_voted] = space.extremity()
    selection: _Selection = {
        "is_eligible": is_eligible & is_voted,
        "n_selected": parameters.n_selected,
        "level": parameters.interval_level,
    }
    analysis = Analysis(
        conversation=conversation,
        parameters=parameters,
        seed=seed,
        space=space,
        positions=positions,
        groups=groups,
        counts=counts,
        group_counts=group_counts,
        extremity=extremity,
        # As in Polis, from the votes of those who are in a group.
        priorities=statement_priorities(group_counts.sum(), np.nan_to_num(extremity), is_meta),
        group_informed_consensus=group_informed_consensus(group_counts),
        representative=select_representative(group_counts, **selection),
        consensus=select_consensus(counts, **selection),
        divisive=select_divisive(group_counts, **selection),
    )
    report(1.0)
    return analysis


def _find_groups(
    n_votes: npt.NDArray[np.int64],
    positions: FloatArray,
    n_statements: int,
    parameters: Parameters,
    seed: int,
) -> OpinionGroups:
    is_in = select_participants(
        n_votes,
        n_statements=n_statements,
        min_votes=parameters.min_votes,
        min_participants=parameters.min_participants,
    )
    return find_groups(
        positions,
        is_in,
        generator=np.random.default_rng(seed),
        n_base_clusters=parameters.n_base_clusters,
        max_groups=parameters.max_groups,
        n_restarts=parameters.n_restarts,
    )
