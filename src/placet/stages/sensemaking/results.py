"""A finished run as its page shows it: figures from the document, texts as they read today.

A statement that was rejected or withdrawn after the run is no longer shown, though the run's own figures,
which were computed with it, stay as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator

from placet.stages.consultations.models import Consultation
from placet.stages.consultations.queries import accepted_statements, containing
from placet.stages.sensemaking.documents import Document, document_of, with_texts
from placet.stages.sensemaking.listed import (
    BridgingRow,
    ConsensusRow,
    DivisiveRow,
    GroupView,
    StatementRow,
    bridging_rows,
    consensus_rows,
    divisive_rows,
    group_views,
    listed_references,
)
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.sensemaking.queries import StatementFigures, Tally, figures_of
from placet.stages.sensemaking.scrutiny import (
    Certainty,
    Controls,
    Integrity,
    certainty_of,
    controls_of,
    integrity_of,
)
from placet.stages.texts.queries import wordings

STATEMENTS_PER_PAGE = 25
WIDTH_OF_A_BAR = 100


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a divided bar."""

    vote: str
    start: str
    width: str


@dataclass(frozen=True, slots=True)
class VotesClass:
    """How many participants cast that many votes."""

    first: int
    last: int
    n_participants: int


@dataclass(frozen=True, slots=True)
class ResultsView:
    run: AnalysisRun
    counts: dict[str, int]
    median_votes: float | None
    votes_classes: list[VotesClass]
    agreed: list[ConsensusRow]
    rejected: list[ConsensusRow]
    bridging: list[BridgingRow] | None
    divisive: list[DivisiveRow]
    groups: list[GroupView]
    controls: Controls
    certainty: Certainty
    integrity: Integrity | None
    page: "Page[StatementFigures]"
    statements: list[StatementRow]


SORTS: dict[str, tuple[Callable[[StatementFigures], Any], bool]] = {
    "reference": (lambda each: each.reference, False),
    "votes": (lambda each: each.tally.n_seen, True),
    "agree": (lambda each: each.tally.agree_share, True),
    "disagree": (lambda each: each.tally.disagree_share, True),
    "pass": (lambda each: each.tally.pass_share, True),
    "consensus": (lambda each: each.group_informed_consensus or 0.0, True),
    "gap": (lambda each: each.gap, True),
}
DEFAULT_SORT = "reference"


def results_view(
    run: AnalysisRun, language: str, *, sort: str = DEFAULT_SORT, words: str = "", page: str | None = None
) -> ResultsView:
    """All that the results page shows of a run, in a number of queries that does not grow with it.

    Parameters
    ----------
    sort : str
        One of ``SORTS``; anything else counts as the default.
    words : str
        Only statements in whose present wording these stand, for the table of all statements.
    """
    document = document_of(run.pk)
    figures = figures_of(run)
    texts = _texts_shown(run.consultation)
    shown = Paginator(_listed(run, figures, set(texts), sort, words), STATEMENTS_PER_PAGE).get_page(page)
    wanted = {*listed_references(document), *(each.reference for each in shown.object_list)} & texts.keys()
    found = wordings([texts[reference] for reference in wanted], language)
    rows = {reference: StatementRow(figures[reference], found[texts[reference]]) for reference in wanted}
    return ResultsView(
        run=run,
        counts=document["counts"] | {"statements": sum(not each.is_rejected for each in figures.values())},
        median_votes=document["participation"]["median_votes"],
        votes_classes=[
            VotesClass(each["from"], each["to"], each["participants"])
            for each in document["participation"]["votes_per_participant"]
        ],
        agreed=consensus_rows(document, rows, "agree"),
        rejected=consensus_rows(document, rows, "disagree"),
        bridging=bridging_rows(document, rows),
        divisive=divisive_rows(document, rows),
        groups=group_views(document, rows),
        controls=controls_of(document),
        certainty=certainty_of(document),
        integrity=integrity_of(document, rows),
        page=shown,
        statements=[rows[each.reference] for each in shown.object_list],
    )


def shown_document(run: AnalysisRun, language: str | None = None) -> Document:
    """The run's document without the texts of statements that are no longer shown to anybody.

    Parameters
    ----------
    language : str or None
        Put the present wordings in this language in place of the texts of the time.
    """
    document = document_of(run.pk)
    texts = _texts_shown(run.consultation)
    hidden = {each["id"]: "" for each in document["statements"] if each["id"] not in texts}
    if language is None:
        return with_texts(document, hidden)
    question = run.consultation.question_id
    found = wordings([question, *texts.values()], language)
    present = {reference: found[text].body for reference, text in texts.items()}
    return with_texts(document, present | hidden, found[question].body)


def slices(tally: Tally) -> list[Slice]:
    """The parts of a bar that shows how a statement was voted on: agree, pass, disagree."""
    parts = (("agree", tally.agree_share), ("pass", tally.pass_share), ("disagree", tally.disagree_share))
    found, start = [], 0.0
    for vote, share in parts:
        width = share * WIDTH_OF_A_BAR
        if width:
            found.append(Slice(vote, f"{start:.2f}", f"{width:.2f}"))
        start += width
    return found


def _texts_shown(consultation: Consultation) -> dict[str, UUID]:
    return dict(accepted_statements(consultation).values_list("reference", "text_id"))


def _listed(
    run: AnalysisRun, figures: dict[str, StatementFigures], shown: set[str], sort: str, words: str
) -> list[StatementFigures]:
    """The statements of the table of all statements, in its order."""
    if words:
        shown &= set(
            containing(accepted_statements(run.consultation), words).values_list("reference", flat=True)
        )
    key, is_descending = SORTS.get(sort, SORTS[DEFAULT_SORT])
    by_reference = sorted(
        (each for each in figures.values() if each.reference in shown), key=lambda each: each.reference
    )
    return sorted(by_reference, key=key, reverse=is_descending)
