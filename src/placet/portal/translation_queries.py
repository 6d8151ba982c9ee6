"""The texts of a reflection, across the stages, as those who translate them see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404

from placet.portal.translatable_texts import TranslatableText, settled_texts, translatable_texts
from placet.stages.mandates.models import Reflection, Role
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.models import Account
from placet.stages.proposals.agreed import why_settled
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.models import Translation, TranslationState
from placet.stages.texts.queries import Desk, pairs_of, translation_desk, translation_states


@dataclass(frozen=True, slots=True)
class TranslationRow:
    """A text and how it stands with its translation into one language."""

    text: TranslatableText
    language: str
    state: TranslationState


@dataclass(frozen=True, slots=True)
class LanguageCounts:
    """How many texts are in which state in one language."""

    language: str
    by_state: list[tuple[TranslationState, int]]
    total: int
    for_machines: int


@dataclass(frozen=True, slots=True)
class TranslationTable:
    """All texts of a reflection in all the languages asked for."""

    rows: list[TranslationRow]
    counts: list[LanguageCounts]

    @property
    def languages(self) -> list[str]:
        return [count.language for count in self.counts]

    def filtered(self, language: str, state: str) -> list[TranslationRow]:
        """The rows of a language and state; empty: of all."""
        return [
            row
            for row in self.rows
            if (not language or row.language == language) and (not state or row.state == state)
        ]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a text stands in the filtered list, and what comes before and after it."""

    previous: TranslatableText | None
    next: TranslatableText | None
    position: int | None
    count: int


@dataclass(frozen=True, slots=True)
class SignedTranslation:
    """A translation and the names of who made it and who vouches for it; empty: a machine, or nobody."""

    row: Translation
    translator: str
    certifier: str


@dataclass(frozen=True, slots=True)
class TranslationDesk:
    """A text beside its translations; ``refusal`` says why those stay as they are, where they do."""

    text: TranslatableText
    language: str
    desk: Desk
    neighbours: Neighbours
    current: SignedTranslation | None
    earlier: list[SignedTranslation]
    refusal: str


def translation_table(actor: Actor, reflection: Reflection) -> TranslationTable:
    """How it stands with the translations into the reflection's languages, and into others that were begun.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    """
    require_role(actor, reflection, Role.SECRETARIAT)
    texts = translatable_texts(reflection)
    states = translation_states([text.id for text in texts])
    begun = {language for each in states.values() for language in each.by_language}
    languages = [*reflection.languages, *sorted(begun - set(reflection.languages))]
    rows: list[TranslationRow] = []
    counts: list[LanguageCounts] = []
    for language in languages:
        in_language = [
            TranslationRow(text, language, states[text.id].state_in(language))
            for text in texts
            if states[text.id].language != language
        ]
        found = [row.state for row in in_language]
        for_machines = sum(states[row.text.id].is_for_machines(language) for row in in_language)
        by_state = [(state, found.count(state)) for state in TranslationState]
        rows += in_language
        counts.append(LanguageCounts(language, by_state, len(found), for_machines))
    return TranslationTable(rows, counts)


def find_desk(
    actor: Actor, reflection: Reflection, text_id: UUID, language: str, *, state: str = ""
) -> TranslationDesk:
    """A text of this reflection beside its translation; one that is settled can still be looked at.

    Parameters
    ----------
    state : str
        The list in which the neighbours stand: texts in this state; empty: all.

    Raises
    ------
    Http404
        Where the text is another reflection's or none, or the language is unknown or that of the original.
    PermissionDenied
        To all but the secretariat.
    """
    require_role(actor, reflection, Role.SECRETARIAT)
    texts = translatable_texts(reflection)
    is_offered = any(text.id == text_id for text in texts)
    known = texts if is_offered else settled_texts(reflection)
    text = next((text for text in known if text.id == text_id), None)
    if text is None or language not in CONTENT_LANGUAGES:
        raise Http404
    states = translation_states([*(each.id for each in texts), text_id])
    original_language = states[text_id].language
    if language == original_language:
        raise Http404
    listed = {
        each.id
        for each in texts
        if states[each.id].language != language and (not state or states[each.id].state_in(language) == state)
    }
    desk = translation_desk(text_id, language, pairs_of(reflection.id, original_language, language))
    signed = _signed([desk.current, *desk.earlier] if desk.current else desk.earlier)
    return TranslationDesk(
        text=text,
        language=language,
        desk=desk,
        neighbours=_neighbours(texts, text, listed),
        current=signed[0] if desk.current else None,
        earlier=signed[1:] if desk.current else signed,
        refusal="" if is_offered else why_settled(text_id),
    )


def _neighbours(
    texts: Sequence[TranslatableText], text: TranslatableText, listed: Collection[UUID]
) -> Neighbours:
    """Around a text that may have left the list, as one does that has just been translated.

    Around a settled one, which stands in no list, there is nothing.
    """
    if text not in texts:
        return Neighbours(previous=None, next=None, position=None, count=len(listed))
    place = texts.index(text)
    before = [each for each in texts[:place] if each.id in listed]
    after = [each for each in texts[place + 1 :] if each.id in listed]
    is_listed = text.id in listed
    return Neighbours(
        previous=before[-1] if before else None,
        next=after[0] if after else None,
        position=len(before) + 1 if is_listed else None,
        count=len(before) + len(after) + is_listed,
    )


def _signed(translations: Sequence[Translation]) -> list[SignedTranslation]:
    people = {pk for each in translations for pk in (each.translator_id, each.certifier_id) if pk}
    accounts = Account.objects.in_bulk(people) if people else {}
    names = {pk: str(account) for pk, account in accounts.items()}
    return [
        SignedTranslation(
            row=each,
            translator=names.get(each.translator_id, "") if each.translator_id else "",
            certifier=names.get(each.certifier_id, "") if each.certifier_id else "",
        )
        for each in translations
    ]
