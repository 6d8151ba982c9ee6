"""What stands above findings: clauses that cite them, decisions on those, commitments from those.

One query for each kind of row, however many. A citation goes with its clause: where that was split, or put
together with another, what it became carries the citation, unless it was taken back there.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from placet.portal.lineage.sight import Sight
from placet.stages.decisions.models import Decision, SilenceProcedure
from placet.stages.followup.models import Commitment, CommitmentMilestone, ProgressReport
from placet.stages.followup.status import Facts, MilestoneFact, ReportFact, Status, status_of
from placet.stages.proposals.freezing import FrozenClause, FrozenDocument, frozen_document
from placet.stages.proposals.models import Citation, Clause, ClauseSuccession, NotTakenUp, Proposal
from placet.stages.sensemaking.finding_models import Finding

Successors = Mapping[UUID, Sequence[UUID]]


@dataclass(frozen=True, slots=True)
class Carried:
    """A clause rests on a finding, by a citation of its own or of the clauses that it came from."""

    citation: Citation
    clause_id: UUID

    @property
    def is_inherited(self) -> bool:
        return self.citation.clause_id != self.clause_id


@dataclass(frozen=True, slots=True)
class Adoption:
    """A decision, and the text that was adopted."""

    decision: Decision
    document: FrozenDocument

    def clause(self, reference: str) -> FrozenClause | None:
        """That clause as it was adopted; None where it did not stand in the text."""
        return next((each for each in self.document.clauses if each.reference == reference), None)


@dataclass(frozen=True)
class Above:
    """All that stands above some findings, as far as its reader may see it."""

    findings: dict[UUID, Finding] = field(default_factory=dict)
    not_taken_up: dict[UUID, NotTakenUp] = field(default_factory=dict)
    carried: dict[UUID, list[Carried]] = field(default_factory=dict)
    past: dict[UUID, list[Citation]] = field(default_factory=dict)
    clauses: dict[UUID, Clause] = field(default_factory=dict)
    proposals: dict[UUID, Proposal] = field(default_factory=dict)
    adoptions: dict[UUID, Adoption] = field(default_factory=dict)
    broken: dict[UUID, SilenceProcedure] = field(default_factory=dict)
    commitments: dict[UUID, list[Commitment]] = field(default_factory=dict)

    def clauses_of(self, finding_id: UUID) -> list[Carried]:
        """What rests on a finding, in the order of the proposals and their clauses."""
        return sorted(
            self.carried.get(finding_id, ()),
            key=lambda each: (
                self.proposals[self.clauses[each.clause_id].proposal_id].reference,
                self.clauses[each.clause_id].position,
                self.clauses[each.clause_id].reference,
            ),
        )

    def adoption_of(self, clause: Clause) -> tuple[Adoption, FrozenClause] | None:
        """The decision by which a clause was adopted, and its adopted wording."""
        adoption = self.adoptions.get(clause.proposal_id)
        adopted = adoption.clause(clause.reference) if adoption else None
        return (adoption, adopted) if adoption and adopted else None

    def commitments_of(self, clause: Clause, decision: Decision) -> list[Commitment]:
        """What was undertaken from a clause, or from the text as a whole."""
        return [each for each in self.commitments.get(decision.pk, ()) if each.clause_id in (None, clause.pk)]

    def text_ids(self) -> Iterable[UUID | None]:
        """Every text that a page may show of all this."""
        yield from (each.title_id for each in self.findings.values())
        yield from (each.withdrawal_reason_id for each in self.findings.values())
        yield from (each.reason_id for each in self.not_taken_up.values())
        yield from (each.text_id for each in self.clauses.values() if self.adoption_of(each) is None)
        yield from (each.title_id for each in self.proposals.values())
        yield from (each.withdrawal_reason_id for each in self.proposals.values())
        yield from (each.title_id for found in self.commitments.values() for each in found)


def read_above(sight: Sight, findings: Mapping[UUID, Finding]) -> Above:
    """All that stands above findings that the reader sees; a constant number of queries."""
    seen = sight.proposals.select_related(None).order_by().values("pk")
    cited = Citation.objects.filter(finding__in=list(findings), clause__proposal__in=seen)
    citations = list(cited.select_related("clause__proposal"))
    proposals = {each.clause.proposal_id: each.clause.proposal for each in citations}
    clauses = {each.clause_id: each.clause for each in citations}
    successors = _successors_in(proposals) if any(each.removed_at for each in clauses.values()) else {}
    if successors:  # a clause that stands lives on in no other
        clauses = {each.pk: each for each in Clause.objects.filter(proposal__in=list(proposals))}
    carried = _by_finding(carried_citations(citations, clauses, successors))
    adoptions = adoptions_of(proposals)
    standing = {each.clause_id: clauses[each.clause_id] for found in carried.values() for each in found}
    return Above(
        findings=dict(findings),
        not_taken_up=_not_taken_up(findings.keys() - carried.keys()),
        carried=carried,
        past=_past(citations, carried, clauses, successors, proposals),
        clauses=standing,
        proposals=proposals,
        adoptions=adoptions,
        broken=_broken(proposals.keys() - adoptions.keys()),
        commitments=_commitments(sight, adoptions, standing),
    )


def _not_taken_up(finding_ids: Collection[UUID]) -> dict[UUID, NotTakenUp]:
    """By finding on which no clause rests, why it was not taken up, where that was said; one query."""
    if not finding_ids:
        return {}
    rows = NotTakenUp.objects.filter(finding__in=finding_ids, taken_back_at=None)
    return {each.finding_id: each for each in rows}


def _successors_in(proposal_ids: Iterable[UUID]) -> Successors:
    return _successors(ClauseSuccession.objects.filter(earlier__proposal__in=list(proposal_ids)))


def successors_among(clauses: Collection[UUID]) -> Successors:
    """By clause, those in which it lives on; one query."""
    return _successors(ClauseSuccession.objects.filter(earlier__in=list(clauses)))


def _successors(rows: QuerySet[ClauseSuccession]) -> Successors:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for earlier, later in rows.order_by("pk").values_list("earlier_id", "later_id"):
        found[earlier].append(later)
    return found


def living_on(
    clause_id: UUID,
    clauses: Mapping[UUID, Clause],
    successors: Successors,
    *,
    without: Collection[UUID] = (),
) -> list[UUID]:
    """The clauses in which one stands today: itself, or what it was split into or put together to.

    Neither ``without`` nor what came of those is among them. It does end: a clause only ever lives on in one
    that was made after it.
    """
    here = [clause_id] if clause_id in clauses and clauses[clause_id].removed_at is None else []
    following = (each for each in successors.get(clause_id, ()) if each not in without)
    later = (living_on(each, clauses, successors, without=without) for each in following)
    return list(dict.fromkeys([*here, *(each for found in later for each in found)]))


def carried_citations(
    citations: Iterable[Citation], clauses: Mapping[UUID, Clause], successors: Successors
) -> list[Carried]:
    """Which clause rests on which finding today.

    A clause that cited a finding itself inherits nothing of it, nor does what came of that clause: where it
    took the citation back, that holds for its parts as well.
    """
    known = list(citations)
    own: dict[UUID, set[UUID]] = defaultdict(set)
    for each in known:
        own[each.finding_id].add(each.clause_id)
    found: dict[tuple[UUID, UUID], Carried] = {}
    for citation in known:
        if citation.taken_back_at is not None:
            continue
        without = own[citation.finding_id]
        for clause_id in living_on(citation.clause_id, clauses, successors, without=without):
            found.setdefault((citation.finding_id, clause_id), Carried(citation, clause_id))
    return list(found.values())


def adoptions_of(proposal_ids: Iterable[UUID]) -> dict[UUID, Adoption]:
    """By proposal, the decision that adopted it, with its text; one query."""
    rows = Decision.objects.filter(text__proposal__in=list(proposal_ids)).select_related("text")
    return {each.text.proposal_id: Adoption(each, frozen_document(each.text)) for each in rows}


def _commitments(
    sight: Sight, adoptions: Mapping[UUID, Adoption], clause_ids: Collection[UUID]
) -> dict[UUID, list[Commitment]]:
    """By decision, what was undertaken from the clauses or the whole, as far as it is seen; one query."""
    found: dict[UUID, list[Commitment]] = defaultdict(list)
    decisions = [each.decision.pk for each in adoptions.values()]
    named = Q(clause=None) | Q(clause__in=clause_ids)
    rows = sight.commitments.filter(named, decision__in=decisions).select_related(None)
    for each in rows.order_by("reference"):
        found[each.decision_id].append(each)
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a commitment is, and the last report that fulfilled it, if it is fulfilled."""

    status: Status
    fulfilled_by: ProgressReport | None


