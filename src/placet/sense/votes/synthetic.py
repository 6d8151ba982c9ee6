"""Votes with planted opinion groups, to time engines on the same work and to test recovery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.votes.arrays import FloatArray, IndexArray, IntArray, VoteArray
from placet.sense.votes.conversations import Conversation, Statement
from placet.sense.votes.tables import VoteTable

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
    p_agree: FloatArray


@dataclass(frozen=True, eq=False)
class PlantedVotes:
    """A list of synthetic votes, in the order of their arrival, and the truth behind it.

    Attributes
    ----------
    participants, statements : (n_votes,) int32
        From 0.
    values : (n_votes,) int8
    groups, p_agree
        As for `PlantedConversation`.
    """

    participants: IndexArray
    statements: IndexArray
    values: VoteArray
    groups: IntArray
    p_agree: FloatArray


def plant_votes(
    n_participants: int,
    n_statements: int,
    *,
    generator: np.random.Generator,
    mean_votes: float = MEAN_VOTES,
) -> PlantedVotes:
    """Draw the votes of three groups that differ on most statements.

    Groups have shares 0.5, 0.3 and 0.2. A fifth of the statements are consensus, with one
    probability of agreement ~ Beta(8, 2); on the rest each group has its own ~ Beta(0.5, 0.5). A
    person casts Poisson(``mean_votes``) votes, at least 1 and at most one a statement, on
    statements drawn uniformly without replacement, and passes with probability 0.15. Everybody's
    votes arrive in a random order, all mixed.
    """
    if n_participants < 1 or n_statements < 1 or not mean_votes > 0:
        raise ValueError("a conversation has at least one participant, one statement and one vote each")
    groups, p_agree = plant_probabilities(n_participants, n_statements, generator=generator)
    events = draw_votes(groups, p_agree, generator=generator, mean_votes=mean_votes)
    return PlantedVotes(*events, groups, p_agree)


def plant_probabilities(
    n_participants: int, n_statements: int, *, generator: np.random.Generator
) -> tuple[IntArray, FloatArray]:
    """Draw everybody's group, and how likely each group agrees with each statement."""
    groups = generator.choice(len(GROUP_SHARES), size=n_participants, p=GROUP_SHARES)
    p_agree = generator.beta(0.5, 0.5, size=(len(GROUP_SHARES), n_statements))
    n_consensus = round(CONSENSUS_SHARE * n_statements)
    p_agree[:, :n_consensus] = generator.beta(8, 2, size=n_consensus)
    return groups, p_agree


def draw_votes(
    groups: IntArray, p_agree: FloatArray, *, generator: np.random.Generator, mean_votes: float = MEAN_VOTES
) -> tuple[IndexArray, IndexArray, VoteArray]:
    """Draw the votes of people of known groups, as `plant_votes` does; return the three columns."""
    from placet.sense.votes import synthetic_kernels as kernels

    n_statements = p_agree.shape[1]
    n_votes = np.clip(generator.poisson(mean_votes, size=groups.size), 1, n_statements)
    participants = np.repeat(np.arange(groups.size, dtype=np.int32), n_votes)
    statements = np.empty(participants.size, dtype=np.int32)
    values = np.empty(participants.size, dtype=np.int8)
    kernels.draw_votes(generator, n_votes, groups, p_agree, PASS_PROBABILITY, statements, values)
    kernels.shuffle(generator, participants, statements, values)
    return participants, statements, values


def plant_conversation(
    n_participants: int,
    n_statements: int,
    *,
    generator: np.random.Generator,
    mean_votes: float = MEAN_VOTES,
) -> PlantedConversation:
    """Draw a conversation of three groups that differ on most statements, as `plant_votes` does.

    Parameters
    ----------
    n_participants, n_statements : int
        At least 1.
    generator : numpy.random.Generator
    mean_votes : float
        Votes a person, on average.

    Returns
    -------
    PlantedConversation

    Examples
    --------
    >>> import numpy as np
    >>> from placet.sense import plant_conversation
    >>> plant_conversation(300, 20, generator=np.random.default_rng(1)).conversation
    Conversation('', 20 statements, VoteTable(300 participants, 20 statements, 6000 votes))
    """
    planted = plant_votes(n_participants, n_statements, generator=generator, mean_votes=mean_votes)
    votes = VoteTable.from_events(planted.participants, planted.statements, planted.values)
    statements = tuple(Statement(identifier) for identifier in range(n_statements))
    return PlantedConversation(Conversation(votes, statements), planted.groups, planted.p_agree)
