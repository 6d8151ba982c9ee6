"""iCalendar files (RFC 5545) of dialogues: a series, one dialogue, a person's own agenda.

A dialogue keeps its UID for good, and counts its SEQUENCE up with every change that matters, so that a
calendar that holds it already replaces it; a cancelled one stays in the file as cancelled, so that it is
struck out there, too. What took place some day between two others stands in no file: a calendar has no way
of saying so.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, timedelta
from urllib.parse import urljoin
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vText

from placet.stages.dialogues.models import Dialogue
from placet.stages.texts.queries import Wording, wordings

PRODUCT = "-//Placet//Placet//EN"
REFRESHED_EVERY = timedelta(hours=6)


def calendar_file(
    name: str, dialogues: Iterable[Dialogue], language: str, *, links: Iterable[UUID] = ()
) -> bytes:
    """Dialogues as one iCalendar file.

    Parameters
    ----------
    name : str
        What calendars call it.
    dialogues : iterable of Dialogue
        What the reader may read of, with their series; drafts and days that are not known are left out.
    links : iterable of UUID
        The dialogues of which the reader may have the address at which they are held.
    """
    shown = [
        each
        for each in dialogues
        if each.state != Dialogue.State.DRAFT and each.precision != Dialogue.Precision.WITHIN
    ]
    words = wordings([text for each in shown for text in _texts_of(each)], language)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", " ".join(name.split()))  # RFC 7986, and what was in use before it
    calendar.add("x-wr-calname", " ".join(name.split()))
    calendar.add("refresh-interval", REFRESHED_EVERY, parameters={"value": "DURATION"})
    with_link = set(links)
    for dialogue in shown:
        calendar.add_component(_event(dialogue, words, has_link=dialogue.pk in with_link))
    return bytes(calendar.to_ical())


def _texts_of(dialogue: Dialogue) -> list[UUID]:
    texts = (dialogue.title_id, dialogue.description_id, dialogue.place_id, dialogue.series.title_id)
    return [text for text in texts if text]


def _event(dialogue: Dialogue, words: Mapping[UUID, Wording], *, has_link: bool) -> Event:
    event = Event()
    event.add("uid", str(dialogue.pk))
    event.add("dtstamp", dialogue.changed_at)
    event.add("last-modified", dialogue.changed_at)
    event.add("created", dialogue.created_at)
    event.add("sequence", dialogue.calendar_sequence)
    is_cancelled = dialogue.state == Dialogue.State.CANCELLED
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    for name, value in zip(("dtstart", "dtend"), _bounds(dialogue), strict=True):
        event.add(name, value)
    event.add("summary", _text(words[dialogue.title_id]))
    event.add("categories", [" ".join(words[dialogue.series.title_id].body.split())])
    event.add("url", urljoin(settings.PUBLIC_URL, reverse("dialogues:dialogue", args=[dialogue.reference])))
    if dialogue.description_id:
        event.add("description", _text(words[dialogue.description_id]))
    if dialogue.place_id:
        event.add("location", _text(words[dialogue.place_id]))
    if has_link and dialogue.link and not is_cancelled:
        event.add("conference", dialogue.link, parameters={"value": "URI", "feature": "VIDEO"})  # RFC 7986
        event["description"] = vText(_joined(event.get("description"), dialogue.link))
    return event


def _bounds(dialogue: Dialogue) -> tuple[object, object]:
    """Two moments in UTC; where only the day is known, that day where it is held, and the one after.

    Nothing here recurs, so that UTC is exact, and no reader has to understand a description of a time zone:
    vobject reads summer as winter in those that icalendar writes.
    """
    if dialogue.precision == Dialogue.Precision.TIME:
        return dialogue.starts_at.astimezone(UTC), dialogue.ends_at.astimezone(UTC)
    zone = ZoneInfo(dialogue.time_zone)
    last: date = (dialogue.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return dialogue.starts_at.astimezone(zone).date(), last + timedelta(days=1)


def _text(wording: Wording) -> vText:
    lines = wording.body.splitlines()  # whatever ends a line: a bare carriage return would end the property
    return vText("\n".join(lines), params={"language": wording.language})


def _joined(description: object, link: str) -> str:
    held_at = _("Held at: %(link)s") % {"link": link}
    return f"{description}\n\n{held_at}" if description else held_at
