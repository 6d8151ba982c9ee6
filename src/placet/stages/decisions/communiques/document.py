"""What a communiqué is once it is published: one canonical JSON document, and its digest.

Everything that readers see of it, on a page or on paper, is drawn from this document alone. Texts by language
are mappings from a BCP 47 tag; where a language is missing, the first of the document's languages stands in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from placet.stages.proposals.freezing import canonical

FORMAT: Final = "placet-communique/1"
MAX_BYTES: Final = 4_000_000

Bodies = dict[str, str]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a finding, as ``FigureView`` has it: a share with its bounds, or a count."""

    key: str
    kind: str
    statement: str
    run: str
    share: float | None
    low: float | None
    high: float | None
    number: int | None
    n_votes: int


@dataclass(frozen=True, slots=True)
class CitedFinding:
    """A finding as it read when the communiqué was published, its figures filled in."""

    reference: str
    state: str
    title: Bodies
    text: Bodies
    figures: tuple[Figure, ...]
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class AdoptedClause:
    """A clause word for word as it was adopted, and the findings that it cites, for it and against it."""

    reference: str
    number: int
    text: Bodies
    supported_by: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a member that joined says in reservation."""

    member: str
    name: Bodies
    explanation: Bodies


@dataclass(frozen=True, slots=True)
class MeetingOf:
    """The meeting at which a text was adopted."""

    reference: str
    title: Bodies
    place: Bodies


@dataclass(frozen=True, slots=True)
class AdoptedText:
    """One decision: its frozen text, its digest, how it was adopted, and the reservations to it.

    ``adopted_at`` is in ISO 8601, UTC; ``silence`` is the reference of the silence procedure, or empty;
    ``by_machine`` are the languages into which a machine translated any part of it.
    """

    decision: str
    way: str
    adopted_at: str
    meeting: MeetingOf | None
    silence: str
    proposal: str
    frozen_number: int
    digest: str
    title: Bodies
    by_machine: tuple[str, ...]
    clauses: tuple[AdoptedClause, ...]
    reservations: tuple[Reservation, ...]
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class CommuniqueDocument:
    """The whole. ``issued_date`` is ISO 8601; ``findings`` are those that clauses cite, by reference."""

    format: str
    reference: str
    reflection: str
    reflection_name: Bodies
    languages: tuple[str, ...]
    time_zone: str
    title: Bodies
    preamble: Bodies
    issued_date: str
    published_at: str
    is_simulated: bool
    texts: tuple[AdoptedText, ...]
    findings: tuple[CitedFinding, ...]


def as_canonical_json(document: CommuniqueDocument) -> str:
    """The one way to write a document, as frozen texts are written; the digest is taken of these bytes."""
    return canonical(msgspec.to_builtins(document))


def read_document(text: str) -> CommuniqueDocument:
    """The document that its JSON holds.

    Raises
    ------
    msgspec.ValidationError
        Where it is no such document.
    """
    return msgspec.json.decode(text, type=CommuniqueDocument)


def in_language(bodies: Mapping[str, str], language: str, languages: tuple[str, ...]) -> tuple[str, str]:
    """A text in a language, and the language that it is in: the first there is, where that one is missing."""
    for each in (language, *languages, *bodies):
        if bodies.get(each):
            return bodies[each], each
    return "", language
