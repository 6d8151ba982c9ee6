"""Registering for a dialogue: places, the waiting list, and what people and organisers see of it."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from placet.stages.dialogues.models import Dialogue, HouseRule, Registration
from placet.stages.dialogues.registering import actions, letters, queries
from placet.stages.dialogues.registering.actions import RegistrationFrame, register
from placet.stages.dialogues.states import mark_for_calendars, move
from placet.stages.mandates.models import Constituency
from placet.stages.people.actions import erase_account
from placet.stages.people.models import Account
from placet.stages.record.models import AuditEntry
from tests.conftest import ON_POSTGRESQL
from tests.stages.dialogues.coming import (
    come,
    crowd,
    last_letter,
    letters_to,
    person,
    set_capacity,
    signed_in,
    states,
    url,
)
from tests.stages.dialogues.meetings import SmallDialogue
from tests.stages.pages import PAYLOAD, is_harmless, sent
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db

State = Registration.State


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


@pytest.fixture
def meeting(small: SmallReflection) -> SmallDialogue:
    return SmallDialogue(small, frame={"capacity": 2})


class TestPlacesAndTheWaitingList:
    def test_beyond_the_capacity_people_wait_in_their_order(self, meeting: SmallDialogue) -> None:
        people = crowd(meeting, 4)
        assert list(states(meeting).values()) == [
            State.CONFIRMED,
            State.CONFIRMED,
            State.WAITING,
            State.WAITING,
        ]
        places = [queries.waiting_place(Registration.objects.get(account=account)) for account in people]
        assert places == [None, None, 1, 2]
        assert letters_to(people[0]) == ["You have a place: Supply chains"]
        assert letters_to(people[3]) == ["You are on the waiting list: Supply chains"]

    def test_whoever_waits_longest_gets_the_place_that_is_given_back(self, meeting: SmallDialogue) -> None:
        people = crowd(meeting, 4)
        actions.cancel_registration(people[0], meeting.dialogue)
        actions.cancel_registration(people[0], meeting.dialogue)
        assert list(states(meeting).values()) == ["cancelled", "confirmed", "confirmed", "waiting"]
        assert letters_to(people[2])[-1] == "You have a place now: Supply chains"
        assert len(letters_to(people[3])) == 1
        assert len(letters_to(people[0])) == 1

    def test_registering_twice_is_one_registration_and_one_message(self, meeting: SmallDialogue) -> None:
        account = person(1)
        assert come(meeting, account).pk == come(meeting, account).pk
        assert Registration.objects.count() == 1
        assert len(letters_to(account)) == 1
        assert AuditEntry.objects.filter(action="dialogues.register").count() == 1

    def test_whoever_registers_again_goes_to_the_end(self, meeting: SmallDialogue) -> None:
        people = crowd(meeting, 4)
        actions.cancel_registration(people[0], meeting.dialogue)
        come(meeting, people[0])
        assert [*states(meeting)][-1] == "Person 1"
        assert states(meeting)["Person 1"] == State.WAITING
        assert letters_to(people[0]) == [
            "You have a place: Supply chains",
            "You are on the waiting list: Supply chains",
        ]

    def test_raising_the_capacity_promotes_as_many(self, meeting: SmallDialogue) -> None:
        people = crowd(meeting, 6)
        set_capacity(meeting, 5)
        assert actions.give_free_places(meeting.dialogue) == 3
        assert actions.give_free_places(meeting.dialogue) == 0
        assert [*states(meeting).values()].count(State.CONFIRMED) == 5
        assert letters_to(people[4])[-1] == "You have a place now: Supply chains"
        set_capacity(meeting, None)
        assert actions.give_free_places(meeting.dialogue) == 1

    def test_a_lower_capacity_takes_no_place_away(self, meeting: SmallDialogue) -> None:
        people = crowd(meeting, 3)
        set_capacity(meeting, 1)
        assert actions.give_free_places(meeting.dialogue) == 0
        actions.cancel_registration(people[0], meeting.dialogue)
        assert list(states(meeting).values()) == ["cancelled", "confirmed", "waiting"]

    def test_the_place_of_an_erased_account_is_given_by_the_clock(self, meeting: SmallDialogue) -> None:
        people = crowd(meeting, 3)
        erase_account(people[0])
        assert list(states(meeting).values()) == ["confirmed", "waiting"]
        assert actions.give_all_free_places(timezone.now()) == 1
        assert list(states(meeting).values()) == ["confirmed", "confirmed"]

    @pytest.mark.parametrize("state", [Dialogue.State.LIVE, Dialogue.State.ENDED, Dialogue.State.CANCELLED])
    def test_once_it_has_begun_or_is_cancelled_nothing_moves(
        self, meeting: SmallDialogue, state: Dialogue.State
    ) -> None:
        people = crowd(meeting, 3)
        meeting.bring_to(state) if state == Dialogue.State.CANCELLED else None
        Dialogue.objects.filter(pk=meeting.dialogue.pk).update(state=state)
        for refused in (
            lambda: come(meeting, person(9)),
            lambda: actions.cancel_registration(people[0], meeting.dialogue),
        ):
            with pytest.raises(ValidationError):
                refused()
        set_capacity(meeting, 9)
        assert actions.give_free_places(meeting.dialogue) == 0

    def test_registration_ends_at_the_very_moment_of_the_beginning(self, meeting: SmallDialogue) -> None:
        starts_at = meeting.dialogue.starts_at
        come(meeting, person(1), now=starts_at - timedelta(seconds=1))
        with pytest.raises(ValidationError):
            come(meeting, person(2), now=starts_at)

    def test_who_may_not_register(self, small: SmallReflection, meeting: SmallDialogue) -> None:
        frame = RegistrationFrame("Somebody")
        with pytest.raises(PermissionDenied):
            register(NOBODY, meeting.dialogue, frame)
        for admission in (Dialogue.Admission.NONE, Dialogue.Admission.INVITED):
            Dialogue.objects.update(admission=admission)
            with pytest.raises(ValidationError):
                register(person(len(admission)), meeting.dialogue, frame)
        with pytest.raises(PermissionDenied):
            actions.cancel_registration(small.accounts["stranger"], meeting.dialogue)

    def test_names_are_cleaned_and_a_foreign_constituency_is_refused(self, meeting: SmallDialogue) -> None:
        foreign = SmallReflection(slug="foreign", prefix="FORGN")
        theirs = Constituency.objects.get(reflection=foreign.reflection)
        account = person(1)
        with pytest.raises(ValidationError):
            register(account, meeting.dialogue, RegistrationFrame("A", constituency=theirs))
        for name in (" \u202e\n ", "x" * 121):
            with pytest.raises(ValidationError):
                register(account, meeting.dialogue, RegistrationFrame(name))
        found = register(account, meeting.dialogue, RegistrationFrame("Ada\nLovelace\u202e", "  Works "))
        assert (found.name, found.organisation) == ("Ada Lovelace", "Works")


class TestWhatIsRecordedAndSaid:
    @pytest.mark.parametrize("house_rule", [HouseRule.CHATHAM_HOUSE, HouseRule.CLOSED])
    def test_off_the_record_no_entry_says_who_registered_or_when(
        self, small: SmallReflection, house_rule: str
    ) -> None:
        meeting = SmallDialogue(small)
        Dialogue.objects.update(house_rule=house_rule)
        meeting.dialogue.refresh_from_db()
        account = person(1)
        actions.enter(meeting.dialogue, account, RegistrationFrame("Ada"), timezone.now())
        actions.cancel_registration(account, meeting.dialogue)
        registration = Registration.objects.get()
        entries = AuditEntry.objects.filter(
            action__in=("dialogues.register", "dialogues.cancel_registration")
        )
        assert len(entries) == 2
        for entry in entries:
            assert entry.actor_id is None
            assert entry.recorded_at.time().isoformat() == "00:00:00"
            told = f"{entry.target} {entry.detail}"
            for secret in (account.id, registration.pk, "Ada", account.email):
                assert str(secret) not in told

    def test_on_the_record_the_entry_names_the_account(self, meeting: SmallDialogue) -> None:
        account = person(1)
        come(meeting, account)
        assert AuditEntry.objects.get(action="dialogues.register").actor_id == account.id

    def test_a_message_says_when_where_and_how_in_the_language_of_the_person(
        self, meeting: SmallDialogue
    ) -> None:
        account = person(1, "fr")
        come(meeting, account)
        body = last_letter(account)
        assert "Chaînes d’approvisionnement" in body
        assert "Brussels, Great Hall" in body
        assert "https://meet.example/room" in body
        assert f"/fr/dialogue/{meeting.dialogue.reference}/" in body
        assert reverse("dialogues:dialogue-ics", args=[meeting.dialogue.reference])[4:] in body
        assert "Person 1" not in body

    def test_who_waits_is_not_told_the_link(self, meeting: SmallDialogue) -> None:
        people = crowd(meeting, 3)
        assert "meet.example" not in last_letter(people[2])

    def test_a_change_is_told_once_for_each_calendar_sequence(self, meeting: SmallDialogue) -> None:
        people = crowd(meeting, 3)
        actions.cancel_registration(people[0], meeting.dialogue)
        come(meeting, people[0])
        assert letters.tell_registered_of_change(meeting.dialogue) == 3
        letters.tell_registered_of_change(meeting.dialogue)
        assert letters_to(people[1]).count("Changed: Supply chains") == 1
        mark_for_calendars(meeting.dialogue)
        letters.tell_registered_of_change(meeting.dialogue)
        assert letters_to(people[1]).count("Changed: Supply chains") == 2
        assert "You still have a place." in last_letter(people[1])
        assert "You are still on the waiting list." in last_letter(people[0])
        assert "meet.example" not in last_letter(people[0])

    def test_a_cancellation_is_told_to_who_comes_and_who_waits(self, meeting: SmallDialogue) -> None:
        people = crowd(meeting, 4)
        actions.cancel_registration(people[1], meeting.dialogue)
        move(meeting.dialogue, Dialogue.State.CANCELLED, meeting.representative)
        assert letters.tell_registered_of_cancellation(meeting.dialogue) == 3
        assert letters_to(people[3])[-1] == "Cancelled: Supply chains"
        assert "Cancelled: Supply chains" not in letters_to(people[1])

    @pytest.mark.parametrize("count", [2, 20])
    def test_telling_takes_as_many_reads_however_many_are_told(
        self, meeting: SmallDialogue, count: int, django_assert_num_queries: Any
    ) -> None:
        set_capacity(meeting, None)
        crowd(meeting, count)
        # The registrations, the words in one language; and for each message a savepoint around its row.
        with django_assert_num_queries(3 + 3 * count):
            letters.tell_registered_of_change(meeting.dialogue)

    def test_a_closed_dialogue_sends_no_address_of_its_page(self, small: SmallReflection) -> None:
        meeting = SmallDialogue(
            small, house_rule=HouseRule.CLOSED, frame={"admission": Dialogue.Admission.INVITED}
        )
        account = person(1)
        actions.enter(meeting.dialogue, account, RegistrationFrame("Ada"), timezone.now())
        assert f"dialogue/{meeting.dialogue.reference}" not in last_letter(account)
        assert "my-dialogues" in last_letter(account)


class TestPages:
    def test_signing_in_leads_back_and_registering_leads_to_the_dialogue(
        self, meeting: SmallDialogue
    ) -> None:
        address = url("register", meeting)
        answer = Client().get(address)
        assert answer.status_code == 302
        assert f"next={address}" in answer["Location"]
        client = signed_in(person(1))
        answer = sent(client, address, organisation="Works")
        assert answer["Location"] == url("dialogue", meeting)
        registration = Registration.objects.get()
        assert (registration.name, registration.organisation) == ("Person 1", "Works")
        page = client.get(url("dialogue", meeting))
        assert "You have a place." in page.content.decode()
        assert "https://meet.example/room" in page.content.decode()
        assert client.get(address)["Location"] == url("dialogue", meeting)

    def test_what_was_typed_is_escaped_and_what_is_missing_is_asked_for(self, meeting: SmallDialogue) -> None:
        client = signed_in(person(1))
        assert sent(client, url("register", meeting), name="").status_code == 422
        sent(client, url("register", meeting), name=PAYLOAD[:110], organisation=PAYLOAD[:110])
        client.force_login(meeting.representative)
        page = client.get(url("registrations", meeting))
        assert page.status_code == 200
        assert is_harmless(page)  # type: ignore[arg-type]

    def test_the_page_tells_the_place_on_the_waiting_list_and_no_link(self, meeting: SmallDialogue) -> None:
        people = crowd(meeting, 4)
        page = signed_in(people[3]).get(url("dialogue", meeting)).content.decode()
        assert "You are number 2 on the waiting list." in page
        assert "meet.example" not in page

    def test_no_public_page_shows_who_registered(self, meeting: SmallDialogue) -> None:
        account = person(1)
        register(account, meeting.dialogue, RegistrationFrame("Zenobia Unmistakable", "Palmyra Institute"))
        for client in (Client(), signed_in(person(2))):
            page = client.get(url("dialogue", meeting)).content.decode()
            assert "Zenobia" not in page
            assert "Palmyra" not in page
            assert "meet.example" not in page

    def test_giving_the_place_back(self, meeting: SmallDialogue) -> None:
        people = crowd(meeting, 3)
        client = signed_in(people[0])
        assert client.get(url("cancel-registration", meeting)).status_code == 200
        assert client.post(url("cancel-registration", meeting)).status_code == 302
        assert states(meeting) == {"Person 1": "cancelled", "Person 2": "confirmed", "Person 3": "confirmed"}
        assert client.get(url("cancel-registration", meeting)).status_code == 302
        stranger = signed_in(person(9))
        assert stranger.post(url("cancel-registration", meeting)).status_code == 403

    def test_a_form_that_is_sent_when_it_is_too_late_says_so(self, meeting: SmallDialogue) -> None:
        client = signed_in(person(1))
        page = client.get(url("register", meeting))
        Dialogue.objects.update(state=Dialogue.State.LIVE)
        data = {"name": "Ada", "form_key": page.context["form"]["form_key"].value()}
        answer = client.post(url("register", meeting), data)
        assert answer.status_code == 422
        assert "Registration is over" in answer.content.decode()
        assert not Registration.objects.exists()

    @pytest.mark.parametrize("count", [1, 30])
    def test_the_panel_takes_as_many_queries_however_many_wait(
        self, meeting: SmallDialogue, count: int, django_assert_max_num_queries: Any
    ) -> None:
        people = crowd(meeting, count + 2)
        with django_assert_max_num_queries(4):
            panel = queries.registration_panel(people[-1], meeting.dialogue, "en")
        assert panel.waiting_place == count

    def test_ones_own_dialogues_coming_and_past(
        self, meeting: SmallDialogue, django_assert_num_queries: Any
    ) -> None:
        account = person(1)
        come(meeting, account)
        client = signed_in(account)
        page = client.get(reverse("dialogues:my-dialogues"))
        (coming,) = page.context["coming"]
        assert (coming.reference, coming.link) == (meeting.dialogue.reference, "https://meet.example/room")
        assert coming.may_cancel
        for _number in range(5):
            other = meeting.add_dialogue(capacity=1)
            move(other, Dialogue.State.ANNOUNCED, meeting.representative)
            register(person(100 + other.number), other, RegistrationFrame("First"))
            register(account, other, RegistrationFrame("Second"))
        with django_assert_num_queries(4):
            found = queries.own_dialogues(account, "fr")
        assert [each.waiting_place for each in found] == [None, 1, 1, 1, 1, 1]
        past = timezone.now() - timedelta(days=1)
        Dialogue.objects.update(starts_at=past - timedelta(hours=2), ends_at=past, state="ended")
        page = client.get(reverse("dialogues:my-dialogues"))
        assert not page.context["coming"]
        assert len(page.context["past"]) == 6
        assert all(not each.link and not each.may_cancel for each in page.context["past"])

    def test_who_waits_for_a_closed_dialogue_can_give_up(self, small: SmallReflection) -> None:
        meeting = SmallDialogue(
            small,
            house_rule=HouseRule.CLOSED,
            frame={"admission": Dialogue.Admission.INVITED, "capacity": 1},
        )
        for number in (1, 2):
            actions.enter(meeting.dialogue, person(number), RegistrationFrame("A"), timezone.now())
        client = signed_in(Account.objects.get(email="person-2@people.example"))
        assert client.get(url("dialogue", meeting)).status_code == 404
        page = client.get(reverse("dialogues:my-dialogues"))
        assert f'"{url("dialogue", meeting)}"' not in page.content.decode()
        assert client.get(url("cancel-registration", meeting)).status_code == 200
        client.post(url("cancel-registration", meeting))
        assert Registration.objects.get(account__email="person-2@people.example").state == State.CANCELLED


def all_at_once(work: list[Any]) -> None:
    """Do everything at the same moment, each in a thread of its own."""
    barrier = threading.Barrier(len(work))

    def run(place: int) -> None:
        try:
            barrier.wait(20)
            work[place]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


@pytest.mark.skipif(not ON_POSTGRESQL, reason="threads share no database in memory")
class TestAtTheSameMoment:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_the_last_places_are_never_given_twice(self, meeting: SmallDialogue) -> None:
        set_capacity(meeting, 5)
        people = [person(number) for number in range(20)]
        all_at_once([lambda who=each: come(meeting, who) for each in people])
        found = Registration.objects.order_by("registered_at", "pk").values_list("state", flat=True)
        assert sorted(found) == ["confirmed"] * 5 + ["waiting"] * 15

    def test_one_person_in_two_windows_registers_once(self, meeting: SmallDialogue) -> None:
        account = person(1)
        all_at_once([lambda: come(meeting, account)] * 6)
        assert Registration.objects.count() == 1
        assert len(letters_to(account)) == 1

    def test_places_given_back_at_once_go_to_as_many(self, meeting: SmallDialogue) -> None:
        set_capacity(meeting, 6)
        people, newcomers = crowd(meeting, 12), [person(50 + number) for number in range(4)]
        all_at_once(
            [lambda who=each: actions.cancel_registration(who, meeting.dialogue) for each in people[:4]]
            + [lambda who=each: come(meeting, who) for each in newcomers]
        )
        assert Registration.objects.filter(state=State.CONFIRMED).count() == 6
        first_waiting: list[UUID] = [each.pk for each in people[6:10]]
        promoted = Registration.objects.filter(account__in=first_waiting, state=State.CONFIRMED)
        assert promoted.count() == 4
