"""The pages of deciding: a happy path and a refusal for each, counts of queries, nothing told too early."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from placet.stages.decisions.meetings import actions as meetings
from placet.stages.decisions.models import Decision, Meeting, Position, SilenceProcedure
from placet.stages.decisions.silence import actions as silences
from placet.stages.mandates.models import Role
from placet.stages.people.models import Account
from tests.stages.decisions.decisions import WHY, SmallMeeting, SmallSilence, meeting_frame
from tests.stages.pages import PAYLOAD, count_queries, is_harmless, sent
from tests.stages.proposals.proposals import SmallProposal

pytestmark = pytest.mark.django_db
Kind = Position.Kind


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def url(name: str, *arguments: object) -> str:
    return reverse(f"decisions:{name}", args=arguments)


def body(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


@pytest.fixture
def small() -> SmallMeeting:
    return SmallMeeting(SmallProposal())


def position_url(small: SmallMeeting) -> str:
    return url("position", small.meeting.reference, small.item.pk)


def sent_again(client: Client, address: str) -> int:
    """The answer to a form that was open before the text was adopted."""
    key = "5a0b5a7e-4c8e-4f5e-9b1e-7f6d0a1b2c3d"
    return client.post(address, {"form_key": key, "kind": "joins", "is_sure": "on"}).status_code


# Delegates


def test_a_delegate_reads_the_frozen_text_reserves_and_is_asked_once_more(small: SmallMeeting) -> None:
    client = client_of(small.delegates["FR"])
    desk = body(client, url("delegation", "small"))
    assert position_url(small) in desk
    assert "Waiting for a position" in desk
    page = body(client, position_url(small))
    assert small.text.digest in page
    assert "Clause 1 text." in page
    asked = sent(client, position_url(small), kind="reserves", explanation_en=f"Not so fast. {PAYLOAD}")
    assert asked.status_code == 200
    assert "Is this the position of France?" in asked.content.decode()
    assert is_harmless(asked)
    assert not Position.objects.exists()  # not before the second page
    data = {field.html_name: field.value() or "" for field in asked.context["form"]}
    back = client.post(position_url(small), data | {"change": "on", "is_sure": ""})
    assert "Not so fast." in back.content.decode()
    assert not Position.objects.exists()
    for _again in range(2):  # a double click
        answer = client.post(position_url(small), data | {"is_sure": "on"})
        assert answer.status_code == 302
    assert Position.objects.get().kind == Kind.RESERVES
    assert "joins with a reservation" in body(client, url("delegation", "small"))


def test_a_reservation_without_a_reason_comes_back_with_what_to_do(small: SmallMeeting) -> None:
    answer = sent(client_of(small.delegates["FR"]), position_url(small), kind="reserves")
    assert answer.status_code == 422
    assert "Explain it, in at least one language." in answer.content.decode()


def test_a_second_delegate_reads_and_confirms() -> None:
    small = SmallMeeting(SmallProposal(), needs_second=True)
    position = small.say("FR", Kind.OBJECTS)
    address = url("confirm-position", "small", position.pk)
    own = client_of(small.delegates["FR"])
    assert address not in body(own, url("delegation", "small"))
    assert own.post(address).status_code == 422
    second = client_of(small.delegates["FR2"])
    assert address in body(second, url("delegation", "small"))
    assert "It goes too far." in body(second, address)
    assert second.post(address).status_code == 302
    assert body(client_of(small.delegates["PL"]), address, 404)


def test_nobody_else_has_a_desk_or_takes_positions(small: SmallMeeting) -> None:
    for account in (small.secretariat, small.small.accounts["participant"]):
        client = client_of(account)
        for address in (url("delegation", "small"), position_url(small)):
            assert client.get(address).status_code == 403
            assert client.post(address).status_code in (403, 405)


def test_a_silence_is_broken_on_a_page_and_its_end_is_told() -> None:
    small = SmallSilence(SmallProposal())
    client = client_of(small.delegates["PL"])
    address = url("break-silence", small.procedure.reference)
    assert address in body(client, url("delegation", "small"))
    assert sent(client, address).status_code == 422
    assert sent(client, address, reason_en=f"No. {PAYLOAD}").status_code == 302
    small.procedure.refresh_from_db()
    assert small.procedure.state == SilenceProcedure.State.BROKEN
    page = client.get(url("silence", small.procedure.reference))
    assert is_harmless(page)
    assert "Poland" in page.content.decode()
    public = body(Client(), url("silence", small.procedure.reference))
    assert "Poland" not in public
    assert "Which member, and why, is for the delegations and the secretariat." in public


def test_whoever_opens_the_page_after_the_deadline_sees_the_decision() -> None:
    begin = timezone.now() - timedelta(days=3)
    small = SmallSilence(SmallProposal(), opened_at=begin)
    assert not Decision.objects.exists()
    page = body(Client(), url("silence", small.procedure.reference))
    decision = Decision.objects.get()
    assert decision.adopted_at == small.deadline
    assert url("decision", decision.reference) in page
    late = client_of(small.delegates["PL"])
    assert late.get(url("break-silence", small.procedure.reference)).status_code == 302
    answer = late.post(
        url("break-silence", small.procedure.reference),
        {"form_key": "5a0b5a7e-4c8e-4f5e-9b1e-7f6d0a1b2c3d", "reason_en": "Late."},
        follow=True,
    )
    assert "came after the deadline" in answer.content.decode()


def test_a_silence_page_says_the_deadline_in_three_ways_and_the_rules() -> None:
    small = SmallSilence(SmallProposal())
    page = body(Client(), url("silence", small.procedure.reference))
    for words in ("Time left", "(Europe/Brussels)", " UTC", small.procedure.text.digest, "60 minutes"):
        assert words in page
    client = client_of(small.delegates["FR2"])
    assert "Temps restant" in body(client, url("silence", small.procedure.reference).replace("/en/", "/fr/"))


# Everybody


def test_before_the_adoption_nobody_else_sees_who_stands_where(small: SmallMeeting) -> None:
    small.say("PL", Kind.OBJECTS)
    address = url("meeting", small.meeting.reference)
    public = body(Client(), address)
    assert "A proposal" in public
    assert "It goes too far." not in public
    assert "Where members stand" not in public
    assert "It goes too far." in body(client_of(small.delegates["CA"]), address)
    assert "It goes too far." in body(client_of(small.secretariat), address)


def test_everybody_reads_the_adopted_text_with_its_reservations(small: SmallMeeting) -> None:
    small.say("CA", Kind.OBJECTS, explanation={"en": "An objection of yesterday."})
    small.all_join()
    small.say("PL", Kind.RESERVES)
    decision = small.adopt()
    page = body(Client(), url("decision", decision.reference))
    for words in ("All 3 members have joined.", "It goes too far.", small.text.digest, "Clause 2 text."):
        assert words in page
    assert "An objection of yesterday." not in page
    assert url("decision", decision.reference) in body(Client(), url("list", "small"))
    delegate = client_of(small.delegates["FR"])  # on an address of yesterday
    assert delegate.get(position_url(small)).status_code == 302
    assert sent_again(delegate, position_url(small)) == 422


def test_what_belongs_to_a_draft_reflection_or_to_none_is_not_found(small: SmallMeeting) -> None:
    for name in ("meeting", "silence", "decision"):
        assert Client().get(url(name, "SMALL-M-0099")).status_code == 404
    type(small.reflection).objects.update(state="draft")
    assert Client().get(url("meeting", small.meeting.reference)).status_code == 404
    assert Client().get(url("list", "small")).status_code == 404


def test_the_number_of_queries_does_not_grow(small: SmallMeeting) -> None:
    small.all_join()
    delegate, secretariat = client_of(small.delegates["FR"]), client_of(small.secretariat)
    pages = (
        (Client(), url("list", "small")),
        (delegate, url("delegation", "small")),
        (delegate, url("meeting", small.meeting.reference)),
        (secretariat, url("manage-meeting", small.meeting.reference)),
        (secretariat, url("manage-list", "small")),
    )
    before = [count_queries(client, address) for client, address in pages]
    for _more in range(3):
        proposal = small.proposals.add_proposal()
        small.item = meetings.put_on_agenda(small.secretariat, small.meeting, proposal)
        small.all_join()
    meetings.plan_meeting(small.secretariat, small.reflection, meeting_frame())
    assert [count_queries(client, address) for client, address in pages] == before


# The secretariat


def test_the_secretariat_plans_a_meeting_and_adopts_a_text() -> None:
    proposals = SmallProposal()
    client = client_of(proposals.secretariat)
    answer = sent(client, url("plan-meeting", "small"), title_en=f"Summit {PAYLOAD}", place_en="Brussels")
    meeting = Meeting.objects.get()
    assert answer.url == url("manage-meeting", meeting.reference)
    assert is_harmless(client.get(answer.url))
    answer = sent(client, url("put-on-agenda", meeting.reference), proposal=proposals.proposal.reference)
    assert answer.status_code == 302
    small = SmallMeeting.__new__(SmallMeeting)
    small.proposals, small.delegates, small.needs_second = proposals, dict(proposals.delegates), False
    small.item = meeting.items.get()
    assert client.post(url("open-meeting", meeting.reference)).status_code == 302
    refused = client.post(url("adopt", meeting.reference, small.item.pk))
    assert refused.status_code == 422
    assert "a missing position is not assent: CA, FR, PL" in refused.content.decode()
    assert "What stands in the way" in body(client, url("manage-meeting", meeting.reference))
    small.all_join()
    assert url("adopt", meeting.reference, small.item.pk) in body(
        client, url("manage-meeting", meeting.reference)
    )
    assert client.post(url("adopt", meeting.reference, small.item.pk)).status_code == 302
    assert Decision.objects.count() == 1
    assert sent(client, url("change-meeting", meeting.reference), title_en="Other").status_code == 302
    assert client.post(url("close-meeting", meeting.reference)).status_code == 302
    assert client.post(url("take-off-agenda", meeting.reference, small.item.pk)).status_code == 422


def test_a_time_that_does_not_exist_is_refused_with_a_sentence() -> None:
    proposals = SmallProposal()
    client = client_of(proposals.secretariat)
    for when, words in (("2031-03-30T02:30", "does not exist"), ("2031-10-26T02:30", "comes twice")):
        answer = sent(
            client,
            url("open-silence", "small"),
            proposal=proposals.proposal.reference,
            deadline=when,
            time_zone="Europe/Brussels",
        )
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_the_secretariat_runs_a_silence_procedure() -> None:
    proposals = SmallProposal()
    client = client_of(proposals.secretariat)
    answer = sent(
        client, url("open-silence", "small"), proposal=proposals.proposal.reference, reminders="48, x"
    )
    assert answer.status_code == 422
    answer = sent(
        client, url("open-silence", "small"), proposal=proposals.proposal.reference, reminders="48, 2"
    )
    procedure = SilenceProcedure.objects.get()
    assert answer.url == url("manage-silence", procedure.reference)
    assert procedure.remind_hours_before == [48, 2]
    for name, state in (("suspend", "suspended"), ("resume", "running")):
        address = url(f"{name}-silence", procedure.reference)
        assert sent(client, address).status_code == 422  # no reason
        assert sent(client, address, reason_en="Because.").status_code == 302
        procedure.refresh_from_db()
        assert procedure.state == state
    extend = url("extend-silence", procedure.reference)
    assert sent(client, extend, reason_en="Why?", deadline="2020-01-01T12:00").status_code == 422
    later = (timezone.now() + timedelta(days=30)).strftime("%Y-%m-%dT12:00")
    assert sent(client, extend, reason_en="More time.", deadline=later).status_code == 302
    page = body(client, url("manage-silence", procedure.reference))
    assert "More time." in page
    answer = sent(
        client, url("written-objection", procedure.reference), member="CA", reason_en="By letter.",
        received=(timezone.now() + timedelta(days=9)).strftime("%Y-%m-%dT12:00"),
    )  # fmt: skip
    assert answer.status_code == 422
    assert sent(client, url("cancel-silence", procedure.reference), reason_en="Over.").status_code == 302
    procedure.refresh_from_db()
    assert procedure.state == SilenceProcedure.State.CANCELLED


def test_a_letter_is_recorded_on_a_page() -> None:
    small = SmallSilence(SmallProposal(), opened_at=timezone.now() - timedelta(hours=3))
    client = client_of(small.secretariat)
    answer = sent(
        client, url("written-objection", small.procedure.reference), member="CA", reason_en="By letter."
    )
    assert answer.status_code == 302
    assert "Received in writing:" in body(client, url("manage-silence", small.procedure.reference))


def test_the_rules_are_set_on_a_page(small: SmallMeeting) -> None:
    client = client_of(small.secretariat)
    assert sent(client, url("rules", "small"), needs_second_delegate="on").status_code == 422
    assert sent(client, url("rules", "small"), outage_allowance_minutes="15").status_code == 302
    assert "more than 15 minutes" in body(client, url("manage-list", "small"))
    for account in (small.delegates["FR"], small.small.accounts[Role.ANALYST]):
        assert client_of(account).get(url("rules", "small")).status_code == 403


def test_a_cancelled_procedure_is_told_on_its_page() -> None:
    small = SmallSilence(SmallProposal())
    silences.cancel_silence(small.secretariat, small.procedure, reason=WHY)
    assert "was cancelled" in body(Client(), url("silence", small.procedure.reference))
    assert "Silence procedures that have ended" in body(Client(), url("list", "small"))


# From a proposal to where it is decided


def decided_at(proposal: str, status: int = 302) -> str | None:
    answer = Client().get(url("of-proposal", proposal))
    assert answer.status_code == status
    return answer.get("Location")


def test_a_proposal_leads_to_its_meeting_and_after_it_to_its_decision(small: SmallMeeting) -> None:
    reference = small.proposal.reference
    assert decided_at(reference) == url("meeting", small.meeting.reference)
    small.all_join()
    decision = small.adopt()
    assert decided_at(reference) == url("decision", decision.reference)


def test_a_proposal_leads_to_its_silence_while_that_runs() -> None:
    small = SmallSilence(SmallProposal())
    reference = small.proposals.proposal.reference
    assert decided_at(reference) == url("silence", small.procedure.reference)
    silences.cancel_silence(small.secretariat, small.procedure, reason=WHY)
    assert decided_at(reference, 404) is None
