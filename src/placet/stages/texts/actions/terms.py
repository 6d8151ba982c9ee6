"""Keeping the term base. Who may is decided by the stage that calls."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from placet.stages.record.actions import record
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Term


@transaction.atomic
def add_term(
    account_id: UUID,
    scope_id: UUID,
    *,
    source_language: str,
    target_language: str,
    source: str,
    target: str,
    note: str = "",
) -> Term:
    """Say how a term is put from one language into another; the same again changes nothing.

    Raises
    ------
    ValidationError
        Where a side is empty, a language unknown, the two the same, or the term is put differently already.
    """
    source, target, note = " ".join(source.split()), " ".join(target.split()), note.strip()
    if not source or not target:
        raise ValidationError(_("Write the term in both languages."))
    if not {source_language, target_language} <= CONTENT_LANGUAGES.keys():
        raise ValidationError(_("Choose a language of the list."))
    if source_language == target_language:
        raise ValidationError({"target_language": _("Choose two languages.")})
    term, is_new = Term.objects.get_or_create(
        scope_id=scope_id,
        source_language=source_language,
        target_language=target_language,
        source=source,
        defaults={"target": target, "note": note, "author_id": account_id},
    )
    if not is_new and term.target != target:
        raise ValidationError(
            {"source": _("This term is in the list already: remove it first to put it differently.")}
        )
    if is_new:
        _record("add_term", account_id, term)
    return term


@transaction.atomic
def remove_term(account_id: UUID, term: Term) -> None:
    """Take a term out of the list; the record keeps that it was there."""
    if Term.objects.filter(pk=term.pk).delete()[0]:
        _record("remove_term", account_id, term)


def _record(verb: str, account_id: UUID, term: Term) -> None:
    record(
        f"texts.{verb}",
        target=f"term {term.pk}",
        actor_id=account_id,
        scope_id=term.scope_id,
        languages=[term.source_language, term.target_language],
        source=term.source,
        target_term=term.target,
    )
