"""Vote tables: who voted how on what, in sparse and canonical form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

Identifier = int | str
IntArray = npt.NDArray[np.int64]
IdentifierArray = npt.NDArray[np.int64] | npt.NDArray[np.str_]
VoteArray = npt.NDArray[np.int8]

AGREE, PASS, DISAGREE = 1, 0, -1


@dataclass(frozen=True, eq=False)
class VoteTable:
    """Current votes of a conversation.

    Participants and statements are numbered in the order of their identifiers, and votes are
    sorted by participant, then statement. The same votes therefore give the same table, whatever
    order they were read in.

    Attributes
    ----------
    participant_ids : tuple of int or tuple of str
        Everyone who voted, ascending.
    statement_ids : tuple of int or tuple of str
        Every statement that was voted on, ascending.
    participant_index, statement_index : (n_votes,) int64
        Positions in the two tuples.
    values : (n_votes,) int8
        +1 agree, -1 disagree, 0 pass. A pair that is not listed was not seen.

    Notes
    -----
    Build one with `VoteTable.from_events`; the arrays are read-only.
    """

    participant_ids: tuple[Identifier, ...]
    statement_ids: tuple[Identifier, ...]
    participant_index: IntArray
    statement_index: IntArray
    values: VoteArray

    @classmethod
    def from_events(
        cls,
        participant_ids: Sequence[Identifier] | IdentifierArray,
        statement_ids: Sequence[Identifier] | IdentifierArray,
        values: npt.ArrayLike,
        *,
        order: npt.ArrayLike | None = None,
    ) -> VoteTable:
        """Build a table from a list of votes, of which the last one on a pair counts.

        Parameters
        ----------
        participant_ids, statement_ids : sequence of int or of str, one per vote
            All integers or all text; the two may differ from each other.
        values : array_like of int
            +1 agree, -1 disagree, 0 pass.
        order : array_like of finite numbers, optional
            When each vote was cast; equal moments keep the order of the list. Without it the
            order of the list alone decides.

        Raises
        ------
        ValueError
            If the lengths differ, a value is none of -1, 0, 1, an identifier is neither integer
            nor text, or a moment is not finite.
        """
        votes = np.asarray(values)
        if not len(participant_ids) == len(statement_ids) == votes.size:
            raise ValueError("participant_ids, statement_ids and values differ in length")
        if not np.isin(votes, (AGREE, PASS, DISAGREE)).all():
            raise ValueError("votes are +1 (agree), 0 (pass) or -1 (disagree)")
        moments = None
        if order is not None:
            moments = np.asarray(order)
            if moments.size != votes.size or not np.isfinite(moments).all():
                raise ValueError("order needs one finite moment for each vote")
        return _build_table(participant_ids, statement_ids, votes.astype(np.int8), moments)

    @property
    def n_participants(self) -> int:
        """Number of people who voted."""
        return len(self.participant_ids)

    @property
    def n_statements(self) -> int:
        """Number of statements that were voted on."""
        return len(self.statement_ids)

    @property
    def n_votes(self) -> int:
        """Number of current votes."""
        return self.values.size

    def votes_per_participant(self) -> IntArray:
        """Return how many statements each participant voted on, passes included."""
        return np.bincount(self.participant_index, minlength=self.n_participants).astype(np.int64)

    def equals(self, other: VoteTable) -> bool:
        """Return whether two tables hold the same votes."""
        return (
            self.participant_ids == other.participant_ids
            and self.statement_ids == other.statement_ids
            and np.array_equal(self.participant_index, other.participant_index)
            and np.array_equal(self.statement_index, other.statement_index)
            and np.array_equal(self.values, other.values)
        )

    def vote_matrix(self) -> sparse.csr_array[Any, tuple[int, int]]:
        """Return V, participants by statements; a pass is an explicit zero."""
        return self._matrix(self.values.astype(np.int64))

    def seen_matrix(self) -> sparse.csr_array[Any, tuple[int, int]]:
        """Return M, participants by statements: 1 where a vote exists."""
        return self._matrix(np.ones(self.n_votes, dtype=np.int64))

    def _matrix(self, data: npt.NDArray[Any]) -> sparse.csr_array[Any, tuple[int, int]]:
        row_ends = np.cumsum(self.votes_per_participant())
        row_starts = np.concatenate(([0], row_ends))
        shape = (self.n_participants, self.n_statements)
        return sparse.csr_array((data, self.statement_index, row_starts), shape=shape)


def _build_table(
    participant_ids: Sequence[Identifier] | IdentifierArray,
    statement_ids: Sequence[Identifier] | IdentifierArray,
    values: VoteArray,
    moments: npt.NDArray[Any] | None,
) -> VoteTable:
    participants, participant_index = _number(participant_ids)
    statements, statement_index = _number(statement_ids)
    pair = participant_index * max(len(statements), 1) + statement_index
    keys = (pair,) if moments is None else (moments, pair)
    by_pair = np.lexsort(keys)  # stable, so equal moments stay in the order of the list
    pair = pair[by_pair]
    is_last = np.append(pair[1:] != pair[:-1], True)[: pair.size]
    current = by_pair[is_last]
    arrays = (participant_index[current], statement_index[current], values[current])
    for array in arrays:
        array.flags.writeable = False
    return VoteTable(participants, statements, *arrays)


def _number(ids: Sequence[Identifier] | IdentifierArray) -> tuple[tuple[Identifier, ...], IntArray]:
    """Return the distinct identifiers in ascending order, and the position of each one given."""
    if not isinstance(ids, np.ndarray):
        kinds = {type(identifier) for identifier in ids}
        if kinds - {int} and kinds - {str}:
            raise ValueError("identifiers are all integers or all text")
    array = np.asarray(ids) if len(ids) else np.empty(0, dtype=np.int64)
    if array.dtype.kind not in "iuU":
        raise ValueError("identifiers are integers of at most 64 bits, or text")
    distinct, index = np.unique(array, return_inverse=True)
    return tuple(distinct.tolist()), index.astype(np.int64)
