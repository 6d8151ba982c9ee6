"""A frozen text as its page shows it: word for word, with its digest, and beside the text before it."""

from dataclasses import dataclass
from datetime import datetime

from django.shortcuts import get_object_or_404

from placet.stages.proposals.amending.comparing import Side
from placet.stages.proposals.amending.consolidating import ComparedText, compare_texts
from placet.stages.proposals.freezing import FrozenClause, FrozenDocument, frozen_document, matches_digest
from placet.stages.proposals.models import FrozenText, Proposal


@dataclass(frozen=True, slots=True)
class FrozenClauseView:
    """A clause in one language; ``origin`` says where its wording comes from."""

    reference: str
    number: int
    text: Side
    origin: str
    findings: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FrozenPage:
    """A frozen text in one language, and all that one needs to check it."""

    number: int
    frozen_at: datetime
    digest: str
    is_intact: bool
    n_bytes: int
    file_name: str
    language: str
    languages: tuple[str, ...]
    title: Side
    summary: Side
    clauses: tuple[FrozenClauseView, ...]
    numbers: tuple[int, ...]
    before: int | None
    since: ComparedText | None

    @property
    def is_last(self) -> bool:
        return self.number == self.numbers[-1]

    @property
    def hexadecimal(self) -> str:
        """The digest as ``sha256sum`` prints it."""
        return self.digest.partition(":")[2]


def find_frozen_text(proposal: Proposal, number: int) -> FrozenText:
    """The frozen text of that number; Http404 where there is none."""
    return get_object_or_404(FrozenText, proposal=proposal, number=number)


def last_frozen_number(proposal: Proposal) -> int | None:
    """The number of the latest frozen text; None where the proposal was never frozen."""
    numbers = FrozenText.objects.filter(proposal=proposal).order_by("-number")
    return numbers.values_list("number", flat=True).first()


def frozen_page(text: FrozenText, language: str) -> FrozenPage:
    """A frozen text in a language of its own: the wanted one, or else the working language."""
    every = {each.number: each for each in FrozenText.objects.filter(proposal=text.proposal_id)}
    document = frozen_document(text)
    shown = language if language in document.languages else document.languages[0]
    before = every.get(text.number - 1)
    return FrozenPage(
        number=text.number,
        frozen_at=text.frozen_at,
        digest=text.digest,
        is_intact=matches_digest(text),
        n_bytes=len(text.document.encode()),
        file_name=file_name(document),
        language=shown,
        languages=document.languages,
        title=_side(document.title, shown),
        summary=_side(document.summary, shown),
        clauses=tuple(_clause(each, shown) for each in document.clauses),
        numbers=tuple(sorted(every)),
        before=before.number if before else None,
        since=compare_texts(frozen_document(before), document, shown) if before else None,
    )


def file_name(document: FrozenDocument) -> str:
    """Under which name the document is downloaded."""
    return f"{document.reference}-frozen-{document.number}.json"


def _clause(clause: FrozenClause, language: str) -> FrozenClauseView:
    text = _side(clause.bodies, language)
    return FrozenClauseView(
        reference=clause.reference,
        number=clause.number,
        text=text,
        origin=clause.origins[text.language],
        findings=clause.findings,
        against=clause.against,
    )


def _side(bodies: dict[str, str], language: str) -> Side:
    """A text in a language; the summary alone may lack it, and is shown in the language that it has."""
    found = language if language in bodies else next(iter(bodies))
    return Side(bodies[found], found)
