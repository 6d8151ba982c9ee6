"""From co-vote moments to the opinion space and its groups."""

from placet.sense.opinion.groups import OpinionGroups, find_groups
from placet.sense.opinion.moments import MAX_STATEMENTS, CovoteMoments, sum_moments
from placet.sense.opinion.placement import Placement, place_participant
from placet.sense.opinion.space import OpinionSpace, fit_space, select_participants
from placet.sense.opinion.stability import (
    Stability,
    adjusted_rand_index,
    draw_participants,
    estimate_stability,
)

__all__ = [
    "MAX_STATEMENTS",
    "CovoteMoments",
    "OpinionGroups",
    "OpinionSpace",
    "Placement",
    "Stability",
    "adjusted_rand_index",
    "draw_participants",
    "estimate_stability",
    "find_groups",
    "fit_space",
    "place_participant",
    "select_participants",
    "sum_moments",
]
