"""The engine: arrays and text in, frozen results out. No web, no database.

What is listed in ``__all__`` is the public interface for most uses; each is imported when it is
first asked for, so that importing the engine costs nothing. The rest is in its layers: `votes`,
`estimates`, `opinion`, `integrity`, `highlights`, `reports`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from placet.sense.estimates import (
        Consent,
        consent_across_members,
        consent_from_counts,
        effective_sample_size,
        rake_weights,
        weighted_support,
        wilson_interval,
    )
    from placet.sense.highlights import (
        Bridging,
        Findings,
        Router,
        find_consensus,
        find_divisive,
        find_representative,
        fit_bridging,
        select_bridging,
        select_consensus,
        select_divisive,
        select_representative,
        statement_priorities,
    )
    from placet.sense.integrity import (
        Lookalikes,
        compare_support,
        find_lookalikes,
        without_flagged,
    )
    from placet.sense.opinion import (
        CovoteMoments,
        OpinionGroups,
        OpinionSpace,
        Placement,
        Stability,
        adjusted_rand_index,
        estimate_stability,
        find_groups,
        fit_space,
        place_participant,
        select_participants,
    )
    from placet.sense.reports import (
        Analysis,
        Parameters,
        analyze,
        build_document,
        draw_opinion_map,
        draw_participation,
        draw_vote_bars,
        read_schema,
        refresh,
        render_report,
        write_results,
    )
    from placet.sense.votes import (
        Conversation,
        InputError,
        Statement,
        VoteCounts,
        VoteTable,
        add_votes,
        count_votes,
        count_votes_by_label,
        open_votes,
        plant_conversation,
        read_polis,
    )

_LAYERS = {
    "votes": (
        "Conversation",
        "InputError",
        "Statement",
        "VoteCounts",
        "VoteTable",
        "add_votes",
        "count_votes",
        "count_votes_by_label",
        "open_votes",
        "plant_conversation",
        "read_polis",
    ),
    "estimates": (
        "Consent",
        "consent_across_members",
        "consent_from_counts",
        "effective_sample_size",
        "rake_weights",
        "weighted_support",
        "wilson_interval",
    ),
    "opinion": (
        "CovoteMoments",
        "OpinionGroups",
        "OpinionSpace",
        "Placement",
        "Stability",
        "adjusted_rand_index",
        "estimate_stability",
        "find_groups",
        "fit_space",
        "place_participant",
        "select_participants",
    ),
    "integrity": (
        "Lookalikes",
        "compare_support",
        "find_lookalikes",
        "without_flagged",
    ),
    "highlights": (
        "Bridging",
        "Findings",
        "Router",
        "find_consensus",
        "find_divisive",
        "find_representative",
        "fit_bridging",
        "select_bridging",
        "select_consensus",
        "select_divisive",
        "select_representative",
        "statement_priorities",
    ),
    "reports": (
        "Analysis",
        "Parameters",
        "analyze",
        "build_document",
        "draw_opinion_map",
        "draw_participation",
        "draw_vote_bars",
        "read_schema",
        "refresh",
        "render_report",
        "write_results",
    ),
}
_LAYER_OF = {name: layer for layer, names in _LAYERS.items() for name in names}

__all__ = [
    "Analysis",
    "Bridging",
    "Consent",
    "Conversation",
    "CovoteMoments",
    "Findings",
    "InputError",
    "Lookalikes",
    "OpinionGroups",
    "OpinionSpace",
    "Parameters",
    "Placement",
    "Router",
    "Stability",
    "Statement",
    "VoteCounts",
    "VoteTable",
    "add_votes",
    "adjusted_rand_index",
    "analyze",
    "build_document",
    "compare_support",
    "consent_across_members",
    "consent_from_counts",
    "count_votes",
    "count_votes_by_label",
    "draw_opinion_map",
    "draw_participation",
    "draw_vote_bars",
    "effective_sample_size",
    "estimate_stability",
    "find_consensus",
    "find_divisive",
    "find_groups",
    "find_lookalikes",
    "find_representative",
    "fit_bridging",
    "fit_space",
    "open_votes",
    "place_participant",
    "plant_conversation",
    "rake_weights",
    "read_polis",
    "read_schema",
    "refresh",
    "render_report",
    "select_bridging",
    "select_consensus",
    "select_divisive",
    "select_participants",
    "select_representative",
    "statement_priorities",
    "weighted_support",
    "wilson_interval",
    "without_flagged",
    "write_results",
]


def __getattr__(name: str) -> Any:
    if name not in _LAYER_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAYER_OF[name]}"), name)
