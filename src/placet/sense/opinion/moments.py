"""Exact co-vote moments: the integers from which the opinion space follows.

With missing cells imputed by the column mean c_j and then centred, a missing cell contributes 0,
so with D = diag(c)

    XᵀX = VᵀV − (VᵀM)D − D(MᵀV) + D(MᵀM)D.

VᵀV, VᵀM and MᵀM are integers and add over disjoint sets of participants. However the
participants are split, the sum is the same to the last bit.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from placet.sense.votes import VoteSource, VoteTable, count_votes
from placet.sense.votes.arrays import FloatArray, Identifier, IntArray

# Beyond this, three square arrays take more than 600 MB: `fit_space` does without them.
MAX_STATEMENTS = 5000


@dataclass(frozen=True, eq=False)
class CovoteMoments:
    """Sums over participants of the products of their votes: a commutative monoid.

    `+` takes two disjoint sets of participants together, `CovoteMoments.nothing()` is its neutral
    element, and `-` takes back what was added. All three are exact.

    Attributes
    ----------
    statement_ids : tuple of int or tuple of str
        Ascending.
    n_participants : int
    vote_products : (n_statements, n_statements) int64
        VᵀV: for each pair, votes alike minus votes opposed.
    vote_sums : (n_statements, n_statements) int64
        VᵀM: sum of the votes on the first among those who saw the second.
    n_seen_both : (n_statements, n_statements) int64
        MᵀM: how many saw both.

    Examples
    --------
    >>> import numpy as np
    >>> from placet.sense import CovoteMoments, plant_conversation
    >>> votes = plant_conversation(300, 20, generator=np.random.default_rng(1)).conversation.votes
    >>> is_early = np.arange(300) < 100
    >>> early = CovoteMoments.from_votes(votes.select(is_early))
    >>> late = CovoteMoments.from_votes(votes.select(~is_early))
    >>> (early + late).equals(CovoteMoments.from_votes(votes))
    True
    >>> (early + late - late).equals(early)
    True
    """

    statement_ids: tuple[Identifier, ...]
    n_participants: int
    vote_products: IntArray
    vote_sums: IntArray
    n_seen_both: IntArray

    def __repr__(self) -> str:
        return f"CovoteMoments({self.n_participants} participants, {len(self.statement_ids)} statements)"

    @classmethod
    def nothing(cls) -> CovoteMoments:
        """Return the moments of nobody."""
        none = np.zeros((0, 0), dtype=np.int64)
        return cls((), 0, none, none, none)

    @classmethod
    def from_votes(cls, votes: VoteTable) -> CovoteMoments:
        """Sum the products of the votes in a table.

        The time grows with the sum over participants of the square of their votes. Memory is three
        square arrays over the statements, and one more for each thread.

        Raises
        ------
        ValueError
            If there are more than 5,000 statements.
        """
        if votes.n_statements > MAX_STATEMENTS:
            raise ValueError(f"moments are for {MAX_STATEMENTS:,} statements at most")
        return cls(votes.statement_ids, votes.n_participants, *_sum_products(votes))

    def __add__(self, other: CovoteMoments) -> CovoteMoments:
        """Return the moments of two disjoint sets of participants taken together."""
        first, second = _align(self, other)
        return CovoteMoments(
            first.statement_ids,
            self.n_participants + other.n_participants,
            first.vote_products + second.vote_products,
            first.vote_sums + second.vote_sums,
            first.n_seen_both + second.n_seen_both,
        )

    def __sub__(self, other: CovoteMoments) -> CovoteMoments:
        """Return the moments without those participants.

        Raises
        ------
        ValueError
            If they cannot have been part of these moments.
        """
        first, second = _align(self, other)
        left = CovoteMoments(
            first.statement_ids,
            self.n_participants - other.n_participants,
            first.vote_products - second.vote_products,
            first.vote_sums - second.vote_sums,
            first.n_seen_both - second.n_seen_both,
        )
        if left.n_participants < 0 or (left.n_seen_both < 0).any():
            raise ValueError("what is taken away was not part of these moments")
        return left

    def trimmed(self) -> CovoteMoments:
        """Return the same moments without the statements that nobody saw."""
        seen = np.flatnonzero(np.diagonal(self.n_seen_both))
        if seen.size == len(self.statement_ids):
            return self
        cells = np.ix_(seen, seen)
        return CovoteMoments(
            tuple(self.statement_ids[j] for j in seen),
            self.n_participants,
            self.vote_products[cells],
            self.vote_sums[cells],
            self.n_seen_both[cells],
        )

    def equals(self, other: CovoteMoments) -> bool:
        """Return whether two moments are the same; statements that nobody saw do not count."""
        first, second = self.trimmed(), other.trimmed()
        return (
            first.statement_ids == second.statement_ids
            and first.n_participants == second.n_participants
            and np.array_equal(first.vote_products, second.vote_products)
            and np.array_equal(first.vote_sums, second.vote_sums)
            and np.array_equal(first.n_seen_both, second.n_seen_both)
        )

    def means(self) -> FloatArray:
        """Return the mean vote on each statement among those who saw it; 0 where nobody did."""
        n_seen = np.diagonal(self.n_seen_both)
        return np.asarray(np.diagonal(self.vote_sums) / np.maximum(n_seen, 1))

    def scatter(self) -> FloatArray:
        """Return XᵀX, the products of the centred votes with missing cells imputed by the mean."""
        c = self.means()
        mixed = self.vote_sums * c
        scatter = self.n_seen_both * c
        scatter *= c[:, None]
        scatter += self.vote_products
        scatter -= mixed
        scatter -= mixed.T
        return np.asarray(scatter)


def sum_moments(votes: VoteSource) -> CovoteMoments:
    """Return the moments of votes wherever they lie: block by block, merged where the blocks are."""
    return votes.reduce(CovoteMoments.from_votes, CovoteMoments.__add__)


def _sum_products(votes: VoteTable) -> tuple[IntArray, IntArray, IntArray]:
    from placet.sense.opinion import moment_kernels as kernels
    from placet.sense.votes.compiled import SMALL, n_threads, run_tasks, split_rows

    n = votes.n_statements
    low, high = np.zeros((n, n), dtype=np.uint64), np.zeros((n, n), dtype=np.uint64)
    table = (votes.row_starts, votes.statement_index, votes.values)
    draining = threading.Lock()

    def add(first: int, last: int) -> None:
        packed = np.zeros((n, n), dtype=np.uint64)
        for start in range(first, last, kernels.MAX_PACKED):
            kernels.add_pairs(*table, start, min(start + kernels.MAX_PACKED, last), packed)
            with draining:
                kernels.drain_pairs(packed, low, high)

    # One square array a thread, within half a gigabyte.
    n_parts = min(n_threads(), max(1, 2**26 // max(n * n, 1))) if votes.n_votes > SMALL else 1
    run_tasks(add, split_rows(votes.row_starts, n_parts))
    sums = np.zeros((n, n), dtype=np.int64)
    kernels.unpack_pairs(low, high, sums)
    products, seen = high.view(np.int64), low.view(np.int64)
    counts = count_votes(votes)
    np.fill_diagonal(products, counts.n_agree + counts.n_disagree)
    np.fill_diagonal(sums, counts.n_agree - counts.n_disagree)
    np.fill_diagonal(seen, counts.n_seen)
    return products, sums, seen


def _align(first: CovoteMoments, second: CovoteMoments) -> tuple[CovoteMoments, CovoteMoments]:
    """Return both moments over the statements of either."""
    if first.statement_ids == second.statement_ids:
        return first, second
    ids = tuple(sorted({*first.statement_ids, *second.statement_ids}))
    return _spread(first, ids), _spread(second, ids)


def _spread(moments: CovoteMoments, ids: tuple[Identifier, ...]) -> CovoteMoments:
    if moments.statement_ids == ids:
        return moments
    position = {identifier: j for j, identifier in enumerate(ids)}
    cells = np.ix_(*[[position[identifier] for identifier in moments.statement_ids]] * 2)
    spread = [np.zeros((len(ids), len(ids)), dtype=np.int64) for _ in range(3)]
    for target, source in zip(
        spread, (moments.vote_products, moments.vote_sums, moments.n_seen_both), strict=True
    ):
        target[cells] = source
    return CovoteMoments(ids, moments.n_participants, *spread)
