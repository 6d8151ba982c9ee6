"""Down to the voices: from a commitment, decision, proposal, clause or finding to all that it rests on."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import Http404

from placet.portal.lineage.graph import adoptions_of, carried_citations, successors_among, was_public
from placet.portal.lineage.inputs import (
    FIELDS,
    Input,
    InputView,
    clusters,
    input_view,
    is_shown,
    text_of,
)
from placet.portal.lineage.items import ABOVE_FINDINGS, NAMES, Kind, address_of, address_of_clause, kind_of
from placet.portal.lineage.sight import Sight
from placet.portal.lineage.steps import Related, Sentence
from placet.portal.lineage.telling import adopted_text, current_text, theme_related
from placet.stages.consultations.lineage import Merges, live_merges
from placet.stages.consultations.models import Statement
from placet.stages.contributions.models import Contribution
from placet.stages.decisions.models import Decision
from placet.stages.dialogues.models import Takeaway
from placet.stages.followup.models import Commitment
from placet.stages.mandates.permissions import Actor, may_see
from placet.stages.proposals.models import Citation, Clause, Proposal
from placet.stages.sensemaking.finding_models import Evidence, Finding, Stance
from placet.stages.sensemaking.theme_models import Theme, ThemeAssignment
from placet.stages.texts.queries import Wording, wordings

VOICES_PER_PAGE = 25


@dataclass(frozen=True)
class Subject:
    """From where one looks down: an item, the clauses it stands on, or the finding itself."""

    sight: Sight
    kind: Kind
    reference: str
    title_id: UUID
    clauses: list[Clause]
    finding: Finding | None = None
    proposal: Proposal | None = None
    decision: Decision | None = None

    @property
    def label(self) -> str:
        return str(NAMES[self.kind])

    @property
    def url(self) -> str:
        if self.kind == Kind.CLAUSE and self.proposal is not None:
            return address_of_clause(self.proposal.reference, self.reference)
        return address_of(self.kind, self.reference)


@dataclass(frozen=True, slots=True)
class FindingBelow:
    """A finding that a text rests on, and the themes that it cites as a whole."""

    reference: str
    url: str
    voices_url_reference: str
    title: Related
    stance: str
    n_direct: int
    themes: list[Related]

    @property
    def is_against(self) -> bool:
        return self.stance == Stance.AGAINST


@dataclass(frozen=True, slots=True)
class CitedBy:
    reference: str
    is_against: bool


@dataclass(frozen=True, slots=True)
class Voice:
    """One input; how many others say the same, and which findings cite it by itself (none: by its theme)."""

    input: InputView
    n_same: int
    cited_by: list[CitedBy]


@dataclass(frozen=True)
class Voices:
    """All that a text rests on, in numbers, and one page of it."""

    title: Sentence
    findings: list[FindingBelow]
    counts: Mapping[Kind, int]
    kind: Kind
    page: "Page[Input]"
    rows: list[Voice]

    @property
    def n_inputs(self) -> int:
        return sum(self.counts.values())

    @property
    def tabs(self) -> list[tuple[Kind, str, int]]:
        """The kinds of which there are any."""
        return [(kind, str(NAMES[kind]), n) for kind, n in self.counts.items() if n]


@dataclass(frozen=True)
class Rests:
    """What some findings cite, as far as a reader may know of it."""

    evidence: list[Evidence]
    themes: dict[UUID, Theme]
    family: set[UUID]
    merges: Merges

    def pks(self, field: str) -> set[UUID]:
        return {pk for each in self.evidence if (pk := getattr(each, f"{field}_id"))}


def find_subject(reference: str, actor: Actor) -> Subject:
    """What to look down from.

    Raises
    ------
    Http404
        Where it does not exist, may not be seen, or nothing lies below it.
    """
    kind = kind_of(reference)
    if kind == Kind.FINDING:
        finding = Finding.objects.filter(reference=reference).select_related("reflection").first()
        if finding is None or not may_see(actor, finding.reflection):
            raise Http404
        sight = Sight(actor, finding.reflection)
        if not sight.findings.filter(pk=finding.pk).exists():
            raise Http404
        return Subject(sight, kind, reference, finding.title_id, [], finding=finding)
    if kind in ABOVE_FINDINGS:
        return _FINDERS[cast(Kind, kind)](reference, actor)
    raise Http404


def voices_of(subject: Subject, language: str, *, kind: str, page: str | None) -> Voices:
    """What a text rests on, and one page of the voices of one kind; a constant number of queries."""
    sight = subject.sight
    cited = {subject.finding.pk: str(Stance.SUPPORTS)} if subject.finding else _cited_by(subject.clauses)
    findings = list(sight.findings.filter(pk__in=list(cited)))
    rests = _rests(sight, findings)
    inputs = _inputs(sight, rests)
    listed = {name: each.count() for name, each in inputs.items()}
    counts = listed | {Kind.STATEMENT: listed[Kind.STATEMENT] + _merged_into_themes(rests)}
    shown = next((each for each in inputs if each == kind), None)
    shown = shown or next((each for each, n in counts.items() if n), Kind.STATEMENT)
    pages = Paginator(inputs[shown], VOICES_PER_PAGE)
    pages.count = listed[shown]  # known already; it would count them once more
    found = pages.get_page(page)
    items = list(found.object_list)
    words = wordings(
        [
            subject.title_id,
            *(each.title_id for each in findings),
            *(each.name_id for each in rests.themes.values()),
            *(text_of(each) for each in items),
        ],
        language,
    )
    adopted = _adopted_sentence(subject, language)
    return Voices(
        title=adopted or current_text(words[subject.title_id]),
        findings=[
            FindingBelow(
                reference=each.reference,
                url=address_of(Kind.FINDING, each.reference),
                voices_url_reference="" if subject.finding else each.reference,
                title=Related(each.reference, "", words[each.title_id].body, words[each.title_id].language),
                stance=cited[each.pk],
                n_direct=sum(1 for row in rests.evidence if row.finding_id == each.pk and not row.theme_id),
                themes=[theme_related(theme, words, language) for theme in _themes_of(each, rests)],
            )
            for each in findings
        ],
        counts=counts,
        kind=shown,
        page=found,
        rows=_rows(items, rests, findings, words, sight),
    )


def _rows(
    items: Sequence[Input],
    rests: Rests,
    findings: Sequence[Finding],
    words: Mapping[UUID, Wording],
    sight: Sight,
) -> list[Voice]:
    references = {each.pk: each.reference for each in findings}
    cited: dict[UUID, list[CitedBy]] = defaultdict(list)
    for each in rests.evidence:
        for field in FIELDS.values():
            if pk := getattr(each, f"{field}_id"):
                cited[pk].append(CitedBy(references[each.finding_id], each.stance == Stance.AGAINST))
    together = clusters([each.pk for each in items if isinstance(each, Statement)], rests.merges)
    return [
        Voice(
            input=input_view(each, words, is_readable=is_shown(each) or sight.moderates),
            n_same=len(together.get(each.pk, ())) - 1 if isinstance(each, Statement) else 0,
            cited_by=cited.get(each.pk, []),
        )
        for each in items
    ]


def _rests(sight: Sight, findings: Sequence[Finding]) -> Rests:
    """What the findings cite; takeaways and consultations that the reader may not see are left out."""
    seen = (
        Q(statement__consultation__in=sight.consultations.values("pk"))
        | Q(contribution__isnull=False)
        | Q(takeaway__in=sight.reported.values("pk"))
        | Q(theme__isnull=False)
    )
    cited = Evidence.objects.filter(seen, finding__in=[each.pk for each in findings], taken_back_at=None)
    evidence = list(cited.select_related("theme").order_by("pk"))
    wanted = {_stands_for(each.theme) for each in evidence if each.theme}
    themes = {each.pk: each for each in sight.themes.filter(pk__in=wanted).select_related("consultation")}
    evidence = [each for each in evidence if each.theme is None or _stands_for(each.theme) in themes]
    below = sight.themes.filter(parent__in=list(themes)).values_list("pk", flat=True)
    consultations = sight.consultations.values_list("pk", flat=True)
    return Rests(evidence, themes, {*themes, *below}, live_merges(list(consultations)))


def _inputs(sight: Sight, rests: Rests) -> dict[Kind, QuerySet[Input]]:
    """By kind, what is cited: first what is cited by itself, then what stands in a theme that is cited."""
    direct = rests.pks("statement")
    assigned = ThemeAssignment.objects.filter(theme__in=rests.family).values("statement")
    in_theme = Q(pk__in=assigned, state=Statement.State.ACCEPTED)
    statements = Statement.objects.filter(Q(pk__in=direct) | in_theme, consultation__in=sight.consultations)
    first = Case(When(pk__in=direct, then=Value(0)), default=Value(1))
    return {
        Kind.STATEMENT: statements.order_by(first, "reference"),
        Kind.CONTRIBUTION: Contribution.objects.filter(pk__in=rests.pks("contribution")).order_by(
            "reference"
        ),
        Kind.TAKEAWAY: Takeaway.objects.filter(pk__in=rests.pks("takeaway")).order_by("reference"),
    }


def _merged_into_themes(rests: Rests) -> int:
    """How many statements gave way to one that stands in a theme that is cited, or is cited by itself."""
    direct = rests.pks("statement")
    targets = set(rests.merges.values()) - rests.merges.keys()
    assigned = ThemeAssignment.objects.filter(
        theme__in=rests.family, statement__in=targets, statement__state=Statement.State.ACCEPTED
    )
    standing = set(assigned.values_list("statement_id", flat=True)) if rests.family else set()
    together = clusters([*standing, *direct], rests.merges)
    counted = {pk for found in together.values() for pk in found}
    return len(counted - direct - standing)


def _stands_for(theme: Theme) -> UUID:
    """The theme that stands for another one today: the one into which it was merged, or itself."""
    return theme.merged_into_id or theme.pk


def _themes_of(finding: Finding, rests: Rests) -> list[Theme]:
    own = [each.theme for each in rests.evidence if each.finding_id == finding.pk and each.theme]
    return [rests.themes[pk] for pk in dict.fromkeys(map(_stands_for, own))]


def _cited_by(clauses: Sequence[Clause]) -> dict[UUID, str]:
    """By finding on which one of the clauses rests today, how it is cited."""
    wanted = {each.pk for each in clauses}
    proposals = {each.proposal_id for each in clauses}
    every = {each.pk: each for each in Clause.objects.filter(proposal__in=proposals)}
    citations = Citation.objects.filter(clause__in=list(every)).order_by("pk")
    carried = carried_citations(citations, every, successors_among(every))
    found: dict[UUID, str] = {}
    for each in carried:
        if each.clause_id in wanted:
            found.setdefault(each.citation.finding_id, each.citation.stance)
    return found


def _adopted_sentence(subject: Subject, language: str) -> Sentence | None:
    """A clause as it was adopted, where it was."""
    if subject.kind != Kind.CLAUSE or subject.proposal is None:
        return None
    adoption = adoptions_of([subject.proposal.pk]).get(subject.proposal.pk)
    adopted = adoption.clause(subject.reference) if adoption else None
    return adopted_text(adopted, language) if adopted else None


def _seen_proposal(proposal: Proposal | None, actor: Actor) -> tuple[Sight, Proposal]:
    if proposal is None:
        raise Http404
    sight = Sight(actor, proposal.priority.reflection)
    if not sight.proposals.filter(pk=proposal.pk).exists():
        raise Http404
    return sight, proposal


def _standing(proposal: Proposal) -> list[Clause]:
    return list(Clause.objects.filter(proposal=proposal, removed_at=None))


def _proposal(reference: str, actor: Actor) -> Subject:
    rows = Proposal.objects.select_related("priority__reflection")
    sight, proposal = _seen_proposal(rows.filter(reference=reference).first(), actor)
    clauses = _standing(proposal)
    return Subject(sight, Kind.PROPOSAL, reference, proposal.title_id, clauses, proposal=proposal)


def _clause(reference: str, actor: Actor) -> Subject:
    rows = Clause.objects.select_related("proposal__priority__reflection")
    clause = rows.filter(reference=reference).first()
    sight, proposal = _seen_proposal(clause.proposal if clause else None, actor)
    found = cast(Clause, clause)
    if not was_public(found, proposal) and not sight.drafts:
        raise Http404
    return Subject(sight, Kind.CLAUSE, reference, found.text_id, [found], proposal=proposal)


def _decision(reference: str, actor: Actor) -> Subject:
    rows = Decision.objects.select_related("text__proposal__priority__reflection")
    decision = rows.filter(reference=reference).first()
    sight, proposal = _seen_proposal(decision.text.proposal if decision else None, actor)
    clauses = _adopted_clauses(proposal)
    return Subject(
        sight, Kind.DECISION, reference, proposal.title_id, clauses, proposal=proposal, decision=decision
    )


def _commitment(reference: str, actor: Actor) -> Subject:
    rows = Commitment.objects.select_related("decision__text__proposal__priority__reflection", "clause")
    row = rows.filter(reference=reference).first()
    sight, proposal = _seen_proposal(row.decision.text.proposal if row else None, actor)
    commitment = cast(Commitment, row)
    if not sight.commitments.filter(pk=commitment.pk).exists():
        raise Http404
    clauses = [commitment.clause] if commitment.clause else _adopted_clauses(proposal)
    return Subject(sight, Kind.COMMITMENT, reference, commitment.title_id, clauses, proposal=proposal)


def _adopted_clauses(proposal: Proposal) -> list[Clause]:
    adoption = adoptions_of([proposal.pk]).get(proposal.pk)
    adopted: Iterable[str] = [each.reference for each in adoption.document.clauses] if adoption else ()
    return list(Clause.objects.filter(proposal=proposal, reference__in=adopted))


_FINDERS: Mapping[Kind, Callable[[str, Actor], Subject]] = {
    Kind.PROPOSAL: _proposal,
    Kind.CLAUSE: _clause,
    Kind.DECISION: _decision,
    Kind.COMMITMENT: _commitment,
}
