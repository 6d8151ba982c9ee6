"""Inner loops that draw synthetic votes."""

from __future__ import annotations

import numpy as np

from placet.sense.votes.arrays import FloatArray, IndexArray, IntArray, VoteArray
from placet.sense.votes.compiled import kernel


@kernel
def draw_votes(
    generator: np.random.Generator,
    n_votes: IntArray,
    groups: IntArray,
    p_agree: FloatArray,
    p_pass: float,
    statements: IndexArray,
    values: VoteArray,
) -> None:
    """Draw distinct statements for each participant, and votes by the probabilities of the group."""
    n_statements = p_agree.shape[1]
    deck = np.arange(n_statements).astype(np.int32)
    i = 0
    for person in range(n_votes.size):
        for drawn in range(n_votes[person]):
            other = drawn + int(generator.random() * (n_statements - drawn))
            deck[drawn], deck[other] = deck[other], deck[drawn]
            statements[i] = deck[drawn]
            if generator.random() < p_pass:
                values[i] = 0
            else:
                values[i] = 1 if generator.random() < p_agree[groups[person], deck[drawn]] else -1
            i += 1


@kernel
def shuffle(
    generator: np.random.Generator, participants: IndexArray, statements: IndexArray, values: VoteArray
) -> None:
    """Put votes in a random order."""
    for i in range(values.size - 1, 0, -1):
        j = int(generator.random() * (i + 1))
        participants[i], participants[j] = participants[j], participants[i]
        statements[i], statements[j] = statements[j], statements[i]
        values[i], values[j] = values[j], values[i]
