"""Reading what was decided, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from placet.stages.decisions.models import Decision
from placet.stages.decisions.showing import FrozenTextView, frozen_text_view
from placet.stages.mandates.models import Reflection


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One adopted text: when, in which way, and in which time zone that is said."""

    reference: str
    text: FrozenTextView
    way: str
    way_label: str
    adopted_at: datetime
    recorded_at: datetime
    time_zone: str
    meeting_reference: str
    silence_reference: str
    is_simulated: bool

    @property
    def zone_label(self) -> str:
        return self.time_zone.replace("_", " ")


def decisions_of(reflection: Reflection) -> QuerySet[Decision]:
    """The decisions of a reflection, by when they were adopted."""
    found = Decision.objects.filter(text__proposal__priority__reflection=reflection)
    return found.select_related("text__proposal__priority__reflection", "meeting", "silence").order_by(
        "adopted_at", "reference"
    )


def decision_views(decisions: Iterable[Decision], language: str) -> list[DecisionView]:
    """Decisions, read with their text, meeting and procedure, as pages show them."""
    return [_decision_view(decision, language) for decision in decisions]


def _decision_view(decision: Decision, language: str) -> DecisionView:
    origin = decision.meeting or decision.silence
    return DecisionView(
        reference=decision.reference,
        text=frozen_text_view(decision.text, language),
        way=decision.way,
        way_label=decision.get_way_display(),
        adopted_at=decision.adopted_at,
        recorded_at=decision.recorded_at,
        time_zone=origin.time_zone if origin else "UTC",
        meeting_reference=decision.meeting.reference if decision.meeting else "",
        silence_reference=decision.silence.reference if decision.silence else "",
        is_simulated=decision.is_simulated,
    )
