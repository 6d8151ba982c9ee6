"""Reading the term base."""

from uuid import UUID

from django.db.models import QuerySet

from placet.stages.texts.models import Term
from placet.stages.texts.terms import TermPair


def terms_of(scope_id: UUID) -> QuerySet[Term]:
    """All terms of a scope, by language and term."""
    return Term.objects.filter(scope_id=scope_id)


def pairs_of(scope_id: UUID, source_language: str, target_language: str) -> list[TermPair]:
    """The terms from one language into another."""
    found = Term.objects.filter(
        scope_id=scope_id, source_language=source_language, target_language=target_language
    )
    return [TermPair(term.source, term.target, term.note) for term in found]
