"""Inner loops of the opinion space."""

from __future__ import annotations

import math

from placet.sense.votes.arrays import FloatArray, IndexArray, IntArray, VoteArray
from placet.sense.votes.compiled import kernel

ROWS = 65_536  # participants whose sums are taken together; fixed, so that rounding is too


@kernel
def project_rows(
    row_starts: IntArray,
    statement_index: IndexArray,
    values: VoteArray,
    columns: FloatArray,
    first: int,
    last: int,
    positions: FloatArray,
) -> None:
    """Place some participants; ``columns`` holds for each statement its mean and its two loadings."""
    n_statements = columns.shape[0]
    for row in range(first, last):
        start, end = row_starts[row], row_starts[row + 1]
        x = y = 0.0
        for i in range(start, end):
            column = columns[statement_index[i]]
            centred = values[i] - column[0]
            x += centred * column[1]
            y += centred * column[2]
        scale = math.sqrt(n_statements / max(end - start, 1))
        positions[row, 0] = scale * x
        positions[row, 1] = scale * y


@kernel
def apply_scatter(
    row_starts: IntArray,
    statement_index: IndexArray,
    values: VoteArray,
    means: FloatArray,
    vector: FloatArray,
    first: int,
    last: int,
    product: FloatArray,
) -> None:
    """Add XᵀX times a vector over some rows; statements left out have 0 in the vector."""
    for row in range(first, last):
        start, end = row_starts[row], row_starts[row + 1]
        share = 0.0
        for i in range(start, end):
            j = statement_index[i]
            share += (values[i] - means[j]) * vector[j]
        for i in range(start, end):
            j = statement_index[i]
            product[j] += (values[i] - means[j]) * share
