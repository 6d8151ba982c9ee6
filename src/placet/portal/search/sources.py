"""Which texts of which stage are searched, where each stands, and when any of it may have changed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Count, Max, Model, Q, Sum

from placet.portal.models import SearchEntry
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.contributions.models import Attachment, Call, Contribution
from placet.stages.dialogues.models import Dialogue, HouseRule, Report, Series, Takeaway
from placet.stages.followup.models import Commitment
from placet.stages.mandates.models import Mandate, Priority
from placet.stages.proposals.models import Clause, Proposal
from placet.stages.sensemaking.models import Finding
from placet.stages.texts.models import TextVersion, Translation

Kind = SearchEntry.Kind
# A dialogue behind closed doors shows that it took place, and nothing else.
OPEN_DIALOGUES = ~Q(state=Dialogue.State.DRAFT) & ~Q(house_rule=HouseRule.CLOSED)
OPEN_TAKEAWAYS = Q(removed_at=None, report__published_at__isnull=False)
SHOWN_PROPOSALS = ~Q(state__in=(Proposal.State.DRAFT, Proposal.State.WITHDRAWN))
OPEN_ATTACHMENTS = Q(is_published=True, removed_at=None, extracted__isnull=False)


@dataclass(frozen=True, slots=True)
class Item:
    """A text and where it stands."""

    kind: SearchEntry.Kind
    text_id: UUID
    reflection_id: UUID
    priority_id: int | None = None
    consultation_id: UUID | None = None
    statement_id: UUID | None = None
    contribution_id: UUID | None = None
    call_id: UUID | None = None
    series_id: UUID | None = None
    dialogue_id: UUID | None = None
    takeaway_id: UUID | None = None
    finding_id: UUID | None = None
    proposal_id: UUID | None = None
    clause_id: UUID | None = None
    commitment_id: UUID | None = None


def searched_items() -> Iterator[Item]:
    """Every text that is searched: what is published, and nothing that waits, was refused or withdrawn."""
    yield from _of_mandates()
    yield from _of_consultations()
    yield from _of_contributions()
    yield from _of_dialogues()
    yield from _of_findings()
    yield from _of_proposals()
    yield from _of_commitments()


def state_of_sources() -> tuple[object, ...]:
    """Moves whenever a text, its translations, or what is published of them does; some twenty aggregates."""
    return (
        TextVersion.objects.aggregate(Max("pk"))["pk__max"],
        Translation.objects.aggregate(Max("pk"))["pk__max"],
        *_counted(Statement, Q(state=Statement.State.ACCEPTED), "moderated_at"),
        *_counted(Contribution, Q(state=Contribution.State.PUBLISHED), "published_at"),
        *_counted(Attachment, OPEN_ATTACHMENTS, "added_at"),
        *_counted(Call, ~Q(state=Call.State.DRAFT), "decided_at"),
        *_counted(Dialogue, OPEN_DIALOGUES, "changed_at"),
        *_counted(Takeaway, OPEN_TAKEAWAYS, "report__published_at"),
        *_counted(Finding, Q(state=Finding.State.PUBLISHED), "published_at"),
        *_counted(Proposal, SHOWN_PROPOSALS, "published_at"),
        *_counted(Clause, Q(removed_at=None), "removed_at"),
        *_counted(Commitment, Q(published_at__isnull=False), "published_at"),
        Dialogue.objects.aggregate(n=Sum("calendar_sequence"))["n"],
        Series.objects.filter(state=Series.State.PUBLISHED).count(),
        *(model.objects.count() for model in (Mandate, Priority, Consultation)),
    )


def _counted(model: type[Model], shown: Q, moment: str) -> tuple[object, ...]:
    """How many are shown, how many there are, and the last moment of a change."""
    found = model._default_manager.aggregate(
        n_shown=Count("pk", filter=shown), n=Count("pk"), last=Max(moment)
    )
    return tuple(found.values())


def _of_mandates() -> Iterator[Item]:
    for mandate in Mandate.objects.all():
        for text_id in (mandate.body_id, mandate.scope_id):
            yield Item(Kind.MANDATE, text_id, mandate.reflection_id)
    for priority in Priority.objects.all():
        item = Item(Kind.PRIORITY, priority.title_id, priority.reflection_id, priority.pk)
        yield from (item, replace(item, text_id=priority.description_id))


def _of_consultations() -> Iterator[Item]:
    consultations = Consultation.objects.values_list(
        "pk", "question_id", "introduction_id", "priority_id", "priority__reflection_id"
    )
    places = {}
    for pk, question, introduction, priority_id, reflection_id in consultations:
        item = Item(Kind.CONSULTATION, question, reflection_id, priority_id, pk)
        places[pk] = item
        yield from (item, replace(item, text_id=introduction))
    accepted = Statement.objects.filter(state=Statement.State.ACCEPTED)
    for pk, text_id, consultation_id in accepted.values_list("pk", "text_id", "consultation_id"):
        if place := places.get(consultation_id):  # made since the other query: next time
            yield replace(place, kind=Kind.STATEMENT, text_id=text_id, statement_id=pk)


def _of_contributions() -> Iterator[Item]:
    published = Contribution.objects.filter(state=Contribution.State.PUBLISHED)
    for pk, reflection_id, priority_id, *texts in published.values_list(
        "pk", "reflection_id", "priority_id", "title_id", "summary_id", "body_id"
    ):
        for text_id in filter(None, texts):
            yield Item(Kind.CONTRIBUTION, text_id, reflection_id, priority_id, contribution_id=pk)
    attached = Attachment.objects.filter(
        OPEN_ATTACHMENTS, contribution__state=Contribution.State.PUBLISHED
    ).values_list("extracted_id", "contribution__reflection_id", "contribution__priority_id", "contribution")
    for text_id, reflection_id, priority_id, pk in attached:
        yield Item(Kind.CONTRIBUTION, text_id, reflection_id, priority_id, contribution_id=pk)
    for call in Call.objects.exclude(state=Call.State.DRAFT):
        for text_id in (call.title_id, call.description_id):
            yield Item(Kind.CALL, text_id, call.reflection_id, call.priority_id, call_id=call.pk)


def _of_dialogues() -> Iterator[Item]:
    published = Series.objects.filter(state=Series.State.PUBLISHED)
    for series in published:
        for text_id in filter(None, (series.title_id, series.question_id, series.description_id)):
            yield Item(Kind.DIALOGUE, text_id, series.reflection_id, series_id=series.pk)
    dialogues = Dialogue.objects.filter(OPEN_DIALOGUES, series__in=published)
    for pk, reflection_id, priority_id, *texts in dialogues.values_list(
        "pk", "series__reflection_id", "priority_id", "title_id", "description_id"
    ):
        for text_id in filter(None, texts):
            yield Item(Kind.DIALOGUE, text_id, reflection_id, priority_id, dialogue_id=pk)
    reports = Report.objects.filter(
        published_at__isnull=False, summary__isnull=False, dialogue__in=dialogues
    ).values_list("summary_id", "dialogue__series__reflection_id", "dialogue__priority_id", "dialogue")
    for text_id, reflection_id, priority_id, pk in reports:
        yield Item(Kind.DIALOGUE, text_id, reflection_id, priority_id, dialogue_id=pk)
    takeaways = Takeaway.objects.filter(OPEN_TAKEAWAYS, report__dialogue__in=dialogues).values_list(
        "pk", "text_id", "report__dialogue__series__reflection_id", "report__dialogue__priority_id"
    )
    for pk, text_id, reflection_id, priority_id in takeaways:
        yield Item(Kind.TAKEAWAY, text_id, reflection_id, priority_id, takeaway_id=pk)


def _of_findings() -> Iterator[Item]:
    published = Finding.objects.filter(state=Finding.State.PUBLISHED)
    for finding in published:
        for text_id in (finding.title_id, finding.text_id):
            yield Item(
                Kind.FINDING, text_id, finding.reflection_id, finding.priority_id, finding_id=finding.pk
            )


def _of_proposals() -> Iterator[Item]:
    shown = Proposal.objects.filter(SHOWN_PROPOSALS)
    places = {}
    for pk, title, summary, priority_id, reflection_id in shown.values_list(
        "pk", "title_id", "summary_id", "priority_id", "priority__reflection_id"
    ):
        item = Item(Kind.PROPOSAL, title, reflection_id, priority_id, proposal_id=pk)
        places[pk] = item
        yield from (item, replace(item, text_id=summary))
    clauses = Clause.objects.filter(proposal__in=shown, removed_at=None)
    for pk, text_id, proposal_id in clauses.values_list("pk", "text_id", "proposal_id"):
        if place := places.get(proposal_id):
            yield replace(place, text_id=text_id, clause_id=pk)


def _of_commitments() -> Iterator[Item]:
    published = Commitment.objects.filter(published_at__isnull=False)
    for pk, reflection_id, priority_id, *texts in published.values_list(
        "pk",
        "decision__text__proposal__priority__reflection_id",
        "decision__text__proposal__priority_id",
        "title_id",
        "description_id",
    ):
        for text_id in filter(None, texts):
            yield Item(Kind.COMMITMENT, text_id, reflection_id, priority_id, commitment_id=pk)
