"""The desk of a proposal: its clauses with the margin, what is missing, and findings to cite."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from placet.stages.mandates.models import Reflection
from placet.stages.proposals.drafting.evidence import unanswered_findings
from placet.stages.proposals.models import Citation, Clause, Proposal
from placet.stages.proposals.queries import (
    ClauseView,
    NotTakenUpView,
    ProposalView,
    clause_views,
    draft_findings,
    missing_languages,
    not_taken_up,
    proposal_views,
)
from placet.stages.proposals.showing.margin import Margin, NoteView, margin_of
from placet.stages.sensemaking.finding_models import Finding
from placet.stages.sensemaking.findings.queries import FindingView, finding_views
from placet.stages.texts.queries import texts_containing

FINDINGS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class DeskClause:
    """A clause as those who draft see it."""

    view: ClauseView
    notes: list[NoteView]
    missing_languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """All that those who draft a proposal have before them."""

    view: ProposalView
    clauses: list[DeskClause]
    margin: Margin
    missing_languages: tuple[str, ...]
    n_missing: int
    draft_findings: list[str]


@dataclass(frozen=True, slots=True)
class OfferedFinding:
    """A finding that a clause may cite; ``citation_id`` and ``stance`` where it does already."""

    view: FindingView
    citation_id: int | None
    stance: str


@dataclass(frozen=True, slots=True)
class Answering:
    """What the findings of a reflection still wait for."""

    unanswered: list[FindingView]
    not_taken_up: list[NotTakenUpView]


def desk_of(proposal: Proposal, language: str) -> Desk:
    """The desk of a proposal, in a number of queries that does not grow with it."""
    (view,) = proposal_views([proposal], language, with_drafts=True)
    margin = margin_of(proposal)
    missing = {each.reference: each.languages for each in missing_languages(proposal)}
    return Desk(
        view=view,
        clauses=[
            DeskClause(each, margin.by_clause.get(each.id, []), missing.get(each.reference, ()))
            for each in clause_views(proposal, language, with_drafts=True)
        ],
        margin=margin,
        missing_languages=missing.get(proposal.reference, ()),
        n_missing=len(missing),
        draft_findings=draft_findings(proposal),
    )


def offered_findings(clause: Clause, words: str, language: str) -> tuple[list[OfferedFinding], int]:
    """The findings to cite beside a clause: what it cites first, then those with the words or reference.

    Returns
    -------
    found : list of OfferedFinding
        As many as a page shows.
    n_found : int
        How many there are.
    """
    reflection = clause.proposal.priority.reflection
    cited = {each.finding_id: each for each in Citation.objects.filter(clause=clause, taken_back_at=None)}
    findings = _matching(_citable(reflection, cited), words)
    findings.sort(key=lambda each: (each.pk not in cited, each.reference))
    shown = findings[:FINDINGS_SHOWN]
    found = [
        OfferedFinding(
            view=view,
            citation_id=cited[view.id].pk if view.id in cited else None,
            stance=cited[view.id].stance if view.id in cited else "",
        )
        for view in finding_views(shown, language)
    ]
    return found, len(findings)


def answering(reflection: Reflection, language: str) -> Answering:
    """The findings that nothing answers, and those that were not taken up."""
    return Answering(
        unanswered=finding_views(list(unanswered_findings(reflection)), language),
        not_taken_up=not_taken_up(reflection.pk, language, with_drafts=True),
    )


def _citable(reflection: Reflection, cited: Collection[UUID]) -> list[Finding]:
    """The findings of a reflection that are not withdrawn, and what is cited whatever its state."""
    every = Finding.objects.filter(reflection=reflection).order_by("reference")
    return [each for each in every if each.state != Finding.State.WITHDRAWN or each.pk in cited]


def _matching(findings: Sequence[Finding], words: str) -> list[Finding]:
    """Those whose reference, title or text has the words."""
    wanted = " ".join(words.split())
    if not wanted:
        return list(findings)
    texts = texts_containing((pk for each in findings for pk in (each.title_id, each.text_id)), wanted)
    return [
        each
        for each in findings
        if wanted.upper() in each.reference or each.title_id in texts or each.text_id in texts
    ]
