"""Reading proposals and clauses, each with what it rests on, in a number of queries that does not grow."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from placet.stages.mandates.permissions import Actor
from placet.stages.proposals.agreed import agreed_documents, as_frozen
from placet.stages.proposals.freezing import FrozenDocument
from placet.stages.proposals.models import Citation, Clause, ClauseSuccession, NotTakenUp, Proposal
from placet.stages.proposals.permissions import is_drafter, may_see_proposal
from placet.stages.sensemaking.finding_models import Finding, Stance
from placet.stages.sensemaking.findings.queries import FindingView, finding_views
from placet.stages.texts.queries import Wording, all_wordings_of, wordings

SEEN_FINDINGS = (Finding.State.PUBLISHED, Finding.State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal as lists and headings show it."""

    id: UUID
    reference: str
    state: str
    state_label: str
    title: Wording
    summary: Wording
    priority_number: int
    priority_title: Wording
    n_clauses: int
    n_without_evidence: int
    is_simulated: bool
    published_at: datetime | None
    amendable_until: datetime | None
    withdrawal_reason: Wording | None


@dataclass(frozen=True, slots=True)
class CitationView:
    """A finding that a clause cites, for it or against it."""

    id: int
    stance: str
    finding: FindingView

    @property
    def is_against(self) -> bool:
        return self.stance == Stance.AGAINST

    @property
    def n_inputs(self) -> int:
        """How many statements, contributions, takeaways and themes the finding cites."""
        return self.finding.n_supporting + self.finding.n_against


@dataclass(frozen=True, slots=True)
class ClauseView:
    """A clause in its place, with what it rests on."""

    id: UUID
    reference: str
    number: int
    wording: Wording
    version_number: int
    citations: tuple[CitationView, ...]
    lives_on_from: tuple[str, ...] = ()

    @property
    def supporting(self) -> tuple[CitationView, ...]:
        return tuple(each for each in self.citations if not each.is_against)

    @property
    def against(self) -> tuple[CitationView, ...]:
        return tuple(each for each in self.citations if each.is_against)

    @property
    def has_evidence(self) -> bool:
        """Whether any finding supports it."""
        return bool(self.supporting)


@dataclass(frozen=True, slots=True)
class NotTakenUpView:
    """A finding that no clause takes up, and why."""

    finding: FindingView
    reason: Wording
    said_at: datetime


@dataclass(frozen=True, slots=True)
class MissingLanguages:
    """What of a proposal is not written in every language of the reflection; the title has no reference."""

    reference: str
    languages: tuple[str, ...]


def find_proposal(actor: Actor, reference: str) -> Proposal:
    """The proposal of that reference, with its priority and reflection, where the actor may see it.

    Raises
    ------
    Http404
        Where it does not exist or may not be seen: the two look the same from outside.
    """
    found = Proposal.objects.filter(reference=reference).select_related("priority__reflection").first()
    if found is None or not may_see_proposal(actor, found):
        raise Http404
    return found


def find_clause(actor: Actor, proposal: Proposal, reference: str) -> Clause:
    """The clause of that reference, where the actor may see it; one that was removed, too.

    Raises
    ------
    Http404
        Also where it was removed before the proposal was ever published, to all but those who draft.
    """
    found = Clause.objects.filter(proposal=proposal, reference=reference).select_related("text").first()
    if found is None:
        raise Http404
    is_public = proposal.published_at is not None and (
        found.removed_at is None or found.removed_at >= proposal.published_at
    )
    if not is_public and not is_drafter(actor, proposal.priority.reflection):
        raise Http404
    found.proposal = proposal
    return found


