"""Proportions with their intervals, and what of a table may be published."""

from placet.sense.estimates.proportions import (
    Interval,
    newcombe_interval,
    one_proportion_z,
    smoothed_proportion,
    two_proportion_z,
    wilson_interval,
)
from placet.sense.estimates.releases import Release, ReleaseTable, prepare_release

__all__ = [
    "Interval",
    "Release",
    "ReleaseTable",
    "newcombe_interval",
    "one_proportion_z",
    "prepare_release",
    "smoothed_proportion",
    "two_proportion_z",
    "wilson_interval",
]
