"""Participants too alike to be independent, and every figure without them."""

from placet.sense.integrity.arrivals import Arrivals
from placet.sense.integrity.headlines import SupportComparison, compare_support, without_flagged
from placet.sense.integrity.lookalikes import Cluster, Lookalikes, find_lookalikes

__all__ = [
    "Arrivals",
    "Cluster",
    "Lookalikes",
    "SupportComparison",
    "compare_support",
    "find_lookalikes",
    "without_flagged",
]
