"""What stands in a reflection's calendar for one reader. Each stage decides what that reader may know."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from placet.stages.consultations.queries import consultation_views
from placet.stages.contributions.models import Call
from placet.stages.dialogues.models import Dialogue
from placet.stages.dialogues.permissions import readable_dialogues, visible_dialogues
from placet.stages.mandates.models import Milestone, Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.mandates.queries import milestone_views
from placet.stages.texts.queries import Wording, wordings

DIALOGUE, CONSULTATION, CALL = "dialogue", "consultation", "call"
COMING, PAST = "coming", "past"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One thing on one or several days; ``starts_at`` and ``ends_at`` where the hours are known."""

    key: str
    kind: str
    kind_label: str
    title: Wording
    start_date: date
    end_date: date
    precision: str
    zone: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    description: Wording | None = None
    place: Wording | None = None
    date_note: Wording | None = None
    source: Wording | None = None
    url: str = ""
    reference: str = ""
    priority_id: int | None = None
    series_reference: str = ""
    state: str = ""
    state_label: str = ""
    is_simulated: bool = False

    @property
    def is_dated(self) -> bool:
        """Whether its days are known, so that it can stand in a month."""
        return self.precision not in (Milestone.Precision.WITHIN, Milestone.Precision.YEAR)

    def is_past(self, now: datetime) -> bool:
        """Whether it is over."""
        if self.ends_at is not None:
            return self.ends_at <= now
        return self.end_date < now.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader narrows the calendar by; empty: everything."""

    kind: str = ""
    priority: int = 0
    series: str = ""
    when: str = ""


def calendar_entries(reflection: Reflection, actor: Actor, language: str) -> list[CalendarEntry]:
    """All that the actor may know of, earliest first; a constant number of queries.

    Closed dialogues stand there once they are over, without what they were about.
    """
    return _in_order([*_events(reflection, actor, language), *_consultations(reflection, actor, language)])


def chosen_entries(entries: list[CalendarEntry], choice: Choice, now: datetime) -> list[CalendarEntry]:
    """Those that a choice leaves; past ones the latest first where only they are asked for."""
    left = [
        entry
        for entry in entries
        if (not choice.kind or entry.kind == choice.kind)
        and (not choice.priority or entry.priority_id == choice.priority)
        and (not choice.series or entry.series_reference == choice.series)
        and (not choice.when or entry.is_past(now) == (choice.when == PAST))
    ]
    return left[::-1] if choice.when == PAST else left


def nearest_entries(
    reflection: Reflection, actor: Actor, language: str, now: datetime, count: int = 4
) -> list[CalendarEntry]:
    """What is under way or comes next, or what was last where nothing is to come; consultations apart."""
    entries = _in_order(_events(reflection, actor, language))
    coming = [entry for entry in entries if not entry.is_past(now)]
    return coming[:count] if coming else entries[-count:]


def _events(reflection: Reflection, actor: Actor, language: str) -> Iterator[CalendarEntry]:
    yield from _milestones(reflection, language)
    yield from _dialogues(reflection, actor, language)
    yield from _calls(reflection, language)


def _in_order(entries: Iterable[CalendarEntry]) -> list[CalendarEntry]:
    return sorted(entries, key=lambda entry: (entry.start_date, _moment(entry), entry.key))


def _moment(entry: CalendarEntry) -> datetime:
    midnight = datetime.combine(entry.start_date, time(), ZoneInfo(entry.zone))
    return entry.starts_at or midnight


def _milestones(reflection: Reflection, language: str) -> Iterator[CalendarEntry]:
    for view in milestone_views(reflection, language):
        yield CalendarEntry(
            key=f"milestone-{view.id}",
            kind=view.kind,
            kind_label=str(view.kind_label),
            title=view.title,
            start_date=view.start_date,
            end_date=view.end_date,
            precision=view.precision,
            zone=reflection.time_zone,
            description=view.description,
            date_note=view.date_note,
            source=view.source,
            is_simulated=view.is_simulated,
        )


def _dialogues(reflection: Reflection, actor: Actor, language: str) -> Iterator[CalendarEntry]:
    found = list(visible_dialogues(actor, reflection).exclude(state=Dialogue.State.DRAFT))
    readable = set(readable_dialogues(actor, reflection).values_list("pk", flat=True))
    words = wordings([text for each in found for text in _texts_of(each)], language)
    for dialogue in found:
        if dialogue.pk in readable:
            yield _dialogue_entry(dialogue, words)
        else:
            yield _closed_entry(dialogue, words)


def _texts_of(dialogue: Dialogue) -> list[UUID]:
    texts = (
        dialogue.title_id,
        dialogue.description_id,
        dialogue.place_id,
        dialogue.date_note_id,
        dialogue.source_id,
        dialogue.series.title_id,
    )
    return [text for text in texts if text]


def _dialogue_entry(dialogue: Dialogue, words: Mapping[UUID, Wording]) -> CalendarEntry:
    first, last = _days(dialogue)
    has_hours = dialogue.precision == Dialogue.Precision.TIME
    return CalendarEntry(
        key=f"dialogue-{dialogue.reference}",
        kind=DIALOGUE,
        kind_label=pgettext("calendar", "dialogue"),
        title=words[dialogue.title_id],
        start_date=first,
        end_date=last,
        precision=_precision(dialogue, first, last),
        zone=dialogue.time_zone,
        starts_at=dialogue.starts_at if has_hours else None,
        ends_at=dialogue.ends_at if has_hours else None,
        description=words[dialogue.description_id] if dialogue.description_id else None,
        place=words[dialogue.place_id] if dialogue.place_id else None,
        date_note=words[dialogue.date_note_id] if dialogue.date_note_id else None,
        source=words[dialogue.source_id] if dialogue.source_id else None,
        url=reverse("dialogues:dialogue", args=[dialogue.reference]),
        reference=dialogue.reference,
        priority_id=dialogue.priority_id,
        series_reference=dialogue.series.reference,
        state=dialogue.state,
        state_label=dialogue.get_state_display(),
        is_simulated=dialogue.is_simulated,
    )


def _closed_entry(dialogue: Dialogue, words: Mapping[UUID, Wording]) -> CalendarEntry:
    """A closed dialogue: its series, its number and its day."""
    first, last = _days(dialogue)
    return CalendarEntry(
        key=f"dialogue-{dialogue.reference}",
        kind=DIALOGUE,
        kind_label=_("closed dialogue no. %(number)d") % {"number": dialogue.number},
        title=words[dialogue.series.title_id],
        start_date=first,
        end_date=last,
        precision=_precision(dialogue, first, last),
        zone=dialogue.time_zone,
        url=reverse("dialogues:dialogue", args=[dialogue.reference]),
        reference=dialogue.reference,
        series_reference=dialogue.series.reference,
        state=dialogue.state,
        state_label=dialogue.get_state_display(),
        is_simulated=dialogue.is_simulated,
    )


def _days(dialogue: Dialogue) -> tuple[date, date]:
    """The first and last day in the dialogue's time zone; one that ends at midnight ends the day before."""
    zone = ZoneInfo(dialogue.time_zone)
    last = (dialogue.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return dialogue.starts_at.astimezone(zone).date(), last


def _precision(dialogue: Dialogue, first: date, last: date) -> str:
    if dialogue.precision == Dialogue.Precision.WITHIN:
        return str(Milestone.Precision.WITHIN)
    return str(Milestone.Precision.DAY if first == last else Milestone.Precision.SPAN)


def _consultations(reflection: Reflection, actor: Actor, language: str) -> Iterator[CalendarEntry]:
    zone = ZoneInfo(reflection.time_zone)
    for view in consultation_views(reflection, actor, language):
        if view.phase == "draft":
            continue
        first, last = view.opens_at.astimezone(zone).date(), view.closes_at.astimezone(zone).date()
        yield CalendarEntry(
            key=f"consultation-{view.reference}",
            kind=CONSULTATION,
            kind_label=pgettext("calendar", "consultation"),
            title=view.question,
            start_date=first,
            end_date=last,
            precision=str(Milestone.Precision.DAY if first == last else Milestone.Precision.SPAN),
            zone=reflection.time_zone,
            url=reverse("consultations:consultation", args=[view.reference]),
            reference=view.reference,
            priority_id=view.priority_id,
            is_simulated=view.is_simulated,
        )


def _calls(reflection: Reflection, language: str) -> Iterator[CalendarEntry]:
    found = list(Call.objects.filter(~Q(state=Call.State.DRAFT), reflection=reflection))
    words = wordings([call.title_id for call in found], language)
    zone = ZoneInfo(reflection.time_zone)
    for call in found:
        first, last = call.opens_at.astimezone(zone).date(), call.closes_at.astimezone(zone).date()
        yield CalendarEntry(
            key=f"call-{call.pk}",
            kind=CALL,
            kind_label=pgettext("calendar", "call"),
            title=words[call.title_id],
            start_date=first,
            end_date=last,
            precision=str(Milestone.Precision.DAY if first == last else Milestone.Precision.SPAN),
            zone=reflection.time_zone,
            url=reverse("contributions:call", args=[call.reference]),
            reference=call.reference,
            priority_id=call.priority_id,
            is_simulated=call.is_simulated,
        )


def today_in(reflection: Reflection) -> date:
    """The day that it is where the reflection is at home."""
    return timezone.localdate(timezone=ZoneInfo(reflection.time_zone))
