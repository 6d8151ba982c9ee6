"""Bringing procedures up to date: outages, reminders, and adoption at the deadline.

Whoever comes first does it, the clock or a reader, under the lock of the procedure and by the clock of the
database. A text is adopted at its deadline, whenever that is written down; nothing is decided twice.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from placet.stages.decisions.models import Decision, Outage, SilenceEvent, SilenceProcedure
from placet.stages.decisions.putting import stands
from placet.stages.decisions.silence.course import Course, courses_of, due_reminders, extends, lost_in
from placet.stages.decisions.silence.database_clock import database_now
from placet.stages.decisions.silence.pulse import notice_gap, outages_between
from placet.stages.decisions.silence.recording import note
from placet.stages.mandates import references
from placet.stages.mandates.models import Member
from placet.stages.proposals.freezing import mark_adopted

Kind = SilenceEvent.Kind
State = SilenceProcedure.State
logger = logging.getLogger(__name__)


def settle(procedure: SilenceProcedure, *, now: datetime | None = None) -> SilenceProcedure:
    """Bring one procedure up to date, if anything is due, and return it as it is then.

    Parameters
    ----------
    now : datetime, optional
        The present moment, in tests; the clock of the database otherwise, read under the lock.
    """
    settle_these([procedure], now=now)
    return procedure


def settle_these(procedures: Sequence[SilenceProcedure], *, now: datetime | None = None) -> None:
    """Bring procedures up to date; a constant number of queries where nothing is due."""
    for procedure in _due(procedures, now or timezone.now()):
        with transaction.atomic():
            current = locked(procedure)
            settle_locked(current, now or database_now())
        _bring_up_to_date(procedure, current)


def settle_due(now: datetime | None = None) -> None:
    """Bring every procedure up to date for which something is due; the clock calls this.

    One that fails is logged, and does not keep the others from their end.
    """
    running = SilenceProcedure.objects.filter(state=State.RUNNING).order_by("deadline_at")
    for procedure in _due(list(running), now or timezone.now()):
        try:
            with transaction.atomic():
                settle_locked(locked(procedure), now or database_now())
        except Exception:
            logger.exception("Silence procedure %s could not be settled", procedure.reference)


def locked(procedure: SilenceProcedure) -> SilenceProcedure:
    """The procedure read anew under its lock: who breaks it, changes it or settles it is alone."""
    rows = SilenceProcedure.objects.select_for_update(of=("self",))
    return rows.select_related("reflection", "text__proposal__priority__reflection").get(pk=procedure.pk)


def settle_locked(current: SilenceProcedure, now: datetime) -> None:
    """Do what is due at a moment, on a procedure whose lock the caller holds."""
    if current.state != State.RUNNING:
        return
    notice_gap(now)
    course = courses_of([current])[current.pk]
    for outage in outages_between(course.since, now):
        if extends(outage, current, course):
            _extend_after(outage, current, course, now)
    if now >= current.deadline_at:
        _end(current, now)
        return
    _remind(current, now)


def close(current: SilenceProcedure, state: SilenceProcedure.State, ended_at: datetime) -> None:
    """Write the end of a locked procedure; afterwards the database lets nobody change it."""
    current.state, current.ended_at, current.left_seconds = state, ended_at, None
    current.save(update_fields=["state", "ended_at", "left_seconds"])


def _due(procedures: Sequence[SilenceProcedure], now: datetime) -> list[SilenceProcedure]:
    """Those of the procedures for which something is due, read without a lock."""
    running = [each for each in procedures if each.state == State.RUNNING]
    if not running:
        return []
    notice_gap(now)
    courses = courses_of(running)
    outages = list(outages_between(min(each.opened_at for each in running), now))
    return [each for each in running if _is_due(each, courses, outages, now)]


def _is_due(
    procedure: SilenceProcedure, courses: dict[UUID, Course], outages: Sequence[Outage], now: datetime
) -> bool:
    course = courses[procedure.pk]
    return (
        now >= procedure.deadline_at
        or any(extends(outage, procedure, course) for outage in outages)
        or bool(due_reminders(procedure, course, now))
    )


def _extend_after(outage: Outage, current: SilenceProcedure, course: Course, now: datetime) -> None:
    """Give back what an outage took: as much time is left at its end as was left when it began."""
    current.deadline_at += lost_in(outage, current, course)
    current.save(update_fields=["deadline_at"])
    note(current, Kind.OUTAGE, now, outage=outage)


def _end(current: SilenceProcedure, now: datetime) -> None:
    """The deadline has passed in silence: the text is adopted, as of the deadline."""
    text = current.text
    if not stands(text):  # withdrawn meanwhile, or opened again
        close(current, State.CANCELLED, now)
        note(current, Kind.CANCELLED, now)
        return
    codes = Member.objects.filter(reflection=current.reflection).values_list("code", flat=True)
    Decision.objects.create(
        text=text,
        reference=next(references.take_references(current.reflection, references.DECISION)),
        way=Decision.Way.SILENCE,
        silence=current,
        adopted_at=current.deadline_at,
        positions=dict.fromkeys(sorted(codes)),
        is_simulated=current.is_simulated or text.proposal.is_simulated,
    )
    mark_adopted(text.proposal)
    close(current, State.ADOPTED, current.deadline_at)
    note(current, Kind.ADOPTED, now)


def _remind(current: SilenceProcedure, now: datetime) -> None:
    """Remind the delegations, once for each of the hours; where several are due at once, with one message."""
    due = due_reminders(current, courses_of([current])[current.pk], now)
    for hours in due:
        note(current, Kind.REMINDED, now, hours_before=hours, is_told=hours == due[-1])


def _bring_up_to_date(procedure: SilenceProcedure, current: SilenceProcedure) -> None:
    for name in ("state", "deadline_at", "left_seconds", "ended_at"):
        setattr(procedure, name, getattr(current, name))
