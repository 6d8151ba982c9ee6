"""Decisions of members: meetings, positions, silence procedures, communiqués."""

from placet.stages.decisions.models.communiques import Communique, CommuniqueText
from placet.stages.decisions.models.meetings import AgendaItem, DecisionRules, Meeting
from placet.stages.decisions.models.outcomes import Decision
from placet.stages.decisions.models.positions import Position, PositionConfirmation
from placet.stages.decisions.models.silence import Outage, Pulse, SilenceEvent, SilenceProcedure

__all__ = [
    "AgendaItem",
    "Communique",
    "CommuniqueText",
    "Decision",
    "DecisionRules",
    "Meeting",
    "Outage",
    "Position",
    "PositionConfirmation",
    "Pulse",
    "SilenceEvent",
    "SilenceProcedure",
]
