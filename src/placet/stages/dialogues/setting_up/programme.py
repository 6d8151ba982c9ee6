"""The programme of a dialogue: breakout rooms, speakers and what comes after what."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar, cast

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, ProgrammeItem, Room, Speaker
from placet.stages.dialogues.permissions import require_organiser
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.setting_up.wording import Bodies, check_written, revised, written
from placet.stages.mandates.models import Member
from placet.stages.mandates.permissions import Actor
from placet.stages.people.actions import clean_name
from placet.stages.people.models import Account
from placet.stages.texts.actions import revise_text

MOST_ITEMS, MOST_ROOMS, MOST_SPEAKERS = 100, 40, 100
NAME_MAX_LENGTH = 120
MOST_MINUTES = 720

_Part = TypeVar("_Part", bound=ProgrammeItem | Room | Speaker)


@dataclass(frozen=True, slots=True)
class ItemFrame:
    """What is said of an item of the programme; in the main room where it names none."""

    title: Bodies
    minutes: int
    description: Bodies | None = None
    room: Room | None = None
    speakers: Collection[Speaker] = ()


@dataclass(frozen=True, slots=True)
class RoomFrame:
    """What is said of a breakout room."""

    name: Bodies
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class SpeakerFrame:
    """What is said of a speaker."""

    name: str
    title: Bodies | None = None
    organisation: str = ""
    member: Member | None = None


@transaction.atomic
def add_item(actor: Actor, dialogue: Dialogue, frame: ItemFrame) -> ProgrammeItem:
    """Add an item after the others.

    Raises
    ------
    PermissionDenied
        To all but those who hold the series.
    ValidationError
        Where the dialogue is cancelled, or the frame names a room or speaker of another dialogue.
    """
    account, dialogue = _held(actor, dialogue)
    _check_item(dialogue, frame)
    item = ProgrammeItem.objects.create(
        dialogue=dialogue,
        position=_next_position(dialogue, ProgrammeItem, MOST_ITEMS),
        title=written(dialogue.series.reflection, account, frame.title),
        description=revised(dialogue.series.reflection, account, None, frame.description),
        minutes=frame.minutes,
        room=frame.room,
    )
    item.speakers.set(frame.speakers)
    record_deed("add_programme_item", dialogue, account)
    return item


@transaction.atomic
def change_item(actor: Actor, item: ProgrammeItem, frame: ItemFrame) -> None:
    """Change an item; refusals are those of :func:`add_item`."""
    account, dialogue = _held(actor, item.dialogue)
    _check_item(dialogue, frame)
    revise_text(item.title, frame.title, author_id=account.id)
    description = revised(dialogue.series.reflection, account, item.description, frame.description)
    item.description = description  # type: ignore[assignment]
    item.minutes = frame.minutes
    item.room = frame.room
    item.save(update_fields=["description", "minutes", "room"])
    item.speakers.set(frame.speakers)
    record_deed("change_programme_item", dialogue, account)


@transaction.atomic
def move_item(actor: Actor, item: ProgrammeItem, *, up: bool) -> None:
    """Let an item change places with the one before or after it; at either end it stays."""
    account, dialogue = _held(actor, item.dialogue)
    items = list(ProgrammeItem.objects.filter(dialogue=dialogue))
    place = next((place for place, each in enumerate(items) if each.pk == item.pk), None)
    other = None if place is None else place + (-1 if up else 1)
    if place is None or other is None or not 0 <= other < len(items):
        return
    items[place], items[other] = items[other], items[place]
    for position, each in enumerate(items, start=1):
        each.position = position
    ProgrammeItem.objects.bulk_update(items, ["position"])
    record_deed("move_programme_item", dialogue, account)


@transaction.atomic
def add_room(actor: Actor, dialogue: Dialogue, frame: RoomFrame) -> Room:
    """Add a breakout room after the others; refusals are those of :func:`add_item`."""
    account, dialogue = _held(actor, dialogue)
    check_written(dialogue.series.reflection, frame.name, "name")
    room = Room.objects.create(
        dialogue=dialogue,
        position=_next_position(dialogue, Room, MOST_ROOMS),
        name=written(dialogue.series.reflection, account, frame.name),
        capacity=frame.capacity,
    )
    record_deed("add_room", dialogue, account)
    return room


@transaction.atomic
def change_room(actor: Actor, room: Room, frame: RoomFrame) -> None:
    """Change what is said of a breakout room."""
    account, dialogue = _held(actor, room.dialogue)
    check_written(dialogue.series.reflection, frame.name, "name")
    revise_text(room.name, frame.name, author_id=account.id)
    room.capacity = frame.capacity
    room.save(update_fields=["capacity"])
    record_deed("change_room", dialogue, account)


@transaction.atomic
def add_speaker(actor: Actor, dialogue: Dialogue, frame: SpeakerFrame) -> Speaker:
    """Announce a speaker after the others; refusals are those of :func:`add_item`."""
    account, dialogue = _held(actor, dialogue)
    _check_speaker(dialogue, frame)
    speaker = Speaker.objects.create(
        dialogue=dialogue,
        position=_next_position(dialogue, Speaker, MOST_SPEAKERS),
        name=clean_name(frame.name),
        title=revised(dialogue.series.reflection, account, None, frame.title),
        organisation=clean_name(frame.organisation),
        member=frame.member,
    )
    record_deed("add_speaker", dialogue, account)
    return speaker


@transaction.atomic
def change_speaker(actor: Actor, speaker: Speaker, frame: SpeakerFrame) -> None:
    """Change what is said of a speaker."""
    account, dialogue = _held(actor, speaker.dialogue)
    _check_speaker(dialogue, frame)
    speaker.name = clean_name(frame.name)
    title = revised(dialogue.series.reflection, account, speaker.title, frame.title)
    speaker.title = title  # type: ignore[assignment]
    speaker.organisation = clean_name(frame.organisation)
    speaker.member = frame.member
    speaker.save(update_fields=["name", "title", "organisation", "member"])
    record_deed("change_speaker", dialogue, account)


@transaction.atomic
def remove_part(actor: Actor, part: ProgrammeItem | Room | Speaker) -> None:
    """Take an item, a room or a speaker out of the programme. Asked twice, it does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but those who hold the series.
    ValidationError
        Where the dialogue is cancelled, or points were said in the room.
    """
    account, dialogue = _held(actor, part.dialogue)
    try:
        with transaction.atomic():
            n_deleted, _by_model = type(part).objects.filter(pk=part.pk).delete()
    except models.ProtectedError:
        raise ValidationError(_("Points were said in this room: it stays.")) from None
    if n_deleted:
        record_deed(f"remove_{part._meta.model_name}", dialogue, account)


def find_part(model: type[_Part], dialogue: Dialogue, pk: int) -> _Part:
    """That item, room or speaker of a dialogue; Http404 where it is another's or none."""
    parts = model._default_manager.select_related("dialogue__series__reflection")
    return cast(_Part, get_object_or_404(parts, dialogue=dialogue, pk=pk))


