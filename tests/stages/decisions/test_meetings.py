"""Meetings and positions: who may, what counts, what stands in the way, and that nothing is lost."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from placet.stages.decisions.meetings import actions as meetings
from placet.stages.decisions.models import AgendaItem, Decision, Meeting, Position
from placet.stages.decisions.positions.actions import NotYet, adopt_text, confirm_position, take_position
from placet.stages.decisions.positions.queries import own_entries, standing
from placet.stages.proposals.freezing import matches_digest
from placet.stages.proposals.models import Proposal
from placet.stages.record.models import AuditEntry
from tests.stages.decisions.decisions import WHY, SmallMeeting, meeting_frame
from tests.stages.proposals.proposals import SmallProposal
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db
Kind = Position.Kind


@pytest.fixture
def small() -> SmallMeeting:
    return SmallMeeting(SmallProposal())


def test_a_text_is_adopted_once_every_member_has_joined(small: SmallMeeting) -> None:
    small.all_join()
    decision = small.adopt()
    small.proposal.refresh_from_db()
    assert small.proposal.state == Proposal.State.ADOPTED
    assert (decision.way, decision.meeting, decision.reference) == (
        Decision.Way.MEETING,
        small.meeting,
        "SMALL-DC-0001",
    )
    assert set(decision.positions) == {"CA", "FR", "PL"}
    assert small.adopt() == decision  # asked twice, one decision
    assert Decision.objects.count() == 1
    assert AuditEntry.objects.filter(action="decisions.adopt_text").count() == 1


def test_a_missing_position_is_not_assent_and_what_stands_in_the_way_is_listed(small: SmallMeeting) -> None:
    small.say("CA")
    small.say("FR", Kind.OBJECTS)
    with pytest.raises(NotYet) as refusal:
        small.adopt()
    assert refusal.value.obstacles.missing == ("PL",)
    assert refusal.value.obstacles.objecting == ("FR",)
    assert refusal.value.messages == [
        "No position yet, and a missing position is not assent: PL.",
        "Against the text: FR.",
    ]
    small.say("PL")
    small.say("FR", Kind.RESERVES)  # a new entry; the objection stays on record
    assert small.adopt()
    assert Position.objects.filter(text=small.text).count() == 4


def test_a_reservation_and_an_objection_are_explained(small: SmallMeeting) -> None:
    for kind in (Kind.RESERVES, Kind.OBJECTS):
        with pytest.raises(ValidationError) as refusal:
            take_position(small.delegates["FR"], small.text, kind, explanation={"en": "  "})
        assert "explanation" in refusal.value.error_dict
    with pytest.raises(ValidationError):
        take_position(small.delegates["FR"], small.text, "abstains")


def test_delegates_alone_take_positions_each_for_its_own_member(small: SmallMeeting) -> None:
    other = SmallProposal(SmallReflection("other", "OTHER"))
    for actor in (small.secretariat, small.small.accounts["participant"], other.delegates["FR"], NOBODY):
        with pytest.raises(PermissionDenied):
            take_position(actor, small.text, Kind.JOINS)
    assert small.say("CA").member.code == "CA"


def test_the_same_request_makes_one_entry(small: SmallMeeting) -> None:
    key = uuid4()
    first = small.say("FR", request_key=key)
    assert small.say("FR", request_key=key) == first
    assert Position.objects.count() == 1
    with pytest.raises(ValidationError):
        small.say("FR", Kind.OBJECTS, request_key=key)


def test_with_four_eyes_a_position_counts_once_a_second_delegate_confirms_it() -> None:
    small = SmallMeeting(SmallProposal(), needs_second=True)
    position = small.say("FR")
    with pytest.raises(ValidationError):
        confirm_position(small.delegates["FR"], position)  # the same pair of eyes
    with pytest.raises(PermissionDenied):
        confirm_position(small.delegates["PL"], position)
    for code in ("CA", "PL"):
        small.say(code)
        small.confirm(code)
    with pytest.raises(NotYet) as refusal:
        small.adopt()
    assert refusal.value.obstacles.unconfirmed == ("FR",)
    confirm_position(small.delegates["FR2"], position)
    confirm_position(small.delegates["FR2"], position)  # once
    later = small.say("FR2", Kind.RESERVES)  # ends the confirmed one
    with pytest.raises(ValidationError):
        confirm_position(small.delegates["FR2"], position)
    with pytest.raises(NotYet):
        small.adopt()
    confirm_position(small.delegates["FR"], later)
    assert small.adopt().positions["FR"] == later.pk


def test_an_entry_is_never_changed(small: SmallMeeting) -> None:
    position = small.say("FR")
    with pytest.raises(DatabaseError), transaction.atomic():
        Position.objects.filter(pk=position.pk).update(kind=Kind.OBJECTS)


def test_after_the_adoption_positions_stay_as_they_are(small: SmallMeeting) -> None:
    small.all_join()
    small.adopt()
    with pytest.raises(ValidationError):
        small.say("FR", Kind.OBJECTS)
    with pytest.raises(ValidationError):
        meetings.take_off_agenda(small.secretariat, small.item)


def test_before_the_adoption_delegates_and_the_secretariat_alone_see_who_stands_where(
    small: SmallMeeting,
) -> None:
    small.say("PL", Kind.RESERVES)
    for actor in (small.secretariat, small.delegates["CA"]):
        seen = standing(actor, small.text, "en")
        assert (seen.reserving, seen.missing, seen.is_ready) == (("PL",), ("CA", "FR"), False)
    for actor in (NOBODY, small.small.accounts["participant"], small.small.accounts["analyst"]):
        with pytest.raises(PermissionDenied):
            standing(actor, small.text, "en")
    small.say("CA")
    small.say("FR")
    small.adopt()
    seen = standing(NOBODY, small.text, "fr")
    assert seen.is_ready
    assert [(each.code, each.explanation and each.explanation.body) for each in seen.reservations] == [
        ("PL", WHY["fr"])
    ]


def test_a_member_sees_all_of_its_own_entries(small: SmallMeeting) -> None:
    small.say("FR", Kind.OBJECTS)
    small.say("FR2")
    small.say("PL")
    entries = own_entries(small.proposals.members["FR"], None, "en")
    assert [(each.kind, each.is_last) for each in entries] == [("joins", True), ("objects", False)]


def test_an_agenda_freezes_what_is_put_on_it_and_gives_back_what_is_taken_off(small: SmallMeeting) -> None:
    assert small.proposal.state == Proposal.State.FROZEN
    assert matches_digest(small.text)
    assert meetings.put_on_agenda(small.secretariat, small.meeting, small.proposal) == small.item
    second = meetings.plan_meeting(small.secretariat, small.reflection, meeting_frame())
    with pytest.raises(ValidationError):
        meetings.put_on_agenda(small.secretariat, second, small.proposal)
    small.say("FR", Kind.OBJECTS)
    meetings.take_off_agenda(small.secretariat, small.item)
    small.proposal.refresh_from_db()
    assert small.proposal.state == Proposal.State.AMENDABLE
    item = meetings.put_on_agenda(small.secretariat, second, small.proposal)
    assert (item.text.number, Position.objects.filter(text=item.text).count()) == (2, 0)
    assert Position.objects.count() == 1  # the earlier one stays, on the earlier text


def test_a_meeting_is_planned_opened_and_closed(small: SmallMeeting) -> None:
    meeting = small.meeting
    assert meeting.state == Meeting.State.OPEN
    meetings.open_meeting(small.secretariat, meeting)  # once more: nothing
    meetings.close_meeting(small.secretariat, meeting)
    meetings.close_meeting(small.secretariat, meeting)
    small.proposal.refresh_from_db()
    assert (meeting.state, small.proposal.state) == (Meeting.State.CLOSED, Proposal.State.AMENDABLE)
    for deed in (
        lambda: meetings.open_meeting(small.secretariat, meeting),
        lambda: meetings.put_on_agenda(small.secretariat, meeting, small.proposal),
        lambda: meetings.change_meeting(small.secretariat, meeting, meeting_frame()),
        lambda: meetings.take_off_agenda(small.secretariat, AgendaItem.objects.get()),
        lambda: adopt_text(small.secretariat, AgendaItem.objects.get()),
        lambda: small.say("FR"),
    ):
        with pytest.raises(ValidationError):
            deed()
    assert AuditEntry.objects.filter(action="decisions.close_meeting").count() == 1


def test_nothing_is_adopted_at_a_meeting_that_is_not_open() -> None:
    small = SmallMeeting(SmallProposal(), is_open=False)
    small.all_join()  # positions are taken beforehand
    with pytest.raises(ValidationError):
        small.adopt()
    with pytest.raises(ValidationError):
        meetings.close_meeting(small.secretariat, small.meeting)
    meetings.open_meeting(small.secretariat, small.meeting)
    assert small.adopt()


def test_the_secretariat_alone_runs_meetings(small: SmallMeeting) -> None:
    for actor in (small.delegates["FR"], small.small.accounts["analyst"], NOBODY):
        for deed in (
            lambda who=actor: meetings.plan_meeting(who, small.reflection, meeting_frame()),
            lambda who=actor: meetings.change_meeting(who, small.meeting, meeting_frame()),
            lambda who=actor: meetings.put_on_agenda(who, small.meeting, small.proposal),
            lambda who=actor: meetings.take_off_agenda(who, small.item),
            lambda who=actor: meetings.open_meeting(who, small.meeting),
            lambda who=actor: meetings.close_meeting(who, small.meeting),
            lambda who=actor: adopt_text(who, small.item),
            lambda who=actor: meetings.set_rules(who, small.reflection, meetings.NewRules(False, 60, 24)),
        ):
            with pytest.raises(PermissionDenied):
                deed()


def test_a_meeting_says_what_it_is_and_in_which_time_zone(small: SmallMeeting) -> None:
    for changes in ({"title": {"fr": "Réunion"}}, {"time_zone": "Europe/Atlantis"}):
        with pytest.raises(ValidationError):
            meetings.plan_meeting(small.secretariat, small.reflection, meeting_frame(**changes))
    meetings.change_meeting(
        small.secretariat, small.meeting, meeting_frame(time_zone="Asia/Tokyo", place=None)
    )
    assert (small.meeting.time_zone, small.meeting.place) == ("Asia/Tokyo", None)


def test_the_rules_change_within_bounds_and_not_under_the_feet_of_an_agenda(small: SmallMeeting) -> None:
    for new in (
        meetings.NewRules(False, -1, 24),
        meetings.NewRules(False, 60, 0),
        meetings.NewRules(True, 60, 24),
    ):
        with pytest.raises(ValidationError):
            meetings.set_rules(small.secretariat, small.reflection, new)
    meetings.set_rules(small.secretariat, small.reflection, meetings.NewRules(False, 30, 12))
    meetings.take_off_agenda(small.secretariat, small.item)
    rules = meetings.set_rules(small.secretariat, small.reflection, meetings.NewRules(True, 30, 12))
    assert (rules.needs_second_delegate, rules.outage_allowance_minutes) == (True, 30)


def test_a_proposal_of_another_reflection_is_refused(small: SmallMeeting) -> None:
    other = SmallProposal(SmallReflection("other", "OTHER"))
    with pytest.raises(ValidationError):
        meetings.put_on_agenda(small.secretariat, small.meeting, other.proposal)