def standings_of(commitments: Iterable[Commitment], today: date) -> dict[UUID, Standing]:
    """How far each commitment is; two queries."""
    rows = {each.pk: each for each in commitments}
    reports: dict[UUID, list[ProgressReport]] = defaultdict(list)
    for report in ProgressReport.objects.filter(commitment__in=list(rows)):
        reports[report.commitment_id].append(report)
    steps: dict[UUID, list[MilestoneFact]] = defaultdict(list)
    for step in CommitmentMilestone.objects.filter(commitment__in=list(rows), removed_at=None):
        steps[step.commitment_id].append(MilestoneFact(step.due_date, step.reached_date))
    return {pk: _standing(each, reports[pk], steps[pk], today) for pk, each in rows.items()}


def was_public(clause: Clause, proposal: Proposal) -> bool:
    """Whether a clause ever stood in its proposal while everybody could read that."""
    if proposal.published_at is None:
        return False
    return clause.removed_at is None or clause.removed_at >= proposal.published_at


def _standing(
    commitment: Commitment, reports: list[ProgressReport], steps: list[MilestoneFact], today: date
) -> Standing:
    facts = Facts([ReportFact(each.kind, each.of_date) for each in reports], steps, commitment.due_date)
    status = status_of(facts, today=today)
    fulfilling = [each for each in reports if each.kind == ProgressReport.Kind.FULFILLED]
    return Standing(status, fulfilling[-1] if fulfilling and status == Status.FULFILLED else None)


