"""A finished run as its page shows it: figures from the document, texts as they read today.

A statement that was rejected or withdrawn after the run is no longer shown, though the run's own figures,
which were computed with it, stay as they are.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator

from placet.sense.reports import group_letter
from placet.stages.consultations.models import Consultation
from placet.stages.consultations.queries import accepted_statements, containing
from placet.stages.sensemaking.documents import Document, document_of, with_texts
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.sensemaking.queries import GroupTally, StatementFigures, Tally, figures_of
from placet.stages.texts.queries import Wording, wordings

STATEMENTS_PER_PAGE = 25
WIDTH_OF_A_BAR = 100
SHOWN_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a divided bar."""

    vote: str
    start: str
    width: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement with its figures and its present wording."""

    figures: StatementFigures
    wording: Wording

    @property
    def reference(self) -> str:
        return self.figures.reference


@dataclass(frozen=True, slots=True)
class ConsensusRow:
    """A statement that most participants agree with, or that most reject, over all groups."""

    row: StatementRow
    share: float
    ci: tuple[float, float] | None
    n_seen: int


@dataclass(frozen=True, slots=True)
class DivisiveRow:
    """A statement that sets two groups against each other."""

    row: StatementRow
    group_for: GroupTally
    group_against: GroupTally
    gap_ci: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class RepresentativeRow:
    """A statement on which a group stands apart from the others, and on which side."""

    row: StatementRow
    direction: str
    tally: GroupTally
    share: float
    ci: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class GroupView:
    letter: str
    number: int
    size: int
    share: float
    representative: list[RepresentativeRow]

    @property
    def first(self) -> list[RepresentativeRow]:
        """What the page shows at once; the others unfold."""
        return self.representative[:SHOWN_AT_ONCE]

    @property
    def more(self) -> list[RepresentativeRow]:
        return self.representative[SHOWN_AT_ONCE:]


@dataclass(frozen=True, slots=True)
class VotesClass:
    """How many participants cast that many votes."""

    first: int
    last: int
    n_participants: int


@dataclass(frozen=True, slots=True)
class Certainty:
    """How sure the figures are: what the page says about intervals, the map and the groups."""

    interval_level: float
    explained_share: float
    silhouette: float | None
    tried: list[tuple[int, float | None]]
    n_ungrouped: int
    votes_needed: int


@dataclass(frozen=True, slots=True)
class ResultsView:
    run: AnalysisRun
    counts: dict[str, int]
    median_votes: float | None
    votes_classes: list[VotesClass]
    agreed: list[ConsensusRow]
    rejected: list[ConsensusRow]
    divisive: list[DivisiveRow]
    groups: list[GroupView]
    certainty: Certainty
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
    wanted = {*_highlighted(document), *(each.reference for each in shown.object_list)} & texts.keys()
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
        agreed=_consensus(document, rows, "agree"),
        rejected=_consensus(document, rows, "disagree"),
        divisive=_divisive(document, rows),
        groups=_groups(document, rows),
        certainty=_certainty(document),
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


def _highlighted(document: Document) -> Iterable[str]:
    for side in ("agree", "disagree"):
        yield from (each["statement_id"] for each in document["consensus"][side])
    yield from (each["statement_id"] for each in document["divisive"])
    for group in document["groups"]:
        yield from (each["statement_id"] for each in group["representative"])


def _consensus(document: Document, rows: dict[str, StatementRow], side: str) -> list[ConsensusRow]:
    return [
        ConsensusRow(
            row=rows[each["statement_id"]],
            share=each["n_success"] / max(each["n_seen"], 1),
            ci=tuple(each["p_ci"]) if each["p_ci"] else None,
            n_seen=each["n_seen"],
        )
        for each in document["consensus"][side]
        if each["statement_id"] in rows
    ]


def _divisive(document: Document, rows: dict[str, StatementRow]) -> list[DivisiveRow]:
    return [
        DivisiveRow(
            row=rows[each["statement_id"]],
            group_for=rows[each["statement_id"]].figures.by_group[each["group_for"]],
            group_against=rows[each["statement_id"]].figures.by_group[each["group_against"]],
            gap_ci=tuple(each["gap_ci"]) if each["gap_ci"] else None,
        )
        for each in document["divisive"]
        if each["statement_id"] in rows
    ]


def _groups(document: Document, rows: dict[str, StatementRow]) -> list[GroupView]:
    n_grouped = document["counts"]["participants_grouped"]
    return [
        GroupView(
            letter=group_letter(group["id"]),
            number=group["id"] + 1,
            size=group["size"],
            share=group["size"] / n_grouped if n_grouped else 0.0,
            representative=[
                RepresentativeRow(
                    row=rows[each["statement_id"]],
                    direction=each["direction"],
                    tally=rows[each["statement_id"]].figures.by_group[group["id"]],
                    share=(each["n_agree"] if each["direction"] == "agree" else each["n_disagree"])
                    / max(each["n_seen"], 1),
                    ci=tuple(each["p_ci"]) if each["p_ci"] else None,
                )
                for each in group["representative"]
                if each["statement_id"] in rows
            ],
        )
        for group in document["groups"]
    ]


def _certainty(document: Document) -> Certainty:
    space = document["opinion_space"]
    tried = [(each["groups"], each["silhouette"]) for each in space["group_counts_tried"]]
    scores = [score for _groups, score in tried if score is not None]
    counts = document["counts"]
    return Certainty(
        interval_level=document["parameters"]["interval_level"],
        explained_share=sum(ratio or 0.0 for ratio in space["explained_variance_ratio"]),
        silhouette=max(scores, default=None),
        tried=tried,
        n_ungrouped=counts["participants"] - counts["participants_grouped"],
        votes_needed=min(document["parameters"]["min_votes"], len(space["statement_ids"])),
    )
