"""Releases: figures by member and constituency, at set times, with whatever is too small withheld.

Nothing by member or constituency is shown anywhere but from the ``tables`` of a release that was published:
they hold nothing that was withheld. What is withheld the engine decides, over all tables of a release and
all releases before it together (``placet.sense.estimates.releases``).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Q

from placet.sense.estimates import Release as PreparedRelease
from placet.sense.estimates import ReleaseTable, consent_from_counts, prepare_release
from placet.sense.estimates.releases import PARTICIPANTS
from placet.sense.votes import VoteCounts
from placet.stages.consultations.models import Consultation, Statement, Vote
from placet.stages.consultations.queries import (
    accepted_statements,
    belonging_of_voters,
    phase,
    votes_since,
)
from placet.stages.mandates.models import Constituency, Member
from placet.stages.mandates.queries import constituency_views, member_views
from placet.stages.record.actions import record
from placet.stages.sensemaking.models import AnalysisSchedule, Release
from placet.stages.texts.queries import Wording, wordings

LEAST_K = 10
GREATEST_K = 1000
NOT_STATED = ""  # the key of those who did not say

MEMBER, CONSTITUENCY = "member", "constituency"

CONSENT_LEVEL = 0.95

# By category: how many participants, or how many agreed and how many did not. What is missing is withheld.
Cells = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class ReleasedCount:
    """How many participants of one member or constituency; None where it is withheld."""

    name: Wording | None
    count: int | None


@dataclass(frozen=True, slots=True)
class ReleasedAgreement:
    """How one member's participants stand on a statement; None where it is withheld."""

    name: Wording | None
    share: float | None
    count: int | None


