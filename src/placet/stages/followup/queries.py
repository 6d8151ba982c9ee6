"""Commitments as pages, feeds, calendars and tables show them; as many queries for one as for all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from placet.stages.followup.dates import Due, due_of, last_day_of
from placet.stages.followup.models import (
    Commitment,
    CommitmentMember,
    CommitmentMilestone,
    ProgressReport,
)
from placet.stages.followup.permissions import find_commitment, reflection_of, visible_commitments
from placet.stages.followup.status import (
    OPEN,
    Facts,
    MilestoneFact,
    ReportFact,
    Status,
    StatusChange,
    history_of,
)
from placet.stages.mandates.models import Member
from placet.stages.proposals.agreed import as_frozen
from placet.stages.proposals.freezing import FrozenDocument, frozen_document
from placet.stages.proposals.models import Clause
from placet.stages.texts.queries import Wording, wordings

__all__ = [
    "CommitmentView",
    "LeadView",
    "MemberName",
    "MilestoneView",
    "ReportView",
    "commitment_views",
    "find_commitment",
    "visible_commitments",
]


@dataclass(frozen=True, slots=True)
class MemberName:
    """A member as it is named beside a commitment."""

    code: str
    name: Wording


@dataclass(frozen=True, slots=True)
class LeadView:
    """Who leads: a member, an organisation of the reflection, or a body that is named."""

    kind: str
    key: str
    name: Wording


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """A step on the way; late is one that was due and is not reached."""

    id: int
    title: Wording
    due: Due
    reached_date: date | None
    source_url: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class ReportView:
    """What a report says; its evidence and values stand on the page of the commitment."""

    id: UUID
    kind: str
    kind_label: str
    text: Wording
    of_date: date
    reported_at: datetime
    member: MemberName | None


@dataclass(frozen=True, slots=True)
class CommitmentView:
    """A commitment, how far it is, and what that follows from."""

    id: UUID
    reference: str
    title: Wording
    description: Wording | None
    lead: LeadView
    members: tuple[MemberName, ...]
    due: Due | None
    status: Status
    status_since: date
    history: tuple[StatusChange, ...]
    milestones: tuple[MilestoneView, ...]
    reports: tuple[ReportView, ...]
    decision_reference: str
    decided_date: date
    proposal_reference: str
    proposal_title: Wording
    clause_reference: str
    clause: Wording | None
    priority_id: int
    priority_number: int
    priority_title: Wording
    source_url: str
    is_published: bool
    published_at: datetime | None
    is_simulated: bool

    @property
    def is_open(self) -> bool:
        """Whether something is left to be done."""
        return self.status in OPEN

    @property
    def status_label(self) -> str:
        return str(self.status.label)

    @property
    def last_report(self) -> ReportView | None:
        return self.reports[-1] if self.reports else None

    @property
    def n_reached(self) -> int:
        return sum(milestone.reached_date is not None for milestone in self.milestones)

    @property
    def late_milestones(self) -> list[MilestoneView]:
        """Steps that were due and are not reached; none once all is settled."""
        return [milestone for milestone in self.milestones if milestone.is_late] if self.is_open else []

    @property
    def was_late(self) -> bool:
        """Whether it was fulfilled after it was due."""
        is_fulfilled = self.status == Status.FULFILLED
        return is_fulfilled and self.due is not None and self.due.last_day < self.status_since

    @property
    def carriers(self) -> frozenset[str]:
        """The codes of the members that lead it or contribute."""
        leading = {self.lead.key} if self.lead.kind == "member" else set()
        return frozenset(leading | {member.code for member in self.members})


@dataclass(frozen=True, slots=True)
class _Parts:
    """What belongs to many commitments, read at once."""

    members: Mapping[UUID, list[Member]]
    milestones: Mapping[UUID, list[CommitmentMilestone]]
    reports: Mapping[UUID, list[ProgressReport]]
    words: Mapping[UUID, Wording]
    adopted: Mapping[UUID, FrozenDocument]  # by frozen text


def commitment_views(
    commitments: Iterable[Commitment], language: str, *, today: date
) -> list[CommitmentView]:
    """Commitments in their order, in a reader's language, as they stand on a day; six queries.

    Their clauses and the titles of their proposals are as they were adopted.

    Parameters
    ----------
    commitments : queryset or sequence of Commitment
        As ``visible_commitments`` gives them: what the reader may see is decided there.
    today : date
        Which day it is where the reflection is at home.
    """
    found = _loaded(commitments)
    parts = _parts_of(found, language)
    return [_view(each, parts, language, today) for each in found]


def commitment_view(commitment: Commitment, language: str, *, today: date) -> CommitmentView:
    """One commitment as its page shows it."""
    return commitment_views([commitment], language, today=today)[0]


def facts_of(
    commitment: Commitment, reports: Sequence[ProgressReport], milestones: Sequence[CommitmentMilestone]
) -> Facts:
    """What the status of a commitment follows from."""
    return Facts(
        reports=[ReportFact(report.kind, report.of_date) for report in reports],
        milestones=[_milestone_fact(each) for each in milestones],
        last_day=last_day_of(commitment.due_date, commitment.due_precision) if commitment.due_date else None,
    )


def _loaded(commitments: Iterable[Commitment]) -> list[Commitment]:
    """The same with all that a view names of them: one query, whether a queryset or rows came in."""
    order = [each.pk for each in commitments]
    related = ("clause", "lead_member", "lead_organisation", "decision__text__proposal__priority__reflection")
    by_key = Commitment.objects.select_related(*related).in_bulk(order)
    return [by_key[key] for key in order]


def _parts_of(found: Sequence[Commitment], language: str) -> _Parts:
    members: dict[UUID, list[Member]] = defaultdict(list)
    milestones: dict[UUID, list[CommitmentMilestone]] = defaultdict(list)
    reports: dict[UUID, list[ProgressReport]] = defaultdict(list)
    contributing = CommitmentMember.objects.filter(commitment__in=found).select_related("member")
    for link in contributing.order_by("member__code"):
        members[link.commitment_id].append(link.member)
    for milestone in CommitmentMilestone.objects.filter(commitment__in=found, removed_at=None):
        milestones[milestone.commitment_id].append(milestone)
    for report in ProgressReport.objects.filter(commitment__in=found).select_related("member"):
        reports[report.commitment_id].append(report)
    texts = [text for each in found for text in _texts_of(each)]
    texts += [member.name_id for some in members.values() for member in some]
    texts += [milestone.title_id for some in milestones.values() for milestone in some]
    for report in (report for some in reports.values() for report in some):
        texts += [report.text_id, report.member.name_id] if report.member else [report.text_id]
    adopted = {text.pk: frozen_document(text) for text in {each.decision.text for each in found}}
    return _Parts(members, milestones, reports, wordings(texts, language), adopted)


def _texts_of(commitment: Commitment) -> list[UUID]:
    proposal = commitment.decision.text.proposal
    optional = [
        commitment.description_id,
        commitment.clause.text_id if commitment.clause else None,
        _lead_of(commitment)[2],
    ]
    required = [commitment.title_id, proposal.title_id, proposal.priority.title_id]
    return [*required, *(text for text in optional if text)]


def _lead_of(commitment: Commitment) -> tuple[str, str, UUID]:
    """The kind of the lead, by what it is chosen in a filter, and its name."""
    if commitment.lead_member:
        return "member", commitment.lead_member.code, commitment.lead_member.name_id
    if commitment.lead_organisation:
        organisation = commitment.lead_organisation
        return "organisation", str(organisation.pk), organisation.name_id
    name_id = commitment.lead_name_id
    assert name_id is not None  # noqa: S101 - the database keeps that there is one lead
    return "body", str(name_id), name_id


def _view(commitment: Commitment, parts: _Parts, language: str, today: date) -> CommitmentView:
    words, document = parts.words, parts.adopted[commitment.decision.text_id]
    reports, milestones = parts.reports[commitment.pk], parts.milestones[commitment.pk]
    decided = _decided_date(commitment)
    history = history_of(facts_of(commitment, reports, milestones), start=decided, today=today)
    kind, key, name = _lead_of(commitment)
    proposal = commitment.decision.text.proposal
    return CommitmentView(
        id=commitment.pk,
        reference=commitment.reference,
        title=words[commitment.title_id],
        description=words[commitment.description_id] if commitment.description_id else None,
        lead=LeadView(kind, key, words[name]),
        members=tuple(MemberName(each.code, words[each.name_id]) for each in parts.members[commitment.pk]),
        due=due_of(commitment.due_date, commitment.due_precision),
        status=history[-1].status,
        status_since=history[-1].since,
        history=tuple(history),
        milestones=tuple(_milestone_view(each, words, today) for each in milestones),
        reports=tuple(_report_view(each, words) for each in reports),
        decision_reference=commitment.decision.reference,
        decided_date=decided,
        proposal_reference=proposal.reference,
        proposal_title=as_frozen(words[proposal.title_id], document.title, document.title_origins, language),
        clause_reference=commitment.clause.reference if commitment.clause else "",
        clause=_adopted_clause(commitment.clause, document, words, language) if commitment.clause else None,
        priority_id=proposal.priority.pk,
        priority_number=proposal.priority.number,
        priority_title=words[proposal.priority.title_id],
        source_url=commitment.source_url,
        is_published=commitment.published_at is not None,
        published_at=commitment.published_at,
        is_simulated=commitment.is_simulated,
    )


def _adopted_clause(
    clause: Clause, document: FrozenDocument, words: Mapping[UUID, Wording], language: str
) -> Wording:
    """What a clause said when it was adopted; of one that had been taken out before, what it last said."""
    current = words[clause.text_id]
    frozen = next((each for each in document.clauses if each.reference == clause.reference), None)
    return as_frozen(current, frozen.bodies, frozen.origins, language) if frozen else current


def _decided_date(commitment: Commitment) -> date:
    zone = ZoneInfo(reflection_of(commitment).time_zone)
    return timezone.localtime(commitment.decision.adopted_at, zone).date()


def _milestone_fact(milestone: CommitmentMilestone) -> MilestoneFact:
    return MilestoneFact(last_day_of(milestone.due_date, milestone.precision), milestone.reached_date)


def _milestone_view(
    milestone: CommitmentMilestone, words: Mapping[UUID, Wording], today: date
) -> MilestoneView:
    fact = _milestone_fact(milestone)
    return MilestoneView(
        id=milestone.pk,
        title=words[milestone.title_id],
        due=Due(fact.last_day, milestone.precision),
        reached_date=milestone.reached_date,
        source_url=milestone.source_url,
        is_late=fact.is_late(today),
    )


def _report_view(report: ProgressReport, words: Mapping[UUID, Wording]) -> ReportView:
    member = report.member
    return ReportView(
        id=report.pk,
        kind=report.kind,
        kind_label=report.get_kind_display(),
        text=words[report.text_id],
        of_date=report.of_date,
        reported_at=report.reported_at,
        member=MemberName(member.code, words[member.name_id]) if member else None,
    )
