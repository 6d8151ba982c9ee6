"""Frozen texts as pages show them: in the reader's language where they have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from placet.stages.proposals.freezing import frozen_document
from placet.stages.proposals.models import FrozenText
from placet.stages.texts.languages import direction_of


@dataclass(frozen=True, slots=True)
class Said:
    """A body of a frozen text, and the language that it is in."""

    body: str
    language: str
    is_by_machine: bool = False

    @property
    def direction(self) -> str:
        return direction_of(self.language)


@dataclass(frozen=True, slots=True)
class FrozenClauseView:
    reference: str
    number: int
    said: Said
    findings: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FrozenTextView:
    """A text word for word as it was put to the members."""

    id: UUID
    reference: str
    number: int
    title: Said
    summary: Said
    clauses: tuple[FrozenClauseView, ...]
    digest: str
    frozen_at: datetime


def frozen_text_view(text: FrozenText, language: str) -> FrozenTextView:
    """One frozen text; nothing is asked of the database but what the row holds."""
    document = frozen_document(text)
    return FrozenTextView(
        id=text.pk,
        reference=document.reference,
        number=document.number,
        title=_said(document.title, language),
        summary=_said(document.summary, language),
        clauses=tuple(
            FrozenClauseView(
                reference=clause.reference,
                number=clause.number,
                said=_said(clause.bodies, language, clause.origins),
                findings=clause.findings,
                against=clause.against,
            )
            for clause in document.clauses
        ),
        digest=text.digest,
        frozen_at=text.frozen_at,
    )


def _said(bodies: Mapping[str, str], language: str, origins: Mapping[str, str] | None = None) -> Said:
    """A body in the reader's language, else in the first that there is."""
    found = language if language in bodies else next(iter(bodies))
    return Said(bodies[found], found, (origins or {}).get(found) == "machine")