def _held(actor: Actor, dialogue: Dialogue) -> tuple[Account, Dialogue]:
    """The account that may change the programme, and the locked dialogue: two organisers, one next place."""
    account = require_organiser(actor, dialogue.series)
    locked = Dialogue.objects.select_for_update(of=("self",)).select_related("series__reflection")
    current = locked.get(pk=dialogue.pk)
    if current.state == Dialogue.State.CANCELLED:
        raise ValidationError(_("A cancelled dialogue stays as it was: set up a new one."))
    return account, current


def _next_position(dialogue: Dialogue, model: type[ProgrammeItem | Room | Speaker], most: int) -> int:
    positions = model._default_manager.filter(dialogue=dialogue).values_list("position", flat=True)
    if len(positions) >= most:
        raise ValidationError(_("At most %(limit)d: take one out first."), params={"limit": most})
    return max(positions, default=0) + 1


def _check_item(dialogue: Dialogue, frame: ItemFrame) -> None:
    check_written(dialogue.series.reflection, frame.title, "title")
    if not 1 <= frame.minutes <= MOST_MINUTES:
        raise ValidationError({"minutes": _("Between one minute and twelve hours.")})
    if frame.room is not None and frame.room.dialogue_id != dialogue.pk:
        raise ValidationError({"room": _("Choose a room of this dialogue.")})
    if any(speaker.dialogue_id != dialogue.pk for speaker in frame.speakers):
        raise ValidationError({"speakers": _("Choose speakers of this dialogue.")})


def _check_speaker(dialogue: Dialogue, frame: SpeakerFrame) -> None:
    if not clean_name(frame.name):
        raise ValidationError({"name": _("Give the name.")})
    if frame.member is not None and frame.member.reflection_id != dialogue.series.reflection_id:
        raise ValidationError({"member": _("Choose a member of this reflection.")})
