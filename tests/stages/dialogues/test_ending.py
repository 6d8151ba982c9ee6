"""The end of a dialogue: what is deleted, what stays, and that nothing comes after it."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import close_old_connections, connection
from django.urls import reverse
from django.utils import timezone

from placet.config import clock
from placet.stages.dialogues.live import points, questions
from placet.stages.dialogues.live.ending import (
    LEFT_OPEN_FOR,
    end_dialogue,
    end_overdue_dialogues,
    tellable_constituencies,
)
from placet.stages.dialogues.models import (
    Dialogue,
    HouseRule,
    LiveAnswer,
    LiveOption,
    LiveQuestion,
    Point,
    PointSupport,
    Presence,
)
from placet.stages.dialogues.setting_up.meetings import mark_as_held
from placet.stages.record.models import AuditEntry
from tests.stages.dialogues.rooms import SmallRoom


def lively(room: SmallRoom, *, n_present: int) -> Point:
    """So many young leaders in a room: one point of each, supports, answers."""
    questions.open_question(room.facilitator, room.dialogue, room.question)
    secrets = [room.join(constituency=room.constituency) for _ in range(n_present)]
    said = [room.say(secret) for secret in secrets]
    for secret in secrets:
        points.support_point(room.dialogue, secret, said[0].pk, is_supported=True)
        questions.answer_question(room.dialogue, secret, room.question.options.all()[0].pk)
    return said[0]


@pytest.mark.django_db
def test_an_end_leaves_counts_and_nothing_of_those_present() -> None:
    room = SmallRoom()
    point = lively(room, n_present=3)
    end_dialogue(room.facilitator, room.dialogue)
    assert not Presence.objects.exists()
    assert not PointSupport.objects.exists()
    assert not LiveAnswer.objects.exists()
    point.refresh_from_db()
    assert (point.support_count, point.client_key) == (3, None)
    assert LiveOption.objects.filter(question=room.question)[0].answer_count == 3
    assert not LiveQuestion.objects.filter(state="open").exists()
    ended = room.dialogue
    assert (ended.state, ended.room_code, ended.present_count) == (Dialogue.State.ENDED, "", 3)
    assert not Point.objects.exclude(client_key=None).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("n_present", "stays"), [(4, False), (5, True)])
def test_a_constituency_stays_only_where_enough_were_present(n_present: int, stays: bool) -> None:
    room = SmallRoom()
    assert room.dialogue.least_group_count == 5
    lively(room, n_present=n_present)
    assert bool(tellable_constituencies(room.dialogue)) == stays
    end_dialogue(room.facilitator, room.dialogue)
    assert Point.objects.exclude(constituency=None).count() == (n_present if stays else 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("house_rule", "has_actor"), [(HouseRule.ON_RECORD, True), (HouseRule.CHATHAM_HOUSE, False)]
)
def test_the_record_says_that_it_ended_and_by_whom_only_on_the_record(
    house_rule: str, has_actor: bool
) -> None:
    room = SmallRoom(house_rule)
    lively(room, n_present=3)
    for _ in range(2):
        end_dialogue(room.facilitator, room.dialogue)
    entries = AuditEntry.objects.filter(action__in=("dialogues.end_dialogue", "dialogues.close_room"))
    assert entries.count() == 2
    for entry in entries:
        assert (entry.actor_id == room.facilitator.pk) == has_actor
        assert bool(entry.recorded_at.microsecond or entry.recorded_at.second) == has_actor
    counted = entries.get(action="dialogues.close_room")
    assert counted.detail == {"n_present": 3, "n_points": 3, "n_supports": 3}


@pytest.mark.django_db
def test_whatever_is_late_is_refused() -> None:
    room = SmallRoom()
    secret, late = room.join(), room.dialogue
    point = room.say(secret)
    option = room.question.options.all()[0]
    questions.open_question(room.facilitator, room.dialogue, room.question)
    end_dialogue(room.facilitator, room.dialogue)
    deeds = (
        lambda: points.say_point(late, secret, body="Late.", language="en", client_key=uuid4()),
        lambda: points.support_point(late, secret, point.pk, is_supported=True),
        lambda: questions.answer_question(late, secret, option.pk),
        lambda: questions.open_question(room.facilitator, late, room.question),
        lambda: points.hide_point(room.facilitator, late, point, is_hidden=True),
    )
    for deed in deeds:
        with pytest.raises(ValidationError, match="over"):
            deed()
    assert Point.objects.count() == 1


@pytest.mark.django_db
def test_the_cookie_of_a_room_is_useless_afterwards_and_is_taken_back() -> None:
    room = SmallRoom()
    client, addresses = room.device(), [room.address(name) for name in ("room", "room-now", "say-point")]
    name = f"placet_room_{room.dialogue.room_code}"
    end_dialogue(room.facilitator, room.dialogue)
    page, moving, said = client.get(addresses[0]), client.get(addresses[1]), client.post(addresses[2])
    assert (page.status_code, moving.status_code, said.status_code) == (404, 286, 404)
    assert b"The dialogue is over" in moving.content
    for answer in (page, moving, said):
        assert answer.cookies[name].value == ""


@pytest.mark.django_db
def test_only_those_who_lead_end_a_dialogue() -> None:
    room = SmallRoom()
    with pytest.raises(PermissionDenied):
        end_dialogue(room.reflection.accounts["participant"], room.dialogue)
    end_dialogue(room.small.representative, room.dialogue)
    with pytest.raises(ValidationError):
        end_dialogue(room.small.representative, room.small.add_dialogue())


@pytest.mark.django_db
def test_a_dialogue_marked_as_held_while_its_room_is_open_ends_in_the_same_way() -> None:
    room = SmallRoom()
    lively(room, n_present=3)
    Dialogue.objects.filter(pk=room.dialogue.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    mark_as_held(room.small.representative, room.dialogue)
    assert (room.dialogue.state, room.dialogue.room_code) == (Dialogue.State.ENDED, "")
    assert not Presence.objects.exists()


@pytest.mark.django_db
def test_the_end_is_asked_for_once_more_and_the_screen_says_so() -> None:
    room = SmallRoom()
    client, address = room.leader(), reverse("dialogues:end-dialogue", args=[room.dialogue.reference])
    assert b"End the dialogue?" in client.get(address).content
    assert room.dialogue.state == Dialogue.State.LIVE
    shown = client.post(address, follow=True).content.decode()
    assert "The dialogue is over" in shown
    assert "hx-get" not in shown.split('id="screen"')[1].split(">")[0]


@pytest.mark.django_db
def test_the_clock_ends_a_room_that_was_left_open() -> None:
    room = SmallRoom()
    room.join()
    ends_at = room.dialogue.ends_at
    assert end_overdue_dialogues(ends_at + LEFT_OPEN_FOR) == 0
    clock.DUE_WORK["rooms left open"](ends_at + LEFT_OPEN_FOR + timedelta(seconds=1))
    assert room.dialogue.state == Dialogue.State.ENDED
    assert not Presence.objects.exists()
    assert AuditEntry.objects.get(action="dialogues.end_dialogue").actor_id is None


@pytest.mark.django_db(transaction=True)
def test_points_and_two_ends_at_the_same_moment() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("threads share no database in memory")
    room = SmallRoom()
    secrets, dialogue = [room.join() for _ in range(6)], room.dialogue
    begin = threading.Barrier(8)
    said: list[str] = []
    faults: list[list[str]] = []

    def at_once(deed: Callable[[], None]) -> None:
        begin.wait()
        try:
            deed()
        except ValidationError as refusal:
            faults.append(refusal.messages)
        finally:
            close_old_connections()
            connection.close()

    def say(secret: str) -> None:
        said.append(points.say_point(dialogue, secret, body="Now.", language="en", client_key=uuid4()))

    deeds: list[Callable[[], None]] = [partial(say, secret) for secret in secrets]
    deeds += [partial(end_dialogue, room.facilitator, room.dialogue)] * 2
    threads = [threading.Thread(target=at_once, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) + len(faults) == 6
    assert Point.objects.count() == len(said)
    assert not Point.objects.exclude(client_key=None).exists()
    assert not Presence.objects.exists()
    assert AuditEntry.objects.filter(action="dialogues.end_dialogue").count() == 1
