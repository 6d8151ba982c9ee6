"""What delegates and the secretariat say: in whichever of the reflection's languages they write."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from placet.stages.mandates.models import Reflection
from placet.stages.people.models import Account
from placet.stages.texts.actions import create_text
from placet.stages.texts.models import Text

Bodies = Mapping[str, str]


def said(
    reflection: Reflection, account: Account, bodies: Bodies | None, *, field: str, wanted: str = ""
) -> Text:
    """A new text. Its original is in the account's language where that was written, else in the first.

    Parameters
    ----------
    field : str
        Where a refusal is shown.
    wanted : str
        The sentence that asks for it.

    Raises
    ------
    ValidationError
        On the field, where nothing is written, or in a language that the reflection does not have.
    """
    found = {language: body.strip() for language, body in (bodies or {}).items() if body.strip()}
    if not found:
        raise ValidationError({field: wanted or _("Say why, in at least one language of the reflection.")})
    if set(found) - set(reflection.languages):
        raise ValidationError({field: _("Write in the languages of the reflection.")})
    in_order = [language for language in reflection.languages if language in found]
    original = account.language if account.language in found else in_order[0]
    return create_text(found, original=original, author_id=account.id)
