"""When the members of a cluster arrived, compared with everyone else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from placet.sense.votes.arrays import BoolArray, FloatArray

BUNCHED_RATE = 0.1


@dataclass(frozen=True)
class Arrivals:
    """How close together the members of a cluster arrived.

    Attributes
    ----------
    others_rate : float
        Share of all the other participants who arrived within the shortest time that holds half
        of the members: 0.5 if members came like everyone else, near 0 if they came all at once.
        NaN if there is nobody else.
    is_bunched : bool
        Whether it is below one tenth.
    """

    others_rate: float
    is_bunched: bool


def describe_arrivals(arrived_at: FloatArray, is_member: BoolArray) -> Arrivals:
    """Compare when the members arrived with when the others did."""
    own, others = np.sort(arrived_at[is_member]), np.sort(arrived_at[~is_member])
    half = -(-own.size // 2)
    # Ranks, so that a quiet night between two visits does not look like a long time.
    low = np.searchsorted(others, own[: own.size - half + 1], side="left")
    high = np.searchsorted(others, own[half - 1 :], side="right")
    rate = float((high - low).min() / others.size) if others.size else float("nan")
    return Arrivals(rate, rate < BUNCHED_RATE)
