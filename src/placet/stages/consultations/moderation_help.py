"""What a moderator is told beside a statement, with the reason: a person decides, never these hints."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from placet.sense.text.extras import MissingExtraError
from placet.sense.text.floods import find_floods
from placet.sense.text.languages import detect_language
from placet.sense.text.personal_data import find_personal_data
from placet.stages.consultations.lineage import targets_of
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.consultations.queries import ModerationView
from placet.stages.texts.languages import CONTENT_LANGUAGES
from placet.stages.texts.queries import wordings

SURE = 0.8  # of a language, before an author or a moderator is asked about it
FLOOD_AT_LEAST = 5
COMPARED_AT_MOST = 2_000  # waiting statements, the oldest first
ORIGINALS = ""  # a language that nothing is translated into


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text; ``kind`` says which personal data it is, empty: none."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Help:
    """The hints on one statement.

    Attributes
    ----------
    parts : tuple of Part
        The original, cut where personal data begin and end; empty where there are none.
    kinds : tuple of str
        Which personal data: ``email``, ``telephone``, ``iban``.
    looks_like : str
        The language that the text seems to be written in; empty where it is the one that its author chose, or
        where that is not clear.
    n_alike : int
        How many other waiting statements are nearly identical.
    merged_into : str
        The statement that stands for it now, by reference.
    """

    parts: tuple[Part, ...] = ()
    looks_like: str = ""
    n_alike: int = 0
    merged_into: str = ""
    kinds: tuple[str, ...] = field(default=())

    @property
    def has_hints(self) -> bool:
        return bool(self.parts or self.looks_like or self.n_alike)


def helps_for(
    consultation: Consultation, statements: Sequence[Statement], rows: Sequence[ModerationView]
) -> list[Help]:
    """The hints on each of the statements; the number of queries does not grow with them.

    Where a text extra is missing, there are fewer hints; see :func:`lacks_extra`.
    """
    targets = targets_of(statements)
    alike = _alike(consultation) if any(s.state == Statement.State.SUBMITTED for s in statements) else {}
    return [
        _help(statement, row, alike.get(statement.pk, 0), targets.get(statement.pk, ""))
        for statement, row in zip(statements, rows, strict=True)
    ]


def lacks_extra() -> bool:
    """Whether what finds languages and personal data is not installed."""
    try:
        detect_language("")
        find_personal_data("")
    except MissingExtraError:
        return True
    return False


def other_language(text: str, chosen: str) -> str:
    """The language that a text is clearly written in where that is not the chosen one; else empty."""
    try:
        detected = detect_language(text, among=CONTENT_LANGUAGES)
    except MissingExtraError:
        return ""
    is_sure = detected.confidence >= SURE and detected.language in CONTENT_LANGUAGES
    return detected.language if is_sure and detected.language != chosen else ""


def _help(statement: Statement, row: ModerationView, n_alike: int, merged_into: str) -> Help:
    if statement.state != Statement.State.SUBMITTED:
        return Help(merged_into=merged_into)
    original = row.original
    parts = marked_parts(original.body)
    return Help(
        parts=parts,
        looks_like=other_language(original.body, original.language),
        n_alike=n_alike,
        merged_into=merged_into,
        kinds=tuple(dict.fromkeys(part.kind for part in parts if part.kind)),
    )


def marked_parts(text: str) -> tuple[Part, ...]:
    """A text cut where personal data begin and end; empty where there are none, or the extra is missing."""
    try:
        found = sorted(find_personal_data(text), key=lambda datum: datum.start)
    except MissingExtraError:
        return ()
    parts: list[Part] = []
    place = 0
    for datum in found:
        if datum.start < place:  # inside the one before
            continue
        parts += [Part(text[place : datum.start]), Part(text[datum.start : datum.end], datum.kind)]
        place = datum.end
    return tuple(part for part in [*parts, Part(text[place:])] if part.text) if parts else ()


def _alike(consultation: Consultation) -> dict[UUID, int]:
    """By waiting statement, how many others are nearly identical with it."""
    waiting = Statement.objects.filter(consultation=consultation, state=Statement.State.SUBMITTED)
    rows = list(waiting.order_by("submitted_at").values_list("pk", "text_id")[:COMPARED_AT_MOST])
    if len(rows) < FLOOD_AT_LEAST:
        return {}
    words = wordings([text_id for _, text_id in rows], ORIGINALS)
    floods = find_floods([words[text_id].body for _, text_id in rows], at_least=FLOOD_AT_LEAST)
    return {rows[place][0]: len(flood) - 1 for flood in floods for place in flood.tolist()}
