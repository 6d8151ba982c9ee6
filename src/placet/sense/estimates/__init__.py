"""Proportions with their intervals, and what of a table may be published."""

from placet.sense.estimates.proportions import (
    Interval,
    newcombe_interval,
    one_proportion_z,
    smoothed_proportion,
    two_proportion_z,
    wilson_interval,
)

__all__ = [
    "Interval",
    "newcombe_interval",
    "one_proportion_z",
    "smoothed_proportion",
    "two_proportion_z",
    "wilson_interval",
]
