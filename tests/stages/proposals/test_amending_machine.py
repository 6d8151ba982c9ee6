"""Whoever does whatever in whatever order: no frozen text changes, no amendment or answer is lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from placet.stages.people.models import Account
from placet.stages.proposals.amending.actions import (
    NewAmendment,
    answer_amendment,
    open_to_amendments,
    submit_amendment,
    take_stand,
    withdraw_amendment,
)
from placet.stages.proposals.amending.consolidating import consolidated_text
from placet.stages.proposals.drafting.clauses import (
    add_clause,
    kept_clauses,
    merge_clauses,
    remove_clause,
    reword_clause,
    split_clause,
)
from placet.stages.proposals.drafting.evidence import cite_finding
from placet.stages.proposals.drafting.wording import last_version
from placet.stages.proposals.freezing import (
    freeze_proposal,
    frozen_document,
    mark_adopted,
    matches_digest,
    thaw_proposal,
)
from placet.stages.proposals.models import (
    Amendment,
    AmendmentStand,
    Citation,
    Clause,
    ClauseSuccession,
    FrozenText,
    Proposal,
)
from placet.stages.texts.models import TextVersion
from tests.stages.proposals.amending import WHY, says
from tests.stages.proposals.proposals import SmallProposal, both
from tests.stages.reflections import SmallReflection

MEMBERS = ("CA", "FR", "PL")
DELEGATES = (*MEMBERS, "FR2")
SECRETARIAT = ("secretariat", "secretary")
EVERYBODY = (*DELEGATES, *SECRETARIAT, "participant", "foreign", "nobody")
ANSWERS = ("accepted", "partly", "refused")
OVER = (Amendment.State.ACCEPTED, Amendment.State.PARTLY, Amendment.State.REFUSED, Amendment.State.WITHDRAWN)
Row = tuple[Any, ...]

WHO = st.sampled_from(EVERYBODY)
DELEGATE = st.sampled_from((*DELEGATES * 3, "participant", "foreign", "nobody", "secretariat"))
SECRETARY = st.sampled_from((*SECRETARIAT * 6, "FR", "foreign", "nobody"))
MOSTLY = st.sampled_from([True, True, True, False])
RARELY = st.sampled_from([False, False, False, False, True])
PLACE = st.integers(0, 5)
WORDS = st.sampled_from(["One.", "Two.", "Three."])


class Amending(RuleBasedStateMachine):
    """One proposal that delegations amend, and everybody who might do something."""

    world: ClassVar[SmallProposal]
    actors: ClassVar[dict[str, Account | AnonymousUser]]

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.asked: dict[Any, Row] = {}
        self.ended: dict[Any, Row] = {}
        self.stands: list[Row] = []
        self.frozen: dict[Any, Row] = {}
        self.versions: dict[Any, str] = {}
        self.clauses: set[Any] = set()
        self.successions: set[Any] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(is_split=st.booleans(), is_open=MOSTLY)
    def begin(self, is_split: bool, is_open: bool) -> None:
        self.proposal = Proposal.objects.get(pk=self.world.proposal.pk)
        if is_split:
            first, second = kept_clauses(self.proposal)
            secretariat = self.actors["secretariat"]
            cite_finding(secretariat, first, self.world.add_finding())
            split_clause(secretariat, first, [both("One half."), both("Other half.")])
            merge_clauses(secretariat, [kept_clauses(self.proposal)[0], second], both("Put together."))
        if is_open:
            self.open("secretariat", False)
            for who, kind in (("FR", "reword"), ("PL", "delete"), ("CA", "reword"), ("CA", "insert")):
                self.submit(who, kind, 1, "Begun.", "both", False)

    # Deeds

    @rule(who=SECRETARY, is_over=RARELY)
    def open(self, who: str, is_over: bool) -> None:
        until = timezone.now() + timedelta(days=1)
        self.do(who, SECRETARIAT, lambda a: open_to_amendments(a, self.proposal, until=until))
        if is_over:
            Proposal.objects.filter(pk=self.proposal.pk).update(amendable_until=timezone.now())

    @rule(
        who=DELEGATE,
        kind=st.sampled_from(Amendment.Kind.values),
        place=PLACE,
        words=WORDS,
        language=st.sampled_from(["en", "fr", "both"]),
        is_late=RARELY,
    )
    def submit(self, who: str, kind: str, place: int, words: str, language: str, is_late: bool) -> None:
        gone = Clause.objects.filter(proposal=self.proposal, removed_at__isnull=False)
        clauses: list[Clause | None] = [None, *kept_clauses(self.proposal), *gone[:1]]
        clause = clauses[place % len(clauses)]
        bodies = both(words) if language == "both" else {language: words}
        seen = last_version(clause.text_id).number - is_late if clause else None
        new = NewAmendment(kind, clause, None if kind == "delete" else bodies, WHY, seen)
        made = self.do(who, DELEGATES, lambda a: submit_amendment(a, self.proposal, new))
        if made is not None:
            assert made.member.code == who[:2]
            assert self.state() == Proposal.State.AMENDABLE
            self.asked[made.pk] = self.request_of(made)

    @rule(who=DELEGATE, place=PLACE)
    def withdraw(self, who: str, place: int) -> None:
        amendment = self.amendment(place)
        if amendment is not None:
            own = tuple(each for each in DELEGATES if each[:2] == amendment.member.code)
            self.do(who, own, lambda a: withdraw_amendment(a, amendment))

    @rule(who=DELEGATE, place=PLACE, stand=st.sampled_from(AmendmentStand.Stand.values))
    def stand(self, who: str, place: int, stand: str) -> None:
        amendment = self.amendment(place)
        if amendment is not None:
            others = tuple(each for each in DELEGATES if each[:2] != amendment.member.code)
            self.do(who, others, lambda a: take_stand(a, amendment, stand))

    @rule(
        who=SECRETARY,
        place=PLACE,
        state=st.sampled_from([*ANSWERS * 3, *Amendment.State.values]),
        wording=st.sampled_from([None, {"en": "Halfway.", "fr": "À mi-chemin."}, {"en": "Begun."}]),
        has_looked=MOSTLY,
    )
    def answer(
        self, who: str, place: int, state: str, wording: dict[str, str] | None, has_looked: bool
    ) -> None:
        amendment = self.amendment(place)
        if amendment is None:
            return
        before = says(amendment.clause) if amendment.clause else {}
        seen = last_version(amendment.clause.text_id).number if amendment.clause and has_looked else None
        wording = wording if state != "refused" else None

        def deed(actor: Any) -> str:
            answer_amendment(actor, amendment, state, WHY, wording=wording, seen_version=seen)
            return "answered"

        if self.do(who, SECRETARIAT, deed) is not None:
            self.check_answer(amendment, state, before)

    @rule(who=DELEGATE, place=st.integers(1, 3), words=WORDS)
    def submit_well(self, who: str, place: int, words: str) -> None:
        self.submit(who, "insert" if words == "Three." else "reword", place, words, "both", False)

    @rule(place=PLACE, state=st.sampled_from(ANSWERS))
    def answer_well(self, place: int, state: str) -> None:
        wording = {"en": "Halfway.", "fr": "À mi-chemin."} if state == "partly" else None
        self.answer("secretary", place, state, wording, True)

    @rule(who=SECRETARY, place=PLACE, words=WORDS, language=st.sampled_from(["en", "both"]))
    def reword(self, who: str, place: int, words: str, language: str) -> None:
        clause = self.clause(place)
        seen = last_version(clause.text_id).number
        bodies = both(words) if language == "both" else {"en": words}
        self.do(who, SECRETARIAT, lambda a: reword_clause(a, clause, bodies, seen_version=seen))

    @rule(who=SECRETARY, place=PLACE, is_new=st.booleans())
    def add_or_remove(self, who: str, place: int, is_new: bool) -> None:
        if is_new:
            self.do(who, SECRETARIAT, lambda a: add_clause(a, self.proposal, both("Added.")))
        else:
            self.do(who, SECRETARIAT, lambda a: remove_clause(a, self.clause(place)))

    @rule(who=SECRETARY)
    def translate_all(self, who: str) -> None:
        for clause in kept_clauses(self.proposal):
            self.translate(who, clause)

    @rule(who=SECRETARY, is_wanted=RARELY)
    def refuse_all_and_freeze(self, who: str, is_wanted: bool) -> None:
        if not is_wanted:
            return
        if self.state() == Proposal.State.AMENDABLE and who in SECRETARIAT:
            for amendment in Amendment.objects.filter(state=Amendment.State.SUBMITTED):
                answer_amendment(self.actors[who], amendment, "refused", WHY)
            self.translate_all(who)
        self.freeze(who)

    @rule(who=SECRETARY)
    def freeze(self, who: str) -> None:
        made = self.do(who, SECRETARIAT, lambda a: freeze_proposal(a, self.proposal))
        if made is not None:
            self.frozen.setdefault(made.pk, (made.document, made.digest, made.number))

    @rule(who=WHO)
    def thaw(self, who: str) -> None:
        self.do(
            who,
            (*SECRETARIAT, *DELEGATES),
            lambda a: thaw_proposal(a, self.proposal, reason="broken"),
        )

    @rule(is_wanted=RARELY)
    def adopt(self, is_wanted: bool) -> None:
        if is_wanted:
            self.do("secretariat", SECRETARIAT, lambda _actor: mark_adopted(self.proposal))

    # What must hold after each of them

    @invariant()
    def no_frozen_text_changes(self) -> None:
        texts = list(FrozenText.objects.all())
        assert {text.pk for text in texts} == set(self.frozen)
        for text in texts:
            assert self.frozen[text.pk] == (text.document, text.digest, text.number)
            assert matches_digest(text)

    @invariant()
    def what_is_put_to_the_members_is_what_stands_there(self) -> None:
        if self.state() not in (Proposal.State.FROZEN, Proposal.State.ADOPTED):
            return
        document = frozen_document(FrozenText.objects.latest("number"))
        standing = kept_clauses(self.proposal)
        assert [clause.reference for clause in document.clauses] == [each.reference for each in standing]
        assert [clause.bodies for clause in document.clauses] == [says(each) for each in standing]
        assert not Amendment.objects.filter(state=Amendment.State.SUBMITTED).exists()

    @invariant()
    def no_amendment_is_lost_or_changed(self) -> None:
        found = {each.pk: each for each in Amendment.objects.all()}
        assert set(found) == set(self.asked)
        for pk, each in found.items():
            assert self.request_of(each) == self.asked[pk]

    @invariant()
    def no_answer_is_lost_or_changed(self) -> None:
        for each in Amendment.objects.filter(state__in=OVER):
            row = (each.state, each.answer_id, each.answered_at, each.answered_by_id, each.result_id)
            assert self.ended.setdefault(each.pk, row) == row
        assert set(self.ended) == set(Amendment.objects.filter(state__in=OVER).values_list("pk", flat=True))

    @invariant()
    def no_stand_is_lost(self) -> None:
        rows = list(AmendmentStand.objects.order_by("pk").values_list("pk", "amendment", "member", "stand"))
        assert rows[: len(self.stands)] == self.stands
        self.stands = rows
        for stand in AmendmentStand.objects.select_related("amendment"):
            assert stand.member_id != stand.amendment.member_id

    @invariant()
    def clauses_live_on(self) -> None:
        every = list(Clause.objects.filter(proposal=self.proposal))
        assert {each.pk for each in every} >= self.clauses
        self.clauses = {each.pk for each in every}
        standing = kept_clauses(self.proposal)
        assert [each.position for each in standing] == list(range(1, len(standing) + 1))
        assert standing
        rows = set(ClauseSuccession.objects.values_list("earlier", "later"))
        assert rows >= self.successions
        self.successions = rows
        assert not {earlier for earlier, _later in rows} & {each.pk for each in standing}
        for earlier, later in rows:
            cited = set(Citation.objects.filter(clause=earlier).values_list("finding", flat=True))
            assert cited <= set(Citation.objects.filter(clause=later).values_list("finding", flat=True))

    @invariant()
    def no_wording_is_lost(self) -> None:
        texts = Clause.objects.filter(proposal=self.proposal).values("text")
        found = dict(TextVersion.objects.filter(text__in=texts).values_list("pk", "body"))
        assert found.items() >= self.versions.items()
        self.versions = found

    @invariant()
    def the_consolidated_text_is_the_present_one(self) -> None:
        text = consolidated_text(self.proposal, "en")
        if text is not None:
            shown = [each.change.after.body for each in text.clauses if each.number]
            assert shown == [says(each)["en"] for each in kept_clauses(self.proposal)]

    # What these are made of

    def do(self, who: str, entitled: tuple[str, ...], deed: Callable[[Any], Any]) -> Any:
        """Do something or be refused; whoever is not entitled to it is."""
        try:
            with transaction.atomic():
                made = deed(self.actors[who])
        except (PermissionDenied, ValidationError):
            return None
        assert who in entitled, (who, deed)
        return made

    def translate(self, who: str, clause: Clause) -> None:
        bodies, seen = both(says(clause)["en"]), last_version(clause.text_id).number
        self.do(who, SECRETARIAT, lambda a: reword_clause(a, clause, bodies, seen_version=seen))

    def state(self) -> str:
        return Proposal.objects.get(pk=self.proposal.pk).state

    def amendment(self, place: int) -> Amendment | None:
        """An amendment, mostly one that waits for its answer."""
        every = Amendment.objects.select_related("clause", "member").order_by("reference")
        waiting = list(every.filter(state=Amendment.State.SUBMITTED)) if place else []
        found = waiting or list(every)
        return found[place % len(found)] if found else None

    def clause(self, place: int) -> Clause:
        found = kept_clauses(self.proposal)
        return found[place % len(found)]

    def request_of(self, amendment: Amendment) -> Row:
        """What a delegation asked for, as it must stay."""
        bodies = (amendment.wording.versions.get().body,) if amendment.wording else ()
        return (
            amendment.reference,
            amendment.kind,
            amendment.clause_id,
            amendment.based_on_id,
            amendment.member_id,
            bodies,
            amendment.justification.versions.get().body,
        )

    def check_answer(self, amendment: Amendment, state: str, before: dict[str, str]) -> None:
        """What is accepted stands in the text, and what is not has left it as it was."""
        current = Amendment.objects.select_related("clause", "result__text", "wording").get(pk=amendment.pk)
        clause = current.clause
        assert current.state == state
        assert current.state in OVER[:3]
        if state == "refused":
            assert not clause or says(clause) == before
        elif current.result is not None:
            made = Clause.objects.get(text=current.result.text)
            assert made.removed_at is None
            assert (made == clause) == (current.kind != "insert")
            if state == "accepted" and current.wording is not None:
                asked = {current.wording.language: current.wording.versions.get().body}
                assert says(made).items() >= asked.items()
        elif clause is not None:
            clause.refresh_from_db()
            assert clause.removed_at is not None


@pytest.mark.django_db
def test_no_sequence_of_deeds_changes_a_frozen_text_or_loses_an_amendment() -> None:
    world = SmallProposal()
    foreign = SmallProposal(SmallReflection(slug="other", prefix="OTHER"))
    Amending.world = world
    Amending.actors = {
        **world.delegates,
        "FR2": world.add_delegate("FR", "second"),
        "secretariat": world.secretariat,
        "secretary": world.secretary,
        "participant": world.small.accounts["participant"],
        "foreign": foreign.delegates["FR"],
        "nobody": AnonymousUser(),
    }
    run_state_machine_as_test(
        Amending,
        settings=settings(
            max_examples=20,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