@dataclass(frozen=True, slots=True)
class ReleasedConsent:
    """How a statement stands across the members whose figures are published.

    Attributes
    ----------
    as_voted, members_equal : float
        Share that agrees, every vote counting the same, and every member.
    least_member : Wording
        The member with the smallest lower bound.
    least_low : float
        What support is at least in every member heard, with 95 % for all of them together.
    n_heard : int
        Members whose figures are published.
    """

    reference: str
    wording: Wording
    as_voted: float
    members_equal: float
    least_member: Wording
    least_low: float
    n_heard: int


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
    consent: list[ReleasedConsent]

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
    is_over = phase(current, now) == "closed"
    if schedule.release_every_days is not None:
        due = schedule.next_release_at or now
        every = timedelta(days=schedule.release_every_days)
        schedule.next_release_at = max(advanced(due, every, now), due) if not is_over else None
        schedule.save(update_fields=["next_release_at"])
    known = previous.last_sequence if previous else 0
    if current.state == Consultation.State.DRAFT or current.last_sequence <= known:
        return None
    number = previous.number + 1 if previous else 1
    k = max(schedule.least_cell_count, LEAST_K, previous.least_cell_count if previous else 0)
    prepared = _prepare(current, k, PreparedRelease.from_dict(previous.memory) if previous else None)
    release = Release.objects.create(
        consultation=current,
        number=number,
        published_at=now,
        last_sequence=current.last_sequence,
        least_cell_count=k,
        tables=_public(prepared),
        consent=_consent(_public(prepared)[MEMBER]),
        memory=prepared.to_dict(),
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
    release = Release.objects.filter(consultation=consultation).defer("memory").order_by("-number").first()
    if release is None:
        return None
    reflection = consultation.priority.reflection
    members = {each.code: each.name for each in member_views(reflection, language)}
    constituencies = {each.key: each.name for each in constituency_views(reflection, language)}
    votes: dict[str, Cells] = {
        name: cells for name, cells in release.tables[MEMBER].items() if name != PARTICIPANTS
    }
    shown = {entry["reference"] for entry in release.consent} | ({by} & votes.keys())
    texts = dict(
        accepted_statements(consultation).filter(reference__in=shown).values_list("reference", "text_id")
    )
    said = wordings(texts.values(), language)
    schedule = AnalysisSchedule.objects.filter(consultation=consultation).first()
    return ReleaseView(
        number=release.number,
        published_at=release.published_at,
        next_at=schedule.next_release_at if schedule else None,
        k=release.least_cell_count,
        members=_counts(release.tables[MEMBER][PARTICIPANTS], members),
        constituencies=_counts(release.tables[CONSTITUENCY][PARTICIPANTS], constituencies),
        statement_reference=by if by in votes and by in texts else "",
        statement=said[texts[by]] if by in votes and by in texts else None,
        agreement=_agreement(votes[by], members) if by in votes and by in texts else [],
        references=frozenset(name for name, cells in votes.items() if cells),
        consent=[
            ReleasedConsent(
                reference=entry["reference"],
                wording=said[texts[entry["reference"]]],
                as_voted=entry["as_voted"],
                members_equal=entry["members_equal"],
                least_member=members[entry["least_member"]],
                least_low=entry["least_low"],
                n_heard=entry["n_heard"],
            )
            for entry in release.consent
            if entry["reference"] in texts and entry["least_member"] in members
        ],
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


def _prepare(consultation: Consultation, k: int, previous: PreparedRelease | None) -> PreparedRelease:
    """All tables of a release, judged by the engine together and against the releases before."""
    votes = _current_votes(consultation)
    voters = {participant for participant, _statement in votes}
    reflection = consultation.priority.reflection
    codes = dict(Member.objects.filter(reflection=reflection).values_list("pk", "code"))
    keys = dict(Constituency.objects.filter(reflection=reflection).values_list("pk", "key"))
    member_of: dict[int, str] = {}
    constituency_of: dict[int, str] = {}
    for participant, member, constituency in belonging_of_voters(consultation):
        if participant in voters:
            member_of[participant] = codes[member] if member else NOT_STATED
            constituency_of[participant] = keys[constituency] if constituency else NOT_STATED
    every_member = _categories(codes.values(), MEMBER, previous)
    every_constituency = _categories(keys.values(), CONSTITUENCY, previous)
    tables = [
        _participants(MEMBER, member_of.values(), every_member),
        _participants(CONSTITUENCY, constituency_of.values(), every_constituency),
        *_votes_by_member(consultation, votes, member_of, every_member),
    ]
    return prepare_release(tables, previous=previous, minimum=k)


def _categories(known: Iterable[str], dimension: str, previous: PreparedRelease | None) -> list[str]:
    """Those of the reflection, those of the release before (a removed one is empty), and the unknown."""
    past = previous.records[dimension, PARTICIPANTS][-1].sizes if previous else {}
    return sorted({NOT_STATED, *known, *past})


def _participants(dimension: str, belonging: Iterable[str], categories: Iterable[str]) -> ReleaseTable:
    found = Counter(belonging)
    cells = {category: (found[category],) for category in categories}
    return ReleaseTable(dimension, PARTICIPANTS, found.total(), cells)


def _public(prepared: PreparedRelease) -> dict[str, dict[str, dict[str, list[int]]]]:
    """What a release shows, by dimension, table and category, and nothing else of it."""
    tables: dict[str, dict[str, dict[str, list[int]]]] = {MEMBER: {}, CONSTITUENCY: {}}
    for (dimension, name), cells in prepared.published.items():
        tables[dimension][name] = {category: list(counts) for category, counts in cells.items()}
    return tables


def _consent(tables: Mapping[str, Cells]) -> list[dict[str, str | int | float]]:
    """Consent across members, from published cells alone: nothing withheld can be worked out from it.

    Those who did not say are no member. A statement is left out where fewer than two members are heard.
    """
    references = [name for name, cells in tables.items() if name != PARTICIPANTS and cells]
    members = sorted({key for name in references for key in tables[name]} - {NOT_STATED})
    if len(members) < 2:
        return []
    cells = [[tables[name].get(key, (0, 0)) for name in references] for key in members]
    agree, others = np.moveaxis(np.array(cells, dtype=np.int64), -1, 0)
    counts = VoteCounts(agree, others, np.zeros_like(agree))
    found = consent_from_counts(counts, members=members, statement_ids=references, level=CONSENT_LEVEL)
    listed: list[dict[str, str | int | float]] = [
        {
            "reference": reference,
            "as_voted": float(found.as_voted.value[j]),
            "members_equal": float(found.members_equal.value[j]),
            "least_member": members[int(found.least.member[j])],
            "least_low": float(found.least.low[j]),
            "n_heard": int(found.n_heard[j]),
        }
        for j, reference in enumerate(references)
        if found.n_heard[j] > 1
    ]
    return sorted(listed, key=lambda entry: (-float(entry["least_low"]), str(entry["reference"])))


def _current_votes(consultation: Consultation) -> dict[tuple[int, UUID], int]:
    """The vote that counts, by participation and statement."""
    cast = votes_since(consultation, 0, up_to=consultation.last_sequence)
    return {(each.participation_id, each.statement_id): each.vote for each in cast}


def _votes_by_member(
    consultation: Consultation,
    votes: Mapping[tuple[int, UUID], int],
    member_of: Mapping[int, str],
    categories: Iterable[str],
) -> list[ReleaseTable]:
    """For each statement: how many agreed and how many did not, by member.

    Disagreement and passes are published together: apart, few passes would withhold a whole table.
    """
    accepted = Statement.objects.filter(
        consultation=consultation, state=Statement.State.ACCEPTED, is_meta=False
    )
    references = dict(accepted.values_list("pk", "reference"))
    found: Counter[tuple[str, str, int]] = Counter(
        (references[statement], member_of[participant], vote)
        for (participant, statement), vote in votes.items()
        if statement in references
    )
    tables = []
    for reference in sorted(references.values()):
        cells = {
            category: (
                found[reference, category, Vote.AGREE],
                found[reference, category, Vote.DISAGREE] + found[reference, category, Vote.PASS],
            )
            for category in categories
        }
        tables.append(ReleaseTable(MEMBER, reference, sum(map(sum, cells.values())), cells))
    return tables


def _counts(cells: Cells, names: Mapping[str, Wording]) -> list[ReleasedCount]:
    """In the order of names; those who did not say come last."""
    return [
        ReleasedCount(names.get(key), cells[key][0] if key in cells else None) for key in [*names, NOT_STATED]
    ]


def _agreement(cells: Cells, names: Mapping[str, Wording]) -> list[ReleasedAgreement]:
    return [
        ReleasedAgreement(
            name=names.get(key),
            share=cells[key][0] / sum(cells[key]) if key in cells else None,
            count=sum(cells[key]) if key in cells else None,
        )
        for key in [*names, NOT_STATED]
    ]
