"""Where votes can lie: in memory, on disk block by block, or on a cluster.

Whatever is computed from votes goes through two operations, so that it is written once for all
three: `map` (one result for each block of participants) and `reduce` (results merged). A block is
a `VoteTable` of some participants over the statements of the whole; blocks follow each other in
the order of participants.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Protocol, Self, TypeVar

import numpy as np

from placet.sense.votes.arrays import Identifier, IdentifierArray, IndexArray, IntArray
from placet.sense.votes.blocks import join_tables
from placet.sense.votes.tables import VoteTable, describe_votes

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


class BlockedVotes(VoteSource):
    """What is known of votes before their blocks are read, wherever those lie.

    For a ``with``, the end of which closes it.

    Parameters
    ----------
    participant_ids, statement_ids
        As for `VoteSource`.
    row_lengths : (n_participants,) int32 or int64
        How many statements each participant voted on.
    edges : tuple of int
        What `block_edges` returns.
    """

    def __init__(
        self,
        participant_ids: IdentifierArray,
        statement_ids: tuple[Identifier, ...],
        row_lengths: IndexArray | IntArray,
        edges: tuple[int, ...],
    ) -> None:
        self._participant_ids = participant_ids
        self._statement_ids = statement_ids
        self._row_lengths = row_lengths
        self._edges = edges

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Give up the votes and what they take."""

    def __repr__(self) -> str:
        return describe_votes(self)

    @property
    def participant_ids(self) -> IdentifierArray:
        """Everyone who voted, ascending."""
        return self._participant_ids

    @property
    def statement_ids(self) -> tuple[Identifier, ...]:
        """Every statement that was voted on, ascending."""
        return self._statement_ids

    @property
    def n_participants(self) -> int:
        """Number of people who voted."""
        return self._participant_ids.size

    @property
    def n_statements(self) -> int:
        """Number of statements that were voted on."""
        return len(self._statement_ids)

    @property
    def n_votes(self) -> int:
        """Number of current votes."""
        return int(self._row_lengths.sum(dtype=np.int64))

    def votes_per_participant(self) -> IntArray:
        """Return how many statements each participant voted on."""
        return self._row_lengths.astype(np.int64)

    def block_edges(self) -> tuple[int, ...]:
        """Return the position of the first participant of each block, and the number of all."""
        return self._edges


def gather_rows(votes: VoteSource, positions: IntArray) -> VoteTable:
    """Return the table of some participants, given by ascending positions, whatever block they are in."""
    inside = [
        positions[(positions >= first) & (positions < last)] - first
        for first, last in pairwise(votes.block_edges())
    ]
    return join_tables(list(votes.map(VoteTable.take, inside)), votes.statement_ids)
