"""Vote tables: who voted how on what, in sparse and canonical form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from placet.sense.votes.arrays import (
    BoolArray,
    Identifier,
    IdentifierArray,
    IndexArray,
    IntArray,
    VoteArray,
)

if TYPE_CHECKING:
    import polars as pl

    from placet.sense.votes.sources import VoteSource

AGREE, PASS, DISAGREE = 1, 0, -1

Result = TypeVar("Result")

MAX_STATEMENTS, MAX_PARTICIPANTS = 2**31 - 1, 2**30  # positions and sums have 32 bits
LIST_COLUMNS = Sequence[Identifier] | IdentifierArray


@dataclass(frozen=True, eq=False)
class VoteTable:
    """Current votes of a conversation, row by row.

    Participants and statements are numbered in the order of their identifiers, and votes are
    sorted by participant, then statement. The same votes therefore give the same table, whatever
    order they were read in.

    Attributes
    ----------
    participant_ids : (n_participants,) int64 or str array
        Everyone who voted, ascending.
    statement_ids : tuple of int or tuple of str
        Every statement that was voted on, ascending. A part of a larger table lists those of the
        whole.
    row_starts : (n_participants + 1,) int64
        The votes of participant i stand from ``row_starts[i]`` to before ``row_starts[i + 1]``.
    statement_index : (n_votes,) int32
        Position of each vote's statement in `statement_ids`.
    values : (n_votes,) int8
        +1 agree, -1 disagree, 0 pass. A pair that is not listed was not seen.

    Notes
    -----
    Build one with `VoteTable.from_events`; the arrays are read-only. A vote takes 5 bytes.
    """

    participant_ids: IdentifierArray
    statement_ids: tuple[Identifier, ...]
    row_starts: IntArray
    statement_index: IndexArray
    values: VoteArray

    def __post_init__(self) -> None:
        for array in (self.participant_ids, self.row_starts, self.statement_index, self.values):
            array.flags.writeable = False

    @classmethod
    def from_events(
        cls,
        participant_ids: LIST_COLUMNS,
        statement_ids: LIST_COLUMNS,
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

        Examples
        --------
        Ann changes her mind about statement 1:

        >>> from placet.sense import VoteTable
        >>> votes = VoteTable.from_events(["ann", "bob", "ann"], [1, 1, 1], [1, 0, -1])
        >>> votes
        VoteTable(2 participants, 1 statements, 2 votes)
        >>> votes.values
        array([-1,  0], dtype=int8)
        """
        votes = _checked_values(values)
        if not len(participant_ids) == len(statement_ids) == votes.size:
            raise ValueError("participant_ids, statement_ids and values differ in length")
        participants, participant_index = number_identifiers(participant_ids)
        statements, statement_index = number_identifiers(statement_ids)
        if order is not None:
            moments = np.asarray(order)
            if moments.shape != votes.shape or not np.isfinite(moments).all():
                raise ValueError("order needs one finite moment for each vote")
            by_moment = order_by_time(moments)
            if by_moment is not None:
                participant_index = participant_index[by_moment]
                statement_index = statement_index[by_moment]
                votes = votes[by_moment]
        return build_table(
            participants, tuple(statements.tolist()), participant_index, statement_index, votes
        )

    def __repr__(self) -> str:
        return describe_votes(self)

    def to_polars(self) -> pl.DataFrame:
        """Return one row a vote: participant, statement, vote (1 agree, 0 pass, -1 disagree)."""
        import polars as pl

        statements = np.array(self.statement_ids) if self.statement_ids else np.empty(0, dtype=np.int64)
        return pl.DataFrame(
            {
                "participant": self.participant_ids[self.participant_index],
                "statement": statements[self.statement_index],
                "vote": self.values,
            }
        )

    @property
    def n_participants(self) -> int:
        """Number of people who voted."""
        return self.participant_ids.size

    @property
    def n_statements(self) -> int:
        """Number of statements in `statement_ids`."""
        return len(self.statement_ids)

    @property
    def n_votes(self) -> int:
        """Number of current votes."""
        return self.values.size

    @property
    def participant_index(self) -> IndexArray:
        """The row of each vote, shape (n_votes,); made anew at each call."""
        return np.repeat(np.arange(self.n_participants, dtype=np.int32), self.votes_per_participant())

    def votes_per_participant(self) -> IntArray:
        """Return how many statements each participant voted on, passes included."""
        return np.diff(self.row_starts)

    def equals(self, other: VoteTable) -> bool:
        """Return whether two tables hold the same votes."""
        return (
            np.array_equal(self.participant_ids, other.participant_ids)
            and self.statement_ids == other.statement_ids
            and np.array_equal(self.row_starts, other.row_starts)
            and np.array_equal(self.statement_index, other.statement_index)
            and np.array_equal(self.values, other.values)
        )

    def block_edges(self) -> tuple[int, ...]:
        """Return the edges of the only block (see `sources`)."""
        return (0, self.n_participants)

    def tables(self) -> Iterator[VoteTable]:
        """Yield this table, the only block."""
        yield self

    def map(self, work: Callable[..., Result], *arguments: Iterable[object]) -> Iterator[Result]:
        """Yield ``work(table, ...)`` for this table, the only block."""
        for argument in zip(*arguments, strict=True) if arguments else [()]:
            yield work(self, *argument)

    def reduce(
        self, work: Callable[[VoteTable], Result], merge: Callable[[Result, Result], Result]
    ) -> Result:
        """Return ``work(table)``: there is nothing to merge."""
        return work(self)

    def rows(self, start: int, stop: int) -> VoteTable:
        """Return the participants from one position to before another, without copying their votes."""
        first, last = self.row_starts[start], self.row_starts[stop]
        return VoteTable(
            self.participant_ids[start:stop],
            self.statement_ids,
            self.row_starts[start : stop + 1] - first,
            self.statement_index[first:last],
            self.values[first:last],
        )

    def select(self, is_in: BoolArray) -> VoteTable:
        """Return the table of some participants; it lists the statements of the whole.

        Parameters
        ----------
        is_in : (n_participants,) bool
        """
        if is_in.shape != (self.n_participants,) or is_in.dtype != np.bool_:
            raise ValueError("is_in needs one true or false for each participant")
        lengths = self.votes_per_participant()
        kept = np.repeat(is_in, lengths)
        return VoteTable(
            self.participant_ids[is_in],
            self.statement_ids,
            starts_of(lengths[is_in]),
            self.statement_index[kept],
            self.values[kept],
        )

    def take(self, positions: IntArray) -> VoteTable:
        """Return the rows at some positions, in that order, as often as each is given.

        Rows that are given twice count as two people, so the result is not in canonical order; it
        serves resampling.
        """
        from placet.sense.votes import kernels

        row_starts = starts_of(self.votes_per_participant()[positions])
        statement_index = np.empty(row_starts[-1], dtype=np.int32)
        values = np.empty(row_starts[-1], dtype=np.int8)
        rows = (self.row_starts, self.statement_index, self.values)
        kernels.take_rows(*rows, positions, row_starts, statement_index, values)
        return VoteTable(
            self.participant_ids[positions], self.statement_ids, row_starts, statement_index, values
        )


