"""Reading texts in a reader's language, in a number of queries that does not grow with the texts."""

from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import combining, normalize
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from placet.stages.texts.languages import direction_of
from placet.stages.texts.models import TextVersion, Translation


@dataclass(frozen=True, slots=True)
class Wording:
    """What a reader sees of a text: one body in one language, and how it relates to the original."""

    text_id: UUID
    body: str
    language: str
    original_language: str
    version_id: int
    version_number: int
    translation_id: int | None = None
    translation_number: int = 0
    origin: str = ""
    is_certified: bool = False
    model_name: str = ""
    original_body: str = ""

    @property
    def is_original(self) -> bool:
        return self.translation_id is None

    @property
    def direction(self) -> str:
        return direction_of(self.language)

    @property
    def original_direction(self) -> str:
        return direction_of(self.original_language)

    def __str__(self) -> str:
        return self.body


def wordings(text_ids: Iterable[UUID | None], language: str) -> dict[UUID, Wording]:
    """The current wording of each text in ``language``, or its original where there is no translation.

    Two queries, however many the texts. Texts that do not exist are absent from the result.
    """
    wanted = {text_id for text_id in text_ids if text_id is not None}
    versions = {version.pk: version for version in _current_versions(wanted)}
    translations = _current_translations(versions, language)
    return {version.text_id: _wording(version, translations.get(version.pk)) for version in versions.values()}


def all_wordings(text_id: UUID) -> list[Wording]:
    """The original's current version and its current translations, the original first."""
    return all_wordings_of([text_id])[text_id]


def all_wordings_of(text_ids: Iterable[UUID | None]) -> dict[UUID, list[Wording]]:
    """What ``all_wordings`` says, of each text; two queries, however many the texts."""
    wanted = {text_id for text_id in text_ids if text_id is not None}
    versions = {version.pk: version for version in _current_versions(wanted)}
    found = {version.text_id: [_wording(version, None)] for version in versions.values()}
    translations = _latest(Translation.objects.filter(version__in=list(versions))).order_by("language")
    for translation in translations:
        version = versions[translation.version_id]
        found[version.text_id].append(_wording(version, translation))
    return found


def originals(text_ids: Iterable[UUID]) -> dict[UUID, Wording]:
    """The original's current version of each text; one query."""
    return {version.text_id: _wording(version, None) for version in _current_versions(set(text_ids))}


def texts_containing(text_ids: Iterable[UUID], words: str) -> set[UUID]:
    """Those of the texts whose current wording, in any language, contains the words.

    Letter case and accents make no difference. Read in Python: SQLite ignores the case of ASCII alone,
    and PostgreSQL what its collation happens to know.
    """
    wanted = _folded(words)
    return {
        text_id
        for text_id, found in all_wordings_of(text_ids).items()
        if any(wanted in _folded(wording.body) for wording in found)
    }


def _folded(text: str) -> str:
    return "".join(sign for sign in normalize("NFKD", text.casefold()) if not combining(sign))


def _current_versions(text_ids: set[UUID]) -> QuerySet[TextVersion]:
    later = TextVersion.objects.filter(text=OuterRef("text"), number__gt=OuterRef("number"))
    return TextVersion.objects.filter(~Exists(later), text__in=text_ids).select_related("text")


def _current_translations(version_ids: Iterable[int], language: str) -> dict[int, Translation]:
    found = _latest(Translation.objects.filter(version__in=list(version_ids), language=language))
    return {translation.version_id: translation for translation in found}


def _latest(translations: QuerySet[Translation]) -> QuerySet[Translation]:
    later = Translation.objects.filter(
        version=OuterRef("version"), language=OuterRef("language"), number__gt=OuterRef("number")
    )
    return translations.filter(~Exists(later))


def _wording(version: TextVersion, translation: Translation | None) -> Wording:
    shown = translation or version
    return Wording(
        text_id=version.text_id,
        body=shown.body,
        language=translation.language if translation else version.text.language,
        original_language=version.text.language,
        version_id=version.pk,
        version_number=version.number,
        translation_id=translation.pk if translation else None,
        translation_number=translation.number if translation else 0,
        origin=translation.origin if translation else "",
        is_certified=bool(translation and translation.certified_at),
        model_name=translation.model_name if translation else "",
        original_body=version.body,
    )
