"""Where votes can lie: in memory, on disk block by block, or on a cluster.

Whatever is computed from votes goes through two operations, so that it is written once for all
three: `map` (one result for each block of participants) and `reduce` (results merged). A block is
a `VoteTable` of some participants over the statements of the whole; blocks follow each other in
the order of participants.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from placet.sense.votes.arrays import Identifier, IdentifierArray, IntArray
from placet.sense.votes.tables import VoteTable

Result = TypeVar("Result")


class VoteSource(Protocol):
    """Current votes of a conversation, wherever they lie.

    Attributes
    ----------
    participant_ids : (n_participants,) int64 or str array
        Everyone who voted, ascending.
    statement_ids : tuple of int or tuple of str
        Every statement that was voted on, ascending.
    n_votes : int
    """

    @property
    def participant_ids(self) -> IdentifierArray:
        """Everyone who voted, ascending."""

    @property
    def statement_ids(self) -> tuple[Identifier, ...]:
        """Every statement that was voted on, ascending."""

    @property
    def n_participants(self) -> int:
        """Number of people who voted."""

    @property
    def n_statements(self) -> int:
        """Number of statements that were voted on."""

    @property
    def n_votes(self) -> int:
        """Number of current votes."""

    def votes_per_participant(self) -> IntArray:
        """Return how many statements each participant voted on, shape (n_participants,)."""

    def block_edges(self) -> tuple[int, ...]:
        """Return the position of the first participant of each block, and the number of all."""

    def tables(self) -> Iterator[VoteTable]:
        """Yield the blocks, in the order of participants."""

    def map(self, work: Callable[..., Result], *arguments: Iterable[object]) -> Iterator[Result]:
        """Yield ``work(block, ...)`` for each block, with one of each of the arguments."""

    def reduce(
        self, work: Callable[[VoteTable], Result], merge: Callable[[Result, Result], Result]
    ) -> Result:
        """Return ``work(block)`` of all blocks merged; the merge must not depend on the order."""


def gather_rows(votes: VoteSource, positions: IntArray) -> VoteTable:
    """Return the table of some participants, given by ascending positions, whatever block they are in."""
    from placet.sense.votes.blocks import join_tables

    edges = votes.block_edges()
    inside = [
        positions[(positions >= first) & (positions < last)] - first
        for first, last in itertools.pairwise(edges)
    ]
    return join_tables(list(votes.map(VoteTable.take, inside)), votes.statement_ids)
