"""Reading communiqués: who sees which, what a draft holds, and what could be put into it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import Http404

from placet.stages.decisions.communiques.document import CommuniqueDocument, in_language, read_document
from placet.stages.decisions.models import Communique, CommuniqueText, Decision
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, may_see, require_role, roles_of
from placet.stages.proposals.freezing import frozen_document
from placet.stages.texts.queries import Wording, wordings


@dataclass(frozen=True, slots=True)
class CommuniqueView:
    """A communiqué as lists show it."""

    reference: str
    title: Wording
    issued_date: date
    published_at: datetime | None
    n_texts: int
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """An adopted text, as it is offered to a communiqué; ``place`` is None where it is not in it."""

    id: UUID
    reference: str
    proposal: str
    title: str
    title_language: str
    adopted_at: datetime
    place: int | None


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft: its texts in their order, and the adopted texts that are not in it."""

    communique: Communique
    title: Wording
    preamble: Wording | None
    rows: list[DecisionRow]

    @property
    def texts(self) -> list[DecisionRow]:
        return [row for row in self.rows if row.place is not None]


def visible_communiques(actor: Actor, reflection: Reflection) -> QuerySet[Communique]:
    """The published communiqués of a reflection, newest first, for everybody who sees the reflection."""
    if not may_see(actor, reflection):
        return Communique.objects.none()
    published = Communique.objects.filter(reflection=reflection, published_at__isnull=False)
    return published.defer("document").order_by("-issued_date", "-reference")


def managed_communiques(actor: Actor, reflection: Reflection) -> QuerySet[Communique]:
    """All communiqués of a reflection, drafts among them, newest first.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    """
    require_role(actor, reflection, Role.SECRETARIAT)
    every = Communique.objects.filter(reflection=reflection)
    return every.defer("document").order_by("-issued_date", "-reference")


def find_communique(actor: Actor, reference: str) -> Communique:
    """The published communiqué of that reference, where the actor may see it.

    Raises
    ------
    Http404
        Where it does not exist, is a draft, or may not be seen: they look the same from outside.
    """
    found = Communique.objects.filter(reference=reference, published_at__isnull=False)
    communique = found.select_related("reflection").first()
    if communique is None or not may_see(actor, communique.reflection):
        raise Http404
    return communique


def find_managed_communique(actor: Actor, reference: str) -> Communique:
    """The communiqué of that reference, draft or not, for those who write it.

    Raises
    ------
    Http404
        Where there is none, or it is a draft and the actor is not of the secretariat.
    PermissionDenied
        Where it is published and the actor is not of the secretariat.
    """
    found = Communique.objects.filter(reference=reference).select_related("reflection", "title", "preamble")
    communique = found.first()
    if communique is None or not may_see(actor, communique.reflection):
        raise Http404
    if communique.published_at is None and Role.SECRETARIAT not in roles_of(actor, communique.reflection):
        raise Http404
    require_role(actor, communique.reflection, Role.SECRETARIAT)
    return communique


def published_document(communique: Communique) -> CommuniqueDocument:
    """What a published communiqué says."""
    return read_document(communique.document)


def communique_views(
    communiques: "QuerySet[Communique] | Sequence[Communique]", language: str
) -> list[CommuniqueView]:
    """Communiqués in their order; a constant number of queries. Published ones read as published."""
    found = list(communiques)
    words = wordings([each.title_id for each in found], language)
    counts = dict(
        CommuniqueText.objects.filter(communique__in=found)
        .order_by()
        .values_list("communique")
        .annotate(n=Count("pk"))
    )
    return [
        CommuniqueView(
            reference=each.reference,
            title=words[each.title_id],
            issued_date=each.issued_date,
            published_at=each.published_at,
            n_texts=counts.get(each.pk, 0),
            is_simulated=each.is_simulated,
        )
        for each in found
    ]


def decision_rows(
    reflection: Reflection, language: str, communique: Communique | None = None
) -> list[DecisionRow]:
    """The decisions of a reflection: those of a communiqué in their order, then the others by date."""
    places: dict[UUID, int] = {}
    if communique is not None:
        texts = CommuniqueText.objects.filter(communique=communique)
        places = {pk: n for n, pk in enumerate(texts.values_list("decision_id", flat=True), start=1)}
    decisions = Decision.objects.filter(text__proposal__priority__reflection=reflection)
    rows = [_row(each, language, places.get(each.pk)) for each in decisions.select_related("text")]
    return sorted(rows, key=lambda row: (row.place is None, row.place or 0, row.adopted_at, row.reference))


def draft_view(communique: Communique, language: str) -> DraftView:
    """What the secretariat sees of a communiqué it writes."""
    words = wordings([communique.title_id, communique.preamble_id], language)
    return DraftView(
        communique=communique,
        title=words[communique.title_id],
        preamble=words[communique.preamble_id] if communique.preamble_id else None,
        rows=decision_rows(communique.reflection, language, communique),
    )


def _row(decision: Decision, language: str, place: int | None) -> DecisionRow:
    frozen = frozen_document(decision.text)
    title, title_language = in_language(frozen.title, language, frozen.languages)
    return DecisionRow(
        id=decision.pk,
        reference=decision.reference,
        proposal=frozen.reference,
        title=title,
        title_language=title_language,
        adopted_at=decision.adopted_at,
        place=place,
    )
