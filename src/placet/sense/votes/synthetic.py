"""Votes with planted opinion groups, to time engines on the same work and to test recovery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.votes.conversations import Conversation, Statement
from placet.sense.votes.tables import AGREE, DISAGREE, PASS, IntArray, VoteTable

GROUP_SHARES = (0.5, 0.3, 0.2)
CONSENSUS_SHARE = 0.2
PASS_PROBABILITY = 0.15
MEAN_VOTES = 40.0


@dataclass(frozen=True, eq=False)
class PlantedConversation:
    """A synthetic conversation and the truth behind it.

    Attributes
    ----------
    conversation : Conversation
    groups : (n_participants,) int64
        Planted group of each participant, in the order of ``conversation.votes.participant_ids``.
    p_agree : (n_groups, n_statements) float64
        Probability that a member who does not pass agrees, by statement identifier.
    """

    conversation: Conversation
    groups: IntArray
    p_agree: np.ndarray[tuple[int, int], np.dtype[np.float64]]


def plant_conversation(
    n_participants: int, n_statements: int, *, generator: np.random.Generator
) -> PlantedConversation:
    """Draw a conversation of three groups that differ on most statements.

    Groups have shares 0.5, 0.3 and 0.2. A fifth of the statements are consensus, with one
    probability of agreement ~ Beta(8, 2); on the rest each group has its own ~ Beta(0.5, 0.5). A
    person casts Poisson(40) votes, at least 1 and at most one a statement, on statements drawn
    uniformly without replacement, and passes with probability 0.15.
    """
    if n_participants < 1 or n_statements < 1:
        raise ValueError("a conversation has at least one participant and one statement")
    groups = generator.choice(len(GROUP_SHARES), size=n_participants, p=GROUP_SHARES)
    p_agree = generator.beta(0.5, 0.5, size=(len(GROUP_SHARES), n_statements))
    n_consensus = round(CONSENSUS_SHARE * n_statements)
    p_agree[:, :n_consensus] = generator.beta(8, 2, size=n_consensus)
    n_votes = np.clip(generator.poisson(MEAN_VOTES, size=n_participants), 1, n_statements)
    participant = np.repeat(np.arange(n_participants), n_votes)
    statement = np.concatenate(
        [generator.choice(n_statements, size=n, replace=False, shuffle=False) for n in n_votes]
    )
    draw = generator.random(participant.size)
    values = np.where(draw < p_agree[groups[participant], statement], AGREE, DISAGREE)
    values[generator.random(participant.size) < PASS_PROBABILITY] = PASS
    votes = VoteTable.from_events(participant, statement, values)
    statements = tuple(Statement(identifier) for identifier in range(n_statements))
    return PlantedConversation(Conversation(votes, statements), groups.astype(np.int64), p_agree)
