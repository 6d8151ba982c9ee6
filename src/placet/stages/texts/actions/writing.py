"""Writing texts, their versions and their translations."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.texts.models import Origin, Text, TextVersion, Translation
from placet.stages.texts.queries import all_wordings


@dataclass(frozen=True, slots=True)
class NewText:
    """A text to be written: its bodies by language, and which of them is the original.

    ``written_at`` is given where the moment itself tells too much: under the Chatham House Rule, the day.
    ``by_machine`` are languages into which a machine translated; the others are as ``origin`` says.
    """

    bodies: Mapping[str, str]
    original: str
    author_id: UUID | None = None
    origin: Origin = Origin.HUMAN
    written_at: datetime | None = None
    by_machine: frozenset[str] = frozenset()

    def validated(self) -> "NewText":
        """The same with spaces trimmed and empty translations left out.

        Raises
        ------
        ValidationError
            Where the original is empty.
        """
        bodies = {language: body.strip() for language, body in self.bodies.items() if body.strip()}
        if self.original not in bodies:
            raise ValidationError(_("The text is empty in its original language."), code="empty_original")
        return replace(self, bodies=bodies)


def create_text(
    bodies: Mapping[str, str], *, original: str, author_id: UUID | None = None, origin: Origin = Origin.HUMAN
) -> Text:
    """Write one text with its translations. See :func:`create_texts`."""
    return create_texts([NewText(bodies, original, author_id, origin)])[0]


@transaction.atomic
def create_texts(new_texts: Iterable[NewText]) -> list[Text]:
    """Write many texts in as few statements as the database allows; the order is kept.

    Raises
    ------
    ValidationError
        Where an original is empty; then nothing is written.
    """
    valid = [new.validated() for new in new_texts]
    texts = Text.objects.bulk_create([Text(language=new.original) for new in valid])
    versions = TextVersion.objects.bulk_create(
        [
            TextVersion(
                text=text,
                number=1,
                body=new.bodies[new.original],
                author_id=new.author_id,
                created_at=new.written_at or timezone.now(),
            )
            for text, new in zip(texts, valid, strict=True)
        ]
    )
    Translation.objects.bulk_create(
        [
            Translation(
                version=version,
                language=language,
                body=body,
                origin=Origin.MACHINE if language in new.by_machine else new.origin,
                translator_id=None if language in new.by_machine else new.author_id,
            )
            for version, new in zip(versions, valid, strict=True)
            for language, body in new.bodies.items()
            if language != new.original
        ]
    )
    return texts


def delete_texts(text_ids: Collection[UUID]) -> None:
    """Delete texts with their versions and translations, in the transaction of whoever calls.

    Only of what nobody was shown, or nobody may look up any more: a text that was public keeps its versions.
    """
    Translation.objects.filter(version__text__in=text_ids).delete()
    TextVersion.objects.filter(text__in=text_ids).delete()
    Text.objects.filter(pk__in=text_ids).delete()


@transaction.atomic
def revise_text(
    text: Text,
    bodies: Mapping[str, str],
    *,
    author_id: UUID | None,
    origin: Origin = Origin.HUMAN,
    written_at: datetime | None = None,
    vouches_for_all: bool = False,
) -> bool:
    """Bring a text to new wordings: a changed original is a new version, a changed translation a new row.

    A translation that the new bodies leave out, or leave as it was, is not carried over to a new version: it
    may no longer be true to the original. Translators see it, and can say that it still is.

    Parameters
    ----------
    written_at : datetime or None
        Where the moment itself tells too much: under the Chatham House Rule, the day.
    vouches_for_all : bool
        Whether whoever saves has all languages before him, so that those left as they were are carried over.

    Returns
    -------
    bool
        Whether anything changed.
    """
    new = NewText(bodies, text.language, author_id, origin).validated()
    Text.objects.select_for_update().get(pk=text.pk)  # two who save at once get two versions, in turn
    current = {wording.language: wording for wording in all_wordings(text.id)}
    original = current[text.language]
    version_id = original.version_id
    is_new_version = new.bodies[text.language] != original.body
    if is_new_version:
        version_id = TextVersion.objects.create(
            text=text,
            number=original.version_number + 1,
            body=new.bodies[text.language],
            author_id=author_id,
            created_at=written_at or timezone.now(),
        ).pk
    changed = [
        (language, body)
        for language, body in new.bodies.items()
        if language != text.language
        and (
            language not in current or current[language].body != body or (is_new_version and vouches_for_all)
        )
    ]
    numbers = {} if is_new_version else current
    for language, body in changed:
        Translation.objects.create(
            version_id=version_id,
            language=language,
            number=numbers[language].translation_number + 1 if language in numbers else 1,
            body=body,
            origin=origin,
            translator_id=author_id,
        )
    return bool(changed) or is_new_version
