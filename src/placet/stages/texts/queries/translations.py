"""How it stands with translations: which are missing or out of date, and what a translator needs to see."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from placet.stages.texts.models import (
    Origin,
    TextVersion,
    Translation,
    TranslationRun,
    TranslationState,
)
from placet.stages.texts.queries.wordings import Wording, originals
from placet.stages.texts.terms import TermPair, absent_terms, terms_in

TEXTS_AT_ONCE = 10_000  # in one query: databases take so many parameters and no more


@dataclass(frozen=True, slots=True)
class TextStates:
    """How it stands with one text in every language in which there ever was a translation."""

    text_id: UUID
    language: str
    by_language: Mapping[str, TranslationState]
    people_translated: frozenset[str]

    def state_in(self, language: str) -> TranslationState:
        return self.by_language.get(language, TranslationState.MISSING)

    def is_for_machines(self, language: str) -> bool:
        """Whether a machine may translate: nothing is there, and no person's work would be passed over."""
        return (
            language != self.language
            and self.state_in(language) in (TranslationState.MISSING, TranslationState.STALE)
            and language not in self.people_translated
        )


def translation_states(text_ids: Collection[UUID]) -> dict[UUID, TextStates]:
    """How it stands with each text; two queries for every ten thousand texts."""
    states: dict[UUID, TextStates] = {}
    for some in _batches(text_ids):
        later = TextVersion.objects.filter(text=OuterRef("text"), number__gt=OuterRef("number"))
        versions = TextVersion.objects.filter(~Exists(later), text__in=some)
        found = {
            text_id: (version_id, language)
            for text_id, version_id, language in versions.values_list("text_id", "pk", "text__language")
        }
        rows = _rows_of(some)
        states |= {
            text_id: _states(text_id, language, version_id, rows.get(text_id, []))
            for text_id, (version_id, language) in found.items()
        }
    return states


def untranslated(text_ids: Collection[UUID], language: str) -> list[UUID]:
    """The texts that a machine may translate into a language; see `TextStates.is_for_machines`."""
    states = translation_states(text_ids)
    return [
        text_id for text_id in text_ids if text_id in states and states[text_id].is_for_machines(language)
    ]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a translator has in front of him: the original, what is there, and the terms."""

    original: Wording
    current: Translation | None
    earlier: list[Translation]
    terms: list[TermPair]
    absent: list[TermPair]

    @property
    def older(self) -> Translation | None:
        """The last translation of an older version, where there is none of the current one: a start."""
        return self.earlier[0] if self.current is None and self.earlier else None

    @property
    def state(self) -> TranslationState:
        if self.current is not None:
            return _state_of(self.current.origin, self.current.certified_at is not None)
        return TranslationState.STALE if self.earlier else TranslationState.MISSING


def translation_desk(text_id: UUID, language: str, terms: Collection[TermPair] = ()) -> Desk:
    """A text beside its translation into one language; two queries.

    Parameters
    ----------
    terms : collection of TermPair
        The term base from the language of the original into this one; see :func:`pairs_of`.
    """
    original = originals([text_id])[text_id]
    found = list(
        Translation.objects.filter(version__text=text_id, language=language)
        .select_related("version")
        .order_by("-version__number", "-number")
    )
    current = found[0] if found and found[0].version_id == original.version_id else None
    in_original = terms_in(original.body, original.language, terms)
    return Desk(
        original=original,
        current=current,
        earlier=found[1:] if current else found,
        terms=in_original,
        absent=absent_terms(current.body, language, in_original) if current else [],
    )


def last_runs(scope_id: UUID) -> QuerySet[TranslationRun]:
    """What machines were asked to translate, newest first."""
    return TranslationRun.objects.filter(scope_id=scope_id).order_by("-created_at", "-id")


class _Row(NamedTuple):
    version_id: int
    language: str
    origin: str
    is_certified: bool


def _rows_of(text_ids: Collection[UUID]) -> dict[UUID, list[_Row]]:
    """All translations of the texts, of older versions too, oldest first."""
    found = (
        Translation.objects.filter(version__text__in=text_ids)
        .order_by("version__number", "number")
        .values_list("version__text_id", "version_id", "language", "origin", "certified_at")
    )
    rows: dict[UUID, list[_Row]] = {}
    for text_id, version_id, language, origin, certified_at in found:
        rows.setdefault(text_id, []).append(_Row(version_id, language, origin, certified_at is not None))
    return rows


def _states(text_id: UUID, language: str, version_id: int, rows: list[_Row]) -> TextStates:
    by_language: dict[str, TranslationState] = {}
    for row in rows:  # the last one counts
        is_current = row.version_id == version_id
        state = _state_of(row.origin, row.is_certified) if is_current else TranslationState.STALE
        by_language[row.language] = state
    people = frozenset(row.language for row in rows if row.is_certified or row.origin != Origin.MACHINE)
    return TextStates(text_id, language, by_language, people)


def _state_of(origin: str, is_certified: bool) -> TranslationState:
    if is_certified:
        return TranslationState.CERTIFIED
    return TranslationState.MACHINE if origin == Origin.MACHINE else TranslationState.HUMAN


def _batches(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    remaining = iter(ids)
    while some := list(islice(remaining, TEXTS_AT_ONCE)):
        yield some
