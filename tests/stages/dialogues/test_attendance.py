"""Those who hold a dialogue: who comes, who was there, who sits in which room."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils import timezone

from placet.stages.dialogues.models import Dialogue, Registration
from placet.stages.dialogues.registering import actions, attendance, queries
from placet.stages.dialogues.registering.actions import RegistrationFrame, register
from placet.stages.mandates.models import Constituency
from placet.stages.people.models import Account
from tests.stages.dialogues.coming import crowd, letters_to, person, set_capacity, signed_in, states, url
from tests.stages.dialogues.meetings import SmallDialogue
from tests.stages.reflections import NOBODY, SmallReflection

pytestmark = pytest.mark.django_db

State = Registration.State


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


@pytest.fixture
def meeting(small: SmallReflection) -> SmallDialogue:
    return SmallDialogue(small, frame={"capacity": 2})


def test_lists_are_for_those_who_hold_the_dialogue(small: SmallReflection) -> None:
    meeting = SmallDialogue(small)
    (account,) = crowd(meeting, 1)
    registration = Registration.objects.get()
    for stranger in (account, small.accounts["delegate"], small.accounts["moderator"], NOBODY):
        for refused in (
            lambda who: queries.registrations(who, meeting.dialogue),
            lambda who: queries.registration_counts(who, meeting.dialogue),
            lambda who: queries.room_views(who, meeting.dialogue, "en"),
            lambda who: queries.find_registration(who, meeting.dialogue, registration.pk),
            lambda who: attendance.registrations_table(who, meeting.dialogue, "en"),
            lambda who: attendance.record_attendance(who, meeting.dialogue, listed=[], present=[]),
            lambda who: attendance.assign_rooms(who, meeting.dialogue, {}),
            lambda who: attendance.spread_over_rooms(who, meeting.dialogue),
            lambda who: attendance.empty_rooms(who, meeting.dialogue),
            lambda who: actions.remove_registration(who, registration),
        ):
            with pytest.raises(PermissionDenied):
                refused(stranger)
    with pytest.raises(Http404):
        queries.find_registration(meeting.representative, meeting.dialogue, uuid4())


@pytest.mark.parametrize("count", [2, 40])
def test_a_page_takes_as_many_queries_however_many_come(
    meeting: SmallDialogue, count: int, django_assert_max_num_queries: Any
) -> None:
    set_capacity(meeting, None)
    meeting.add_room("Blue")
    crowd(meeting, count)
    attendance.spread_over_rooms(meeting.representative, meeting.dialogue)
    client = signed_in(meeting.representative)
    for name in ("registrations", "assign-rooms"):
        with django_assert_max_num_queries(38):
            page = client.get(url(name, meeting))
        assert len(page.context["rows"]) == count


def test_attendance_of_five_hundred_takes_a_handful_of_queries(
    meeting: SmallDialogue, django_assert_max_num_queries: Any
) -> None:
    set_capacity(meeting, None)
    now = timezone.now()
    accounts = Account.objects.bulk_create(
        [Account(email=f"many-{number}@people.example") for number in range(500)]
    )
    rows = Registration.objects.bulk_create(
        [
            Registration(
                dialogue=meeting.dialogue,
                account=account,
                name=f"Person {number:03}",
                state=State.CONFIRMED,
                registered_at=now,
                confirmed_at=now,
            )
            for number, account in enumerate(accounts)
        ]
    )
    Dialogue.objects.update(state=Dialogue.State.LIVE)
    meeting.dialogue.refresh_from_db()
    listed = [row.pk for row in rows]
    with django_assert_max_num_queries(12):
        assert (
            attendance.record_attendance(
                meeting.representative, meeting.dialogue, listed=listed, present=listed[:300]
            )
            == 300
        )
    assert Registration.objects.filter(has_attended=False).count() == 200
    client = signed_in(meeting.representative)
    page = client.get(url("registrations", meeting))
    shown = page.context["listed"]
    assert len(shown.split()) == 200
    answer = client.post(url("registrations", meeting), {"listed": shown, "present": shown.split()})
    assert answer.status_code == 302
    assert Registration.objects.filter(has_attended=True).count() == 300
    last = client.get(url("registrations", meeting), {"page": 3}).context["listed"]
    client.post(url("registrations", meeting), {"listed": last})
    assert Registration.objects.filter(has_attended=True).count() == 300
    assert client.post(url("registrations", meeting), {"listed": "x"}).status_code == 400


def test_attendance_waits_for_the_day_and_keeps_to_its_dialogue(meeting: SmallDialogue) -> None:
    crowd(meeting, 3)
    waiting = Registration.objects.get(state=State.WAITING)
    every = list(Registration.objects.values_list("pk", flat=True))
    with pytest.raises(ValidationError):
        attendance.record_attendance(meeting.representative, meeting.dialogue, listed=every, present=every)
    other = meeting.add_dialogue()
    Dialogue.objects.update(state=Dialogue.State.LIVE)
    other.refresh_from_db()
    assert attendance.record_attendance(meeting.representative, other, listed=every, present=every) == 0
    assert not Registration.objects.exclude(has_attended=None).exists()
    meeting.dialogue.refresh_from_db()
    attendance.record_attendance(meeting.representative, meeting.dialogue, listed=every, present=every)
    waiting.refresh_from_db()
    assert waiting.has_attended is None


def test_rooms_are_filled_evenly_and_those_who_have_one_stay(meeting: SmallDialogue) -> None:
    set_capacity(meeting, None)
    with pytest.raises(ValidationError):
        attendance.spread_over_rooms(meeting.representative, meeting.dialogue)
    rooms = [meeting.add_room(name) for name in ("Blue", "Green", "Red")]
    crowd(meeting, 10)
    first = Registration.objects.order_by("registered_at")[0]
    attendance.assign_rooms(meeting.representative, meeting.dialogue, {first.pk: rooms[2].pk})
    assert attendance.spread_over_rooms(meeting.representative, meeting.dialogue) == 9
    counts = [Registration.objects.filter(room=room).count() for room in rooms]
    assert sorted(counts) == [3, 3, 4]
    first.refresh_from_db()
    assert first.room_id == rooms[2].pk
    attendance.empty_rooms(meeting.representative, meeting.dialogue)
    assert not Registration.objects.exclude(room=None).exists()


def test_a_room_never_holds_more_than_it_can(meeting: SmallDialogue) -> None:
    set_capacity(meeting, None)
    room = meeting.add_room("Blue")
    type(room).objects.update(capacity=2)
    crowd(meeting, 3)
    every = list(Registration.objects.values_list("pk", flat=True))
    for refused in (
        lambda: attendance.spread_over_rooms(meeting.representative, meeting.dialogue),
        lambda: attendance.assign_rooms(
            meeting.representative, meeting.dialogue, dict.fromkeys(every, room.pk)
        ),
        lambda: attendance.assign_rooms(meeting.representative, meeting.dialogue, {every[0]: 999_999}),
    ):
        with pytest.raises(ValidationError):
            refused()
        assert not Registration.objects.exclude(room=None).exists()


def test_rooms_by_hand_through_the_page(meeting: SmallDialogue) -> None:
    room = meeting.add_room("Blue")
    crowd(meeting, 2)
    client = signed_in(meeting.representative)
    first, second = Registration.objects.order_by("name")
    answer = client.post(url("assign-rooms", meeting), {f"room-{first.pk}": room.pk, f"room-{second.pk}": ""})
    assert answer.status_code == 302
    assert list(Registration.objects.order_by("name").values_list("room", flat=True)) == [room.pk, None]
    client.post(url("spread-over-rooms", meeting))
    assert Registration.objects.filter(room=room).count() == 2
    client.post(url("empty-rooms", meeting))
    assert not Registration.objects.filter(room=room).exists()
    for data in ({"room-x": 1}, {f"room-{first.pk}": "blue"}):
        assert client.post(url("assign-rooms", meeting), data).status_code == 400


def test_removing_somebody_tells_her_and_promotes_the_next(meeting: SmallDialogue) -> None:
    people = crowd(meeting, 3)
    client = signed_in(meeting.representative)
    address = url("remove-registration", meeting, Registration.objects.get(account=people[0]).pk)
    assert client.get(address).status_code == 200
    client.post(address)
    client.post(address)
    assert list(states(meeting).values()) == ["cancelled", "confirmed", "confirmed"]
    assert letters_to(people[0])[-1] == "Your registration is cancelled: Supply chains"
    assert len(letters_to(people[0])) == 2


def test_the_export_is_whole_and_no_cell_is_a_formula(meeting: SmallDialogue) -> None:
    for number, name in enumerate(('=HYPERLINK("x")', "+1", "Ada", "@cmd")):
        register(person(number), meeting.dialogue, RegistrationFrame(name, "-Works", young_leaders(meeting)))
    answer = signed_in(meeting.representative).get(url("export-registrations", meeting))
    assert answer["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.content.decode().lstrip("\ufeff"))))
    assert rows[0] == list(attendance.COLUMNS)
    assert len(rows) == 5
    assert {row[0] for row in rows[1:]} == {'\'=HYPERLINK("x")', "'+1", "Ada", "'@cmd"}
    assert {row[1] for row in rows[1:]} == {"'-Works"}
    assert {row[2] for row in rows[1:]} == {"Young leaders"}
    assert "people.example" not in answer.content.decode()


def young_leaders(meeting: SmallDialogue) -> Constituency:
    return Constituency.objects.get(reflection=meeting.reflection.reflection)
