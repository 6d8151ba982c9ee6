"""Adding newly cast votes to a table, without building it anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from placet.sense.votes.arrays import BoolArray, IntArray
from placet.sense.votes.blocks import merge_statements, with_statements
from placet.sense.votes.tables import LIST_COLUMNS, VoteTable, starts_of


@dataclass(frozen=True, eq=False)
class VoteUpdate:
    """A table before and after some votes were cast.

    Attributes
    ----------
    votes : VoteTable
        All current votes, the new ones included.
    before, after : VoteTable
        The rows of those who cast them, as they were and as they are; over the statements of
        `votes`. Somebody new is in `after` alone.
    """

    votes: VoteTable
    before: VoteTable
    after: VoteTable


def add_votes(
    table: VoteTable, participant_ids: LIST_COLUMNS, statement_ids: LIST_COLUMNS, values: npt.ArrayLike
) -> VoteUpdate:
    """Add votes that were cast after those of a table; on a pair that has a vote the new one counts.

    Parameters
    ----------
    table : VoteTable
    participant_ids, statement_ids, values
        As for `VoteTable.from_events`, in the order in which they were cast. People and statements
        that the table does not know are added.

    Returns
    -------
    VoteUpdate
        The table is the one that `VoteTable.from_events` builds from all votes together. The time
        is that of copying the table, a small part of building it.

    Raises
    ------
    ValueError
        As for `VoteTable.from_events`, or if the identifiers are of another kind than the table's.
    """
    cast = VoteTable.from_events(participant_ids, statement_ids, values)
    if cast.n_votes and table.n_votes:
        if cast.participant_ids.dtype.kind != table.participant_ids.dtype.kind:
            raise ValueError("participants are all known by integers or all by text")
        if type(cast.statement_ids[0]) is not type(table.statement_ids[0]):
            raise ValueError("statements are all known by integers or all by text")
    statements = merge_statements([table.statement_ids, cast.statement_ids])
    table, cast = with_statements(table, statements), with_statements(cast, statements)
    place = np.searchsorted(table.participant_ids, cast.participant_ids)
    is_known = np.zeros(place.size, dtype=np.bool_)
    inside = place < table.n_participants
    is_known[inside] = table.participant_ids[place[inside]] == cast.participant_ids[inside]
    before = table.take(place[is_known])
    after = _overwrite(before, cast)
    return VoteUpdate(_splice(table, after, place, is_known), before, after)


def _overwrite(before: VoteTable, cast: VoteTable) -> VoteTable:
    """Return the rows of those who voted, with the new votes in place of the old."""
    rows = np.searchsorted(cast.participant_ids, before.participant_ids).astype(np.int32)
    people = np.concatenate((rows[before.participant_index], cast.participant_index))
    statement_index = np.concatenate((before.statement_index, cast.statement_index))
    values = np.concatenate((before.values, cast.values))
    merged = VoteTable.from_events(people, statement_index, values)
    every = np.unique(statement_index)  # what from_events has numbered, back to the statements of all
    return VoteTable(
        cast.participant_ids,
        cast.statement_ids,
        merged.row_starts,
        every[merged.statement_index],
        merged.values,
    )


def _splice(table: VoteTable, after: VoteTable, place: IntArray, is_known: BoolArray) -> VoteTable:
    """Return the table with some rows replaced, or put in before the row at their place."""
    lengths = table.votes_per_participant()
    new_lengths = after.votes_per_participant()
    lengths[place[is_known]] = new_lengths[is_known]
    lengths = np.insert(lengths, place[~is_known], new_lengths[~is_known])
    new_ids = after.participant_ids[~is_known]
    ids: Any
    if after.participant_ids.dtype.kind == "U":  # it may be longer than any before
        ids = np.union1d(table.participant_ids if table.n_participants else new_ids, new_ids)
    else:
        ids = np.insert(table.participant_ids, place[~is_known], new_ids)
    starts = table.row_starts
    old_ends = starts[place]
    old_begins = starts[place + is_known]
    edges = zip(
        np.concatenate(([0], old_begins)).tolist(),
        [*old_ends.tolist(), table.n_votes],
        strict=True,
    )
    kept = [slice(first, last) for first, last in edges]
    rows = [slice(a, b) for a, b in zip(after.row_starts[:-1], after.row_starts[1:], strict=True)]

    def join(old: npt.NDArray[np.integer], new: npt.NDArray[np.integer]) -> npt.NDArray[np.integer]:
        parts = [old[kept[0]]]
        for row, part in zip(rows, kept[1:], strict=True):
            parts += [new[row], old[part]]
        return np.concatenate(parts)

    return VoteTable(
        ids,
        table.statement_ids,
        starts_of(lengths),
        join(table.statement_index, after.statement_index).astype(np.int32, copy=False),
        join(table.values, after.values).astype(np.int8, copy=False),
    )
