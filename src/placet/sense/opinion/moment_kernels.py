"""The inner loops of the co-vote moments.

For each pair of statements j < k that a participant saw, four sums grow at once, packed in one
64-bit word: with a = vote + 1 (0, 1 or 2), the number of people, Σ a_j, Σ a_k and Σ a_j a_k. The
product (1 + a_j 2^16)(1 + a_k 2^32) is the word of one pair. A vote itself takes 16 bits, of which
14 are the statement: moments are for fewer statements than that. Four fields of 16 bits hold 16,383
people (the last sum grows by up to 4); then they are taken over into fields of 32 bits, which hold
every table there can be.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from placet.sense.votes.arrays import IndexArray, IntArray, VoteArray
from placet.sense.votes.compiled import kernel

MAX_PACKED = 16_383  # participants that a word can hold
FIRST, SECOND, PRODUCT = 16, 32, 48  # where the fields of a word begin
BATCH = 4096  # participants whose votes are regrouped by statement at a time; fits the cache
TILE = 64

PackedArray = npt.NDArray[np.uint64]


@kernel
def add_pairs(
    row_starts: IntArray,
    statement_index: IndexArray,
    values: VoteArray,
    first: int,
    last: int,
    packed: PackedArray,
) -> None:
    """Add the pairs of votes of at most MAX_PACKED participants to the upper triangle."""
    n_statements = packed.shape[0]
    heads = np.empty(n_statements + 1, np.uint32)
    for start in range(first, last, BATCH):
        stop = min(start + BATCH, last)
        base = row_starts[start]
        n_votes = row_starts[stop] - base
        entries = np.empty(n_votes, np.uint16)
        at = np.empty(n_votes, np.uint32)
        row_end = np.empty(n_votes, np.uint32)
        # Regroup by statement: the sums of one statement stay in the nearest cache meanwhile.
        heads[:] = 0
        for i in range(n_votes):
            heads[statement_index[base + i] + 1] += np.uint32(1)
            entries[i] = (statement_index[base + i] << 2) | (values[base + i] + 1)
        for j in range(n_statements):
            heads[j + 1] += heads[j]
        for row in range(start, stop):
            end = np.uint32(row_starts[row + 1] - base)
            for i in range(row_starts[row] - base, row_starts[row + 1] - base):
                head = heads[statement_index[base + i]]
                heads[statement_index[base + i]] = head + np.uint32(1)
                at[head] = i
                row_end[head] = end
        _add_by_statement(entries, at, row_end, heads, packed)


@kernel
def _add_by_statement(entries: Any, at: Any, row_end: Any, tails: Any, packed: PackedArray) -> None:
    one, two, three = np.uint64(1), np.uint64(2), np.uint64(3)
    vote = np.uint64(0)  # unsigned throughout, so that no index is tested for being negative
    for j in range(packed.shape[0]):
        sums = packed[j]
        tail = np.uint64(tails[j])
        while vote < tail:
            i = np.uint64(at[vote])
            end = np.uint64(row_end[vote])
            vote += one
            alone = one + ((np.uint64(entries[i]) & three) << np.uint64(FIRST))
            shifted = alone << np.uint64(SECOND)
            for other in range(i + one, end):
                entry = np.uint64(entries[other])
                sums[entry >> two] += alone + shifted * (entry & three)


@kernel
def drain_pairs(packed: PackedArray, low: PackedArray, high: PackedArray) -> None:
    """Take the words over into two words each, with fields of 32 bits, and clear them."""
    mask = np.uint64(0x0000FFFF0000FFFF)
    n = packed.shape[0]
    for j in range(n):
        for k in range(j + 1, n):
            word = packed[j, k]
            low[j, k] += word & mask
            high[j, k] += (word >> np.uint64(FIRST)) & mask
            packed[j, k] = 0


@kernel
def unpack_pairs(low: PackedArray, high: PackedArray, sums: IntArray) -> None:
    """Replace the upper triangles by the integers that they hold, and fill the lower ones.

    ``high`` becomes the products of votes and ``low`` the number who saw both. With v = a - 1:
    Σ v_j v_k = Σ a_j a_k - Σ a_j - Σ a_k + n, and Σ v_j = Σ a_j - n.
    """
    half, mask = np.uint64(32), np.uint64(0xFFFFFFFF)
    n = sums.shape[0]
    for top in range(0, n, TILE):  # in tiles, since the lower triangle is written by columns
        for left in range(top, n, TILE):
            for j in range(top, min(top + TILE, n)):
                for k in range(max(left, j + 1), min(left + TILE, n)):
                    count, sum_k = low[j, k] & mask, low[j, k] >> half
                    sum_j, both = high[j, k] & mask, high[j, k] >> half
                    sums[j, k] = np.int64(sum_j) - np.int64(count)
                    sums[k, j] = np.int64(sum_k) - np.int64(count)
                    product = both + count - sum_j - sum_k  # may wrap: read as signed below
                    low[j, k] = low[k, j] = count
                    high[j, k] = high[k, j] = product
