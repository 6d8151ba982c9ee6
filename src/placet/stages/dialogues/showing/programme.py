"""The programme of a dialogue with its clock times, its rooms, its speakers and its themes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from placet.stages.dialogues.models import Dialogue, ProgrammeItem, Room, Speaker
from placet.stages.texts.queries import Wording, wordings


@dataclass(frozen=True, slots=True)
class SpeakerView:
    id: int
    name: str
    title: Wording | None
    organisation: str
    member: Wording | None


@dataclass(frozen=True, slots=True)
class RoomView:
    id: int
    name: Wording
    capacity: int | None


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item of the programme; in the main room where it names none."""

    id: int
    title: Wording
    description: Wording | None
    minutes: int
    begins_at: datetime
    ends_at: datetime
    room: RoomView | None
    speakers: tuple[SpeakerView, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    items: tuple[ItemView, ...]
    rooms: tuple[RoomView, ...]
    speakers: tuple[SpeakerView, ...]
    themes: tuple[Wording, ...]

    @property
    def ends_at(self) -> datetime | None:
        """When the last item is over; None without any."""
        return max((item.ends_at for item in self.items), default=None)


def clock_times(
    items: Iterable[tuple[int, int | None]], starts_at: datetime
) -> list[tuple[datetime, datetime]]:
    """From when to when each item of a programme lasts.

    Items that follow one another in breakout rooms run at the same time, those of one room one after the
    other; what follows in the main room waits for the last of them.

    Parameters
    ----------
    items : iterable of tuple of int and (int or None)
        Minutes and room of each, in the order of the programme; no room is the main room.
    starts_at : datetime
        When the first one begins.

    Examples
    --------
    >>> from datetime import UTC
    >>> nine = datetime(2026, 7, 1, 9, tzinfo=UTC)
    >>> items = [(30, None), (45, 1), (60, 2), (15, None)]
    >>> [begins.strftime("%H:%M") for begins, _ends in clock_times(items, nine)]
    ['09:00', '09:30', '09:30', '10:30']
    """
    times = []
    main = starts_at
    in_rooms: dict[int, datetime] = {}
    for minutes, room in items:
        if room is None:
            begins = max([main, *in_rooms.values()])
            in_rooms = {}
        else:
            begins = in_rooms.get(room, main)
        ends = begins + timedelta(minutes=minutes)
        if room is None:
            main = ends
        else:
            in_rooms[room] = ends
        times.append((begins, ends))
    return times


def programme_view(dialogue: Dialogue, language: str) -> ProgrammeView:
    """All that the programme of one dialogue says; a constant number of queries."""
    items = list(ProgrammeItem.objects.filter(dialogue=dialogue).prefetch_related("speakers"))
    rooms = list(Room.objects.filter(dialogue=dialogue))
    speakers = list(Speaker.objects.filter(dialogue=dialogue).select_related("member"))
    themes = list(dialogue.themes.values_list("name_id", flat=True))
    words = wordings(_text_ids(items, rooms, speakers, themes), language)
    shown_rooms = {room.pk: RoomView(room.pk, words[room.name_id], room.capacity) for room in rooms}
    shown_speakers = {speaker.pk: _speaker(speaker, words) for speaker in speakers}
    times = clock_times(((item.minutes, item.room_id) for item in items), dialogue.starts_at)
    return ProgrammeView(
        items=tuple(
            ItemView(
                id=item.pk,
                title=words[item.title_id],
                description=words[item.description_id] if item.description_id else None,
                minutes=item.minutes,
                begins_at=begins_at,
                ends_at=ends_at,
                room=shown_rooms.get(item.room_id or 0),
                speakers=tuple(shown_speakers[speaker.pk] for speaker in item.speakers.all()),
            )
            for item, (begins_at, ends_at) in zip(items, times, strict=True)
        ),
        rooms=tuple(shown_rooms.values()),
        speakers=tuple(shown_speakers.values()),
        themes=tuple(words[text_id] for text_id in themes),
    )


def _speaker(speaker: Speaker, words: dict[UUID, Wording]) -> SpeakerView:
    return SpeakerView(
        id=speaker.pk,
        name=speaker.name,
        title=words[speaker.title_id] if speaker.title_id else None,
        organisation=speaker.organisation,
        member=words[speaker.member.name_id] if speaker.member else None,
    )


def _text_ids(
    items: Sequence[ProgrammeItem], rooms: Sequence[Room], speakers: Sequence[Speaker], themes: Sequence[UUID]
) -> list[UUID | None]:
    return [
        *(text_id for item in items for text_id in (item.title_id, item.description_id)),
        *(room.name_id for room in rooms),
        *(speaker.title_id for speaker in speakers),
        *(speaker.member.name_id for speaker in speakers if speaker.member),
        *themes,
    ]
