"""One contribution as its page shows it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from placet.stages.contributions.models import Attachment, Call, Contribution, Endorsement, Revision
from placet.stages.contributions.permissions import is_author
from placet.stages.contributions.queries.listing import (
    NAMED,
    Choice,
    CollectionView,
    ContributionRow,
    collection_view,
    name_ids,
    published,
    row_of,
)
from placet.stages.mandates.organisations import represented_organisations
from placet.stages.mandates.permissions import Actor
from placet.stages.texts.queries import Wording, all_wordings_of, wordings


@dataclass(frozen=True, slots=True)
class AttachmentView:
    id: UUID
    file_name: str
    kind_label: str
    size: int
    extraction: str
    extraction_label: str
    is_published: bool


@dataclass(frozen=True, slots=True)
class EndorsementView:
    """An organisation that stands behind a contribution, since when, and whether it changed after that."""

    organisation_id: UUID
    organisation: Wording
    since: datetime
    is_before_last_revision: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What comes before or after in the same report."""

    reference: str
    number: int


@dataclass(frozen=True, slots=True)
class ContributionView:
    row: ContributionRow
    body: Wording
    languages: list[str]
    revision_count: int
    revised_at: datetime | None
    attachments: list[AttachmentView]
    endorsements: list[EndorsementView]
    collection: CollectionView | None
    previous: Neighbour | None
    next: Neighbour | None
    call_reference: str
    call_title: Wording | None
    is_own: bool
    has_draft: bool

    @property
    def is_withdrawn(self) -> bool:
        return self.row.state == Contribution.State.WITHDRAWN

    @property
    def is_published(self) -> bool:
        return self.row.state == Contribution.State.PUBLISHED


def contribution_view(
    contribution: Contribution, actor: Actor, language: str, *, shown_in: str = ""
) -> ContributionView:
    """A contribution that the actor may see.

    Parameters
    ----------
    shown_in : str
        A language that the reader chose for the text alone; empty for that of the page.
    """
    item = Contribution.objects.select_related(*NAMED, "call").get(pk=contribution.pk)
    endorsements = list(
        Endorsement.objects.filter(contribution=item, withdrawn_at=None)
        .select_related("organisation")
        .order_by("endorsed_at", "pk")
    )
    said = [text for text in (item.title_id, item.summary_id, item.body_id) if text]
    every = all_wordings_of(said)
    call = item.call if item.call and item.call.state != Call.State.DRAFT else None
    names = wordings(
        [*name_ids(item), *(e.organisation.name_id for e in endorsements), call.title_id if call else None],
        language,
    )
    words = names | {text_id: _chosen(every[text_id], shown_in or language) for text_id in said}
    revised_at = (
        Revision.objects.filter(contribution=item)
        .order_by("-number")
        .values_list("made_at", flat=True)
        .first()
    )
    previous, following = _neighbours(item)
    return ContributionView(
        row=row_of(item, words),
        body=words[item.body_id],  # type: ignore[index]
        languages=sorted({wording.language for text_id in said for wording in every[text_id]}),
        revision_count=item.revision_count,
        revised_at=revised_at if item.revision_count > 1 else None,
        attachments=attachment_views(item),
        endorsements=[
            EndorsementView(
                e.organisation_id,
                names[e.organisation.name_id],
                e.endorsed_at,
                revised_at is not None and e.endorsed_at < revised_at,
            )
            for e in endorsements
        ],
        collection=collection_view(item.collection, language) if item.collection else None,
        previous=previous,
        next=following,
        call_reference=call.reference if call else "",
        call_title=names[call.title_id] if call else None,
        is_own=is_author(actor, contribution),
        has_draft=hasattr(item, "draft"),
    )


def attachment_views(contribution: Contribution, *, of_draft: bool = False) -> list[AttachmentView]:
    """The files of a contribution; on its draft also those that nobody else sees yet."""
    found = Attachment.objects.filter(contribution=contribution, removed_at=None)
    return [
        AttachmentView(
            id=each.pk,
            file_name=each.file_name,
            kind_label=each.get_kind_display(),
            size=each.size,
            extraction=each.extraction,
            extraction_label=each.get_extraction_display(),
            is_published=each.is_published,
        )
        for each in (found if of_draft else found.filter(is_published=True))
    ]


def endorsing_choices(
    contribution: Contribution, actor: Actor, language: str
) -> tuple[list[Choice], list[Choice]]:
    """The organisations for which an account acts: those that may endorse it, and those that do."""
    represented = list(represented_organisations(actor, contribution.reflection))
    words = wordings([organisation.name_id for organisation in represented], language)
    endorsing = set(
        Endorsement.objects.filter(contribution=contribution, withdrawn_at=None).values_list(
            "organisation_id", flat=True
        )
    )
    choices = [Choice(each.pk, words[each.name_id].body) for each in represented]
    may = [c for c in choices if c.pk not in endorsing and c.pk != contribution.organisation_id]
    return may, [choice for choice in choices if choice.pk in endorsing]


def _chosen(said: list[Wording], language: str) -> Wording:
    """The wording in a language, or the original, which stands first."""
    return next((wording for wording in said if wording.language == language), said[0])


def _neighbours(item: Contribution) -> tuple[Neighbour | None, Neighbour | None]:
    if item.collection_id is None or item.number is None:
        return None, None
    of_report = published(item.reflection).filter(collection=item.collection_id, number__isnull=False)
    before = of_report.filter(number__lt=item.number).order_by("-number")
    after = of_report.filter(number__gt=item.number).order_by("number")
    previous, following = (found.values_list("reference", "number").first() for found in (before, after))
    return Neighbour(*previous) if previous else None, Neighbour(*following) if following else None  # type: ignore[arg-type]