def build_table(
    participants: IdentifierArray,
    statements: tuple[Identifier, ...],
    participant_index: IndexArray,
    statement_index: IndexArray,
    values: VoteArray,
) -> VoteTable:
    """Build a table from numbered votes, of which the last one on a pair counts.

    Parameters
    ----------
    participants, statements : ascending identifiers
    participant_index, statement_index : (n_events,) int32
        Positions in the two.
    values : (n_events,) int8
        -1, 0 or 1.
    """
    from placet.sense.votes import kernels
    from placet.sense.votes.compiled import SMALL, n_threads, run_rows, run_tasks, split_evenly

    if len(statements) > MAX_STATEMENTS or participants.size > MAX_PARTICIPANTS:
        raise ValueError("a table holds at most 2**30 participants and 2**31 statements")
    events = (participant_index, statement_index, values)
    bits = max(len(statements) - 1, 1).bit_length()
    fits = bits + kernels.BLOCK_BITS + 2 <= 32
    packed: Any = np.empty(values.size, dtype=np.uint32 if fits else np.uint64)
    n_blocks = -(-participants.size // kernels.BLOCK)
    parts = split_evenly(values.size, n_threads() if values.size > SMALL else 1)
    counts = np.zeros((len(parts), n_blocks), dtype=np.int64)
    run_tasks(lambda i, a, b: kernels.count_blocks(participant_index, a, b, counts[i]), parts)
    # Each part of the list writes its votes behind those of the parts before it.
    block_starts = starts_of(counts.sum(axis=0))
    heads = block_starts[:-1] + np.cumsum(counts, axis=0) - counts
    run_tasks(lambda i, a, b: kernels.pack_blocks(*events, a, b, bits, heads[i], packed), parts)

    n_kept = np.zeros(n_blocks, dtype=np.int64)
    lengths = np.zeros(participants.size, dtype=np.int64)
    run_rows(
        lambda a, b: kernels.sort_blocks(block_starts, a, b, bits, packed, n_kept, lengths), block_starts
    )
    new_starts = starts_of(n_kept)
    # Without repeated votes nothing moves, and the words make room for the statements in place.
    in_place = fits and new_starts[-1] == values.size
    statements_of = packed.view(np.int32) if in_place else np.empty(new_starts[-1], dtype=np.int32)
    current = np.empty(new_starts[-1], dtype=np.int8)
    source = (packed, block_starts)
    target: tuple[Any, ...] = (n_kept, new_starts, bits, statements_of, current)
    run_rows(lambda a, b: kernels.unpack_blocks(*source, a, b, *target), block_starts)
    return VoteTable(participants, statements, starts_of(lengths), statements_of, current)


def number_identifiers(ids: LIST_COLUMNS) -> tuple[IdentifierArray, IndexArray]:
    """Return the distinct identifiers in ascending order, and the position of each one given.

    Raises
    ------
    ValueError
        If they are neither all integers of at most 64 bits nor all text.
    """
    if not isinstance(ids, np.ndarray):
        kinds = {type(identifier) for identifier in ids}
        if kinds - {int} and kinds - {str}:
            raise ValueError("identifiers are all integers or all text")
    array = np.asarray(ids) if len(ids) else np.empty(0, dtype=np.int64)
    if array.dtype.kind == "U":
        distinct, index = np.unique(array, return_inverse=True)
        return distinct, index.astype(np.int32)
    if array.dtype.kind not in "iu" or (array.dtype.kind == "u" and array.max(initial=0) >= 2**63):
        raise ValueError("identifiers are integers of at most 64 bits, or text")
    if array.dtype != np.int32:
        array = array.astype(np.int64, copy=False)
    return _number_integers(array)


def _number_integers(ids: Any) -> tuple[IntArray, IndexArray]:
    """Number integers by a table of all that lie between the ends, where that is not too long."""
    from placet.sense.votes import kernels
    from placet.sense.votes.compiled import SMALL, n_threads, run_tasks, split_evenly

    if ids.size == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32)
    low, high = int(ids.min()), int(ids.max())
    if high - low >= 2 * ids.size + 2**16:
        distinct, found = np.unique(ids, return_inverse=True)
        return distinct.astype(np.int64), found.astype(np.int32)
    is_present = np.zeros(high - low + 1, dtype=np.bool_)
    parts = split_evenly(ids.size, n_threads() if ids.size > SMALL else 1)
    run_tasks(lambda _, a, b: kernels.mark_present(ids[a:b], low, is_present), parts)
    distinct = np.flatnonzero(is_present) + low
    if low == 0 and distinct.size == high + 1 and ids.dtype == np.int32:
        return distinct, ids
    rank = np.cumsum(is_present, dtype=np.int32) - np.int32(1)
    index: IndexArray = np.empty(ids.size, dtype=np.int32)
    run_tasks(lambda _, a, b: kernels.look_up(ids[a:b], low, rank, index[a:b]), parts)
    return distinct, index


def _checked_values(values: npt.ArrayLike) -> VoteArray:
    votes = np.asarray(values)
    if votes.ndim != 1:
        raise ValueError("values is a list with one vote each")
    if votes.dtype.kind in "iu":
        is_good = votes.size == 0 or (int(votes.min()) >= DISAGREE and int(votes.max()) <= AGREE)
    else:
        is_good = bool(np.isin(votes, (AGREE, PASS, DISAGREE)).all())
    if not is_good:
        raise ValueError("votes are +1 (agree), 0 (pass) or -1 (disagree)")
    return votes.astype(np.int8, copy=False)


def order_by_time(moments: npt.NDArray[Any]) -> IntArray | None:
    """Return the events in the order of their moments, or None if they are in it already."""
    if (moments[1:] >= moments[:-1]).all():
        return None
    return np.argsort(moments, kind="stable")


def describe_votes(votes: VoteSource) -> str:
    """Return what votes are, in one line."""
    return (
        f"{type(votes).__name__}({votes.n_participants} participants,"
        f" {votes.n_statements} statements, {votes.n_votes} votes)"
    )


def starts_of(lengths: npt.NDArray[Any]) -> IntArray:
    starts = np.zeros(lengths.size + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts
