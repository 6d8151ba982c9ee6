"""Texts of series and dialogues: written in the working language of the reflection, and translated."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from placet.stages.mandates.models import Reflection
from placet.stages.people.models import Account
from placet.stages.texts.actions import create_text, revise_text
from placet.stages.texts.models import Text

Bodies = Mapping[str, str]


def written(reflection: Reflection, account: Account, bodies: Bodies) -> Text:
    """A new text in the working language and its translations."""
    return create_text(bodies, original=reflection.languages[0], author_id=account.id)


def revised(
    reflection: Reflection, account: Account, text: Text | None, bodies: Bodies | None
) -> Text | None:
    """An optional text brought to new wordings: made where there was none, let go where nothing is left."""
    if not bodies or not any(body.strip() for body in bodies.values()):
        return None
    if text is None:
        return written(reflection, account, bodies)
    revise_text(text, bodies, author_id=account.id)
    return text


def check_written(reflection: Reflection, bodies: Bodies, field: str) -> None:
    """Refuse a required text that says nothing in the working language.

    Raises
    ------
    ValidationError
        On the field.
    """
    if not bodies.get(reflection.languages[0], "").strip():
        raise ValidationError({field: _("Write this in the working language of the reflection.")})
