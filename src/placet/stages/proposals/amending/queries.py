"""Reading amendments: each with its wordings, the stands of the delegations, its answer, and its rivals."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from placet.stages.mandates.models import Member, Reflection
from placet.stages.mandates.permissions import Actor
from placet.stages.proposals.amending.comparing import WordChange, bodies_of_versions, word_change
from placet.stages.proposals.models import Amendment, AmendmentStand, Clause, Proposal
from placet.stages.proposals.permissions import may_see_proposal, visible_proposals
from placet.stages.proposals.queries import ProposalView, proposal_views
from placet.stages.texts.queries import Wording, all_wordings_of, wordings

Stand = AmendmentStand.Stand
UNANSWERED = Amendment.State.SUBMITTED


@dataclass(frozen=True, slots=True)
class Delegation:
    """A member, as it is named beside what its delegation says."""

    id: int
    code: str
    name: Wording


@dataclass(frozen=True, slots=True)
class Rival:
    """Another unanswered amendment to the same clause."""

    reference: str
    kind: str
    member_code: str


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """An amendment, as tables and its own page show it."""

    id: UUID
    reference: str
    proposal_reference: str
    kind: str
    kind_label: str
    state: str
    state_label: str
    clause_reference: str
    clause_number: int | None
    is_clause_gone: bool
    member: Delegation
    change: WordChange
    proposed: Wording | None
    justification: Wording
    supporting: tuple[Delegation, ...]
    opposing: tuple[Delegation, ...]
    own_stand: str
    is_own: bool
    answer: Wording | None
    answered_at: datetime | None
    result: WordChange | None
    since_read: WordChange | None
    rivals: tuple[Rival, ...]
    submitted_at: datetime
    is_simulated: bool

    @property
    def is_unanswered(self) -> bool:
        return self.state == UNANSWERED


@dataclass(frozen=True, slots=True)
class ClauseAmendments:
    """The amendments to one clause; ``number`` is None where it is gone, 0 for before the first."""

    reference: str
    number: int | None
    amendments: tuple[AmendmentView, ...]


@dataclass(frozen=True, slots=True)
class AmendmentTable:
    """All amendments to a proposal, by clause in the order of the text."""

    clauses: tuple[ClauseAmendments, ...]
    n_amendments: int
    n_unanswered: int

    @property
    def amendments(self) -> list[AmendmentView]:
        return [each for clause in self.clauses for each in clause.amendments]


@dataclass(frozen=True, slots=True)
class DelegationDesk:
    """What a delegation has before it: where it may amend, what it asked for, and what others ask for."""

    member: Delegation
    proposals: list[ProposalView]
    own: list[AmendmentView]
    of_others: list[AmendmentView]


def find_amendment(actor: Actor, reference: str) -> Amendment:
    """The amendment of that reference, where the actor may see its proposal; Http404 otherwise."""
    found = _related(Amendment.objects.filter(reference=reference)).first()
    if found is None or not may_see_proposal(actor, found.proposal):
        raise Http404
    return found


def takes_amendments(proposal: Proposal, *, now: datetime | None = None) -> bool:
    """Whether delegations may submit amendments now."""
    until = proposal.amendable_until
    return proposal.state == Proposal.State.AMENDABLE and (until is None or until > (now or timezone.now()))


def amendments_of(proposal: Proposal) -> QuerySet[Amendment]:
    """All amendments to a proposal, in the order in which they came."""
    return Amendment.objects.filter(proposal=proposal).order_by("reference")


def amendment_views(
    amendments: "QuerySet[Amendment] | Iterable[Amendment]", language: str, *, member: Member | None = None
) -> list[AmendmentView]:
    """Amendments in their order; a number of queries that does not grow with them.

    Parameters
    ----------
    member : Member or None
        Whose delegation reads: its own stands and amendments are marked.
    """
    rows = list(_related(Amendment.objects.filter(pk__in=[each.pk for each in amendments])))
    by_id = {row.pk: row for row in rows}
    found = [by_id[each.pk] for each in amendments]
    material = _Material(found, language)
    return [material.view(each, member) for each in found]


def amendment_table(proposal: Proposal, language: str, *, member: Member | None = None) -> AmendmentTable:
    """The table of amendments: those before the first clause, then clause by clause, then of clauses gone."""
    views = amendment_views(amendments_of(proposal), language, member=member)
    by_clause: dict[tuple[bool, int, str], list[AmendmentView]] = defaultdict(list)
    for view in views:
        by_clause[view.is_clause_gone, view.clause_number or 0, view.clause_reference].append(view)
    return AmendmentTable(
        clauses=tuple(
            ClauseAmendments(
                reference, None if is_gone else number, tuple(by_clause[is_gone, number, reference])
            )
            for is_gone, number, reference in sorted(by_clause)
        ),
        n_amendments=len(views),
        n_unanswered=sum(view.is_unanswered for view in views),
    )


def delegation_desk(actor: Actor, reflection: Reflection, member: Member, language: str) -> DelegationDesk:
    """What the delegation of a member has before it in a reflection."""
    visible = visible_proposals(actor, reflection)
    every = Amendment.objects.filter(proposal__in=visible.order_by().values("pk"))
    own = list(every.filter(member=member).order_by("-reference"))
    of_others = list(every.filter(state=UNANSWERED).exclude(member=member).order_by("reference"))
    views = amendment_views([*own, *of_others], language, member=member)
    name = wordings([member.name_id], language)[member.name_id]
    return DelegationDesk(
        member=Delegation(member.pk, member.code, name),
        proposals=proposal_views(visible.filter(state=Proposal.State.AMENDABLE), language),
        own=views[: len(own)],
        of_others=views[len(own) :],
    )


def _related(rows: QuerySet[Amendment]) -> QuerySet[Amendment]:
    return rows.select_related(
        "proposal__priority__reflection",
        "clause__text",
        "member",
        "wording",
        "based_on__text",
        "result__text",
    )


class _Material:
    """All that the views of some amendments are made of, read at once."""

    def __init__(self, amendments: Sequence[Amendment], language: str) -> None:
        self.language = language
        stands = _last_stands(amendments)
        members = [each.member for each in amendments] + [stand.member for stand in stands]
        plain = [each.justification_id for each in amendments] + [each.answer_id for each in amendments]
        self.words = wordings([*plain, *(member.name_id for member in members)], language)
        self.proposed = all_wordings_of(each.wording_id for each in amendments)
        read = [each.based_on for each in amendments] + [each.result for each in amendments]
        self.versions = bodies_of_versions(version for version in read if version is not None)
        clauses = [each.clause for each in amendments if each.clause is not None]
        self.present = all_wordings_of(clause.text_id for clause in clauses)
        self.numbers = _clause_numbers({each.proposal_id for each in amendments})
        self.rivals = _rivals({clause.pk for clause in clauses})
        self.stands: dict[UUID, dict[int, AmendmentStand]] = defaultdict(dict)
        for stand in stands:
            self.stands[stand.amendment_id][stand.member_id] = stand

    def view(self, amendment: Amendment, reader: Member | None) -> AmendmentView:
        clause = amendment.clause
        stands = self.stands[amendment.pk]
        own = stands.get(reader.pk) if reader else None
        return AmendmentView(
            id=amendment.pk,
            reference=amendment.reference,
            proposal_reference=amendment.proposal.reference,
            kind=amendment.kind,
            kind_label=amendment.get_kind_display(),
            state=amendment.state,
            state_label=amendment.get_state_display(),
            clause_reference=clause.reference if clause else "",
            clause_number=self.numbers.get(clause.pk) if clause else 0,
            is_clause_gone=clause is not None and clause.removed_at is not None,
            member=self._delegation(amendment.member),
            change=self._change(amendment),
            proposed=self._proposed(amendment),
            justification=self.words[amendment.justification_id],
            supporting=self._who(stands, Stand.SUPPORTS),
            opposing=self._who(stands, Stand.OPPOSES),
            own_stand=own.stand if own else Stand.NONE,
            is_own=reader is not None and amendment.member_id == reader.pk,
            answer=self.words[amendment.answer_id] if amendment.answer_id else None,
            answered_at=amendment.answered_at,
            result=self._result(amendment),
            since_read=self._since_read(amendment),
            rivals=self._rivals_of(amendment),
            submitted_at=amendment.submitted_at,
            is_simulated=amendment.is_simulated,
        )

    def _delegation(self, member: Member) -> Delegation:
        return Delegation(member.pk, member.code, self.words[member.name_id])

    def _who(self, stands: dict[int, AmendmentStand], wanted: str) -> tuple[Delegation, ...]:
        found = [stand.member for stand in stands.values() if stand.stand == wanted]
        return tuple(self._delegation(member) for member in sorted(found, key=lambda each: each.code))

    def _bodies(self, amendment: Amendment) -> dict[str, str]:
        if amendment.wording_id is None:
            return {}
        return {each.language: each.body for each in self.proposed[amendment.wording_id]}

    def _before(self, amendment: Amendment) -> dict[str, str]:
        """What the clause said when the delegation read it; nothing where a new one is asked for."""
        if amendment.kind == Amendment.Kind.INSERT or amendment.based_on_id is None:
            return {}
        return self.versions[amendment.based_on_id]

    def _change(self, amendment: Amendment) -> WordChange:
        return word_change(self._before(amendment), self._bodies(amendment), [self.language])

    def _proposed(self, amendment: Amendment) -> Wording | None:
        if amendment.wording_id is None:
            return None
        found = self.proposed[amendment.wording_id]
        return next((each for each in found if each.language == self.language), found[0])

    def _result(self, amendment: Amendment) -> WordChange | None:
        """What was accepted in part changed, with the wording of the secretariat."""
        if amendment.state != Amendment.State.PARTLY or amendment.result_id is None:
            return None
        return word_change(self._before(amendment), self.versions[amendment.result_id], [self.language])

    def _since_read(self, amendment: Amendment) -> WordChange | None:
        """What became of the clause since the delegation read it, while the answer is to be given."""
        clause, read = amendment.clause, amendment.based_on
        if clause is None or read is None or amendment.state != UNANSWERED:
            return None
        present = self.present[clause.text_id]
        if amendment.kind == Amendment.Kind.INSERT or present[0].version_id == read.pk:
            return None
        bodies = {each.language: each.body for each in present}
        return word_change(self.versions[read.pk], bodies, [self.language])

    def _rivals_of(self, amendment: Amendment) -> tuple[Rival, ...]:
        """What else is asked for of the same clause; new clauses after it contradict nothing."""
        if amendment.state != UNANSWERED or amendment.kind == Amendment.Kind.INSERT:
            return ()
        found = self.rivals.get(amendment.clause_id, []) if amendment.clause_id else []
        return tuple(each for each in found if each.reference != amendment.reference)


def _last_stands(amendments: Sequence[Amendment]) -> list[AmendmentStand]:
    """The last stand of each member on each amendment; what was taken back is among them."""
    taken = AmendmentStand.objects.filter(amendment__in=[each.pk for each in amendments])
    last = {
        (stand.amendment_id, stand.member_id): stand
        for stand in taken.order_by("pk").select_related("member")
    }
    return list(last.values())


def _clause_numbers(proposal_ids: set[UUID]) -> dict[UUID, int]:
    """The place of each clause that stands in one of the proposals."""
    kept = Clause.objects.filter(proposal__in=proposal_ids, removed_at=None).order_by("position", "reference")
    counts: dict[UUID, int] = defaultdict(int)
    numbers = {}
    for pk, proposal_id in kept.values_list("pk", "proposal_id"):
        counts[proposal_id] += 1
        numbers[pk] = counts[proposal_id]
    return numbers


def _rivals(clause_ids: set[UUID]) -> dict[UUID, list[Rival]]:
    """What is asked for of each clause and not answered yet, new clauses after it left out."""
    rows = (
        Amendment.objects.filter(clause__in=clause_ids, state=UNANSWERED)
        .exclude(kind=Amendment.Kind.INSERT)
        .order_by("reference")
    )
    found: dict[UUID, list[Rival]] = defaultdict(list)
    for clause_id, reference, kind, code in rows.values_list(
        "clause_id", "reference", "kind", "member__code"
    ):
        if clause_id is not None:
            found[clause_id].append(Rival(reference, kind, code))
    return found
