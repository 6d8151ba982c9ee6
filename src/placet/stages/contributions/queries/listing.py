"""Lists of contributions: what is in them, by which filters, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet, TextChoices
from django.http import Http404
from django.utils.translation import pgettext_lazy

from placet.stages.contributions.models import Call, Collection, Contribution
from placet.stages.contributions.queries.titles import titles_containing
from placet.stages.mandates.models import Constituency, Member, Organisation, Priority, Reflection
from placet.stages.texts.queries import Wording, wordings

NAMED = ("organisation", "member", "constituency", "priority", "collection")


class Order(TextChoices):
    """In which order contributions are listed."""

    NEWEST = "newest", pgettext_lazy("order", "newest first")
    ENDORSED = "endorsed", pgettext_lazy("order", "most endorsed first")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None and the empty string leave it as it is."""

    kind: str = ""
    priority: Priority | None = None
    member: Member | None = None
    constituency: Constituency | None = None
    organisation: Organisation | None = None
    call: Call | None = None
    collection: Collection | None = None
    language: str = ""
    words: str = ""
    order: str = Order.NEWEST


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a filter."""

    pk: object
    label: str


@dataclass(frozen=True, slots=True)
class ContributionRow:
    """A contribution in a list."""

    id: UUID
    reference: str
    kind: str
    kind_label: str
    title: Wording
    summary: Wording | None
    signature: str
    organisation: Wording | None
    member_code: str
    member: Wording | None
    constituency: Wording | None
    priority_number: int | None
    priority: Wording | None
    collection_id: UUID | None
    collection: Wording | None
    number: int | None
    state: str
    state_label: str
    endorsement_count: int
    comment_count: int
    submitted_at: datetime | None
    published_at: datetime | None
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A report whose numbered parts are contributions."""

    id: UUID
    title: Wording
    authors: Wording | None
    published_date: date | None
    source_url: str
    is_simulated: bool


def published(reflection: Reflection) -> "QuerySet[Contribution]":
    """What is published in a reflection with what it names, newest first."""
    found = Contribution.objects.filter(reflection=reflection, state=Contribution.State.PUBLISHED)
    return found.select_related(*NAMED).order_by("-published_at", "id")


def listed(contributions: "QuerySet[Contribution]", filters: Filters) -> "QuerySet[Contribution]":
    """Those of the contributions that filters leave, in their order."""
    exact: dict[str, Any] = {
        "kind": filters.kind,
        "priority": filters.priority,
        "member": filters.member,
        "constituency": filters.constituency,
        "organisation": filters.organisation,
        "call": filters.call,
        "collection": filters.collection,
        "title__language": filters.language,
    }
    found = contributions.filter(**{name: value for name, value in exact.items() if value})
    if filters.words:
        found = found.filter(title__in=titles_containing(found, filters.words))
    if filters.order == Order.ENDORSED:
        return found.order_by("-endorsement_count", "-published_at", "id")
    return found


def contribution_rows(items: Sequence[Contribution], language: str) -> list[ContributionRow]:
    """Contributions that were read with what they name, in the reader's language; two queries."""
    text_ids = [
        text for item in items for text in (item.title_id, item.summary_id, *_name_ids(item).values())
    ]
    words = wordings(text_ids, language)
    return [row_of(item, words) for item in items]


def row_of(item: Contribution, words: dict[UUID, Wording]) -> ContributionRow:
    """One contribution in words that were read for it."""
    names = {name: words[text_id] for name, text_id in _name_ids(item).items()}
    return ContributionRow(
        id=item.id,
        reference=item.reference,
        kind=item.kind,
        kind_label=item.get_kind_display(),
        title=words[item.title_id],  # type: ignore[index]
        summary=words[item.summary_id] if item.summary_id else None,
        signature=item.signature,
        organisation=names.get("organisation"),
        member_code=item.member.code if item.member else "",
        member=names.get("member"),
        constituency=names.get("constituency"),
        priority_number=item.priority.number if item.priority else None,
        priority=names.get("priority"),
        collection_id=item.collection_id,
        collection=names.get("collection"),
        number=item.number,
        state=item.state,
        state_label=item.get_state_display(),
        endorsement_count=item.endorsement_count,
        comment_count=item.comment_count,
        submitted_at=item.submitted_at,
        published_at=item.published_at,
        is_simulated=item.is_simulated,
    )


def name_ids(item: Contribution) -> list[UUID]:
    """The texts that name what a contribution belongs to."""
    return list(_name_ids(item).values())


def filter_choices(reflection: Reflection, language: str) -> dict[str, list[Choice]]:
    """What each filter of a reflection's list offers; eight queries, however much there is."""
    shown_calls = Call.objects.filter(reflection=reflection).exclude(state=Call.State.DRAFT)
    sources: dict[str, tuple[QuerySet[Any], str]] = {
        "priority": (Priority.objects.filter(reflection=reflection), "title_id"),
        "member": (Member.objects.filter(reflection=reflection), "name_id"),
        "constituency": (Constituency.objects.filter(reflection=reflection), "name_id"),
        "organisation": (Organisation.objects.filter(reflection=reflection), "name_id"),
        "call": (shown_calls.order_by("-opens_at"), "title_id"),
        "collection": (Collection.objects.filter(reflection=reflection).order_by("-created_at"), "title_id"),
    }
    found: dict[str, list[Model]] = {name: list(source) for name, (source, _text) in sources.items()}
    text_ids = [getattr(item, sources[name][1]) for name, items in found.items() for item in items]
    words = wordings(text_ids, language)
    choices = {
        name: [Choice(item.pk, words[getattr(item, sources[name][1])].body) for item in items]
        for name, items in found.items()
    }
    for name in ("member", "organisation"):
        choices[name].sort(key=lambda choice: choice.label.casefold())
    return choices


def find_collection(reflection: Reflection, pk: UUID) -> Collection:
    """That collection of this reflection, where something of it is published; Http404 otherwise."""
    collection = Collection.objects.filter(reflection=reflection, pk=pk).first()
    if collection is None or not published(reflection).filter(collection=collection).exists():
        raise Http404
    return collection


def collection_view(collection: Collection, language: str) -> CollectionView:
    """One collection as its page shows it."""
    words = wordings([collection.title_id, collection.authors_id], language)
    return CollectionView(
        id=collection.pk,
        title=words[collection.title_id],
        authors=words[collection.authors_id] if collection.authors_id else None,
        published_date=collection.published_date,
        source_url=collection.source_url,
        is_simulated=collection.is_simulated,
    )


def _name_ids(item: Contribution) -> dict[str, UUID]:
    named = {
        "organisation": item.organisation.name_id if item.organisation else None,
        "member": item.member.name_id if item.member else None,
        "constituency": item.constituency.name_id if item.constituency else None,
        "priority": item.priority.title_id if item.priority else None,
        "collection": item.collection.title_id if item.collection else None,
    }
    return {name: text_id for name, text_id in named.items() if text_id}
