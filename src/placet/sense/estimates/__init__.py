"""Proportions with their intervals, consent across members, weights, juries, and what may be published."""

from placet.sense.estimates.consent import consent_across_members, consent_from_counts
from placet.sense.estimates.proportions import (
    Interval,
    newcombe_interval,
    one_proportion_z,
    smoothed_proportion,
    two_proportion_z,
    wilson_interval,
)
from placet.sense.estimates.ranking import AudienceRanking, JuryRanking, rank_by_audience, rank_by_jury
from placet.sense.estimates.releases import Release, ReleaseTable, prepare_release
from placet.sense.estimates.results import Consent, Estimate, LeastFavourable
from placet.sense.estimates.shrinkage import ShrunkProportions, shrink_proportions
from placet.sense.estimates.weights import (
    WeightedSupport,
    Weights,
    cross_labels,
    effective_sample_size,
    equal_totals,
    rake_weights,
    weighted_support,
)

__all__ = [
    "AudienceRanking",
    "Consent",
    "Estimate",
    "Interval",
    "JuryRanking",
    "LeastFavourable",
    "Release",
    "ReleaseTable",
    "ShrunkProportions",
    "WeightedSupport",
    "Weights",
    "consent_across_members",
    "consent_from_counts",
    "cross_labels",
    "effective_sample_size",
    "equal_totals",
    "newcombe_interval",
    "one_proportion_z",
    "prepare_release",
    "rake_weights",
    "rank_by_audience",
    "rank_by_jury",
    "shrink_proportions",
    "smoothed_proportion",
    "two_proportion_z",
    "weighted_support",
    "wilson_interval",
]
