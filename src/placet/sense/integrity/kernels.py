"""Compiled loops of the search for lookalikes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from placet.sense.votes.arrays import FloatArray
from placet.sense.votes.compiled import kernel


@kernel
def mix_profiles(
    row_starts: npt.NDArray[Any],
    statement_index: npt.NDArray[Any],
    shares: FloatArray,
    p_agree: FloatArray,
) -> FloatArray:
    """Return for each answer the probability of agreement, averaged over the participant's profiles.

    Parameters
    ----------
    row_starts, statement_index : the places of the answers, row by row
    shares : (n_rows, n_profiles) float64
    p_agree : (n_statements, n_profiles) float64
    """
    mixed = np.empty(statement_index.size)
    for row in range(row_starts.size - 1):
        for k in range(row_starts[row], row_starts[row + 1]):
            total = 0.0
            for profile in range(shares.shape[1]):
                total += shares[row, profile] * p_agree[statement_index[k], profile]
            mixed[k] = total
    return mixed
