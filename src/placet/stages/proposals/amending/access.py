"""What all deeds on amendments share: the row under the lock of its proposal, and how texts are taken."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from placet.stages.contributions.cleaning import clean_paragraphs
from placet.stages.mandates.models import Reflection
from placet.stages.proposals.freezing import locked_proposal
from placet.stages.proposals.models import Amendment, Proposal
from placet.stages.texts.languages import CONTENT_LANGUAGES

Bodies = Mapping[str, str]
State = Amendment.State


def locked_amendment(amendment: Amendment) -> tuple[Amendment, Proposal]:
    """An amendment and its proposal as they stand, under the proposal's lock."""
    proposal = locked_proposal(amendment.proposal)
    current = Amendment.objects.select_related("clause__text", "based_on", "wording", "member").get(
        pk=amendment.pk
    )
    current.proposal = proposal
    return current, proposal


def require_unanswered(amendment: Amendment) -> None:
    """Refuse what comes after the answer.

    Raises
    ------
    ValidationError
        Where it was answered or withdrawn.
    """
    if amendment.state == State.WITHDRAWN:
        raise ValidationError(_("This amendment was withdrawn."))
    if amendment.state != State.SUBMITTED:
        raise ValidationError(_("This amendment was answered already."))


def clean_bodies(reflection: Reflection, bodies: Bodies, field: str, limit: int) -> dict[str, str]:
    """A text in the languages in which something is written, those of the reflection in their order.

    Raises
    ------
    ValidationError
        Where one is in another language, or too long.
    """
    clean = {language: clean_paragraphs(body) for language, body in bodies.items()}
    for language, body in clean.items():
        if body and language not in reflection.languages:
            name = CONTENT_LANGUAGES.get(language, language)
            raise ValidationError(
                {field: _("This reflection is not led in this language: %(language)s.") % {"language": name}}
            )
        if len(body) > limit:
            raise ValidationError(
                {f"{field}_{language}": _("At most %(limit)d characters.") % {"limit": limit}}
            )
    return {language: clean[language] for language in reflection.languages if clean.get(language)}
