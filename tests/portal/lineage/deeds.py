"""What people do to inputs, findings, proposals and decisions, by the real actions; a book is kept of it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from placet.portal.lineage.items import Kind, kind_of
from placet.stages.consultations.actions import moderate_statement, translate_statement
from placet.stages.consultations.ballots.actions import submit_statement
from placet.stages.consultations.merging import merge_statement, undo_merge, withdraw_in_favour
from placet.stages.consultations.models import Statement
from placet.stages.contributions import submitting
from placet.stages.contributions.models import Contribution
from placet.stages.contributions.moderating.deciding import decide_contribution
from placet.stages.contributions.moderating.rules import add_rule
from placet.stages.decisions.meetings import actions as meetings
from placet.stages.decisions.models import Decision
from placet.stages.decisions.positions.actions import adopt_text, take_position
from placet.stages.followup.committing import NewCommitment, make_commitment, publish_commitment
from placet.stages.people.actions import erase_account
from placet.stages.people.models import Account
from placet.stages.proposals.drafting import clauses as drafting
from placet.stages.proposals.drafting.actions import (
    NewProposal,
    draft_proposal,
    publish_proposal,
    withdraw_proposal,
)
from placet.stages.proposals.drafting.evidence import cite_finding, take_back_citation
from placet.stages.proposals.drafting.wording import last_version
from placet.stages.proposals.freezing import freeze_proposal, thaw_proposal
from placet.stages.proposals.models import Citation
from placet.stages.sensemaking.finding_models import Evidence, Stance
from placet.stages.sensemaking.findings import publishing, writing
from tests.portal.lineage.picking import Picking
from tests.stages.decisions.decisions import meeting_frame
from tests.stages.proposals.proposals import MEMBERS, both

SECRETARIAT = ("secretariat", "secretary")
MODERATORS = (*SECRETARIAT, "moderator")
WRITERS = ("author", "participant")
STRANGERS = ("author", "FR", "analyst", "foreign", "nobody")
SECRETARY = st.sampled_from((*SECRETARIAT * 16, "moderator", *STRANGERS))
MODERATOR = st.sampled_from((*MODERATORS * 9, *STRANGERS))
WRITER = st.sampled_from(("author", "author", "author", "participant", "foreign"))
STANCE = st.sampled_from(Stance)
PLACE = st.integers(0, 7)
MOSTLY = st.sampled_from([True, True, True, False])
RARELY = st.sampled_from([False] * 5 + [True])
WHY = both("Because.", "Parce que.")


class Deeds(Picking):
    """All that anybody may do."""

    @initialize(is_by_theme=st.booleans(), is_merged=st.booleans(), is_split=st.booleans())
    def begin(self, is_by_theme: bool, is_merged: bool, is_split: bool) -> None:
        """Three statements, two of them in a theme; a contribution; a finding, and a clause that cites it."""
        world = self.world
        for each in world.statements:
            self.book.states[each.reference] = each.state
        made = world.writing.contribution(title="A bridge")
        self.book.states[made.reference] = made.state
        self.theme = world.theme("Ports", *world.statements[1:])
        self.book.in_theme = {each.reference for each in world.statements[1:]}
        self.rule = add_rule(self.small.secretariat, world.reflection, title=WHY, explanation=WHY)
        self.meeting = meetings.plan_meeting(self.small.secretariat, world.reflection, meeting_frame())
        meetings.open_meeting(self.small.secretariat, self.meeting)
        self.book.is_published[self.proposals.proposal.reference] = True
        for clause in self.proposals.clauses:
            self.kept(clause)
        self.find("secretary", 0, True)
        if is_by_theme:
            self.cite("secretary", 0, len(self.book.states), Stance.SUPPORTS)
        self.rest("secretary", 0, 0, Stance.SUPPORTS)
        if is_merged:
            self.bring_together("moderator", 2, 1 if is_by_theme else 0, True)
        self.book.turn_page()
        if is_split:
            self.split("secretary", 0)

    # Deeds on inputs

    @rule(who=WRITER, is_accepted=MOSTLY)
    def submit(self, who: str, is_accepted: bool) -> None:
        if who in self.erased:
            return  # a pseudonym that nobody is behind any more
        how: Any = {"body": "I say.", "language": "en", "client_key": uuid4()}
        consultation, writer = self.small.consultation, self.writers[who]
        made = self.do(who, WRITERS, lambda _a: submit_statement(consultation, writer, **how))
        if made:
            self.book.states[made.reference] = "submitted"
            if is_accepted:
                self.moderate("moderator", len(self.book.states) - 1, True)

    @rule(who=MODERATOR, place=PLACE, is_accepted=st.booleans())
    def moderate(self, who: str, place: int, is_accepted: bool) -> None:
        """Accept an input or reject it: a statement, or the contribution."""
        reference = self.pick(self.book.states, place)
        state = "accepted" if is_accepted else "rejected"
        deed: Callable[[Any], Any]
        if kind_of(reference) == Kind.STATEMENT:
            row = Statement.objects.get(reference=reference)
            deed = lambda a: moderate_statement(a, row, accept=is_accepted, reason="Why.")  # noqa: E731
        else:
            state = "published" if is_accepted else state
            item = Contribution.objects.get(reference=reference)
            grounds = () if is_accepted else (self.rule, "Why.")
            deed = lambda a: decide_contribution(a, item, state, *grounds)  # noqa: E731
        if self.do(who, MODERATORS, deed):
            self.book.states[reference] = state

    @rule(who=MODERATOR, place=PLACE, other=PLACE, is_new=MOSTLY)
    def bring_together(self, who: str, place: int, other: int, is_new: bool) -> None:
        """Bring two statements together, or part one again."""
        book, statement = self.book, self.statement(place)
        reference = statement.reference
        if not is_new:
            if self.do(who, MODERATORS, lambda a: undo_merge(a, statement)):
                book.states[reference] = book.before.pop(reference)
                del book.into[reference]
            return
        into = self.statement(other if other != place else place + 1)
        made = self.do(who, MODERATORS, lambda a: merge_statement(a, statement, into))
        if made and reference not in book.into:
            book.before[reference], book.states[reference] = book.states[reference], "merged"
            book.into[reference] = made.into.reference

    @rule(who=WRITER, place=PLACE, other=PLACE)
    def withdraw_own(self, who: str, place: int, other: int) -> None:
        """Take back one's own statement for another one, or one's contribution."""
        reference, writer = self.pick(self.book.states, place), self.writers[who]
        if kind_of(reference) == Kind.CONTRIBUTION:
            item = Contribution.objects.get(reference=reference)
            if self.do(who, ("author",), lambda a: submitting.withdraw(a, item)):
                self.book.states[reference] = "withdrawn"
            return
        statement, into = self.statement(place), self.statement(other)
        made = self.do(who, WRITERS, lambda _a: withdraw_in_favour(writer, statement, into))
        if made:
            self.book.states[statement.reference] = "withdrawn"
            self.book.into[statement.reference] = made.into.reference

    @rule(who=SECRETARY, place=PLACE, words=st.sampled_from(["Un.", "Deux."]))
    def translate(self, who: str, place: int, words: str) -> None:
        statement = self.statement(place)
        self.do(who, SECRETARIAT, lambda a: translate_statement(a, statement, language="fr", body=words))

    @rule(who=st.sampled_from(["author", "author", "secretary", "moderator"]))
    def erase(self, who: str) -> None:
        """Somebody has the own account erased."""
        actor: Any = self.actors[who]
        if who not in self.erased:
            self.erased.add(who)
            erase_account(Account.objects.get(pk=actor.pk))
            self.n_done += 1

    # Deeds on findings

    @rule(who=SECRETARY, place=PLACE, is_published=MOSTLY)
    def find(self, who: str, place: int, is_published: bool) -> None:
        """Write a finding on an input."""
        new = writing.NewFinding(both("Found."), both("In full."))
        made = self.do(who, SECRETARIAT, lambda a: writing.write_finding(a, self.world.reflection, new))
        if made:
            self.book.findings[made.reference], self.book.cites[made.reference] = "draft", set()
            last = len(self.book.findings) - 1
            self.cite(who, last, place, Stance.SUPPORTS)
            if is_published:
                self.publish(who, last, True)

    @rule(who=SECRETARY, place=PLACE, what=PLACE, stance=STANCE)
    def cite(self, who: str, place: int, what: int, stance: Stance) -> None:
        """Let a finding cite an input or the theme."""
        finding = self.finding(place)
        reference = self.pick([*self.book.states, "theme"], what)
        if finding and self.do(
            who, SECRETARIAT, lambda a: writing.cite(a, finding, self.item(reference), stance=stance)
        ):
            self.book.cites[finding.reference].add(reference)

    @rule(who=SECRETARY, place=PLACE)
    def take_back(self, who: str, place: int) -> None:
        rows = Evidence.objects.filter(taken_back_at=None).order_by("pk")
        if rows:
            row = rows[place % len(rows)]
            cited = row.statement or row.contribution
            if self.do(who, SECRETARIAT, lambda a: writing.take_back(a, row)):
                self.book.cites[row.finding.reference].discard(cited.reference if cited else "theme")

    @rule(who=SECRETARY, place=PLACE, is_wanted=MOSTLY)
    def publish(self, who: str, place: int, is_wanted: bool) -> None:
        """Publish a finding, or withdraw it."""
        finding = self.finding(place)
        if finding is None:
            return
        if is_wanted:
            done = self.do(who, SECRETARIAT, lambda a: publishing.publish_finding(a, finding))
        else:
            done = self.do(who, SECRETARIAT, lambda a: publishing.withdraw_finding(a, finding, reason=WHY))
        if done:
            self.book.findings[finding.reference] = "published" if is_wanted else "withdrawn"

    # Deeds on proposals

    @rule(who=SECRETARY, is_published=MOSTLY)
    def propose(self, who: str, is_published: bool) -> None:
        """Draft a proposal of two clauses."""
        new, priority = NewProposal(both("A plan."), both("In short.")), self.small.priority
        made = self.do(who, SECRETARIAT, lambda a: draft_proposal(a, priority, new))
        if made:
            self.book.is_published[made.reference] = False
            for words in ("One.", "Two."):
                self.kept(drafting.add_clause(self.actors[who], made, both(words)))
            if is_published:
                self.show(who, len(self.book.is_published) - 1, False)

    @rule(who=SECRETARY, place=PLACE, is_over=RARELY)
    def show(self, who: str, place: int, is_over: bool) -> None:
        """Publish a proposal; now and then withdraw it."""
        proposal = self.proposal(place)
        if proposal is None:
            return
        if is_over:
            self.do(who, SECRETARIAT, lambda a: withdraw_proposal(a, proposal, reason=WHY))
        elif self.do(who, SECRETARIAT, lambda a: publish_proposal(a, proposal)):
            self.book.is_published[proposal.reference] = True

    @rule(who=SECRETARY, place=PLACE, deed=st.sampled_from(["add", "reword", "move", "remove"]))
    def edit(self, who: str, place: int, deed: str) -> None:
        clause = self.clause(place)
        if clause is None:
            return
        if deed == "add":
            proposal = clause.proposal
            made = self.do(who, SECRETARIAT, lambda a: drafting.add_clause(a, proposal, both("More.")))
            if made:
                self.kept(made)
        elif deed == "reword":
            seen = last_version(clause.text_id).number
            said = both(f"{seen + 1} times.")
            self.do(who, SECRETARIAT, lambda a: drafting.reword_clause(a, clause, said, seen_version=seen))
        elif deed == "move":
            self.do(who, SECRETARIAT, lambda a: drafting.move_clause(a, clause, position=place))
        elif self.do(who, SECRETARIAT, lambda a: drafting.remove_clause(a, clause)):
            self.book.rests.pop(clause.reference, None)

    @rule(who=SECRETARY, place=PLACE, other=PLACE)
    def put_together(self, who: str, place: int, other: int) -> None:
        found = [each for each in (self.clause(place), self.clause(other)) if each]
        made = self.do(who, SECRETARIAT, lambda a: drafting.merge_clauses(a, found, both("Both.")))
        if made:
            self.live_on(found, [made])

    @rule(who=SECRETARY, place=PLACE)
    def split(self, who: str, place: int) -> None:
        clause = self.clause(place)
        parts = [both("Half."), both("Other half.")]
        if clause and (made := self.do(who, SECRETARIAT, lambda a: drafting.split_clause(a, clause, parts))):
            self.live_on([clause], made)

    @rule(who=SECRETARY, place=PLACE, on=PLACE, stance=STANCE)
    def rest(self, who: str, place: int, on: int, stance: Stance) -> None:
        """Let a clause rest on a finding."""
        clause, finding = self.clause(place), self.finding(on)
        if clause and finding:
            how = {"stance": stance}
            if self.do(who, SECRETARIAT, lambda a: cite_finding(a, clause, finding, **how)):
                self.book.rests[clause.reference].add(finding.reference)

    @rule(who=SECRETARY, place=PLACE)
    def rest_no_more(self, who: str, place: int) -> None:
        rows = Citation.objects.filter(taken_back_at=None, clause__removed_at=None).order_by("pk")
        if rows:
            row = rows[place % len(rows)]
            if self.do(who, SECRETARIAT, lambda a: take_back_citation(a, row)):
                self.book.rests[row.clause.reference].discard(row.finding.reference)

    # Deeds of those who decide

    @rule(who=SECRETARY, place=PLACE, deed=st.sampled_from(["freeze", "thaw", "", ""]))
    def freeze(self, who: str, place: int, deed: str) -> None:
        """Put a proposal to the members, or open it again."""
        proposal = self.proposal(place)
        if proposal and deed == "freeze":
            self.do(who, SECRETARIAT, lambda a: freeze_proposal(a, proposal))
        elif proposal and deed:
            self.do(who, (*SECRETARIAT, "FR"), lambda a: thaw_proposal(a, proposal, reason="broken"))

    @rule(who=SECRETARY, place=PLACE, kind=st.sampled_from(["joins"] * 4 + ["objects"]))
    def adopt(self, who: str, place: int, kind: str) -> None:
        """All members speak on a proposal at the meeting; without an objection it is adopted."""
        proposal = self.proposal(place)
        if proposal is None:
            return
        item = self.do(who, SECRETARIAT, lambda a: meetings.put_on_agenda(a, self.meeting, proposal))
        if not item:
            return
        for code in MEMBERS:
            said, why = (kind, WHY) if code == "FR" else ("joins", None)
            self.do(code, MEMBERS, partial(take_position, text=item.text, kind=said, explanation=why))
        made = self.do(who, SECRETARIAT, lambda a: adopt_text(a, item))
        if made and made.reference not in self.book.decisions:
            of, rests = self.book.proposal_of, self.book.rests
            self.book.decisions[made.reference] = [c for c in rests if of[c] == proposal.reference]

    @rule(who=SECRETARY, place=PLACE, of=st.none() | PLACE, is_published=MOSTLY)
    def commit(self, who: str, place: int, of: int | None, is_published: bool) -> None:
        """Undertake something from a decision, or from one of its clauses."""
        book = self.book
        if not book.decisions:
            return
        reference = self.pick(book.decisions, place)
        decision = Decision.objects.get(reference=reference)
        clause = None if of is None else self.clause(of)
        new = NewCommitment(WHY, None, self.proposals.members["FR"], clause=clause)
        made = self.do(who, SECRETARIAT, lambda a: make_commitment(a, decision, new))
        if made:
            assert clause is None or clause.reference in book.decisions[reference]
            clauses = [clause.reference] if clause else book.decisions[reference]
            book.commitments[made.reference] = (clauses, is_published)
            if is_published:
                publish_commitment(self.actors[who], made)
