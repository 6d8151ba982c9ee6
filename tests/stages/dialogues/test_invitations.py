"""Inviting to a dialogue: each address by a link of its own, good once, until it begins."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from placet.stages.dialogues.models import Dialogue, DialogueInvitation, HouseRule, Registration
from placet.stages.dialogues.registering import invitations
from placet.stages.dialogues.registering.actions import RegistrationFrame, cancel_registration
from placet.stages.people.models import OutboxMessage
from placet.stages.record.models import AuditEntry
from tests.stages.dialogues.coming import letters_to, person, signed_in, url
from tests.stages.dialogues.meetings import SmallDialogue, add_partner
from tests.stages.pages import PAYLOAD, is_harmless, sent
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db

FRAME = RegistrationFrame("Ada")


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


@pytest.fixture
def meeting(small: SmallReflection) -> SmallDialogue:
    return SmallDialogue(small, frame={"admission": Dialogue.Admission.INVITED})


def token_for(meeting: SmallDialogue, email: str) -> str:
    ((_invitation, token),) = invitations.invite(meeting.representative, meeting.dialogue, [email])
    return token


def link(token: str) -> str:
    return reverse("dialogues:invitation", args=[token])


class TestInviting:
    def test_each_address_gets_a_link_in_its_language_and_the_token_is_kept_nowhere(
        self, meeting: SmallDialogue
    ) -> None:
        french = person(1, "fr")
        made = invitations.invite(
            meeting.representative,
            meeting.dialogue,
            [french.email.upper(), "new@people.example", french.email],
            message_language="en",
        )
        assert [invitation.email for invitation, _token in made] == [french.email, "new@people.example"]
        messages = {each.recipient_email: each for each in OutboxMessage.objects.all()}
        assert f"/fr/dialogue-invitation/{made[0][1]}/" in messages[french.email].body
        assert "Chaînes d’approvisionnement" in messages[french.email].subject
        assert f"/en/dialogue-invitation/{made[1][1]}/" in messages["new@people.example"].body
        assert "meet.example" not in messages["new@people.example"].body
        kept = str([*DialogueInvitation.objects.values(), *AuditEntry.objects.values()])
        for _invitation, token in made:
            assert token not in kept

    def test_an_open_invitation_is_replaced(self, meeting: SmallDialogue) -> None:
        account = person(1)
        first, second = (token_for(meeting, account.email) for _each in range(2))
        assert invitations.find_invitation(first) is None
        assert invitations.find_invitation(second) is not None
        with pytest.raises(IntegrityError), transaction.atomic():
            DialogueInvitation.objects.update(revoked_at=None)

    def test_all_or_nothing(self, meeting: SmallDialogue) -> None:
        account = person(1)
        invitations.accept_invitation(account, token_for(meeting, account.email), FRAME)
        too_many = [f"{number}@people.example" for number in range(501)]
        for wrong in (["a@people.example", "nonsense"], ["a@people.example", account.email], too_many):
            with pytest.raises(ValidationError):
                invitations.invite(meeting.representative, meeting.dialogue, wrong)
        assert DialogueInvitation.objects.count() == 1

    def test_where_nobody_is_invited(self, meeting: SmallDialogue) -> None:
        addresses = ["a@people.example"]
        for changes in (
            {"state": Dialogue.State.DRAFT},
            {"state": Dialogue.State.LIVE},
            {"state": Dialogue.State.CANCELLED},
            {"admission": Dialogue.Admission.OPEN, "state": Dialogue.State.ANNOUNCED},
        ):
            Dialogue.objects.update(**changes)
            with pytest.raises(ValidationError):
                invitations.invite(meeting.representative, meeting.dialogue, addresses)

    def test_who_may_not_invite_nor_see_who_is_invited(
        self, small: SmallReflection, meeting: SmallDialogue
    ) -> None:
        token_for(meeting, "a@people.example")
        invitation = DialogueInvitation.objects.get()
        _other, rival = add_partner(small, "Rival")
        for who in (NOBODY, rival, small.accounts["moderator"], small.accounts["participant"]):
            for refused in (
                lambda who: invitations.invite(who, meeting.dialogue, ["b@people.example"]),
                lambda who: invitations.revoke_invitation(who, invitation),
                lambda who: invitations.invitations_of(who, meeting.dialogue),
                lambda who: invitations.find_invitation_of(who, meeting.dialogue, invitation.pk),
            ):
                with pytest.raises(PermissionDenied):
                    refused(who)

    @pytest.mark.parametrize("count", [3, 60])
    def test_inviting_reads_as_much_however_many_there_are(
        self, meeting: SmallDialogue, count: int, django_assert_max_num_queries: Any
    ) -> None:
        addresses = [f"{number}@people.example" for number in range(count)]
        with django_assert_max_num_queries(20 + 3 * count):
            invitations.invite(meeting.representative, meeting.dialogue, addresses, message_language="en")


class TestAccepting:
    def test_it_is_good_for_that_address_once(self, meeting: SmallDialogue) -> None:
        invited, other = person(1), person(2)
        token = token_for(meeting, invited.email)
        with pytest.raises(PermissionDenied):
            invitations.accept_invitation(other, token, FRAME)
        registration = invitations.accept_invitation(invited, token, FRAME)
        assert registration.state == Registration.State.CONFIRMED
        assert registration.account == invited
        with pytest.raises(PermissionDenied):
            invitations.accept_invitation(invited, token, FRAME)
        cancel_registration(invited, meeting.dialogue)
        with pytest.raises(PermissionDenied):
            invitations.accept_invitation(invited, token, FRAME)
        invitations.accept_invitation(invited, token_for(meeting, invited.email), FRAME)
        assert Registration.objects.get().state == Registration.State.CONFIRMED

    def test_revoked_or_too_late_it_does_not_work(self, meeting: SmallDialogue) -> None:
        account = person(1)
        token = token_for(meeting, account.email)
        starts_at = meeting.dialogue.starts_at
        assert invitations.find_invitation(token, now=starts_at - timedelta(seconds=1))
        assert invitations.find_invitation(token, now=starts_at) is None
        invitation = DialogueInvitation.objects.get()
        for _each in range(2):
            invitations.revoke_invitation(meeting.representative, invitation)
        assert AuditEntry.objects.filter(action="dialogues.revoke_invitation").count() == 1
        with pytest.raises(PermissionDenied):
            invitations.accept_invitation(account, token, FRAME)

    def test_beyond_the_capacity_the_invited_wait_too(self, meeting: SmallDialogue) -> None:
        Dialogue.objects.update(capacity=1)
        accounts = [person(number) for number in (1, 2)]
        for account in accounts:
            invitations.accept_invitation(account, token_for(meeting, account.email), FRAME)
        assert letters_to(accounts[1]) == ["You are on the waiting list: Supply chains"]

    def test_off_the_record_no_entry_says_who_accepted(self, small: SmallReflection) -> None:
        meeting = SmallDialogue(
            small, house_rule=HouseRule.CHATHAM_HOUSE, frame={"admission": Dialogue.Admission.INVITED}
        )
        account = person(1)
        invitations.accept_invitation(account, token_for(meeting, account.email), FRAME)
        entries = AuditEntry.objects.filter(action__in=("dialogues.invite", "dialogues.register"))
        assert {entry.actor_id for entry in entries} == {None}
        assert account.email not in str(list(AuditEntry.objects.values()))


class TestPages:
    def test_from_the_list_of_addresses_to_the_registration(self, meeting: SmallDialogue) -> None:
        client = signed_in(meeting.representative)
        answer = sent(
            client, url("invite", meeting), addresses="person-1@people.example\n\nb@people.example\n"
        )
        assert answer["Location"] == url("invitations", meeting)
        page = client.get(url("invitations", meeting)).content.decode()
        assert "2 open invitations" in page
        message = OutboxMessage.objects.get(recipient_email="person-1@people.example")
        found = re.search(r"http\S+(/en/dialogue-invitation/\S+)", message.body)
        assert found
        visitor = Client().get(found[1])
        assert visitor.status_code == 200
        assert f"next={quote(found[1], safe='')}" in visitor.content.decode()
        assert "b@b.example" not in visitor.content.decode()
        invited = signed_in(person(1))
        answer = sent(invited, found[1], organisation="Works")
        assert answer["Location"] == reverse("dialogues:my-dialogues")
        assert invited.get(found[1]).status_code == 302
        assert Client().get(found[1]).status_code == 404
        assert Registration.objects.get().organisation == "Works"

    def test_another_account_is_refused_with_a_sentence(self, meeting: SmallDialogue) -> None:
        token = token_for(meeting, "person-1@people.example")
        other = signed_in(person(2))
        for answer in (other.get(link(token)), other.post(link(token), {"name": "Eve"})):
            assert answer.status_code == 403
            assert "This invitation is for another address" in answer.content.decode()
            assert "person-1@people.example" not in answer.content.decode()
        assert Client().post(link(token), {"name": "Eve"}).status_code == 403
        assert not Registration.objects.exists()
        for wrong in ("x", "%F0%9F%98%80", "a" * 500):
            assert Client().get(f"/en/dialogue-invitation/{wrong}/").status_code == 404

    def test_errors_are_told_by_line_and_nobody_is_invited(self, meeting: SmallDialogue) -> None:
        client = signed_in(meeting.representative)
        text = f"a@people.example\n{PAYLOAD}\na@people.example\n" + "x" * 260 + "@people.example"
        answer = sent(client, url("invite", meeting), addresses=text)
        assert answer.status_code == 422
        for line in ("Line 2", "Line 3", "Line 4"):
            assert line in answer.content.decode()
        assert is_harmless(answer)
        assert not DialogueInvitation.objects.exists()

    def test_the_same_form_twice_invites_once(self, meeting: SmallDialogue) -> None:
        client = signed_in(meeting.representative)
        form = client.get(url("invite", meeting)).context["form"]
        data = {
            "form_key": form["form_key"].value(),
            "addresses": "a@people.example",
            "message_language": "en",
        }
        for _each in range(2):
            assert client.post(url("invite", meeting), data).status_code == 302
        assert DialogueInvitation.objects.count() == 1

    def test_revoking_kills_the_link(self, meeting: SmallDialogue) -> None:
        token = token_for(meeting, "person-1@people.example")
        invitation = DialogueInvitation.objects.get()
        client = signed_in(meeting.representative)
        answer = client.post(url("revoke-invitation", meeting, invitation.pk))
        assert answer.status_code == 302
        assert Client().get(link(token)).status_code == 404
        other = meeting.add_dialogue()
        foreign = reverse("dialogues:revoke-invitation", args=[other.reference, invitation.pk])
        assert client.post(foreign).status_code == 404

    @pytest.mark.parametrize("count", [1, 40])
    def test_the_list_takes_as_many_queries_however_long(
        self, meeting: SmallDialogue, count: int, django_assert_max_num_queries: Any
    ) -> None:
        addresses = [f"{number}@people.example" for number in range(count)]
        invitations.invite(meeting.representative, meeting.dialogue, addresses)
        client = signed_in(meeting.representative)
        with django_assert_max_num_queries(28):
            page = client.get(url("invitations", meeting))
        assert len(page.context["page"].object_list) == count
