"""The course of a procedure, read from its events: since when time runs, and what was done already."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from placet.stages.decisions.models import Outage, SilenceEvent, SilenceProcedure

Kind = SilenceEvent.Kind
_STARTS_TIME = frozenset({Kind.OPENED, Kind.RESUMED})


@dataclass(frozen=True, slots=True)
class Course:
    """What matters of the past of one procedure for what is due now.

    Attributes
    ----------
    since : datetime
        From when time runs: its opening, or when it was resumed.
    stated_at : datetime
        When members were last told of a deadline.
    reminded : frozenset of int
        Hours before the present deadline of which members were reminded.
    outage_ids : frozenset of int
        Outages that have extended it.
    """

    since: datetime
    stated_at: datetime
    reminded: frozenset[int]
    outage_ids: frozenset[int]


def courses_of(procedures: Collection[SilenceProcedure]) -> dict[UUID, Course]:
    """The course of each procedure; one query."""
    events: dict[UUID, list[SilenceEvent]] = {each.pk: [] for each in procedures}
    for event in SilenceEvent.objects.filter(procedure__in=events).order_by("id"):
        events[event.procedure_id].append(event)
    return {each.pk: _course(each, events[each.pk]) for each in procedures}


def lost_in(outage: Outage, procedure: SilenceProcedure, course: Course) -> timedelta:
    """The time that a procedure lost by an outage: none where it was extended by it, or was over before."""
    if outage.pk in course.outage_ids or outage.started_at >= procedure.deadline_at:
        return timedelta(0)
    return max(outage.ended_at - max(outage.started_at, course.since), timedelta(0))


def extends(outage: Outage, procedure: SilenceProcedure, course: Course) -> bool:
    """Whether an outage took more of a procedure than its rules allow."""
    return lost_in(outage, procedure, course) > timedelta(minutes=procedure.outage_allowance_minutes)


def due_reminders(procedure: SilenceProcedure, course: Course, now: datetime) -> list[int]:
    """The hours before the deadline of which members are to be reminded now, the nearest last.

    None of a moment that had passed already when members were told of the deadline.
    """
    moments = {
        hours: procedure.deadline_at - timedelta(hours=hours) for hours in procedure.remind_hours_before
    }
    return sorted(
        (
            hours
            for hours, moment in moments.items()
            if course.stated_at < moment <= now and hours not in course.reminded
        ),
        reverse=True,
    )


def _course(procedure: SilenceProcedure, events: Iterable[SilenceEvent]) -> Course:
    since = stated_at = procedure.opened_at
    reminded: set[int] = set()
    outage_ids: set[int] = set()
    for event in events:
        if event.kind in _STARTS_TIME:
            since = event.happened_at
        if event.outage_id is not None:
            outage_ids.add(event.outage_id)
        if event.kind == Kind.REMINDED and event.hours_before and event.deadline_at == procedure.deadline_at:
            reminded.add(event.hours_before)
        elif event.deadline_at == procedure.deadline_at and event.kind != Kind.REMINDED:
            stated_at = event.happened_at
    return Course(since, stated_at, frozenset(reminded), frozenset(outage_ids))
