"""Who was there, and who sits in which breakout room; for those who hold the dialogue alone."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.sense.reports.tables import write_table
from placet.stages.dialogues.models import Dialogue, Registration, Room
from placet.stages.dialogues.permissions import require_organiser
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.registering.actions import locked
from placet.stages.dialogues.registering.queries import registration_views
from placet.stages.mandates.permissions import Actor

State = Registration.State
DOORS_OPEN = timedelta(hours=12)  # before the beginning: from then on attendance is ticked
COLUMNS = ("name", "organisation", "constituency", "state", "registered_at", "room", "attended")
HELD = (Dialogue.State.LIVE, Dialogue.State.ENDED, Dialogue.State.REPORTED)


def may_tick_attendance(dialogue: Dialogue, now: datetime | None = None) -> bool:
    """Whether it is time to say who is there."""
    if dialogue.state == Dialogue.State.ANNOUNCED:
        return (now or timezone.now()) >= dialogue.starts_at - DOORS_OPEN
    return dialogue.state in HELD


@transaction.atomic
def record_attendance(
    actor: Actor,
    dialogue: Dialogue,
    *,
    listed: Collection[UUID],
    present: Collection[UUID],
    now: datetime | None = None,
) -> int:
    """Say of all who were listed whether they were there; two updates, however many they are.

    Parameters
    ----------
    listed : collection of UUID
        The registrations that stood on the page; nothing is said of others, who registered since.
    present : collection of UUID
        Those of them that were ticked.

    Returns
    -------
    int
        How many of those listed were there.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    ValidationError
        Before the day of the dialogue, and where it does not take place.
    """
    account = require_organiser(actor, dialogue.series)
    current = locked(dialogue)
    if not may_tick_attendance(current, now):
        raise ValidationError(_("Attendance is ticked from the day of the dialogue on."))
    confirmed = _confirmed(current).filter(pk__in=listed)
    confirmed.exclude(pk__in=present).update(has_attended=False)
    count = confirmed.filter(pk__in=present).update(has_attended=True)
    record_deed("record_attendance", current, account, listed_count=len(listed), attended_count=count)
    return count


@transaction.atomic
def assign_rooms(actor: Actor, dialogue: Dialogue, chosen: Mapping[UUID, int | None]) -> None:
    """Put people into breakout rooms, by hand; one update a room.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    ValidationError
        Where a room is not of this dialogue, or more are in it than it holds; then nothing is changed.
    """
    account = require_organiser(actor, dialogue.series)
    current = locked(dialogue)
    rooms = {room.pk: room for room in Room.objects.filter(dialogue=current)}
    if unknown := set(chosen.values()) - {None, *rooms}:
        raise ValidationError(_("There is no breakout room %(number)s.") % {"number": unknown.pop()})
    for room_id in {*rooms, None}:
        members = [pk for pk, wanted in chosen.items() if wanted == room_id]
        _confirmed(current).filter(pk__in=members).update(room=room_id)
    _check_capacities(current, rooms)
    record_deed("assign_rooms", current, account, count=len(chosen))


@transaction.atomic
def spread_over_rooms(actor: Actor, dialogue: Dialogue) -> int:
    """Put all who have no room yet where the fewest are; constituencies and organisations are mixed.

    Returns
    -------
    int
        How many were placed.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    ValidationError
        Where there are no rooms, or they do not hold everybody.
    """
    account = require_organiser(actor, dialogue.series)
    current = locked(dialogue)
    rooms = list(Room.objects.filter(dialogue=current))
    if not rooms:
        raise ValidationError(_("This dialogue has no breakout rooms."))
    taken = Counter(_confirmed(current).exclude(room=None).values_list("room", flat=True))
    # Neighbours in this order have something in common: one after the other, they go to different rooms.
    homeless = list(_confirmed(current).filter(room=None).order_by("constituency", "organisation", "pk"))
    for each in homeless:
        free = [room for room in rooms if room.capacity is None or taken[room.pk] < room.capacity]
        if not free:
            raise ValidationError(
                _("The breakout rooms do not hold all who come: add one, or make one larger.")
            )
        emptiest = min(free, key=lambda room: (taken[room.pk], room.position))
        each.room = emptiest
        taken[emptiest.pk] += 1
    Registration.objects.bulk_update(homeless, ["room"], batch_size=200)
    record_deed("spread_over_rooms", current, account, count=len(homeless))
    return len(homeless)


@transaction.atomic
def empty_rooms(actor: Actor, dialogue: Dialogue) -> None:
    """Take everybody out of the breakout rooms, to begin anew; refusals are those of ``assign_rooms``."""
    account = require_organiser(actor, dialogue.series)
    current = locked(dialogue)
    _confirmed(current).update(room=None)
    record_deed("empty_rooms", current, account)


@transaction.atomic
def registrations_table(actor: Actor, dialogue: Dialogue, language: str) -> str:
    """All registrations as CSV, in no cell of which a spreadsheet sees a formula.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    """
    account = require_organiser(actor, dialogue.series)
    every = Registration.objects.filter(dialogue=dialogue).select_related("room", "constituency")
    views = registration_views(list(every.order_by("state", "registered_at", "pk")), language)
    record_deed("export_registrations", dialogue, account, count=len(views))
    attended = {None: "", True: "yes", False: "no"}
    return write_table(
        COLUMNS,
        (
            (
                view.name,
                view.organisation,
                view.constituency.body if view.constituency else "",
                view.state,
                view.registered_at.isoformat(timespec="seconds"),
                view.room.body if view.room else "",
                attended[view.has_attended],
            )
            for view in views
        ),
    )


def _confirmed(dialogue: Dialogue) -> QuerySet[Registration]:
    return Registration.objects.filter(dialogue=dialogue, state=State.CONFIRMED)


def _check_capacities(dialogue: Dialogue, rooms: Mapping[int, Room]) -> None:
    taken = Counter(_confirmed(dialogue).exclude(room=None).values_list("room", flat=True))
    for room in rooms.values():
        if room.capacity is not None and taken[room.pk] > room.capacity:
            raise ValidationError(
                _("Breakout room %(number)d holds %(limit)d; %(count)d would be in it.")
                % {"number": room.position, "limit": room.capacity, "count": taken[room.pk]}
            )
