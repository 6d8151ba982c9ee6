"""The inner loops of the bridging model: a participant at a time, over a range of participants.

A vote is y = a_j + b_i + u_i f_j + noise. Given the statements (a, f), a participant's (b, u) has a
normal distribution, whose precision is that of the prior plus, for each vote, x xᵀ / variance with
x = (1, f_j).

A position is read as an unsigned number: a negative one could count from the end, and the check
for it would cost a third of the time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from placet.sense.votes.arrays import BoolArray, FloatArray, IndexArray, IntArray, VoteArray
from placet.sense.votes.compiled import kernel


@kernel
def multiply(
    row_starts: IntArray,
    statement_index: IndexArray,
    values: VoteArray,
    first: int,
    last: int,
    is_used: BoolArray,
    means: FloatArray,
    vectors: FloatArray,
    products: FloatArray,
) -> None:
    """Add (XᵀX - its diagonal) · vectors, with X the votes minus the statements' means.

    The diagonal is left out because chance alone makes it large. ``vectors`` and ``products`` have
    shape (n_statements, n_vectors).
    """
    n_vectors = vectors.shape[1]
    scores = np.empty(n_vectors)
    for row in range(first, last):
        start, end = np.uint64(row_starts[row]), np.uint64(row_starts[row + 1])
        scores[:] = 0.0
        for i in range(start, end):
            j = np.uint64(np.uint32(statement_index[i]))
            if is_used[j]:
                x = values[i] - means[j]
                for k in range(n_vectors):
                    scores[k] += x * vectors[j, k]
        for i in range(start, end):
            j = np.uint64(np.uint32(statement_index[i]))
            if is_used[j]:
                x = values[i] - means[j]
                for k in range(n_vectors):
                    products[j, k] += x * (scores[k] - x * vectors[j, k])


@kernel
def place_participant(
    statement_index: IndexArray,
    values: VoteArray,
    start: np.uint64,
    end: np.uint64,
    is_used: BoolArray,
    statements: FloatArray,
    variance: float,
    prior_variance: float,
) -> Any:
    """Return how many votes count, the means of b and u, and their variances and covariance."""
    n, sum_f, sum_ff, sum_r, sum_fr = 0, 0.0, 0.0, 0.0, 0.0
    for i in range(start, end):
        j = np.uint64(np.uint32(statement_index[i]))
        if is_used[j]:
            f = statements[j, 1]
            r = values[i] - statements[j, 0]
            n += 1
            sum_f += f
            sum_ff += f * f
            sum_r += r
            sum_fr += f * r
    k_bb = 1.0 / prior_variance + n / variance
    k_bu = sum_f / variance
    k_uu = 1.0 + sum_ff / variance
    determinant = k_bb * k_uu - k_bu * k_bu
    v_bb, v_bu, v_uu = k_uu / determinant, -k_bu / determinant, k_bb / determinant
    b = (v_bb * sum_r + v_bu * sum_fr) / variance
    u = (v_bu * sum_r + v_uu * sum_fr) / variance
    return n, b, u, v_bb, v_bu, v_uu


@kernel
def sweep(
    row_starts: IntArray,
    statement_index: IndexArray,
    values: VoteArray,
    first: int,
    last: int,
    is_used: BoolArray,
    statements: FloatArray,
    variance: float,
    prior_variance: float,
    sums: FloatArray,
    totals: FloatArray,
) -> None:
    """Add up what the next estimate of the statements needs, as expectations given the votes.

    ``sums`` (n_statements, 4): Σ u, Σ u², Σ (y - b), Σ u (y - b); ``totals`` (5,): participants,
    Σ b, Σ u, Σ u² over participants, and Σ (y - b)² - y² over votes.
    """
    for row in range(first, last):
        start, end = np.uint64(row_starts[row]), np.uint64(row_starts[row + 1])
        n, b, u, v_bb, v_bu, v_uu = place_participant(
            statement_index, values, start, end, is_used, statements, variance, prior_variance
        )
        if n == 0:
            continue
        uu = u * u + v_uu
        bu = b * u + v_bu
        sum_y = 0.0
        for i in range(start, end):
            j = np.uint64(np.uint32(statement_index[i]))
            if is_used[j]:
                y = float(values[i])
                sum_y += y
                sums[j, 0] += u
                sums[j, 1] += uu
                sums[j, 2] += y - b
                sums[j, 3] += u * y - bu
        totals[0] += 1.0
        totals[1] += b
        totals[2] += u
        totals[3] += uu
        totals[4] += n * (b * b + v_bb) - 2.0 * b * sum_y


@kernel
def place(
    row_starts: IntArray,
    statement_index: IndexArray,
    values: VoteArray,
    first: int,
    last: int,
    is_used: BoolArray,
    statements: FloatArray,
    variance: float,
    prior_variance: float,
    position: FloatArray,
    position_variance: FloatArray,
) -> None:
    """Write each participant's u and its variance; NaN without a vote that counts."""
    for row in range(first, last):
        start, end = np.uint64(row_starts[row]), np.uint64(row_starts[row + 1])
        n, _, u, _, _, v_uu = place_participant(
            statement_index, values, start, end, is_used, statements, variance, prior_variance
        )
        position[row] = u if n > 0 else np.nan
        position_variance[row] = v_uu if n > 0 else np.nan


@kernel
def describe(
    row_starts: IntArray,
    statement_index: IndexArray,
    values: VoteArray,
    first: int,
    last: int,
    is_used: BoolArray,
    statements: FloatArray,
    variance: float,
    prior_variance: float,
    middle: float,
    spread: FloatArray,
    counts: IntArray,
) -> None:
    """Add up what the intervals need, and count the votes of each side.

    ``spread`` (n_statements, 5): Σ u, Σ u², Σ e², Σ e² u, Σ e² u², where a participant's b and u
    are those without the vote in question, so that no vote explains itself. ``counts`` (2 sides,
    2, n_statements): agreements, and all votes.
    """
    for row in range(first, last):
        start, end = np.uint64(row_starts[row]), np.uint64(row_starts[row + 1])
        _, b, u, v_bb, v_bu, v_uu = place_participant(
            statement_index, values, start, end, is_used, statements, variance, prior_variance
        )
        side = 1 if u > middle else 0
        for i in range(start, end):
            j = np.uint64(np.uint32(statement_index[i]))
            if is_used[j]:
                f = statements[j, 1]
                gain_b, gain_u = v_bb + v_bu * f, v_bu + v_uu * f
                rest = 1.0 - (gain_b + gain_u * f) / variance
                e = (values[i] - statements[j, 0] - b - u * f) / rest
                without = u - gain_u * e / variance
                spread[j, 0] += without
                spread[j, 1] += without * without
                spread[j, 2] += e * e
                spread[j, 3] += e * e * without
                spread[j, 4] += e * e * without * without
                counts[side, 0, j] += values[i] == 1
                counts[side, 1, j] += 1
