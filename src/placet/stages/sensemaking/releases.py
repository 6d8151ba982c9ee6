"""Releases: figures by member and constituency, at set times, with whatever is too small withheld.

Nothing by member or constituency is shown anywhere but from a release that was published, and a release
holds nothing that was withheld.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import (
    accepted_statements,
    belonging_of_voters,
    phase,
    vote_events,
)
from placet.stages.mandates.models import Constituency, Member
from placet.stages.mandates.queries import constituency_views, member_views
from placet.stages.record.actions import record
from placet.stages.sensemaking.models import AnalysisSchedule, Release
from placet.stages.sensemaking.suppression import Line, Parts, PublishedCell, release_line
from placet.stages.texts.queries import Wording, wordings

LEAST_K = 10
GREATEST_K = 1000
NOT_STATED = ""  # the key of those who did not say

MEMBER, CONSTITUENCY, STATEMENTS = (
    "participants_by_member",
    "participants_by_constituency",
    "agreement_by_member",
)


@dataclass(frozen=True, slots=True)
class ReleasedCount:
    """How many participants of one member or constituency; None where it is withheld."""

    name: Wording | None
    count: int | None
    release: int


@dataclass(frozen=True, slots=True)
class ReleasedAgreement:
    """How one member's participants stand on a statement; None where it is withheld."""

    name: Wording | None
    share: float | None
    count: int | None
    release: int


@dataclass(frozen=True, slots=True)
class ReleaseView:
    """The latest release, as tables for display."""

    number: int
    published_at: datetime
    next_at: datetime | None
    k: int
    members: list[ReleasedCount]
    constituencies: list[ReleasedCount]
    statement_reference: str
    statement: Wording | None
    agreement: list[ReleasedAgreement]
    references: frozenset[str]

    @property
    def withheld_count(self) -> int:
        return sum(cell.count is None for cell in [*self.members, *self.constituencies])


def latest_release(consultation: Consultation) -> Release | None:
    """The release that stands now."""
    return Release.objects.filter(consultation=consultation).order_by("-number").first()


def releases_due(now: datetime) -> list[Consultation]:
    """The consultations whose next release is due, by their schedule or because they have closed."""
    scheduled = AnalysisSchedule.objects.filter(release_every_days__isnull=False).select_related(
        "consultation__priority__reflection"
    )
    due = scheduled.filter(
        Q(next_release_at__lte=now)
        | Q(next_release_at__isnull=False, consultation__state=Consultation.State.CLOSED)
        | Q(next_release_at__isnull=False, consultation__closes_at__lte=now)
    )
    return [schedule.consultation for schedule in due]


@transaction.atomic
def publish_release(consultation: Consultation, now: datetime) -> Release | None:
    """Publish the tables as they stand now, and say when the next are due: called by the system alone.

    Returns
    -------
    Release or None
        None where the consultation is a draft, or nobody has voted since the last release.
    """
    AnalysisSchedule.objects.get_or_create(consultation=consultation)
    schedule = AnalysisSchedule.objects.select_for_update().get(consultation=consultation)
    current = Consultation.objects.select_related("priority__reflection").get(pk=consultation.pk)
    previous = latest_release(current)
    is_open = phase(current, now) == "open"
    if schedule.release_every_days is not None:
        due = schedule.next_release_at or now
        every = timedelta(days=schedule.release_every_days)
        schedule.next_release_at = max(advanced(due, every, now), due) if is_open else None
        schedule.save(update_fields=["next_release_at"])
    known = previous.last_sequence if previous else 0
    if current.state == Consultation.State.DRAFT or current.last_sequence <= known:
        return None
    number = previous.number + 1 if previous else 1
    k = max(schedule.least_cell_count, LEAST_K)
    release = Release.objects.create(
        consultation=current,
        number=number,
        published_at=now,
        last_sequence=current.last_sequence,
        least_cell_count=k,
        tables=_tables(current, k, number, previous.tables if previous else {}),
    )
    record(
        "sensemaking.publish_release",
        target=current.reference,
        actor_id=None,
        scope_id=current.priority.reflection_id,
        number=number,
    )
    return release


def release_view(consultation: Consultation, language: str, by: str = "") -> ReleaseView | None:
    """The latest release with the names of members and constituencies; None where there is none.

    Parameters
    ----------
    by : str
        Reference of the statement whose agreement by member is shown; none where it is unknown.
    """
    release = latest_release(consultation)
    if release is None:
        return None
    reflection = consultation.priority.reflection
    members = {each.code: each.name for each in member_views(reflection, language)}
    constituencies = {each.key: each.name for each in constituency_views(reflection, language)}
    lines = _read_lines(release.tables.get(STATEMENTS, {}))
    shown = accepted_statements(consultation).filter(reference__in=[by] if by in lines else [])
    texts = dict(shown.values_list("reference", "text_id"))
    schedule = AnalysisSchedule.objects.filter(consultation=consultation).first()
    return ReleaseView(
        number=release.number,
        published_at=release.published_at,
        next_at=schedule.next_release_at if schedule else None,
        k=release.least_cell_count,
        members=_counts(_read_line(release.tables[MEMBER]), members),
        constituencies=_counts(_read_line(release.tables[CONSTITUENCY]), constituencies),
        statement_reference=by if by in texts else "",
        statement=wordings(texts.values(), language)[texts[by]] if by in texts else None,
        agreement=_agreement(lines[by], members) if by in texts else [],
        references=frozenset(lines),
    )


