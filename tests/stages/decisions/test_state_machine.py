"""Whatever anybody does in whatever order: nothing is adopted over an objection, and nothing is lost.

Hypothesis draws sequences of deeds of all roles on a meeting and on silence procedures; beside the platform
this module keeps a plain record of its own, and compares after every step.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from placet.stages.decisions.meetings import actions as meetings
from placet.stages.decisions.models import (
    AgendaItem,
    Decision,
    Meeting,
    Position,
    Pulse,
    SilenceEvent,
    SilenceProcedure,
)
from placet.stages.decisions.positions.actions import adopt_text, confirm_position, take_position
from placet.stages.decisions.silence import actions as silences
from placet.stages.decisions.silence.pulse import beat
from placet.stages.decisions.silence.settling import settle, settle_due
from placet.stages.people.models import Account
from placet.stages.proposals.freezing import matches_digest
from placet.stages.proposals.models import FrozenText, Proposal
from tests.stages.decisions.decisions import WHY, ZONE, at, delegates_for, meeting_frame
from tests.stages.proposals.proposals import SmallProposal
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
MEMBERS = ("CA", "FR", "PL")
DELEGATES = ("CA", "CA2", "FR", "FR2", "PL", "PL2")
STRANGERS = ("participant", "foreign", "nobody")
DELEGATE = st.sampled_from([*DELEGATES, *DELEGATES, *DELEGATES, "secretariat", *STRANGERS])
SECRETARIAT = st.sampled_from(["secretariat"] * 16 + ["FR", *STRANGERS])
KIND = st.sampled_from([*["joins"] * 4, "reserves", "objects"])
CODE = st.sampled_from(MEMBERS)
# What is done, and with what; how often each is drawn stands below.
DEEDS: dict[str, tuple[st.SearchStrategy[Any], ...]] = {
    "put_on_agenda": (SECRETARIAT,),
    "run_the_meeting": (SECRETARIAT, st.sampled_from(["open"] * 4 + ["close", "take off"])),
    "take_position": (DELEGATE, KIND),
    "all_take_a_position": (KIND, st.booleans()),
    "confirm": (DELEGATE, CODE),
    "adopt": (SECRETARIAT,),
    "put_in_silence": (SECRETARIAT, st.integers(1, 60)),
    "wait_for_the_deadline": (),
    "break_silence": (DELEGATE,),
    "record_letter": (SECRETARIAT, CODE, st.integers(-5, 600)),
    "change_silence": (SECRETARIAT, st.sampled_from(["extend", "suspend", "resume", "resume", "cancel"])),
    "wait": (st.sampled_from([1, 30, 61, 600, 1500]), st.booleans()),
    "look": (st.booleans(),),
}
AT_A_MEETING = (
    *["put_on_agenda", "take_position", "confirm", "adopt"] * 2,
    *["all_take_a_position", "run_the_meeting", "put_in_silence"],
)
IN_SILENCE = (
    *["wait", "look", "change_silence"] * 3,
    *["wait_for_the_deadline", "break_silence", "record_letter"],
)
Entry = tuple[int, Any, str, str]  # number, text, member code, kind


class Deciding(RuleBasedStateMachine):
    """One proposal, three members, and everybody who might do something."""

    small: ClassVar[SmallProposal]
    actors: ClassVar[dict[str, Account | AnonymousUser]]

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.now = at(10)
        self.entries: list[Entry] = []
        self.confirmed: set[int] = set()
        self.frozen: dict[Any, tuple[str, str]] = {}
        self.decided: dict[Any, tuple[object, ...]] = {}
        self.needs_second = False
        self.n_events = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(needs_second=st.booleans(), begins_in_silence=st.booleans())
    def begin(self, needs_second: bool, begins_in_silence: bool) -> None:
        self.needs_second = needs_second
        secretariat = self.actors["secretariat"]
        meetings.set_rules(secretariat, self.reflection, meetings.NewRules(needs_second, 60, 1))
        self.proposal: Proposal = Proposal.objects.get(pk=self.small.proposal.pk)
        self.meeting: Meeting = meetings.plan_meeting(secretariat, self.reflection, meeting_frame())
        beat(self.now)
        if begins_in_silence:
            self.put_in_silence("secretariat", 30)
        else:
            meetings.open_meeting(secretariat, self.meeting)
            self.put_on_agenda("secretariat")

    @rule(data=st.data(), is_fitting=st.sampled_from([True, True, True, False]))
    def somebody_acts(self, data: st.DataObject, is_fitting: bool) -> None:
        """One deed; three times of four one that fits what is under way."""
        if Decision.objects.filter(text__proposal=self.proposal).exists() and is_fitting:
            self.proposal = self.small.add_proposal(n_clauses=1)
        is_silence = SilenceProcedure.objects.filter(text__proposal=self.proposal, ended_at=None).exists()
        is_possible = SilenceProcedure.objects.exists()
        pool = IN_SILENCE if is_possible and is_silence == is_fitting else AT_A_MEETING
        name = data.draw(st.sampled_from(pool))
        getattr(self, name)(*(data.draw(each) for each in DEEDS[name]))

    # Deeds

    def put_on_agenda(self, who: str) -> None:
        self.do(who, ("secretariat",), lambda a: meetings.put_on_agenda(a, self.meeting, self.proposal))

    def run_the_meeting(self, who: str, deed: str) -> None:
        item = AgendaItem.objects.filter(taken_off_at=None).last()
        if deed == "open":
            self.do(who, ("secretariat",), lambda a: meetings.open_meeting(a, self.meeting))
        elif deed == "close":
            self.do(who, ("secretariat",), lambda a: meetings.close_meeting(a, self.meeting))
            if Meeting.objects.get(pk=self.meeting.pk).state == Meeting.State.CLOSED:
                self.meeting = meetings.plan_meeting(
                    self.actors["secretariat"], self.reflection, meeting_frame()
                )
        elif item is not None:
            self.do(who, ("secretariat",), lambda a: meetings.take_off_agenda(a, item))

    def take_position(self, who: str, kind: str) -> None:
        text = FrozenText.objects.filter(proposal=self.proposal).last()
        if text is not None:
            why = None if kind == "joins" else WHY
            made = self.do(who, DELEGATES, lambda a: take_position(a, text, kind, explanation=why))
            if made is not None:
                self.entries.append((made.pk, text.pk, who[:2], kind))

    def all_take_a_position(self, kind: str, is_next: bool) -> None:
        """As it goes at a meeting: everybody speaks, and then the chair asks whether it is adopted."""
        for who in MEMBERS:
            self.take_position(who, kind if who == "PL" else "joins")
            self.confirm(f"{who}2", who)
        if is_next:
            self.adopt("secretariat")

    def confirm(self, who: str, code: str) -> None:
        position = Position.objects.filter(member__code=code).last()
        entitled = (code, f"{code}2")
        if position is not None and self.do(who, entitled, lambda a: confirm_position(a, position)):
            self.confirmed.add(position.pk)

    def adopt(self, who: str) -> None:
        item = AgendaItem.objects.filter(taken_off_at=None).last()
        if item is not None:
            expected = self.may_be_adopted(item.text_id)
            made = self.do(who, ("secretariat",), lambda a: adopt_text(a, item))
            assert made is None or expected or item.text_id in self.decided

    def put_in_silence(self, who: str, hours: int) -> None:
        new = silences.NewSilence(self.now + timedelta(hours=hours), ZONE, (24, 2))
        self.do(who, ("secretariat",), lambda a: silences.open_silence(a, self.proposal, new, now=self.now))

    def wait_for_the_deadline(self) -> None:
        """The platform runs until the deadline has come, and somebody looks."""
        self.now = max(self.now, self.silence.deadline_at)
        Pulse.objects.update(beat_at=self.now)
        self.look(is_clock=True)

    def break_silence(self, who: str) -> None:
        self.do(who, DELEGATES, lambda a: silences.break_silence(a, self.silence, WHY, now=self.now))

    def record_letter(self, who: str, code: str, minutes_ago: int) -> None:
        member, received_at = self.small.members[code], self.now - timedelta(minutes=minutes_ago)
        self.do(
            who,
            ("secretariat",),
            lambda a: silences.record_written_objection(
                a, self.silence, member, WHY, received_at=received_at, now=self.now
            ),
        )

    def change_silence(self, who: str, deed: str) -> None:
        changes: dict[str, Any] = {"reason": WHY, "now": self.now}
        if deed == "extend":
            changes["deadline_at"] = self.now + timedelta(hours=40)
        act = getattr(silences, f"{deed}_silence")
        self.do(who, ("secretariat",), lambda a: act(a, self.silence, **changes))

    def wait(self, minutes: int, is_running: bool) -> None:
        """Time passes; while the platform runs its clock beats, else a gap is left."""
        self.now += timedelta(minutes=minutes)
        if is_running:
            Pulse.objects.update(beat_at=self.now)

    def look(self, is_clock: bool) -> None:
        if is_clock:
            settle_due(self.now)
        else:
            for procedure in SilenceProcedure.objects.all():
                settle(procedure, now=self.now)

    # What must hold after each of them

    @invariant()
    def no_position_is_lost(self) -> None:
        rows = Position.objects.order_by("id").values_list("id", "text_id", "member__code", "kind")
        assert list(rows) == self.entries

    @invariant()
    def no_frozen_text_changes(self) -> None:
        for text in FrozenText.objects.all():
            assert self.frozen.setdefault(text.pk, (text.document, text.digest)) == (
                text.document,
                text.digest,
            )
            assert matches_digest(text)

    @invariant()
    def a_decision_is_taken_once_and_stays(self) -> None:
        found = {
            each.text_id: (each.pk, each.way, each.adopted_at, each.positions, each.recorded_at)
            for each in Decision.objects.all()
        }
        for text_id, facts in found.items():
            assert self.decided.setdefault(text_id, facts) == facts
        assert set(found) == set(self.decided)
        adopted = Proposal.objects.filter(state=Proposal.State.ADOPTED).values_list("pk", flat=True)
        decided = Decision.objects.values_list("text__proposal", flat=True)
        assert sorted(decided) == sorted(adopted)  # each proposal once

    @invariant()
    def nothing_is_adopted_over_an_objection_or_a_missing_position(self) -> None:
        for decision in Decision.objects.select_related("silence"):
            if decision.silence is None:
                assert self.may_be_adopted(decision.text_id)
                assert decision.positions == {
                    code: self.last_entry(decision.text_id, code)[0]  # type: ignore[index]
                    for code in MEMBERS
                }
                continue
            events = SilenceEvent.objects.filter(procedure=decision.silence)
            assert decision.adopted_at == decision.silence.deadline_at == decision.silence.ended_at
            assert not events.filter(kind="broken").exists()
            assert all(each.happened_at >= decision.adopted_at for each in events.filter(kind="late"))
            assert not any(text_id == decision.text_id for _id, text_id, _code, _kind in self.entries)

    @invariant()
    def a_silence_that_was_broken_was_broken_in_time(self) -> None:
        events = list(SilenceEvent.objects.select_related("procedure").order_by("id"))
        assert len(events) >= self.n_events
        self.n_events = len(events)
        suspended = {each.procedure_id for each in events if each.kind == "suspended"}
        for event in events:
            if event.kind == "broken":
                assert event.procedure.state == SilenceProcedure.State.BROKEN
                assert event.procedure_id in suspended or event.happened_at < event.procedure.deadline_at

    # Helps

    @property
    def reflection(self) -> Any:
        return self.small.small.reflection

    @property
    def silence(self) -> SilenceProcedure:
        return SilenceProcedure.objects.select_related("reflection").latest("reference")

    def do(self, who: str, entitled: tuple[str, ...], deed: Callable[[Any], Any]) -> Any:
        """Try a deed; None where it was refused. Nobody succeeds who is not entitled."""
        try:
            with transaction.atomic():
                made = deed(self.actors[who])
        except ValidationError:
            return None
        except PermissionDenied:
            assert who not in entitled
            return None
        assert who in entitled, (who, deed)
        return made

    def last_entry(self, text_id: Any, code: str) -> Entry | None:
        of_member = [each for each in self.entries if each[1:3] == (text_id, code)]
        return of_member[-1] if of_member else None

    def may_be_adopted(self, text_id: Any) -> bool:
        """By the record of this test: every member joins, confirmed where that is asked for."""
        last = [self.last_entry(text_id, code) for code in MEMBERS]
        return all(
            each is not None
            and each[3] in ("joins", "reserves")
            and (not self.needs_second or each[0] in self.confirmed)
            for each in last
        )


def test_no_sequence_of_deeds_adopts_over_an_objection_or_loses_anything() -> None:
    small = SmallProposal()
    foreign = SmallProposal(SmallReflection("other", "OTHER"))
    Deciding.small = small
    Deciding.actors = {
        **delegates_for(small),
        "CA2": small.add_delegate("CA", "second"),
        "PL2": small.add_delegate("PL", "second"),
        "secretariat": small.secretariat,
        "participant": small.small.accounts["participant"],
        "foreign": foreign.delegates["FR"],
        "nobody": AnonymousUser(),
    }
    run_state_machine_as_test(
        Deciding,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