def proposal_views(
    proposals: "QuerySet[Proposal] | Sequence[Proposal]", language: str, *, with_drafts: bool = False
) -> list[ProposalView]:
    """Proposals in their order; six queries, however many.

    Of those that are put to the members or adopted, the title and the summary are those of the frozen text.

    Parameters
    ----------
    with_drafts : bool
        Whether findings that are drafts count as evidence: to those who draft.
    """
    found = list(proposals)
    words = wordings(
        (
            text_id
            for each in found
            for text_id in (
                each.title_id,
                each.summary_id,
                each.withdrawal_reason_id,
                each.priority.title_id,
            )
        ),
        language,
    )
    clauses = _clause_counts(found, with_drafts=with_drafts)
    agreed = agreed_documents(found)
    return [
        _proposal_view(each, _as_agreed(each, words, agreed.get(each.pk), language), *clauses[each.pk])
        for each in found
    ]


def clause_views(proposal: Proposal, language: str, *, with_drafts: bool = False) -> list[ClauseView]:
    """The clauses of a proposal in their order, each with the findings that it cites.

    Where the proposal is put to the members or adopted, they say what the frozen text says.

    Parameters
    ----------
    with_drafts : bool
        Whether findings that are drafts are shown: to those who draft.
    """
    clauses = list(Clause.objects.filter(proposal=proposal, removed_at=None))
    words = clause_wordings(proposal, clauses, language)
    citations = citation_views(clauses, language, with_drafts=with_drafts)
    earlier = _earlier_references(clauses)
    return [
        ClauseView(
            id=clause.pk,
            reference=clause.reference,
            number=number,
            wording=words[clause.pk],
            version_number=words[clause.pk].version_number,
            citations=tuple(citations[clause.pk]),
            lives_on_from=tuple(earlier[clause.pk]),
        )
        for number, clause in enumerate(clauses, start=1)
    ]


def citation_views(
    clauses: Collection[Clause], language: str, *, with_drafts: bool = False
) -> dict[UUID, list[CitationView]]:
    """What each clause cites, those for it first. Drafts of findings are left out but for those who draft."""
    cited = _shown(Citation.objects.filter(clause__in=[each.pk for each in clauses]), with_drafts=with_drafts)
    citations = list(cited.select_related("finding").order_by("finding__reference"))
    cited_once = {each.finding_id: each.finding for each in citations}
    findings = {view.id: view for view in finding_views(list(cited_once.values()), language)}
    found: dict[UUID, list[CitationView]] = defaultdict(list)
    for stance in Stance:
        for each in citations:
            if each.stance == stance:
                found[each.clause_id].append(
                    CitationView(id=each.pk, stance=each.stance, finding=findings[each.finding_id])
                )
    return found


def beside(proposal: Proposal, language: str) -> dict[UUID, Wording]:
    """The wordings of the clauses in a second language; the original where one is not translated."""
    return clause_wordings(
        proposal, list(Clause.objects.filter(proposal=proposal, removed_at=None)), language
    )


def clause_wordings(proposal: Proposal, clauses: Collection[Clause], language: str) -> dict[UUID, Wording]:
    """What clauses of a proposal say, by clause; what was frozen where the members decide or have decided."""
    words = wordings((each.text_id for each in clauses), language)
    document = agreed_documents([proposal]).get(proposal.pk)
    frozen = {each.reference: each for each in document.clauses} if document else {}
    said = {each.pk: words[each.text_id] for each in clauses}
    for each in clauses:
        if each.reference in frozen:
            text = frozen[each.reference]
            said[each.pk] = as_frozen(said[each.pk], text.bodies, text.origins, language)
    return said


def not_taken_up(reflection_id: UUID, language: str, *, with_drafts: bool = False) -> list[NotTakenUpView]:
    """The findings of a reflection that were not taken up, with the reason."""
    standing = NotTakenUp.objects.filter(taken_back_at=None, finding__reflection=reflection_id)
    said = list(
        _shown(standing, with_drafts=with_drafts)
        .select_related("finding")
        .order_by("finding__priority__number", "finding__reference")
    )
    words = wordings((each.reason_id for each in said), language)
    findings = {view.id: view for view in finding_views([each.finding for each in said], language)}
    return [NotTakenUpView(findings[each.finding_id], words[each.reason_id], each.said_at) for each in said]


