"""Translations by people: saved beside what was there, and certified. Who may is decided by who calls."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.record.actions import record
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Origin, Text, TextVersion, Translation


@transaction.atomic
def save_translation(
    account_id: UUID,
    text_id: UUID,
    *,
    language: str,
    body: str,
    version_id: int,
    max_length: int,
    scope_id: UUID,
    target: str,
) -> Translation:
    """Keep a person's translation as the next one; those before it stay on record.

    Parameters
    ----------
    version_id : int
        The version of the original that the translator had in front of him.
    scope_id, target : UUID, str
        The reflection and the item, for the record.

    Returns
    -------
    Translation
        What stands there now. The same wording saved again changes nothing.

    Raises
    ------
    ValidationError
        Where the body is empty or too long, the language unknown or that of the original, or the original
        has changed meanwhile (code ``changed``).
    """
    body = body.replace("\r\n", "\n").strip()
    text = Text.objects.select_for_update().get(pk=text_id)  # two translators get two numbers, in turn
    if language not in CONTENT_LANGUAGES or language == text.language:
        raise ValidationError(_("Choose another language than that of the original."))
    if not body:
        raise ValidationError({"body": _("Write the translation first.")})
    if len(body) > max_length:
        raise ValidationError(
            {
                "body": _("A translation of this text has at most %(limit)d characters.")
                % {"limit": max_length}
            }
        )
    version = TextVersion.objects.filter(text=text).order_by("-number").first()
    if version is None or version.pk != version_id:
        raise ValidationError(_("The original has changed meanwhile. Look at it again."), code="changed")
    current = current_translation(version, language)
    if current is not None and current.body == body:
        return current
    saved = Translation.objects.create(
        version=version,
        language=language,
        number=current.number + 1 if current else 1,
        body=body,
        origin=Origin.HUMAN,
        translator_id=account_id,
    )
    record(
        "texts.save_translation",
        target=target,
        actor_id=account_id,
        scope_id=scope_id,
        language=language,
        version=version.number,
        number=saved.number,
    )
    return saved


@transaction.atomic
def certify_translation(
    account_id: UUID, translation: Translation, *, scope_id: UUID, target: str
) -> Translation:
    """Vouch for a translation of the original's current version; doing so twice changes nothing.

    Returns
    -------
    Translation
        The translation as it stands now, with whoever certified it first.

    Raises
    ------
    ValidationError
        Where the original has changed, or another translation has been saved meanwhile (code ``changed``).
    """
    Text.objects.select_for_update().get(pk=translation.version.text_id)
    version = TextVersion.objects.filter(text=translation.version.text_id).order_by("-number").first()
    current = current_translation(version, translation.language) if version else None
    if current is None or current.pk != translation.pk:
        raise ValidationError(
            _("The original or its translation has changed meanwhile. Look at it again."), code="changed"
        )
    if current.certified_at is not None:
        return current
    current.certifier_id = account_id
    current.certified_at = timezone.now()
    current.save(update_fields=["certifier_id", "certified_at"])
    record(
        "texts.certify_translation",
        target=target,
        actor_id=account_id,
        scope_id=scope_id,
        language=current.language,
        version=current.version.number,
        number=current.number,
    )
    return current


def current_translation(version: TextVersion, language: str) -> Translation | None:
    """The last translation of a version into a language."""
    found = Translation.objects.filter(version=version, language=language)
    return found.select_related("version").order_by("-number").first()
