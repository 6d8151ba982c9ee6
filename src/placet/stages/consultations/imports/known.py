"""Which votes of an export are there already."""

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def exceed_known(known: tuple[IntArray, IntArray], found: tuple[IntArray, IntArray]) -> BoolArray:
    """Which of the votes found are more than those known; what is known n times is left out n times.

    Parameters
    ----------
    known, found : pairs of (n,) int64
        Two numbers for each vote; equal votes have both in common.
    """
    n_known = known[0].size
    first, second = (np.concatenate(columns) for columns in zip(known, found, strict=True))
    order = np.lexsort((second, first))  # stable: of equal votes, those known come first
    is_start = np.ones(order.size, dtype=np.bool_)
    is_start[1:] = (np.diff(first[order]) != 0) | (np.diff(second[order]) != 0)
    group = np.cumsum(is_start) - 1
    place = np.arange(order.size) - np.flatnonzero(is_start)[group]
    n_known_of_group = np.bincount(group[order < n_known], minlength=int(is_start.sum()))
    exceeds = np.empty(order.size, dtype=np.bool_)
    exceeds[order] = place >= 2 * n_known_of_group[group]
    return exceeds[n_known:]


def exceed_current(known: IntArray, known_votes: IntArray, found: IntArray, votes: IntArray) -> BoolArray:
    """Which votes differ from the last one known of the same participant on the same statement.

    Parameters
    ----------
    known, found : (n,) int64
        A number for each pair of participant and statement, of the votes in their order.
    known_votes, votes : (n,) int64
    """
    pairs, last_from_the_end = np.unique(known[::-1], return_index=True)
    if pairs.size == 0:
        return np.ones(found.size, dtype=np.bool_)
    current = known_votes[::-1][last_from_the_end]
    at = np.minimum(np.searchsorted(pairs, found), pairs.size - 1)
    differs: BoolArray = (pairs[at] != found) | (current[at] != votes)
    return differs
