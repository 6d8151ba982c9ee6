"""Splitting lists of votes by participant, and joining the tables made of the parts.

The parts are ranges of identifiers, so that the tables of the parts, one after the other, are the
table of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from placet.sense.votes.arrays import Identifier, IdentifierArray, IntArray
from placet.sense.votes.tables import VoteTable, starts_of

VOTES_PER_BLOCK = 8_000_000  # about 200 MB while a block is built


def choose_splits(sample: IdentifierArray, n_votes: int) -> IdentifierArray:
    """Return the first identifier of each block but the first, so that blocks are about equal.

    Parameters
    ----------
    sample : array of int64 or str
        Participants of some votes, drawn from all over the list.
    n_votes : int
        Number of votes in the list.
    """
    n_blocks = -(-n_votes // VOTES_PER_BLOCK)
    if n_blocks < 2 or sample.size == 0:
        return sample[:0]
    ordered = np.sort(sample)
    return np.unique(ordered[np.arange(1, n_blocks) * ordered.size // n_blocks])


def group_by_block(participants: IdentifierArray, splits: IdentifierArray) -> tuple[IntArray, IntArray]:
    """Return votes in the order of their blocks, those of one block in the order of the list.

    Returns
    -------
    order : (n,) int64
    starts : (n_blocks + 1,) int64
        Where each block begins in that order.
    """
    from placet.sense.votes import kernels

    if participants.dtype.kind == "U":
        block = np.searchsorted(splits, participants, side="right").astype(np.int32)
    else:
        block = np.empty(participants.size, dtype=np.int32)
        kernels.find_blocks(participants, splits, block)
    starts = np.zeros(splits.size + 2, dtype=np.int64)
    order = np.empty(block.size, dtype=np.int64)
    kernels.group(block, starts, order)
    return order, starts


def join_tables(tables: Sequence[VoteTable], statement_ids: tuple[Identifier, ...]) -> VoteTable:
    """Return the table of participants given in parts, in ascending order of identifier."""
    if len(tables) == 1 and tables[0].statement_ids == statement_ids:
        return tables[0]
    placed = [with_statements(table, statement_ids) for table in tables]
    lengths = [table.votes_per_participant() for table in placed]
    return VoteTable(
        np.concatenate([table.participant_ids for table in placed]),
        statement_ids,
        starts_of(np.concatenate(lengths)),
        np.concatenate([table.statement_index for table in placed]),
        np.concatenate([table.values for table in placed]),
    )


def with_statements(table: VoteTable, statement_ids: tuple[Identifier, ...]) -> VoteTable:
    """Return the same votes, numbered among more statements.

    Raises
    ------
    KeyError
        If a statement of the table is not among them.
    """
    if table.statement_ids == statement_ids:
        return table
    position = {identifier: j for j, identifier in enumerate(statement_ids)}
    moved = np.array([position[identifier] for identifier in table.statement_ids], dtype=np.int32)
    return VoteTable(
        table.participant_ids, statement_ids, table.row_starts, moved[table.statement_index], table.values
    )


def merge_statements(parts: Sequence[tuple[Identifier, ...]]) -> tuple[Identifier, ...]:
    """Return the statements of all parts, ascending."""
    return tuple(sorted({identifier for part in parts for identifier in part}))


def edges_of(lengths: Sequence[int]) -> tuple[int, ...]:
    """Return where each of some consecutive parts begins, and the end of the last."""
    return tuple(np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).tolist())
