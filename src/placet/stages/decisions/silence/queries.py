"""Reading silence procedures: as they stand now, and what happened to them step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from placet.stages.decisions.models import Decision, SilenceEvent, SilenceProcedure
from placet.stages.decisions.permissions import may_see_positions
from placet.stages.decisions.showing import FrozenTextView, frozen_text_view
from placet.stages.decisions.silence.settling import settle_these
from placet.stages.decisions.silence.times import in_utc, in_zone, time_left
from placet.stages.mandates.models import Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.queries import Wording, wordings

State = SilenceProcedure.State
Kind = SilenceEvent.Kind


@dataclass(frozen=True, slots=True)
class SilenceView:
    """A procedure as it stands; ``time_left`` is empty unless it runs."""

    reference: str
    text: FrozenTextView
    state: str
    state_label: str
    opened_at: datetime
    deadline_at: datetime
    deadline: str
    deadline_utc: str
    time_left: str
    time_zone: str
    ended_at: datetime | None
    decision_reference: str
    outage_allowance_minutes: int
    remind_hours_before: tuple[int, ...]
    is_simulated: bool

    @property
    def is_under_way(self) -> bool:
        return self.state in (State.RUNNING, State.SUSPENDED)

    @property
    def zone_label(self) -> str:
        return self.time_zone.replace("_", " ")


@dataclass(frozen=True, slots=True)
class EventView:
    """One step; who objected and why is None for those who may not see it."""

    kind: str
    kind_label: str
    happened_at: datetime
    member: Wording | None
    reason: Wording | None
    deadline: str
    is_new_deadline: bool
    received: str
    hours_before: int | None
    is_hidden: bool


def silences_of(reflection: Reflection) -> QuerySet[SilenceProcedure]:
    """The procedures of a reflection, the latest first."""
    found = SilenceProcedure.objects.filter(reflection=reflection)
    return found.select_related("text", "reflection").order_by("-opened_at", "reference")


def silence_views(
    procedures: Sequence[SilenceProcedure], language: str, *, now: datetime | None = None
) -> list[SilenceView]:
    """Procedures, brought up to date, as pages show them; a constant number of queries if nothing is due."""
    settle_these(procedures, now=now)
    moment = now or timezone.now()
    decisions = dict(Decision.objects.filter(silence__in=procedures).values_list("silence_id", "reference"))
    return [_silence_view(each, decisions.get(each.pk, ""), language, moment) for each in procedures]


def timeline(procedure: SilenceProcedure, actor: Actor, language: str) -> list[EventView]:
    """What happened, in its order. Who objected, and why, is for delegates and the secretariat."""
    is_entitled = may_see_positions(actor, procedure.reflection)
    events = list(SilenceEvent.objects.filter(procedure=procedure).select_related("member").order_by("id"))
    words = wordings(
        [
            text
            for event in events
            for text in (event.reason_id, event.member.name_id if event.member else None)
        ],
        language,
    )
    views, last = [], None
    for event in events:
        is_hidden = event.member_id is not None and not is_entitled
        views.append(
            EventView(
                kind=event.kind,
                kind_label=event.get_kind_display(),
                happened_at=event.happened_at,
                member=words[event.member.name_id] if event.member and not is_hidden else None,
                reason=words[event.reason_id] if event.reason_id and not is_hidden else None,
                deadline=in_zone(event.deadline_at, procedure.time_zone) if event.deadline_at else "",
                is_new_deadline=event.deadline_at != last,
                received=in_zone(event.received_at, procedure.time_zone) if event.received_at else "",
                hours_before=event.hours_before,
                is_hidden=is_hidden,
            )
        )
        last = event.deadline_at
    return views


def _silence_view(
    procedure: SilenceProcedure, decision_reference: str, language: str, now: datetime
) -> SilenceView:
    is_running = procedure.state == State.RUNNING
    return SilenceView(
        reference=procedure.reference,
        text=frozen_text_view(procedure.text, language),
        state=procedure.state,
        state_label=procedure.get_state_display(),
        opened_at=procedure.opened_at,
        deadline_at=procedure.deadline_at,
        deadline=in_zone(procedure.deadline_at, procedure.time_zone),
        deadline_utc=in_utc(procedure.deadline_at),
        time_left=time_left(procedure.deadline_at, now) if is_running else "",
        time_zone=procedure.time_zone,
        ended_at=procedure.ended_at,
        decision_reference=decision_reference,
        outage_allowance_minutes=procedure.outage_allowance_minutes,
        remind_hours_before=tuple(procedure.remind_hours_before),
        is_simulated=procedure.is_simulated,
    )
