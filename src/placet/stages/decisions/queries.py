"""Reading what was decided, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.http import Http404

from placet.stages.decisions.models import AgendaItem, Decision, Meeting, SilenceProcedure
from placet.stages.decisions.putting import UNDER_WAY
from placet.stages.decisions.showing import FrozenTextView, frozen_text_view
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.proposals.queries import find_proposal


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


def find_where_decided(actor: Actor, proposal_reference: str) -> tuple[str, str]:
    """Where a proposal was decided, or is to be: ``decision``, ``silence`` or ``meeting``, and its reference.

    Raises
    ------
    Http404
        Where the actor may not see the proposal, or it has not been put to the members.
    """
    proposal = find_proposal(actor, proposal_reference)
    of_it = Q(text__proposal=proposal)
    silences = SilenceProcedure.objects.filter(of_it, state__in=UNDER_WAY)
    items = AgendaItem.objects.filter(of_it, taken_off_at=None).exclude(meeting__state=Meeting.State.CLOSED)
    for name, references in (
        ("decision", Decision.objects.filter(of_it).values_list("reference", flat=True)),
        ("silence", silences.values_list("reference", flat=True)),
        ("meeting", items.values_list("meeting__reference", flat=True)),
    ):
        if (reference := references.first()) is not None:
            return name, reference
    raise Http404


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
