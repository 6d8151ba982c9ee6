"""Votes on disk: a list too long for memory becomes one table for each range of participants."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from placet.sense.votes.arrays import Identifier, IdentifierArray, IndexArray, IntArray
from placet.sense.votes.blocks import choose_splits, edges_of, group_by_block
from placet.sense.votes.events import EventFile, VoteEvents
from placet.sense.votes.sources import BlockedVotes
from placet.sense.votes.tables import (
    VoteTable,
    build_table,
    number_identifiers,
    order_by_time,
)

Result = TypeVar("Result")
Progress = Callable[[float], None]

READING = 0.5  # of the work of `spill_votes`; the rest is sorting


class SpilledVotes(BlockedVotes):
    """Votes of a conversation on disk, a block in memory at a time (a `VoteSource`).

    Made by `spill_votes`; `close` or the end of a ``with`` removes the files.
    """

    def __init__(
        self,
        folder: Path,
        participant_ids: IdentifierArray,
        statement_ids: tuple[Identifier, ...],
        row_lengths: IndexArray,
        edges: tuple[int, ...],
    ) -> None:
        super().__init__(participant_ids, statement_ids, row_lengths, edges)
        self.folder = folder

    def close(self) -> None:
        """Remove the files."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def tables(self) -> Iterator[VoteTable]:
        """Yield the blocks, read from disk one after the other."""
        for block, (first, last) in enumerate(pairwise(self._edges)):
            lengths = self._row_lengths[first:last]
            row_starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
            yield VoteTable(
                self.participant_ids[first:last],
                self.statement_ids,
                row_starts,
                np.fromfile(self.folder / f"{block}.statements", dtype=np.int32),
                np.fromfile(self.folder / f"{block}.values", dtype=np.int8),
            )

    def map(self, work: Callable[..., Result], *arguments: Iterable[object]) -> Iterator[Result]:
        """Yield ``work(block, ...)`` for each block, with one of each of the arguments."""
        for table, *argument in zip(self.tables(), *arguments, strict=True):
            yield work(table, *argument)

    def reduce(
        self, work: Callable[[VoteTable], Result], merge: Callable[[Result, Result], Result]
    ) -> Result:
        """Return ``work(block)`` of all blocks merged, two results in memory at a time."""
        return reduce(merge, self.map(work))


def spill_votes(
    file: EventFile, *, scratch: Path | None = None, progress: Progress | None = None
) -> SpilledVotes:
    """Sort a list of votes into blocks on disk, of which each fits in memory.

    Parameters
    ----------
    file : EventFile
    scratch : Path, optional
        Folder for the files, which take about 8 bytes a vote while they are sorted (16 with times, more
        with long identifiers), and 5 then. By default the system's folder for temporary files.
    progress : callable, optional
        Told the share of the work that is done, from 0 to 1.

    Raises
    ------
    InputError
        If a vote is not one (see `EventFile.pieces`). Nothing is left on disk then, nor when the
        work is interrupted.
    """
    report = progress or (lambda share: None)
    folder = Path(tempfile.mkdtemp(prefix="placet-votes-", dir=scratch))
    try:
        splits = choose_splits(file.sample_participants(), file.n_rows)
        codes = _split_file(file, splits, folder, lambda share: report(share * READING))
        return _sort_blocks(folder, splits.size + 1, codes, lambda share: report(READING + share * READING))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _split_file(
    file: EventFile, splits: IdentifierArray, folder: Path, report: Progress
) -> dict[Identifier, int]:
    """Append each piece's votes to the files of their blocks; return the number of each statement."""
    codes: dict[Identifier, int] = {}
    handles = [(folder / f"{block}.events").open("wb") for block in range(splits.size + 1)]
    n_read = 0
    try:
        for piece in file.pieces():
            order, starts = group_by_block(piece.participants, splits)
            columns: list[Any] = [_narrow(piece.participants)[order], _pack(piece, order, codes)]
            columns += [] if piece.times is None else [piece.times[order]]
            for handle, (first, last) in zip(handles, pairwise(starts.tolist()), strict=True):
                for column in columns:
                    np.save(handle, column[first:last])
            n_read += order.size
            report(n_read / max(file.n_rows, 1))
    finally:
        for handle in handles:
            handle.close()
    return codes


def _narrow(participants: IdentifierArray) -> IdentifierArray:
    """Return identifiers in 32 bits where they fit."""
    if participants.dtype.kind == "U" or participants.size == 0:
        return participants
    fits = participants.min() >= -(2**31) and participants.max() < 2**31
    return participants.astype(np.int32) if fits else participants


def _pack(piece: VoteEvents, order: IntArray, codes: dict[Identifier, int]) -> IndexArray:
    """Return statement and vote of each event in one number; new statements get the next codes."""
    from placet.sense.votes import kernels

    distinct, index = number_identifiers(piece.statements)
    numbered = [codes.setdefault(identifier, len(codes)) for identifier in distinct.tolist()]
    packed = np.empty(order.size, dtype=np.int32)
    kernels.pack_events(index, np.array(numbered, dtype=np.int32), piece.values, order, packed)
    return packed


def _sort_blocks(folder: Path, n_blocks: int, codes: dict[Identifier, int], report: Progress) -> SpilledVotes:
    """Turn the events of each block into a table on disk."""
    statement_ids = tuple(sorted(codes))
    position = np.empty(len(codes), dtype=np.int32)
    for j, identifier in enumerate(statement_ids):
        position[codes[identifier]] = j
    participants: list[Any] = []
    lengths: list[IndexArray] = []
    for block in range(n_blocks):
        path = folder / f"{block}.events"
        table = _build_block(path, statement_ids, position)
        path.unlink()
        table.statement_index.tofile(folder / f"{block}.statements")
        table.values.tofile(folder / f"{block}.values")
        participants.append(table.participant_ids)
        lengths.append(table.votes_per_participant().astype(np.int32))
        report((block + 1) / n_blocks)
    edges = edges_of([ids.size for ids in participants])
    return SpilledVotes(folder, np.concatenate(participants), statement_ids, np.concatenate(lengths), edges)


def _build_block(path: Path, statement_ids: tuple[Identifier, ...], position: IndexArray) -> VoteTable:
    columns = _read_columns(path)
    participants, packed = columns[0], columns[1]
    if len(columns) > 2:
        order = order_by_time(columns[2])
        if order is not None:
            participants, packed = participants[order], packed[order]
    distinct, index = number_identifiers(participants)
    values = ((packed & 3) - 1).astype(np.int8)
    return build_table(distinct, statement_ids, index, position[packed >> 2], values)


def _read_columns(path: Path) -> list[np.ndarray[Any, Any]]:
    """Return the columns of a block, of which the file holds a piece each in turn."""
    pieces: list[np.ndarray[Any, Any]] = []
    with path.open("rb") as handle:
        while handle.peek(1):
            pieces.append(np.load(handle, allow_pickle=False))
    if not pieces:
        return [np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32)]
    n_columns = 3 if pieces[2:3] and pieces[2].dtype == np.float64 else 2
    return [np.concatenate(pieces[column::n_columns]) for column in range(n_columns)]
