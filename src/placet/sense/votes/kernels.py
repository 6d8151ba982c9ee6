"""Inner loops over vote tables. What they assume is checked by their callers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from placet.sense.votes.arrays import BoolArray, IndexArray, IntArray, VoteArray
from placet.sense.votes.compiled import kernel

PackedArray = npt.NDArray[np.uint32] | npt.NDArray[np.uint64]

# A table is built in blocks of participants that fit the cache: a word holds the place of the
# participant in the block, the statement, and the vote + 1 in the lowest two bits.
BLOCK_BITS = 11
BLOCK = 1 << BLOCK_BITS
DIGIT_BITS = 11
TWO = np.uint32(2)


@kernel
def mark_present(ids: Any, low: int, is_present: BoolArray) -> None:
    """Mark which identifiers, counted from the lowest, occur."""
    for i in range(ids.size):
        if not is_present[ids[i] - low]:  # threads that only read do not take the cache from each other
            is_present[ids[i] - low] = True


@kernel
def look_up(ids: Any, low: int, rank: IndexArray, index: IndexArray) -> None:
    """Write the rank of each identifier."""
    for i in range(ids.size):
        index[i] = rank[ids[i] - low]


@kernel
def count_blocks(participant_index: IndexArray, first: int, last: int, counts: IntArray) -> None:
    """Count some of the votes by the block of their participant."""
    for i in range(first, last):
        counts[participant_index[i] >> BLOCK_BITS] += 1


@kernel
def pack_blocks(
    participant_index: IndexArray,
    statement_index: IndexArray,
    values: VoteArray,
    first: int,
    last: int,
    statement_bits: int,
    heads: IntArray,
    packed: PackedArray,
) -> None:
    """Write some of the votes, packed, to where the part of each block begins, in their order."""
    for i in range(first, last):
        participant = np.int64(participant_index[i])
        block = participant >> BLOCK_BITS
        row = participant & (BLOCK - 1)
        word = (((row << statement_bits) | np.int64(statement_index[i])) << 2) | (values[i] + 1)
        packed[heads[block]] = word
        heads[block] += 1


@kernel
def sort_blocks(
    block_starts: IntArray,
    first: int,
    last: int,
    statement_bits: int,
    packed: PackedArray,
    n_kept: IntArray,
    lengths: IntArray,
) -> None:
    """Sort each block by participant and statement, and keep the last vote on each.

    What is kept stands at the beginning of the block's part; ``lengths`` gets the number of votes
    of each participant.
    """
    for block in range(first, last):
        words = packed[block_starts[block] : block_starts[block + 1]]
        _sort_words(words, statement_bits + BLOCK_BITS)
        kept = 0
        for i in range(words.size):
            if i + 1 == words.size or words[i] >> TWO != words[i + 1] >> TWO:
                words[kept] = words[i]
                kept += 1
                lengths[block * BLOCK + (np.int64(words[i]) >> (statement_bits + 2))] += 1
        n_kept[block] = kept


@kernel
def _sort_words(words: PackedArray, n_bits: int) -> None:
    """Sort by the bits above the vote, by counting, from the lowest digit; equals keep their order."""
    n_digits = 1 << DIGIT_BITS
    heads = np.empty(n_digits + 1, np.int64)
    source, target = words, np.empty_like(words)
    for shift in range(2, 2 + n_bits, DIGIT_BITS):
        heads[:] = 0
        for i in range(source.size):
            heads[((np.int64(source[i]) >> shift) & (n_digits - 1)) + 1] += 1
        for d in range(n_digits):
            heads[d + 1] += heads[d]
        for i in range(source.size):
            digit = (np.int64(source[i]) >> shift) & (n_digits - 1)
            target[heads[digit]] = source[i]
            heads[digit] += 1
        source, target = target, source
    if ((n_bits + DIGIT_BITS - 1) // DIGIT_BITS) % 2 == 1:
        words[:] = source


@kernel
def unpack_blocks(
    packed: PackedArray,
    block_starts: IntArray,
    first: int,
    last: int,
    n_kept: IntArray,
    new_starts: IntArray,
    statement_bits: int,
    statement_index: IndexArray,
    values: VoteArray,
) -> None:
    """Write the votes of some blocks into the two arrays of a table."""
    mask = (np.int64(1) << statement_bits) - 1
    for block in range(first, last):
        for i in range(n_kept[block]):
            word = np.int64(packed[block_starts[block] + i])
            statement_index[new_starts[block] + i] = (word >> 2) & mask
            values[new_starts[block] + i] = (word & 3) - 1


@kernel
def count_by_label(
    row_starts: IntArray,
    statement_index: IndexArray,
    values: VoteArray,
    labels: IndexArray,
    first: int,
    last: int,
    counts: IntArray,
) -> None:
    """Count disagree, pass and agree by label and statement over some rows; -1 is no label."""
    for row in range(first, last):
        label = labels[row]
        if label >= 0:
            for i in range(row_starts[row], row_starts[row + 1]):
                counts[values[i] + 1, label, statement_index[i]] += 1


@kernel
def take_rows(
    row_starts: IntArray,
    statement_index: IndexArray,
    values: VoteArray,
    positions: IntArray,
    new_starts: IntArray,
    new_statement_index: IndexArray,
    new_values: VoteArray,
) -> None:
    """Copy the rows at some positions."""
    for i in range(positions.size):
        source = row_starts[positions[i]] - new_starts[i]
        for target in range(new_starts[i], new_starts[i + 1]):
            new_statement_index[target] = statement_index[source + target]
            new_values[target] = values[source + target]


@kernel
def group(block: IndexArray, starts: IntArray, order: IntArray) -> None:
    """Write the positions of each block's votes one block after the other, and where they start."""
    for i in range(block.size):
        starts[block[i] + 1] += 1
    for b in range(1, starts.size):
        starts[b] += starts[b - 1]
    heads = starts.copy()
    for i in range(block.size):
        order[heads[block[i]]] = i
        heads[block[i]] += 1


@kernel
def find_blocks(participants: Any, splits: Any, block: IndexArray) -> None:
    """Write for each participant how many of the splits are not above them."""
    for i in range(participants.size):
        low, high = 0, splits.size
        while low < high:
            middle = (low + high) // 2
            if splits[middle] <= participants[i]:
                low = middle + 1
            else:
                high = middle
        block[i] = low


@kernel
def pack_events(
    index: IndexArray, codes: IndexArray, values: VoteArray, order: IntArray, packed: IndexArray
) -> None:
    """Write statement and vote of each event in one number, in another order."""
    for i in range(order.size):
        packed[i] = (codes[index[order[i]]] << 2) | (values[order[i]] + 1)
