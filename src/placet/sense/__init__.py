"""The engine: arrays and text in, frozen results out. No web, no database.

What is listed in ``__all__`` is the public interface for most uses; each is imported when it is
first asked for, so that importing the engine costs nothing. The rest is in its layers: `votes`,
`estimates`, `opinion`, `highlights`, `reports`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from placet.sense.opinion import Placement, place_participant
    from placet.sense.reports import (
        Analysis,
        Parameters,
        analyze,
        build_document,
        draw_opinion_map,
        draw_participation,
        draw_vote_bars,
        read_schema,
        render_report,
        write_results,
    )
    from placet.sense.votes import Conversation, InputError, Statement, VoteTable, read_polis

_LAYERS = {
    "votes": ("Conversation", "InputError", "Statement", "VoteTable", "read_polis"),
    "opinion": ("Placement", "place_participant"),
    "reports": (
        "Analysis",
        "Parameters",
        "analyze",
        "build_document",
        "draw_opinion_map",
        "draw_participation",
        "draw_vote_bars",
        "read_schema",
        "render_report",
        "write_results",
    ),
}
_LAYER_OF = {name: layer for layer, names in _LAYERS.items() for name in names}

__all__ = [
    "Analysis",
    "Conversation",
    "InputError",
    "Parameters",
    "Placement",
    "Statement",
    "VoteTable",
    "analyze",
    "build_document",
    "draw_opinion_map",
    "draw_participation",
    "draw_vote_bars",
    "place_participant",
    "read_polis",
    "read_schema",
    "render_report",
    "write_results",
]


def __getattr__(name: str) -> Any:
    if name not in _LAYER_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAYER_OF[name]}"), name)
