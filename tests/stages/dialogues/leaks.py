"""What finds a leak under the Chatham House Rule: in the rows of all tables, in pages, files and log lines.

A leak is anything that holds something of a point together with something of a person. A point is known by
its words, its receipt and the identifiers of its rows; a person by name, address, organisation, account,
registration, session and device.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from asgiref.sync import async_to_sync
from django.apps import apps
from django.db.models import DateTimeField, ForeignKey, Model

from placet.stages.dialogues.models import (
    Dialogue,
    Point,
    PointStatement,
    PointSupport,
    Presence,
    Registration,
)
from placet.stages.mandates.models import Participant
from placet.stages.people.models import Account
from placet.stages.record.models import AuditEntry
from placet.stages.texts.models import Text, TextVersion, Translation

OF_POINTS = (Point, PointSupport, PointStatement)
NAMING = ("author_id", "translator_id", "certifier_id")
OF_PEOPLE = (Account, Registration, Presence, Participant)


@dataclass
class Secrets:
    """By what points and people are known, wherever it stands."""

    points: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)

    def add_point(self, *values: object) -> None:
        self.points |= set(_spellings(values))

    def add_person(self, *values: object) -> None:
        self.people |= set(_spellings(values))

    def tie(self, text: str, *, reader: Iterable[str] = ()) -> str:
        """What of a point and of a person stands in the same text; of the reader himself does not count."""
        of_points = sorted(each for each in self.points if each in text)
        of_people = sorted(each for each in self.people - set(reader) if each in text)
        return f"{of_points} with {of_people}" if of_points and of_people else ""


def _spellings(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if value:
            yield str(value)
            if isinstance(value, UUID):
                yield value.hex


def secrets_of(dialogue: Dialogue, points: Iterable[str], people: Iterable[str]) -> Secrets:
    """What is looked for: the words and names given, and the identifiers of all rows that stand for them."""
    secrets = Secrets()
    secrets.add_point(*points)
    secrets.add_person(*people)
    for point in Point.objects.filter(dialogue=dialogue):
        secrets.add_point(point.pk, point.text_id, point.receipt_digest, point.client_key)
    for registration in Registration.objects.filter(dialogue=dialogue).select_related("account"):
        secrets.add_person(registration.pk, registration.account_id, registration.account.email)
    return secrets


def tied_rows(secrets: Secrets) -> list[str]:
    """Rows, of whatever table, that hold something of a point together with something of a person.

    By what stands in them and by what they refer to: a row that refers to both joins them in one step.
    """
    texts = set(Point.objects.values_list("text_id", flat=True))
    versions = set(TextVersion.objects.filter(text__in=texts).values_list("pk", flat=True))
    found = []
    for model in apps.get_models(include_auto_created=True):
        keys = [each for each in model._meta.concrete_fields if isinstance(each, ForeignKey)]
        for row in model._default_manager.all():
            refers = [(key.related_model, getattr(row, key.attname)) for key in keys]
            about = [(model, row.pk), *((to, pk) for to, pk in refers if pk is not None)]
            of_point = any(
                to in OF_POINTS or (to is Text and pk in texts) or (to is TextVersion and pk in versions)
                for to, pk in about
            )
            of_person = any(to in OF_PEOPLE for to, _pk in about)
            tie = secrets.tie(_plain(row))
            if tie or (of_point and of_person):
                found.append(f"{model._meta.label} {row.pk}: {tie or 'refers to both'}")
    return found


def written_by_somebody() -> list[str]:
    """Wordings of points that name who wrote them, in whatever way, or say when but for the day."""
    found = []
    for point in Point.objects.select_related("dialogue"):
        zone = ZoneInfo(point.dialogue.time_zone)
        versions = TextVersion.objects.filter(text=point.text_id)
        translations = Translation.objects.filter(version__in=versions)
        for row in chain([point], versions, translations):
            named = [
                name for name in ("author_id", "translator_id", "certifier_id") if getattr(row, name, None)
            ]
            found += [f"{row._meta.label} {row.pk}: {name}" for name in named]
            found += [
                f"{row._meta.label} {row.pk}: {name} {moment}"
                for name, moment in _moments(row)
                if moment.astimezone(zone).time() != datetime.min.time()
            ]
    for link in PointStatement.objects.select_related("statement"):
        if link.statement.author_id or link.statement.moderated_by_id:
            found.append(f"{link.statement.reference} has an author")
    return found


def kept_devices(dialogue: Dialogue) -> list[str]:
    """What should have been deleted when the dialogue ended."""
    rows = chain(
        Presence.objects.filter(dialogue=dialogue), PointSupport.objects.filter(point__dialogue=dialogue)
    )
    keys = Point.objects.filter(dialogue=dialogue, client_key__isnull=False)
    return [str(row) for row in chain(rows, keys)]


def telling_entries(dialogue: Dialogue, about: Iterable[str]) -> list[str]:
    """Audit entries of a dialogue that name an actor or a moment."""
    return [
        f"{entry.action} {entry.actor_id} {entry.recorded_at}"
        for entry in AuditEntry.objects.filter(target__in=[dialogue.reference, *about])
        if entry.actor_id or entry.recorded_at.time().replace(tzinfo=None) != datetime.min.time()
    ]


def contents_of(response: Any) -> str:
    """All that an answer tells: its headers and its body, archives opened."""
    body = _body_of(response)
    texts = ["\n".join(f"{name}: {value}" for name, value in response.items())]
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for name in archive.namelist():
                texts += [name, archive.read(name).decode(errors="replace")]
    else:
        texts.append(body.decode(errors="replace"))
    return "\n".join(texts)


def _body_of(response: Any) -> bytes:
    if not getattr(response, "is_async", False):
        return bytes(response.getvalue())

    async def read() -> bytes:
        return b"".join([chunk async for chunk in response])

    return async_to_sync(read)()


def snapshot() -> dict[str, set[str]]:
    """What stands in each table."""
    return {
        model._meta.label: {_plain(row) for row in model._default_manager.all()}
        for model in apps.get_models(include_auto_created=True)
    }


def _plain(row: Model) -> str:
    values = [getattr(row, each.attname) for each in row._meta.concrete_fields]
    return "\n".join(
        json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
        for value in values
    )


def _moments(row: Model) -> Iterator[tuple[str, datetime]]:
    for each in row._meta.concrete_fields:
        if isinstance(each, DateTimeField) and (moment := getattr(row, each.attname)) is not None:
            yield each.name, moment
