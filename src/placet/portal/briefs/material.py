"""What a brief is drawn from: the proposal with all that stands behind it and against it, read once."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from placet.portal.briefs.differing import Differing, differing
from placet.sense.reports.reading import GroupCount, chosen_group_count
from placet.stages.decisions.communiques.composing import counted_reservations
from placet.stages.decisions.models import Decision, Position
from placet.stages.mandates.models import Reflection
from placet.stages.proposals.amending.queries import amendments_of
from placet.stages.proposals.models import Amendment, FrozenText, Proposal
from placet.stages.proposals.queries import ClauseView, ProposalView, clause_views, proposal_views
from placet.stages.sensemaking.documents import Document, document_of
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.sensemaking.findings.evidence import Both, EvidenceView, evidence_of
from placet.stages.sensemaking.findings.queries import FindingView
from placet.stages.sensemaking.findings.sources import FigureView
from placet.stages.sensemaking.models import AnalysisRun
from placet.stages.texts.queries import Wording, wordings

Kind = str  # of what a finding cites: "statement", "contribution", "takeaway", "theme"


@dataclass(frozen=True, slots=True)
class CitedFinding:
    """A finding, the numbers of the clauses that cite it, and what it rests on."""

    view: FindingView
    clauses: tuple[int, ...]
    evidence: Both

    @property
    def inputs(self) -> Counter[Kind]:
        """How many inputs of each kind support it."""
        return Counter(each.item.kind for each in self.evidence.supporting)


@dataclass(frozen=True, slots=True)
class RunCertainty:
    """How much stands behind an analysis, and how stable its opinion groups are."""

    reference: str
    n_participants: int
    groups: GroupCount | None


@dataclass(frozen=True, slots=True)
class Reserve:
    """A member's reservation to the adopted text."""

    member: Wording
    explanation: Wording | None


@dataclass(frozen=True, slots=True)
class Refused:
    """An amendment that was not accepted."""

    reference: str
    member: Wording
    clause: str
    kind: str


@dataclass(frozen=True, slots=True)
class Material:
    """All of it."""

    proposal: ProposalView
    clauses: list[ClauseView]
    supporting: list[CitedFinding]
    against: list[CitedFinding]
    runs: list[RunCertainty]
    differing: list[Differing]
    refused: list[Refused]
    reservations: list[Reserve]
    decision: Decision | None
    adopted_on: date | None
    digest: str

    @property
    def figures(self) -> list[FigureView]:
        """The figures of supporting findings, each once."""
        found = {figure.key: figure for each in self.supporting for figure in each.view.figures}
        return list(found.values())

    @property
    def statements_against(self) -> list[EvidenceView]:
        """What supporting findings themselves name as speaking against them, each once."""
        found = {each.item.reference: each for cited in self.supporting for each in cited.evidence.against}
        return list(found.values())

    @property
    def inputs(self) -> Counter[Kind]:
        """How many different inputs of each kind stand behind the proposal."""
        found = {
            each.item.reference: each.item.kind
            for cited in self.supporting
            for each in cited.evidence.supporting
        }
        return Counter(found.values())


def gather(proposal: Proposal, language: str) -> Material:
    """Read all that a brief says of a proposal, in a number of queries that does not grow with it.

    Findings that are drafts are left out, whoever asks: a brief is passed on.
    """
    reflection: Reflection = proposal.priority.reflection
    (view,) = proposal_views([proposal], language)
    clauses = clause_views(proposal, language)
    supporting, against = _findings(clauses, language)
    figures = {figure.key: figure for each in supporting for figure in each.view.figures}
    for each in supporting:
        for piece in each.evidence.supporting:
            if piece.figure is not None:
                figures.setdefault(piece.figure.key, piece.figure)
    decision = (
        Decision.objects.filter(text__proposal=proposal).select_related("text", "meeting", "silence").first()
    )
    frozen = FrozenText.objects.filter(proposal=proposal).order_by("-number").first()
    text = decision.text if decision else frozen
    return Material(
        proposal=view,
        clauses=clauses,
        supporting=supporting,
        against=against,
        runs=_certainty({figure.run_reference for figure in figures.values()}),
        differing=differing(reflection, figures.values(), language),
        refused=_refused(proposal, language),
        reservations=_reservations(decision, language),
        decision=decision,
        adopted_on=(
            decision.adopted_at.astimezone(ZoneInfo(reflection.time_zone)).date() if decision else None
        ),
        digest=text.digest if text else "",
    )


def _findings(clauses: list[ClauseView], language: str) -> tuple[list[CitedFinding], list[CitedFinding]]:
    """The findings for and against, each once, in the order in which clauses cite them."""
    cited: dict[tuple[bool, UUID], list[int]] = {}
    views: dict[UUID, FindingView] = {}
    for clause in clauses:
        for citation in clause.citations:
            views[citation.finding.id] = citation.finding
            cited.setdefault((citation.is_against, citation.finding.id), []).append(clause.number)
    evidence = evidence_of(list(Finding.objects.filter(pk__in=views)), language)
    both: tuple[list[CitedFinding], list[CitedFinding]] = ([], [])
    for (is_against, pk), numbers in cited.items():
        both[is_against].append(CitedFinding(views[pk], tuple(numbers), evidence[pk]))
    return both


def _certainty(references: set[str]) -> list[RunCertainty]:
    runs = AnalysisRun.objects.filter(reference__in=references, state=AnalysisRun.State.DONE)
    found = []
    for run in runs.defer("result").order_by("reference"):
        document = document_of(run.pk)
        found.append(RunCertainty(run.reference, document["counts"]["participants"], _groups(document)))
    return found


def _groups(document: Document) -> GroupCount | None:
    """How stable the opinion groups are; None where the run has no map."""
    return chosen_group_count(document) if document.get("opinion_space") else None


def _refused(proposal: Proposal, language: str) -> list[Refused]:
    rows = list(
        amendments_of(proposal).filter(state=Amendment.State.REFUSED).select_related("member", "clause")
    )
    names = wordings([row.member.name_id for row in rows], language)
    return [
        Refused(
            reference=row.reference,
            member=names[row.member.name_id],
            clause=row.clause.reference if row.clause else "",
            kind=str(Amendment.Kind(row.kind).label),
        )
        for row in rows
    ]


def _reservations(decision: Decision | None, language: str) -> list[Reserve]:
    if decision is None:
        return []
    held: list[Position] = counted_reservations([decision])[decision.pk]
    words = wordings([pk for each in held for pk in (each.member.name_id, each.explanation_id)], language)
    return [
        Reserve(words[each.member.name_id], words[each.explanation_id] if each.explanation_id else None)
        for each in held
    ]
