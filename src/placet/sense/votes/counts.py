"""Counts of agreement, disagreement and passes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.votes.arrays import IntArray, VoteArray
from placet.sense.votes.tables import AGREE, DISAGREE, PASS, VoteTable


@dataclass(frozen=True, eq=False)
class VoteCounts:
    """Votes counted by kind; the three arrays share one shape, statements on the last axis."""

    n_agree: IntArray
    n_disagree: IntArray
    n_pass: IntArray

    @property
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

    def __getitem__(self, row: int) -> VoteCounts:
        """Return the counts of one row of the first axis."""
        return VoteCounts(self.n_agree[row], self.n_disagree[row], self.n_pass[row])


def count_votes(votes: VoteTable) -> VoteCounts:
    """Count the current votes on each statement; arrays of shape (n_statements,)."""
    return count_votes_by_label(votes, np.zeros(votes.n_participants, dtype=np.int64), 1)[0]


def count_votes_by_label(votes: VoteTable, labels: IntArray, n_labels: int) -> VoteCounts:
    """Count the votes on each statement among the participants of each label.

    Parameters
    ----------
    votes : VoteTable
    labels : (n_participants,) int64
        Label of each participant, from 0 to ``n_labels - 1``; -1 leaves the participant out.
    n_labels : int

    Returns
    -------
    VoteCounts
        Arrays of shape (n_labels, n_statements).
    """
    from placet.sense.votes import kernels
    from placet.sense.votes.compiled import run_rows

    if labels.shape != (votes.n_participants,):
        raise ValueError("labels needs one entry for each participant")
    if labels.size and not -1 <= labels.min() <= labels.max() < n_labels:
        raise ValueError(f"labels go from -1 to {n_labels - 1}")
    by_row = labels.astype(np.int32)
    table = (votes.row_starts, votes.statement_index, votes.values, by_row)

    def count(first: int, last: int) -> IntArray:
        counts = np.zeros((3, n_labels, votes.n_statements), dtype=np.int64)
        kernels.count_by_label(*table, first, last, counts)
        return counts

    n_disagree, n_pass, n_agree = sum(run_rows(count, votes.row_starts))
    return VoteCounts(n_agree, n_disagree, n_pass)


def count_rows(cell: IntArray, values: VoteArray, n_cells: int) -> VoteCounts:
    """Count rows of votes by the cell (for example the statement) that each belongs to."""

    def count(kind: int) -> IntArray:
        return np.bincount(cell[values == kind], minlength=n_cells).astype(np.int64)

    return VoteCounts(count(AGREE), count(DISAGREE), count(PASS))
