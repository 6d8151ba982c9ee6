"""Reading contributions: lists of them, one of them, one's own."""

from placet.stages.contributions.queries.listing import (
    Choice,
    CollectionView,
    ContributionRow,
    Filters,
    Order,
    collection_view,
    contribution_rows,
    filter_choices,
    find_collection,
    listed,
    published,
)
from placet.stages.contributions.queries.managing import StateCount, exported_rows, managed, state_counts
from placet.stages.contributions.queries.own import OwnContribution, own_contributions
from placet.stages.contributions.queries.showing import (
    AttachmentView,
    ContributionView,
    EndorsementView,
    attachment_views,
    contribution_view,
    endorsing_choices,
)

__all__ = [
    "AttachmentView",
    "Choice",
    "CollectionView",
    "ContributionRow",
    "ContributionView",
    "EndorsementView",
    "Filters",
    "Order",
    "OwnContribution",
    "StateCount",
    "attachment_views",
    "collection_view",
    "contribution_rows",
    "contribution_view",
    "endorsing_choices",
    "exported_rows",
    "filter_choices",
    "find_collection",
    "listed",
    "managed",
    "own_contributions",
    "published",
    "state_counts",
]
