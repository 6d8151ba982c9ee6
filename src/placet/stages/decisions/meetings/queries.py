"""Reading meetings and their agendas, in the reader's language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from placet.stages.decisions.models import AgendaItem, Decision, Meeting
from placet.stages.decisions.permissions import may_see_positions
from placet.stages.decisions.positions.queries import Standing, standings
from placet.stages.decisions.showing import FrozenTextView, frozen_text_view
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.queries import Wording, wordings


@dataclass(frozen=True, slots=True)
class MeetingView:
    reference: str
    title: Wording
    place: Wording | None
    starts_at: datetime
    time_zone: str
    state: str
    state_label: str
    opened_at: datetime | None
    closed_at: datetime | None
    is_simulated: bool

    @property
    def zone_label(self) -> str:
        return self.time_zone.replace("_", " ")


@dataclass(frozen=True, slots=True)
class ItemView:
    """A text on an agenda; ``standing`` is None where the reader may not see where members stand.

    ``is_open`` says whether it is still to be decided.
    """

    id: int
    text: FrozenTextView
    decision_reference: str
    adopted_at: datetime | None
    is_open: bool
    standing: Standing | None

    @property
    def is_adopted(self) -> bool:
        return bool(self.decision_reference)


def meetings_of(reflection: Reflection) -> QuerySet[Meeting]:
    """The meetings of a reflection, the latest first."""
    return Meeting.objects.filter(reflection=reflection).order_by("-starts_at", "reference")


def meeting_views(meetings: Iterable[Meeting], language: str) -> list[MeetingView]:
    """Meetings as pages show them; two queries."""
    found = list(meetings)
    words = wordings([text for each in found for text in (each.title_id, each.place_id)], language)
    return [_meeting_view(each, words) for each in found]


def agenda(meeting: Meeting, actor: Actor, language: str) -> list[ItemView]:
    """The texts on the agenda of a meeting, in their order; a constant number of queries."""
    items = AgendaItem.objects.filter(meeting=meeting, taken_off_at=None).select_related("text", "meeting")
    return item_views(meeting.reflection, list(items.order_by("position")), actor, language)


def item_views(
    reflection: Reflection, items: Sequence[AgendaItem], actor: Actor, language: str
) -> list[ItemView]:
    """Items of one reflection's agendas, each read with its text and meeting, as pages show them."""
    decisions = {each.text_id: each for each in Decision.objects.filter(text__in=[i.text_id for i in items])}
    is_entitled = may_see_positions(actor, reflection)
    seen = [item.text for item in items if is_entitled or item.text_id in decisions]
    stands = standings(reflection, seen, language) if seen else {}
    return [_item_view(item, decisions.get(item.text_id), stands, language) for item in items]


def _item_view(
    item: AgendaItem, decision: Decision | None, stands: dict[UUID, Standing], language: str
) -> ItemView:
    return ItemView(
        id=item.pk,
        text=frozen_text_view(item.text, language),
        decision_reference=decision.reference if decision else "",
        adopted_at=decision.adopted_at if decision else None,
        is_open=decision is None and item.meeting.state != Meeting.State.CLOSED,
        standing=stands.get(item.text_id),
    )


def _meeting_view(meeting: Meeting, words: dict[UUID, Wording]) -> MeetingView:
    return MeetingView(
        reference=meeting.reference,
        title=words[meeting.title_id],
        place=words[meeting.place_id] if meeting.place_id else None,
        starts_at=meeting.starts_at,
        time_zone=meeting.time_zone,
        state=meeting.state,
        state_label=meeting.get_state_display(),
        opened_at=meeting.opened_at,
        closed_at=meeting.closed_at,
        is_simulated=meeting.is_simulated,
    )