def advanced(due: datetime, every: timedelta, now: datetime) -> datetime:
    """The first moment after now on the grid of a schedule: what was missed is not made up for."""
    return due + every * ((now - due) // every + 1)


def next_release(consultation: Consultation, every_days: int | None, now: datetime) -> datetime | None:
    """When the next release is due: at once where there was none, else a full interval after the last."""
    if every_days is None:
        return None
    last = latest_release(consultation)
    return now if last is None else max(now, last.published_at + timedelta(days=every_days))


def _tables(
    consultation: Consultation, k: int, number: int, previous: Mapping[str, Any]
) -> dict[str, object]:
    """The tables of a release. Withheld cells are null, and in no other way in them."""
    votes = _current_votes(consultation)
    voters = {participant for participant, _statement in votes}
    reflection = consultation.priority.reflection
    member_codes = dict(Member.objects.filter(reflection=reflection).values_list("pk", "code"))
    constituency_keys = dict(Constituency.objects.filter(reflection=reflection).values_list("pk", "key"))
    belonging = {
        participant: (
            member_codes[member] if member else NOT_STATED,
            constituency_keys[constituency] if constituency else NOT_STATED,
        )
        for participant, member, constituency in belonging_of_voters(consultation)
        if participant in voters
    }
    member_keys = [NOT_STATED, *member_codes.values()]
    by_member = release_line(
        _heads((member for member, _ in belonging.values()), member_keys),
        k=k,
        release=number,
        previous=_previous_line(previous, MEMBER),
    )
    by_constituency = release_line(
        _heads((key for _, key in belonging.values()), [NOT_STATED, *constituency_keys.values()]),
        k=k,
        release=number,
        previous=_previous_line(previous, CONSTITUENCY),
    )
    hidden = {key for key, cell in by_member.items() if cell is None}
    lines_before = _read_lines(previous.get(STATEMENTS, {}))
    agreement = {
        reference: release_line(
            counts, k=k, release=number, previous=lines_before.get(reference), withheld_elsewhere=hidden
        )
        for reference, counts in _agreement_counts(consultation, votes, belonging, member_keys).items()
    }
    return {
        MEMBER: _write_line(by_member),
        CONSTITUENCY: _write_line(by_constituency),
        STATEMENTS: {reference: _write_line(line) for reference, line in agreement.items()},
    }


def _current_votes(consultation: Consultation) -> dict[tuple[UUID, UUID], int]:
    """The vote that counts, by participant and statement."""
    events = vote_events(consultation, up_to=consultation.last_sequence)
    return {(participant, statement): vote for participant, statement, vote, _sequence in events}


def _heads(keys: Iterable[str], every_key: Iterable[str]) -> dict[str, Parts]:
    found = Counter(keys)
    return {key: (found[key],) for key in every_key}


def _agreement_counts(
    consultation: Consultation,
    votes: Mapping[tuple[UUID, UUID], int],
    belonging: Mapping[UUID, tuple[str, str]],
    member_keys: list[str],
) -> dict[str, dict[str, Parts]]:
    """For each statement and member: those who agreed, and the others who voted on it."""
    references = dict(
        Statement.objects.filter(
            consultation=consultation, state=Statement.State.ACCEPTED, is_meta=False
        ).values_list("pk", "reference")
    )
    agreed: Counter[tuple[str, str]] = Counter()
    others: Counter[tuple[str, str]] = Counter()
    for (participant, statement), vote in votes.items():
        if statement in references:
            cell = (references[statement], belonging[participant][0])
            (agreed if vote == 1 else others)[cell] += 1
    return {
        reference: {key: (agreed[reference, key], others[reference, key]) for key in member_keys}
        for reference in sorted(references.values())
    }


def _write_line(line: Line) -> dict[str, list[int] | None]:
    return {key: None if cell is None else [cell.release, *cell.parts] for key, cell in line.items()}


def _read_line(line: Mapping[str, list[int] | None]) -> dict[str, PublishedCell | None]:
    return {
        key: None if cell is None else PublishedCell(tuple(cell[1:]), cell[0]) for key, cell in line.items()
    }


def _read_lines(lines: Mapping[str, Mapping[str, list[int] | None]]) -> dict[str, Line]:
    return {reference: _read_line(line) for reference, line in lines.items()}


def _previous_line(tables: Mapping[str, Any], name: str) -> Line | None:
    return _read_line(tables[name]) if name in tables else None


def _counts(line: Line, names: Mapping[str, Wording]) -> list[ReleasedCount]:
    return [
        ReleasedCount(names.get(key), cell.count if cell else None, cell.release if cell else 0)
        for key, cell in _in_order(line, names)
    ]


def _agreement(line: Line, names: Mapping[str, Wording]) -> list[ReleasedAgreement]:
    return [
        ReleasedAgreement(
            name=names.get(key),
            share=cell.parts[0] / cell.count if cell else None,
            count=cell.count if cell else None,
            release=cell.release if cell else 0,
        )
        for key, cell in _in_order(line, names)
    ]


def _in_order(line: Line, names: Mapping[str, Wording]) -> list[tuple[str, PublishedCell | None]]:
    """By name as the reader reads it; those who did not say come last."""
    keys = [*(key for key in names if key in line), NOT_STATED]
    return [(key, line[key]) for key in keys if key in line]
