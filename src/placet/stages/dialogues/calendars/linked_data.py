"""A dialogue as schema.org Event, for search engines: what its page says to everybody, and no more."""

import json
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from placet.stages.dialogues.models import Dialogue
from placet.stages.mandates.models import Organisation
from placet.stages.texts.queries import wordings

# What could end the element in which it stands, or begin another one.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def event_document(dialogue: Dialogue, language: str) -> SafeString:
    """JSON-LD, safe inside a ``<script type="application/ld+json">``; empty where its day is not known."""
    if dialogue.precision == Dialogue.Precision.WITHIN:
        return SafeString("")
    return mark_safe(  # noqa: S308 - JSON in which nothing can end the element
        json.dumps(_event(dialogue, language), ensure_ascii=False).translate(ESCAPES)
    )


def _event(dialogue: Dialogue, language: str) -> dict[str, object]:
    organisers = list(Organisation.objects.filter(pk__in=dialogue.series.organisers.values("pk")))
    texts = [dialogue.title_id, dialogue.description_id, dialogue.place_id, dialogue.series.title_id]
    words = wordings([*texts, *(each.name_id for each in organisers)], language)
    page = settings.PUBLIC_URL + reverse("dialogues:dialogue", args=[dialogue.reference])
    is_cancelled = dialogue.state == Dialogue.State.CANCELLED
    event: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "@id": page,
        "url": page,
        "identifier": dialogue.reference,
        "name": words[dialogue.title_id].body,
        "startDate": _moment(dialogue, "starts_at"),
        "endDate": _moment(dialogue, "ends_at"),
        "eventStatus": f"https://schema.org/Event{'Cancelled' if is_cancelled else 'Scheduled'}",
        "organizer": [{"@type": "Organization", "name": words[each.name_id].body} for each in organisers],
        "superEvent": {"@type": "EventSeries", "name": words[dialogue.series.title_id].body},
        "isAccessibleForFree": True,
    }
    if dialogue.languages:
        event["inLanguage"] = dialogue.languages
    if dialogue.description_id:
        event["description"] = words[dialogue.description_id].body
    if dialogue.capacity:
        event["maximumAttendeeCapacity"] = dialogue.capacity
    return event | _where(dialogue, words[dialogue.place_id].body if dialogue.place_id else "", page)


def _where(dialogue: Dialogue, place: str, page: str) -> dict[str, object]:
    """In a room, online, or both; the address at which it is held online is for those who come."""
    places: list[dict[str, str]] = []
    if place:
        places.append({"@type": "Place", "name": place, "address": place})
    if dialogue.link:
        places.append({"@type": "VirtualLocation", "url": page})
    if not places:
        return {}
    mode = "Mixed" if len(places) > 1 else ("Online" if dialogue.link else "Offline")
    return {
        "location": places if len(places) > 1 else places[0],
        "eventAttendanceMode": f"https://schema.org/{mode}EventAttendanceMode",
    }


def _moment(dialogue: Dialogue, name: str) -> str:
    moment = getattr(dialogue, name).astimezone(ZoneInfo(dialogue.time_zone))
    if dialogue.precision == Dialogue.Precision.TIME:
        return str(moment.isoformat())
    return str(dialogue.starts_at.astimezone(ZoneInfo(dialogue.time_zone)).date())