def _by_finding(carried: Iterable[Carried]) -> dict[UUID, list[Carried]]:
    found: dict[UUID, list[Carried]] = defaultdict(list)
    for each in carried:
        found[each.citation.finding_id].append(each)
    return found


def _past(
    citations: Iterable[Citation],
    carried: Mapping[UUID, Sequence[Carried]],
    clauses: Mapping[UUID, Clause],
    successors: Successors,
    proposals: Mapping[UUID, Proposal],
) -> dict[UUID, list[Citation]]:
    """Citations that were public once, and were taken back or fell with their clause without another one."""
    live = {(pk, each.clause_id) for pk, found in carried.items() for each in found}
    found: dict[UUID, list[Citation]] = defaultdict(list)
    for each in citations:
        ended_at, proposal = each.taken_back_at or each.clause.removed_at, proposals[each.clause.proposal_id]
        if ended_at is None or proposal.published_at is None or ended_at < proposal.published_at:
            continue
        heirs = {each.clause_id, *living_on(each.clause_id, clauses, successors)}
        if not any((each.finding_id, heir) in live for heir in heirs):
            found[each.finding_id].append(each)
    return found


def _broken(proposal_ids: Collection[UUID]) -> dict[UUID, SilenceProcedure]:
    """By proposal, the last procedure on it, where an objection stopped that one."""
    if not proposal_ids:
        return {}
    rows = SilenceProcedure.objects.filter(text__proposal__in=list(proposal_ids)).select_related("text")
    last = {each.text.proposal_id: each for each in rows.order_by("opened_at")}
    return {pk: each for pk, each in last.items() if each.state == SilenceProcedure.State.BROKEN}
