"""Counts of agreement, disagreement and passes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial, reduce
from itertools import pairwise

import numpy as np

from placet.sense.votes.arrays import IndexArray, IntArray, VoteArray
from placet.sense.votes.sources import VoteSource
from placet.sense.votes.tables import AGREE, DISAGREE, PASS, VoteTable


@dataclass(frozen=True, eq=False)
class VoteCounts:
    """Votes counted by kind; the three arrays share one shape, statements on the last axis.

    Attributes
    ----------
    n_agree, n_disagree, n_pass : (..., n_statements) int64
    """

    n_agree: IntArray
    n_disagree: IntArray
    n_pass: IntArray

    def __repr__(self) -> str:
        return f"VoteCounts(shape {self.n_seen.shape}, {self.n_seen.sum()} votes)"

    @cached_property
    def n_seen(self) -> IntArray:
        """All votes: agree, disagree and pass."""
        return self.n_agree + self.n_disagree + self.n_pass

    def sum(self) -> VoteCounts:
        """Return the counts added up over the first axis."""
        return VoteCounts(self.n_agree.sum(0), self.n_disagree.sum(0), self.n_pass.sum(0))

    def take(self, positions: IntArray) -> VoteCounts:
        """Return the counts at these positions of the statement axis; zeros at position -1."""

        def pick(counts: IntArray) -> IntArray:
            padded = np.concatenate((counts, np.zeros((*counts.shape[:-1], 1), np.int64)), axis=-1)
            return padded[..., positions]

        return VoteCounts(pick(self.n_agree), pick(self.n_disagree), pick(self.n_pass))

    def __getitem__(self, row: int | slice) -> VoteCounts:
        """Return the counts of one row of the first axis, or of several."""
        return VoteCounts(self.n_agree[row], self.n_disagree[row], self.n_pass[row])


def count_votes(votes: VoteSource) -> VoteCounts:
    """Count the current votes on each statement; arrays of shape (n_statements,).

    Parameters
    ----------
    votes : VoteSource

    Returns
    -------
    VoteCounts
    """
    return count_votes_by_label(votes, np.zeros(votes.n_participants, dtype=np.int64), 1)[0]


def count_votes_by_label(votes: VoteSource, labels: IntArray, n_labels: int) -> VoteCounts:
    """Count the votes on each statement among the participants of each label.

    Parameters
    ----------
    votes : VoteSource
    labels : (n_participants,) int64
        Label of each participant, from 0 to ``n_labels - 1``; -1 leaves the participant out.
    n_labels : int

    Returns
    -------
    VoteCounts
        Arrays of shape (n_labels, n_statements).
    """
    if labels.shape != (votes.n_participants,):
        raise ValueError("labels needs one entry for each participant")
    if labels.size and not -1 <= labels.min() <= labels.max() < n_labels:
        raise ValueError(f"labels go from -1 to {n_labels - 1}")
    parts = [labels[first:last].astype(np.int32) for first, last in pairwise(votes.block_edges())]
    counted = votes.map(partial(_count_block, n_labels=n_labels), parts)
    n_disagree, n_pass, n_agree = reduce(np.add, counted)
    return VoteCounts(n_agree, n_disagree, n_pass)


def _count_block(votes: VoteTable, labels: IndexArray, *, n_labels: int) -> IntArray:
    from placet.sense.votes import kernels
    from placet.sense.votes.compiled import run_rows

    table = (votes.row_starts, votes.statement_index, votes.values, labels)

    def count(first: int, last: int) -> IntArray:
        counts = np.zeros((3, n_labels, votes.n_statements), dtype=np.int64)
        kernels.count_by_label(*table, first, last, counts)
        return counts

    return reduce(np.add, run_rows(count, votes.row_starts))


def count_votes_of_participants(votes: VoteSource) -> VoteCounts:
    """Count the votes of each participant; arrays of shape (n_participants,)."""
    parts = list(votes.map(_count_rows_of_block))
    return VoteCounts(*(np.concatenate(kind) for kind in zip(*parts, strict=True)))


def _count_rows_of_block(votes: VoteTable) -> tuple[IntArray, IntArray, IntArray]:
    counts = count_rows(votes.participant_index, votes.values, votes.n_participants)
    return counts.n_agree, counts.n_disagree, counts.n_pass


def count_rows(cell: IntArray | IndexArray, values: VoteArray, n_cells: int) -> VoteCounts:
    """Count rows of votes by the cell (for example the statement) that each belongs to."""

    def count(kind: int) -> IntArray:
        return np.bincount(cell[values == kind], minlength=n_cells).astype(np.int64)

    return VoteCounts(count(AGREE), count(DISAGREE), count(PASS))