def missing_languages(proposal: Proposal) -> list[MissingLanguages]:
    """What of a proposal lacks a language of its reflection: its title and summary, and its clauses."""
    wanted = proposal.priority.reflection.languages
    clauses = list(
        Clause.objects.filter(proposal=proposal, removed_at=None).values_list("reference", "text_id")
    )
    texts = [(proposal.reference, proposal.title_id), (proposal.reference, proposal.summary_id), *clauses]
    found = all_wordings_of(text_id for _reference, text_id in texts)
    missing: dict[str, set[str]] = {}
    for reference, text_id in texts:
        written = {wording.language for wording in found[text_id]}
        missing.setdefault(reference, set()).update(set(wanted) - written)
    return [
        MissingLanguages(reference, tuple(each for each in wanted if each in languages))
        for reference, languages in missing.items()
        if languages
    ]


def draft_findings(proposal: Proposal) -> list[str]:
    """References of cited findings that are drafts: they are not shown until they are published."""
    cited = Citation.objects.filter(
        clause__proposal=proposal,
        clause__removed_at=None,
        taken_back_at=None,
        finding__state=Finding.State.DRAFT,
    )
    return sorted(set(cited.values_list("finding__reference", flat=True)))


def _shown(rows: QuerySet[Any], *, with_drafts: bool) -> QuerySet[Any]:
    """Links to findings that stand, and that the reader may see."""
    standing = rows.filter(taken_back_at=None)
    return standing if with_drafts else standing.filter(finding__state__in=SEEN_FINDINGS)


def _clause_counts(proposals: Sequence[Proposal], *, with_drafts: bool) -> dict[UUID, tuple[int, int]]:
    """How many clauses each proposal has, and how many of them without evidence."""
    clauses = dict(
        Clause.objects.filter(proposal__in=[each.pk for each in proposals], removed_at=None).values_list(
            "pk", "proposal_id"
        )
    )
    supporting = Citation.objects.filter(clause__in=list(clauses), stance=Stance.SUPPORTS)
    resting = set(_shown(supporting, with_drafts=with_drafts).values_list("clause_id", flat=True))
    every = Counter(clauses.values())
    bare = Counter(proposal_id for pk, proposal_id in clauses.items() if pk not in resting)
    return {each.pk: (every[each.pk], bare[each.pk]) for each in proposals}


def _earlier_references(clauses: Collection[Clause]) -> dict[UUID, list[str]]:
    """Of which clauses, split or put together since, each one was made."""
    rows = ClauseSuccession.objects.filter(later__in=[each.pk for each in clauses])
    found: dict[UUID, list[str]] = defaultdict(list)
    for later_id, reference in rows.order_by("earlier__reference").values_list(
        "later_id", "earlier__reference"
    ):
        found[later_id].append(reference)
    return found


def _as_agreed(
    proposal: Proposal, words: dict[UUID, Wording], document: FrozenDocument | None, language: str
) -> dict[UUID, Wording]:
    """The same wordings, with the title and the summary of the frozen text where there is one."""
    if document is None:
        return words
    title, summary = words[proposal.title_id], words[proposal.summary_id]
    return words | {
        proposal.title_id: as_frozen(title, document.title, document.title_origins, language),
        proposal.summary_id: as_frozen(summary, document.summary, document.summary_origins, language),
    }


def _proposal_view(
    proposal: Proposal, words: dict[UUID, Wording], n_clauses: int, n_without_evidence: int
) -> ProposalView:
    reason_id = proposal.withdrawal_reason_id
    return ProposalView(
        id=proposal.pk,
        reference=proposal.reference,
        state=proposal.state,
        state_label=str(Proposal.State(proposal.state).label),
        title=words[proposal.title_id],
        summary=words[proposal.summary_id],
        priority_number=proposal.priority.number,
        priority_title=words[proposal.priority.title_id],
        n_clauses=n_clauses,
        n_without_evidence=n_without_evidence,
        is_simulated=proposal.is_simulated,
        published_at=proposal.published_at,
        amendable_until=proposal.amendable_until,
        withdrawal_reason=words[reason_id] if reason_id else None,
    )
