"""What the secretariat does about translations: permission first, then the deed of the texts' own stage."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from placet.portal.translatable_texts import TranslatableText, translatable_texts
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.proposals.agreed import why_settled
from placet.stages.texts import actions as texts
from placet.stages.texts.models import Term, Translation, TranslationRun
from placet.stages.texts.queries import terms_of


@transaction.atomic
def save_translation(
    actor: Actor,
    reflection: Reflection,
    text: TranslatableText,
    *,
    language: str,
    body: str,
    version_id: int,
    certifies: bool = False,
) -> Translation:
    """Save a translation of one of the reflection's texts and, if wished, certify it.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        As the texts' own :func:`~placet.stages.texts.actions.save_translation` does, and where the members
        decide on the text or have adopted it.
    """
    account = require_role(actor, reflection, Role.SECRETARIAT)
    _require_unsettled(text.id)
    saved = texts.save_translation(
        account.id,
        text.id,
        language=language,
        body=body,
        version_id=version_id,
        max_length=text.max_length,
        scope_id=reflection.id,
        target=text.target,
    )
    if not certifies:
        return saved
    return texts.certify_translation(account.id, saved, scope_id=reflection.id, target=text.target)


@transaction.atomic
def certify_translation(
    actor: Actor,
    reflection: Reflection,
    text: TranslatableText,
    *,
    language: str,
    translation_id: int | None,
    body: str,
) -> Translation:
    """Certify what is saved, as it was seen.

    Parameters
    ----------
    translation_id : int or None
        The translation that was on the page.
    body : str
        What stood in the form beside it: where that differs, it would be lost, and nothing is certified.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where there is nothing to certify, it is not what was seen, or the members decide on the text or
        have adopted it.
    """
    account = require_role(actor, reflection, Role.SECRETARIAT)
    _require_unsettled(text.id)
    theirs = Translation.objects.filter(version__text=text.id, language=language).select_related("version")
    seen = theirs.filter(pk=translation_id).first() if translation_id else None
    if seen is None:
        raise ValidationError(_("There is no translation to certify yet."))
    if body.replace("\r\n", "\n").strip() != seen.body:
        raise ValidationError(
            {"body": _("You have changed the wording: choose “Save and certify”, or undo the change.")}
        )
    return texts.certify_translation(account.id, seen, scope_id=reflection.id, target=text.target)


def add_term(
    actor: Actor,
    reflection: Reflection,
    *,
    source_language: str,
    target_language: str,
    source: str,
    target: str,
    note: str = "",
) -> Term:
    """Add to the reflection's term base; for the secretariat."""
    account = require_role(actor, reflection, Role.SECRETARIAT)
    return texts.add_term(
        account.id,
        reflection.id,
        source_language=source_language,
        target_language=target_language,
        source=source,
        target=target,
        note=note,
    )


def remove_term(actor: Actor, reflection: Reflection, term_id: int) -> None:
    """Take a term out of the reflection's term base; what is gone already stays so.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    Http404
        Where the term is another reflection's.
    """
    account = require_role(actor, reflection, Role.SECRETARIAT)
    term = terms_of(reflection.id).filter(pk=term_id).first()
    if term is not None:
        texts.remove_term(account.id, term)
    elif Term.objects.filter(pk=term_id).exists():
        raise Http404


def request_translations(actor: Actor, reflection: Reflection, language: str) -> tuple[TranslationRun, bool]:
    """Ask a machine for what is missing in a language; also whether a worker has to be told.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where no service is set up, or the language is not one of the reflection's.
    """
    account = require_role(actor, reflection, Role.SECRETARIAT)
    if language not in reflection.languages:
        raise ValidationError({"language": _("Choose one of the languages of the reflection.")})
    return texts.request_run(account.id, reflection.id, language)


def translate_missing(run_id: UUID) -> bool:
    """Work on a run for a while; whether the worker should come back."""
    run = TranslationRun.objects.get(pk=run_id)
    reflection = Reflection.objects.get(pk=run.scope_id)
    try:
        return texts.translate_for_a_while(
            run_id, [text.id for text in translatable_texts(reflection)], is_changeable=_is_unsettled
        )
    except Exception:
        texts.interrupt_run(run_id)
        raise


def _require_unsettled(text_id: UUID) -> None:
    if refusal := why_settled(text_id, is_locking=True):
        raise ValidationError(refusal)


def _is_unsettled(text_id: UUID) -> bool:
    return not why_settled(text_id, is_locking=True)
