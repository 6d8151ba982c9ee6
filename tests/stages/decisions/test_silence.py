"""Silence procedures by an injected clock: in time or too late, adopted at the deadline, all on record."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Q
from django.utils import timezone

from placet.stages.decisions.meetings.actions import NewRules, plan_meeting, put_on_agenda, set_rules
from placet.stages.decisions.models import (
    Decision,
    Outage,
    Position,
    Pulse,
    SilenceEvent,
    SilenceProcedure,
)
from placet.stages.decisions.positions.actions import take_position
from placet.stages.decisions.silence import actions
from placet.stages.decisions.silence.actions import NewSilence, open_silence
from placet.stages.decisions.silence.database_clock import database_now
from placet.stages.decisions.silence.pulse import beat, outages_between
from placet.stages.decisions.silence.settling import settle, settle_due
from placet.stages.mandates.models import Member, Role, RoleGrant
from placet.stages.mandates.participation import revoke_role
from placet.stages.people.models import OutboxMessage
from placet.stages.proposals.drafting.actions import withdraw_proposal
from placet.stages.proposals.models import Proposal
from placet.stages.record.models import AuditEntry
from tests.stages.decisions.decisions import WHY, ZONE, SmallSilence, at, meeting_frame
from tests.stages.proposals.proposals import SmallProposal
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db
State = SilenceProcedure.State
Kind = SilenceEvent.Kind
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def small() -> SmallSilence:
    """A procedure from the 10th at noon to the 12th at noon."""
    return SmallSilence(SmallProposal(), opened_at=at(10))


def kinds(procedure: SilenceProcedure) -> list[str]:
    return list(
        SilenceEvent.objects.filter(procedure=procedure).order_by("id").values_list("kind", flat=True)
    )


def state_of(proposal: Proposal) -> str:
    proposal.refresh_from_db()
    return proposal.state


# Adoption at the deadline


def test_in_silence_a_text_is_adopted_at_the_deadline_whenever_that_is_written_down(
    small: SmallSilence,
) -> None:
    before = settle(small.procedure, now=at(12) - MILLISECOND)
    assert before.state == State.RUNNING
    settled = settle(small.procedure, now=at(15))  # nobody looked for three days
    decision = Decision.objects.get()
    assert (settled.state, settled.ended_at, decision.adopted_at) == (State.ADOPTED, at(12), at(12))
    assert decision.positions == {"CA": None, "FR": None, "PL": None}
    assert state_of(small.proposals.proposal) == Proposal.State.ADOPTED
    assert kinds(small.procedure)[0] == Kind.OPENED
    assert kinds(small.procedure)[-1] == Kind.ADOPTED
    assert SilenceEvent.objects.get(kind=Kind.ADOPTED).happened_at == at(15)


def test_a_job_and_a_reader_take_one_decision(small: SmallSilence) -> None:
    reader = SilenceProcedure.objects.get()
    settle_due(at(12))
    assert settle(reader, now=at(12)).state == State.ADOPTED  # it had read the row before
    settle_due(at(13))
    assert Decision.objects.count() == 1
    assert kinds(small.procedure).count(Kind.ADOPTED) == 1


def test_a_final_row_is_changed_by_nobody(small: SmallSilence) -> None:
    settle(small.procedure, now=at(12))
    for rows, change in (
        (SilenceProcedure.objects.all(), {"state": State.BROKEN}),
        (SilenceEvent.objects.all(), {"happened_at": at(1)}),
        (Decision.objects.all(), {"adopted_at": at(1)}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)


def test_what_was_withdrawn_meanwhile_is_not_adopted(small: SmallSilence) -> None:
    proposal = small.proposals.proposal
    try:
        withdraw_proposal(small.secretariat, proposal, reason={"en": "No.", "fr": "Non."})
    except ValidationError:
        Proposal.objects.filter(pk=proposal.pk).update(state=Proposal.State.AMENDABLE)
    settle_due(at(12))
    small.procedure.refresh_from_db()
    assert (small.procedure.state, Decision.objects.count()) == (State.CANCELLED, 0)


# Breaking the silence


def test_one_signature_breaks_the_silence(small: SmallSilence) -> None:
    set_rules(small.secretariat, small.reflection, NewRules(True, 60, 24))  # four eyes or not
    event = actions.break_silence(small.delegates["FR"], small.procedure, WHY, now=at(12) - MILLISECOND)
    assert (event.kind, event.member_id) == (Kind.BROKEN, small.proposals.members["FR"].pk)
    assert (small.procedure.state, small.procedure.ended_at) == (State.BROKEN, at(12) - MILLISECOND)
    assert state_of(small.proposals.proposal) == Proposal.State.AMENDABLE
    settle_due(at(13))
    assert not Decision.objects.exists()


@pytest.mark.parametrize(("late_by", "kind"), [(-MILLISECOND, Kind.BROKEN), (MILLISECOND * 0, Kind.TOO_LATE)])
def test_in_the_second_of_the_deadline_the_millisecond_decides(
    small: SmallSilence, late_by: timedelta, kind: str
) -> None:
    event = actions.break_silence(small.delegates["PL"], small.procedure, WHY, now=at(12) + late_by)
    assert event.kind == kind
    assert Decision.objects.exists() == (kind == Kind.TOO_LATE)


def test_an_objection_that_comes_too_late_is_on_record_and_the_objector_is_told(small: SmallSilence) -> None:
    OutboxMessage.objects.all().delete()
    event = actions.break_silence(small.delegates["PL"], small.procedure, WHY, now=at(12, second=1))
    assert (event.kind, small.procedure.state) == (Kind.TOO_LATE, State.ADOPTED)
    assert Decision.objects.get().adopted_at == at(12)
    assert kinds(small.procedure)[-2:] == [Kind.ADOPTED, Kind.TOO_LATE]
    (message,) = OutboxMessage.objects.filter(subject__startswith="Too late")
    assert message.recipient_email == small.delegates["PL"].email


def test_the_same_member_breaks_it_once_and_another_is_told_that_it_is_broken(small: SmallSilence) -> None:
    first = actions.break_silence(small.delegates["FR"], small.procedure, WHY, now=at(11))
    assert actions.break_silence(small.delegates["FR2"], small.procedure, WHY, now=at(11, 13)) == first
    with pytest.raises(ValidationError):
        actions.break_silence(small.delegates["PL"], small.procedure, WHY, now=at(11, 14))


def test_a_reason_is_needed_and_a_delegate_of_this_reflection(small: SmallSilence) -> None:
    with pytest.raises(ValidationError):
        actions.break_silence(small.delegates["FR"], small.procedure, {"en": " "}, now=at(11))
    other = SmallProposal(SmallReflection("other", "OTHER"))
    for actor in (small.secretariat, other.delegates["FR"], small.small.accounts["participant"], NOBODY):
        with pytest.raises(PermissionDenied):
            actions.break_silence(actor, small.procedure, WHY, now=at(11))
    grant = RoleGrant.objects.get(account=small.delegates["PL"], role=Role.DELEGATE)
    revoke_role(small.secretariat, grant)
    with pytest.raises(PermissionDenied):
        actions.break_silence(small.delegates["PL"], small.procedure, WHY, now=at(11))


def written(small: SmallSilence, received_at: datetime, now: datetime) -> SilenceEvent:
    member = small.proposals.members["CA"]
    return actions.record_written_objection(
        small.secretariat, small.procedure, member, WHY, received_at=received_at, now=now
    )


def test_a_letter_that_came_in_time_breaks_a_silence_that_still_runs(small: SmallSilence) -> None:
    for received_at in (at(9), at(12), at(11, 13)):  # before it began, at the deadline, still to come
        with pytest.raises(ValidationError):
            written(small, received_at, at(11))
    event = written(small, at(11, 9), at(11))
    assert (event.kind, event.received_at, small.procedure.state) == (Kind.BROKEN, at(11, 9), State.BROKEN)
    assert event.account == small.secretariat


def test_a_letter_that_is_recorded_after_the_adoption_changes_nothing_and_is_on_record(
    small: SmallSilence,
) -> None:
    event = written(small, at(12) - MILLISECOND, at(12))
    assert (event.kind, small.procedure.state) == (Kind.TOO_LATE, State.ADOPTED)
    assert Decision.objects.get().adopted_at == at(12)


# Opening


def test_a_silence_freezes_the_text_and_tells_every_delegation_in_its_language(small: SmallSilence) -> None:
    assert state_of(small.proposals.proposal) == Proposal.State.FROZEN
    messages = {each.recipient_email: each for each in OutboxMessage.objects.filter(key__contains="silence")}
    assert set(messages) == {account.email for account in small.delegates.values()}
    english = messages[small.delegates["PL"].email]
    french = messages[small.delegates["FR2"].email]
    assert english.subject == "Silence procedure: A proposal"
    assert "12 January 2031, 13:00 (Europe/Brussels)" in english.body
    assert "12 January 2031, 12:00 UTC" in english.body
    assert small.procedure.text.digest in english.body
    assert "Une proposition" in french.subject
    assert "/fr/" in french.body


def test_nobody_is_silent_who_cannot_object() -> None:
    proposals = SmallProposal()
    grant = RoleGrant.objects.get(account=proposals.delegates["CA"], role=Role.DELEGATE)
    revoke_role(proposals.secretariat, grant)
    with pytest.raises(ValidationError, match="CA"):
        open_silence(proposals.secretariat, proposals.proposal, NewSilence(at(12), ZONE), now=at(10))


@pytest.mark.parametrize(
    "new",
    [
        NewSilence(at(10, 18), ZONE),  # less than the rules ask for
        NewSilence(at(12), "Europe/Atlantis"),
        NewSilence(at(12) + timedelta(days=400), ZONE),
        NewSilence(at(12), ZONE, (0,)),
        NewSilence(at(12), ZONE, (1, 2, 3, 4, 5, 6)),
    ],
)
def test_a_silence_is_opened_within_the_rules(new: NewSilence) -> None:
    proposals = SmallProposal()
    with pytest.raises(ValidationError):
        open_silence(proposals.secretariat, proposals.proposal, new, now=at(10))
    assert not SilenceProcedure.objects.exists()


def test_a_deadline_at_an_hour_that_comes_twice_is_refused() -> None:
    proposals = SmallProposal()
    begin = datetime(2031, 10, 20, tzinfo=UTC)
    twice = datetime(2031, 10, 26, 0, 30, tzinfo=UTC)  # 2:30 in Brussels, for the first time of two
    with pytest.raises(ValidationError, match="twice"):
        open_silence(proposals.secretariat, proposals.proposal, NewSilence(twice, ZONE), now=begin)
    once = twice + timedelta(hours=2)  # 3:30, after the clocks were put back
    procedure = open_silence(proposals.secretariat, proposals.proposal, NewSilence(once, ZONE), now=begin)
    assert settle(procedure, now=once - MILLISECOND).state == State.RUNNING
    assert settle(procedure, now=once).state == State.ADOPTED
    assert Decision.objects.get().adopted_at == once


def test_a_text_is_put_to_the_members_in_one_way_at_a_time(small: SmallSilence) -> None:
    proposal = small.proposals.proposal
    meeting = plan_meeting(small.secretariat, small.reflection, meeting_frame())
    with pytest.raises(ValidationError):
        put_on_agenda(small.secretariat, meeting, proposal)
    with pytest.raises(ValidationError):
        open_silence(small.secretariat, proposal, NewSilence(at(14), ZONE), now=at(11))
    with pytest.raises(ValidationError):  # no objection may lie there while others think that all are silent
        take_position(small.delegates["FR"], small.procedure.text, Position.Kind.OBJECTS, explanation=WHY)


def test_the_secretariat_alone_runs_procedures(small: SmallSilence) -> None:
    procedure, why = small.procedure, {"reason": WHY, "now": at(11)}
    member = Member.objects.first()
    assert member is not None
    for actor in (small.delegates["FR"], small.small.accounts["analyst"], NOBODY):
        for deed in (
            lambda who=actor: actions.extend_silence(who, procedure, deadline_at=at(14), **why),
            lambda who=actor: actions.suspend_silence(who, procedure, **why),
            lambda who=actor: actions.resume_silence(who, procedure, **why),
            lambda who=actor: actions.cancel_silence(who, procedure, **why),
            lambda who=actor: actions.record_written_objection(
                who, procedure, member, WHY, received_at=at(11), now=at(11)
            ),
            lambda who=actor: open_silence(who, small.proposals.proposal, NewSilence(at(14), ZONE)),
        ):
            with pytest.raises(PermissionDenied):
                deed()


# Extending, suspending, cancelling


def test_a_deadline_moves_only_to_a_later_moment_while_it_runs(small: SmallSilence) -> None:
    secretariat, procedure = small.secretariat, small.procedure
    with pytest.raises(ValidationError):
        actions.extend_silence(secretariat, procedure, deadline_at=at(11), reason=WHY, now=at(10, 13))
    with pytest.raises(ValidationError):
        actions.extend_silence(secretariat, procedure, deadline_at=at(14), reason={}, now=at(10, 13))
    actions.extend_silence(secretariat, procedure, deadline_at=at(14), reason=WHY, now=at(11))
    actions.extend_silence(secretariat, procedure, deadline_at=at(14), reason=WHY, now=at(11))
    assert kinds(procedure).count(Kind.EXTENDED) == 1
    settle_due(at(13))
    with pytest.raises(ValidationError):  # too late: adopted
        actions.extend_silence(secretariat, procedure, deadline_at=at(20), reason=WHY, now=at(14))
    settle_due(at(14))
    assert Decision.objects.get().adopted_at == at(14)


def test_while_it_is_suspended_no_time_runs(small: SmallSilence) -> None:
    secretariat, procedure = small.secretariat, small.procedure
    actions.suspend_silence(secretariat, procedure, reason=WHY, now=at(11))
    actions.suspend_silence(secretariat, procedure, reason=WHY, now=at(11, 13))  # once more: nothing
    assert (procedure.state, procedure.left_seconds) == (State.SUSPENDED, 24 * 3600)
    settle_due(at(20))
    actions.resume_silence(secretariat, procedure, reason=WHY, now=at(20))
    assert (procedure.state, procedure.deadline_at, procedure.left_seconds) == (State.RUNNING, at(21), None)
    settle_due(at(21))
    assert Decision.objects.get().adopted_at == at(21)
    assert [each for each in kinds(procedure) if each != Kind.REMINDED] == [
        Kind.OPENED,
        Kind.SUSPENDED,
        Kind.RESUMED,
        Kind.ADOPTED,
    ]


def test_a_suspended_procedure_can_be_broken(small: SmallSilence) -> None:
    actions.suspend_silence(small.secretariat, small.procedure, reason=WHY, now=at(11))
    actions.break_silence(small.delegates["PL"], small.procedure, WHY, now=at(15))
    assert small.procedure.state == State.BROKEN


def test_a_cancelled_procedure_gives_the_text_back(small: SmallSilence) -> None:
    actions.cancel_silence(small.secretariat, small.procedure, reason=WHY, now=at(11))
    actions.cancel_silence(small.secretariat, small.procedure, reason=WHY, now=at(11))
    assert state_of(small.proposals.proposal) == Proposal.State.AMENDABLE
    with pytest.raises(ValidationError):
        actions.break_silence(small.delegates["PL"], small.procedure, WHY, now=at(11))
    again = open_silence(small.secretariat, small.proposals.proposal, NewSilence(at(20), ZONE), now=at(12))
    assert (again.text.number, again.reference) == (2, "SMALL-SP-0002")
    assert AuditEntry.objects.filter(action="decisions.cancel_silence").count() == 1


# Reminders


def n_reminders() -> int:
    """How many reminders are in the outbox, in English and French."""
    is_reminder = Q(subject__startswith="Reminder") | Q(subject__startswith="Rappel")
    return OutboxMessage.objects.filter(is_reminder).count()


def test_members_are_reminded_once(small: SmallSilence) -> None:
    settle_due(at(11) - MILLISECOND)
    assert Kind.REMINDED not in kinds(small.procedure)
    for minute in (0, 1, 2):
        settle_due(at(11, minute=minute))
    assert kinds(small.procedure).count(Kind.REMINDED) == 1
    assert n_reminders() == len(small.delegates)
    actions.extend_silence(small.secretariat, small.procedure, deadline_at=at(14), reason=WHY, now=at(11, 13))
    settle_due(at(11, 14))
    settle_due(at(13))
    assert kinds(small.procedure).count(Kind.REMINDED) == 2  # of the new deadline


def test_reminders_that_come_due_together_are_one_message() -> None:
    small = SmallSilence(SmallProposal(), opened_at=at(10), remind_hours_before=(24, 12, 72))
    settle_due(at(12) - timedelta(hours=1))
    assert SilenceEvent.objects.filter(kind=Kind.REMINDED).count() == 2  # 72 hours before it had not begun
    assert n_reminders() == len(small.delegates)


# Outages


def run_until(moment: datetime) -> None:
    """The clock beats up to a moment; then the platform stands still."""
    beat(moment - timedelta(seconds=15))
    beat(moment)


def run_on(start: datetime, end: datetime) -> None:
    """The platform runs from one moment to another."""
    beat(start)
    Pulse.objects.update(beat_at=end - timedelta(minutes=1))


def test_a_short_restart_across_the_deadline_changes_nothing(small: SmallSilence) -> None:
    run_until(at(12) - timedelta(minutes=10))
    back = at(12, minute=30)
    beat(back)
    settle_due(back)
    assert Decision.objects.get().adopted_at == at(12)
    assert Outage.objects.count() == 1


def test_a_long_outage_across_the_deadline_gives_back_what_it_took(small: SmallSilence) -> None:
    run_until(at(12) - timedelta(minutes=30))
    back = at(13, 6)
    settled = settle(small.procedure, now=back)  # a reader comes before the clock
    assert (settled.state, settled.deadline_at) == (State.RUNNING, back + timedelta(minutes=30))
    settle_due(back + timedelta(seconds=1))
    beat(back + timedelta(seconds=15))
    assert kinds(small.procedure).count(Kind.OUTAGE) == 1
    event = actions.break_silence(
        small.delegates["PL"], small.procedure, WHY, now=back + timedelta(minutes=29)
    )
    assert event.kind == Kind.BROKEN


def test_an_objection_right_after_a_long_outage_is_in_time(small: SmallSilence) -> None:
    run_until(at(12) - timedelta(minutes=30))
    event = actions.break_silence(small.delegates["PL"], small.procedure, WHY, now=at(13, 6))
    assert event.kind == Kind.BROKEN


def test_an_outage_before_the_deadline_extends_by_its_length(small: SmallSilence) -> None:
    run_until(at(11))
    beat(at(11, 15))
    settle_due(at(11, 15, 1))
    small.procedure.refresh_from_db()
    assert small.procedure.deadline_at == at(12, 15)
    run_on(at(11, 15), at(12, 15))
    settle_due(at(12, 15))
    assert Decision.objects.get().adopted_at == at(12, 15)


def test_the_allowance_is_that_of_the_opening(small: SmallSilence) -> None:
    set_rules(small.secretariat, small.reflection, NewRules(False, 0, 24))
    run_until(at(11))
    run_on(at(11, 13), at(12))  # one hour: as long as is allowed, not longer
    settle_due(at(12))
    assert Decision.objects.get().adopted_at == at(12)


def test_outages_do_not_count_before_the_opening_while_suspended_or_without_a_pulse(
    small: SmallSilence,
) -> None:
    Outage.objects.create(started_at=at(8), ended_at=at(9))
    actions.suspend_silence(small.secretariat, small.procedure, reason=WHY, now=at(11))
    Outage.objects.create(started_at=at(11, 13), ended_at=at(13))
    actions.resume_silence(small.secretariat, small.procedure, reason=WHY, now=at(14))
    assert small.procedure.deadline_at == at(15)
    assert not Pulse.objects.exists()
    settle_due(at(25))
    assert Decision.objects.get().adopted_at == at(15)


def test_the_pulse_goes_forwards_and_a_gap_is_an_outage() -> None:
    beat(at(10))
    beat(at(10, minute=2))
    assert not Outage.objects.exists()
    beat(at(10, minute=1))  # a clock that was put back
    beat(at(10, minute=5))
    beat(at(10, minute=5))
    (outage,) = outages_between(at(1), at(30))
    assert (outage.started_at, outage.ended_at) == (at(10, minute=2), at(10, minute=5))
    assert not outages_between(at(11), at(30)).exists()


# Clocks and servers


def test_the_clock_of_the_database_goes_on_within_a_transaction() -> None:
    with transaction.atomic():
        first = database_now()
        assert abs(first - timezone.now()) < timedelta(seconds=30)
        while database_now() == first:
            pass


def test_two_settle_with_what_they_read_before(small: SmallSilence) -> None:
    one, other = SilenceProcedure.objects.get(), SilenceProcedure.objects.get()
    settle(one, now=at(12))
    settle(other, now=at(12, 13))
    assert one.ended_at == other.ended_at == at(12)
    assert Decision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_servers_and_an_objection_at_once_come_to_one_end() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory is one connection: on PostgreSQL this runs")
    small = SmallSilence(SmallProposal(), opened_at=at(10))
    barrier, ends = Barrier(3), []

    def run(deed: object) -> None:
        try:
            barrier.wait()
            ends.append(deed())  # type: ignore[operator]
        finally:
            connections.close_all()

    deeds = (
        lambda: settle(SilenceProcedure.objects.get(), now=at(12)).state,
        lambda: settle(SilenceProcedure.objects.get(), now=at(12)).state,
        lambda: (
            actions.break_silence(
                small.delegates["FR"], SilenceProcedure.objects.get(), WHY, now=at(12) - MILLISECOND
            ).kind
        ),
    )
    threads = [Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    small.procedure.refresh_from_db()
    is_adopted = small.procedure.state == State.ADOPTED
    assert len(ends) == 3
    assert Decision.objects.count() == int(is_adopted)
    assert (Kind.BROKEN in kinds(small.procedure)) != is_adopted
