"""Texts of proposals and clauses: in the working language of the reflection, and translated."""

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from placet.stages.mandates.models import Reflection
from placet.stages.people.models import Account
from placet.stages.texts.actions import create_text, revise_text
from placet.stages.texts.models import Text, TextVersion

Bodies = Mapping[str, str]


def written(reflection: Reflection, account: Account, bodies: Bodies) -> Text:
    """A new text in the working language and its translations."""
    return create_text(tidied(bodies), original=reflection.languages[0], author_id=account.id)


def rewritten(text: Text, account: Account, bodies: Bodies) -> bool:
    """Bring a text to new wordings; whether anything changed.

    Whoever saves has all languages before him: those left as they were are carried over to a new version.
    """
    return revise_text(text, tidied(bodies), author_id=account.id, vouches_for_all=True)


def last_version(text_id: UUID) -> TextVersion:
    """The current version of a text."""
    return TextVersion.objects.filter(text=text_id).order_by("-number")[0]


def check_text(reflection: Reflection, bodies: Bodies, field: str, *, max_length: int) -> None:
    """Refuse a text that says nothing in the working language, or too much in any.

    Raises
    ------
    ValidationError
        On the field of the language.
    """
    tidy = tidied(bodies)
    if not tidy.get(reflection.languages[0]):
        raise ValidationError({field: _("Write this in the working language of the reflection.")})
    for language, body in tidy.items():
        if len(body) > max_length:
            raise ValidationError(
                {f"{field}_{language}": _("At most %(limit)d characters.") % {"limit": max_length}}
            )


def tidied(bodies: Bodies) -> dict[str, str]:
    """The same with one kind of line end, and without spaces around it."""
    return {language: body.replace("\r\n", "\n").strip() for language, body in bodies.items()}
