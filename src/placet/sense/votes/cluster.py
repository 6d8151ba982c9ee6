"""Votes on a Dask cluster: the workers read the file, and what they read stays with them.

Needs the extra ``placet[dask]``. The workers must see the file under the same path, and have the
same version of Placet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from placet.sense.votes.arrays import Identifier, IdentifierArray, IntArray
from placet.sense.votes.blocks import (
    choose_splits,
    edges_of,
    group_by_block,
    merge_statements,
    with_statements,
)
from placet.sense.votes.events import ROWS_PER_PIECE, EventFile, VoteEvents
from placet.sense.votes.sources import BlockedVotes
from placet.sense.votes.tables import VoteTable

if TYPE_CHECKING:
    from distributed import Client, Future

Result = TypeVar("Result")


class ClusterVotes(BlockedVotes):
    """Votes of a conversation, spread over the workers of a cluster (a `VoteSource`).

    Parameters
    ----------
    client : distributed.Client
    blocks : list of Future of VoteTable
        In ascending order of participants, all over the same statements.
    """

    def __init__(self, client: Client, blocks: list[Future[VoteTable]]) -> None:
        described = client.gather(client.map(_describe, blocks, pure=False))
        super().__init__(
            np.concatenate([ids for ids, _, _ in described]),
            described[0][2],
            np.concatenate([lengths for _, lengths, _ in described]),
            edges_of([ids.size for ids, _, _ in described]),
        )
        self._client = client
        self._blocks = blocks

    def close(self) -> None:
        """Let the workers forget the votes, and leave the cluster."""
        self._blocks = []
        self._client.close()

    def tables(self) -> Iterator[VoteTable]:
        """Yield the blocks, fetched one after the other."""
        for block in self._blocks:
            yield self._client.gather(block)

    def map(self, work: Callable[..., Result], *arguments: Iterable[object]) -> Iterator[Result]:
        """Yield ``work(block, ...)`` for each block, computed where the block lies."""
        results = self._client.map(work, self._blocks, *map(list, arguments), pure=False)
        for future in results:
            yield self._client.gather(future)

    def reduce(
        self, work: Callable[[VoteTable], Result], merge: Callable[[Result, Result], Result]
    ) -> Result:
        """Return ``work(block)`` of all blocks, merged in pairs on the cluster as a tree."""
        parts = self._client.map(work, self._blocks, pure=False)
        while len(parts) > 1:
            pairs = [parts[i : i + 2] for i in range(0, len(parts), 2)]
            parts = [
                self._client.submit(merge, *pair, pure=False) if len(pair) == 2 else pair[0] for pair in pairs
            ]
        result: Result = self._client.gather(parts[0])
        return result


def spread_votes(file: EventFile, address: str) -> ClusterVotes:
    """Sort a list of votes into blocks of participants on the workers of a cluster.

    Parameters
    ----------
    file : EventFile
        Under a path that every worker sees.
    address : str
        Of the scheduler, such as ``tcp://host:8786``.

    Raises
    ------
    InputError
        If a vote is not one (see `EventFile.pieces`).
    OSError
        If the cluster does not answer.
    """
    from distributed import Client

    client = Client(address)
    try:
        splits = choose_splits(file.sample_participants(), file.n_rows)
        edges = [*range(0, file.n_rows, ROWS_PER_PIECE), file.n_rows]
        parts = [
            client.submit(_split_rows, file, first, last, splits, pure=False)
            for first, last in pairwise(edges)
        ]
        blocks = [
            client.submit(
                _build_block, [client.submit(itemgetter(b), part, pure=False) for part in parts], pure=False
            )
            for b in range(splits.size + 1)
        ]
        statements = merge_statements(client.gather(client.map(_statements, blocks, pure=False)))
        return ClusterVotes(client, client.map(partial(with_statements, statement_ids=statements), blocks))
    except BaseException:
        client.close()
        raise


def _split_rows(file: EventFile, first: int, last: int, splits: IdentifierArray) -> list[VoteEvents]:
    events = next(file.pieces(first, last))
    order, starts = group_by_block(events.participants, splits)
    return [events.take(order[a:b]) for a, b in pairwise(starts.tolist())]


def _build_block(parts: list[VoteEvents]) -> VoteTable:
    times = (
        None if parts[0].times is None else np.concatenate([p.times for p in parts if p.times is not None])
    )
    return VoteTable.from_events(
        np.concatenate([part.participants for part in parts]),
        np.concatenate([part.statements for part in parts]),
        np.concatenate([part.values for part in parts]),
        order=times,
    )


def _statements(table: VoteTable) -> tuple[Identifier, ...]:
    return table.statement_ids


def _describe(table: VoteTable) -> tuple[IdentifierArray, IntArray, tuple[Identifier, ...]]:
    return table.participant_ids, table.votes_per_participant(), table.statement_ids
