"""Live in the room: who is in, what is said and supported, questions to all, and what the screens show."""

import re
from datetime import time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.stages.consultations.arrivals import CrowdError, Rate
from placet.stages.dialogues.live import facilitating, points, presence, queries, questions
from placet.stages.dialogues.live.renderings import Renderings
from placet.stages.dialogues.models import (
    HouseRule,
    LiveOption,
    LiveQuestion,
    Point,
    PointSupport,
    Presence,
    ProgrammeItem,
)
from placet.stages.dialogues.receipts import digest_of, digest_of_device, new_receipt, receipt_for
from placet.stages.dialogues.views import room as room_views
from placet.stages.record.models import AuditEntry
from placet.stages.texts.models import TextVersion
from placet.stages.texts.queries import wordings
from tests.stages.dialogues.rooms import SmallRoom
from tests.stages.pages import ESCAPED, PAYLOAD, is_harmless
from tests.stages.reflections import SmallReflection

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _fresh_renderings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing drawn by another test, and no second to wait for the next drawing."""
    monkeypatch.setattr(room_views, "renderings", Renderings(least_seconds=0))


# Receipts


def test_a_receipt_is_read_out_typed_and_found_again() -> None:
    receipt, digest = new_receipt()
    assert re.fullmatch(r"([3479CDFHJKMNPRTVWXY]{4}-){4}[3479CDFHJKMNPRTVWXY]{4}", receipt)
    assert digest == digest_of(receipt) == digest_of(f"  {receipt.lower().replace('-', ' ')} ")
    assert digest != digest_of(new_receipt()[0])
    assert re.fullmatch(r"[0-9a-f]{64}", digest)


def test_a_receipt_follows_from_the_device_and_what_it_sent() -> None:
    key = uuid4()
    assert receipt_for("secret", key) == receipt_for("secret", key)
    given = {receipt_for("secret", key)[0], receipt_for("other", key)[0], receipt_for("secret", uuid4())[0]}
    assert len(given) == 3


def test_receipts_use_every_character_alike() -> None:
    drawn = "".join(receipt_for("secret", UUID(int=n))[0].replace("-", "") for n in range(500))
    counts = [drawn.count(character) for character in set(drawn)]
    assert len(counts) == 19
    assert min(counts) > 10_000 / 19 * 0.8


# Being present


@pytest.mark.django_db
def test_joining_twice_by_one_page_makes_one_device() -> None:
    room, key = SmallRoom(), uuid4()
    secrets = {
        presence.join_room(room.dialogue, key=key, constituency=None, source="a", now=timezone.now())
        for _ in range(2)
    }
    assert len(secrets) == 1
    assert Presence.objects.get().secret_digest == digest_of_device(*secrets)
    assert room.dialogue.present_count == 1


@pytest.mark.django_db
def test_a_room_holds_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    room = SmallRoom()
    monkeypatch.setattr(presence, "MOST_PRESENT", 2)
    room.join()
    room.join()
    with pytest.raises(ValidationError, match="full"):
        room.join()
    assert room.dialogue.present_count == Presence.objects.count() == 2


@pytest.mark.django_db
def test_a_hall_joins_at_once_and_a_script_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert presence.JOINS.burst >= 500
    room = SmallRoom()
    rate = Rate("room joins", burst=3, interval=timedelta(hours=1))
    monkeypatch.setattr(presence, "JOINS", rate)
    for _ in range(3):
        room.join()
    with pytest.raises(CrowdError):
        room.join()
    room.join(source="198.51.100.1")
    answer = Client().post(room.address("join-room"), {"key": str(uuid4())}, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == 429
    assert 3000 < int(answer["Retry-After"]) <= 3600


@pytest.mark.django_db
def test_a_constituency_of_another_reflection_is_refused() -> None:
    room, other = SmallRoom(), SmallRoom(reflection=SmallReflection(slug="other", prefix="OTHER"))
    with pytest.raises(ValidationError):
        room.join(constituency=other.constituency)


# Points


@pytest.mark.django_db
def test_a_point_is_said_once_and_gets_the_same_receipt_again() -> None:
    room = SmallRoom()
    secret, key = room.join(constituency=room.constituency), uuid4()
    words: dict[str, Any] = {"body": "  Ports\r\ncome first. ", "language": "fr", "client_key": key}
    before = room.dialogue.room_version
    receipt = points.say_point(room.dialogue, secret, **words)
    assert points.say_point(room.dialogue, secret, **words) == receipt
    point = Point.objects.get()
    assert point.receipt_digest == digest_of(receipt)
    assert point.constituency == room.constituency
    assert (point.house_rule, point.attribution) == (HouseRule.CHATHAM_HOUSE, "")
    assert wordings([point.text_id], "en")[point.text_id].body == "Ports\ncome first."
    assert Presence.objects.get().point_count == 1
    assert room.dialogue.room_version > before


@pytest.mark.django_db
def test_a_point_has_a_day_and_no_moment() -> None:
    room = SmallRoom()
    point = room.say(room.join())
    written = TextVersion.objects.get(text=point.text)
    written_at = written.created_at.astimezone(ZoneInfo(room.dialogue.time_zone))
    assert (written_at.date(), written_at.time()) == (point.said_date, time(0))
    assert written.author_id is None
    assert not AuditEntry.objects.filter(action__contains="point").exists()


@pytest.mark.django_db
def test_nothing_leads_from_a_point_to_a_device() -> None:
    room = SmallRoom()
    secret = room.join()
    point = room.say(secret)
    presence_row = Presence.objects.get()
    kept = {str(value) for value in Point.objects.filter(pk=point.pk).values_list()[0]}
    assert not kept & {presence_row.secret_digest, secret, str(presence_row.pk) + "-"}
    related = {field.related_model for field in Point._meta.get_fields() if field.related_model}
    assert Presence not in related


@pytest.mark.django_db
def test_another_device_learns_no_receipt_by_a_key() -> None:
    room, key = SmallRoom(), uuid4()
    first, second = room.join(), room.join()
    room.say(first, client_key=key)
    with pytest.raises(ValidationError, match="say it once more"):
        room.say(second, client_key=key)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"body": " \n "}, "Write your point first"),
        ({"body": "x" * 601}, "at most 600"),
        ({"language": "xx"}, "language"),
    ],
)
def test_what_cannot_be_a_point_is_refused(changes: dict[str, str], message: str) -> None:
    room = SmallRoom()
    with pytest.raises(ValidationError, match=message):
        room.say(room.join(), **changes)
    assert not Point.objects.exists()


@pytest.mark.django_db
def test_a_device_says_so_many_points(monkeypatch: pytest.MonkeyPatch) -> None:
    room = SmallRoom()
    monkeypatch.setattr(points, "MOST_POINTS_EACH", 2)
    secret = room.join()
    room.say(secret)
    room.say(secret)
    with pytest.raises(ValidationError, match="as many as one device may"):
        room.say(secret)
    room.say(room.join())
    assert Point.objects.count() == 3


@pytest.mark.django_db
def test_nothing_is_said_in_a_closed_dialogue_and_the_rest_works() -> None:
    room = SmallRoom(HouseRule.CLOSED)
    secret = room.join()
    with pytest.raises(ValidationError, match="closed"):
        room.say(secret)
    questions.open_question(room.facilitator, room.dialogue, room.question)
    questions.answer_question(room.dialogue, secret, room.question.options.all()[0].pk)
    page = room.device().get(room.address("room")).content.decode()
    assert "say-form" not in page
    assert "Where first?" in page


@pytest.mark.django_db
def test_nobody_acts_without_having_joined_this_room() -> None:
    room, other = SmallRoom(), SmallRoom(reflection=SmallReflection(slug="other", prefix="OTHER"))
    point = room.say(room.join())
    for secret in ("", "guess", other.join()):
        with pytest.raises(ValidationError) as refusal:
            room.say(secret)
        assert refusal.value.code == "absent"
        with pytest.raises(ValidationError):
            points.support_point(room.dialogue, secret, point.pk, is_supported=True)


@pytest.mark.django_db
def test_support_counts_once_and_may_be_taken_back() -> None:
    room = SmallRoom()
    point, secrets = room.say(room.join()), [room.join() for _ in range(3)]
    for secret in [*secrets, *secrets]:
        points.support_point(room.dialogue, secret, point.pk, is_supported=True)
    for _ in range(2):
        points.support_point(room.dialogue, secrets[0], point.pk, is_supported=False)
    point.refresh_from_db()
    assert point.support_count == PointSupport.objects.count() == 2


@pytest.mark.django_db
def test_a_hidden_point_is_off_the_screens_and_may_come_back() -> None:
    room = SmallRoom()
    secret = room.join()
    point = room.say(secret, "Off with it.")
    points.hide_point(room.facilitator, room.dialogue, point, is_hidden=True)
    points.hide_point(room.facilitator, room.dialogue, point, is_hidden=True)
    assert "Off with it" not in room.device().get(room.address("room")).content.decode()
    with pytest.raises(ValidationError):
        points.support_point(room.dialogue, secret, point.pk, is_supported=True)
    points.hide_point(room.facilitator, room.dialogue, point, is_hidden=False)
    assert "Off with it" in room.device().get(room.address("room")).content.decode()
    entries = AuditEntry.objects.filter(action__in=("dialogues.hide_point", "dialogues.show_point"))
    assert [entry.actor_id for entry in entries] == [None, None]
    with pytest.raises(PermissionDenied):
        points.hide_point(room.reflection.accounts["participant"], room.dialogue, point, is_hidden=True)


# Questions


@pytest.mark.django_db
def test_one_question_is_open_and_each_device_counts_once() -> None:
    room = SmallRoom()
    second = room.write_question("And then?", "A", "B", "C")
    north, south = LiveOption.objects.filter(question=room.question)
    secret = room.join()
    with pytest.raises(ValidationError, match="no more answers"):
        questions.answer_question(room.dialogue, secret, north.pk)
    questions.open_question(room.facilitator, room.dialogue, room.question)
    for option in (north, north, south, south):
        questions.answer_question(room.dialogue, secret, option.pk)
    questions.answer_question(room.dialogue, room.join(), south.pk)
    assert counts(room.question) == [0, 2]
    questions.open_question(room.facilitator, room.dialogue, second)
    assert list(LiveQuestion.objects.filter(state="open")) == [second]
    with pytest.raises(ValidationError, match="no more answers"):
        questions.answer_question(room.dialogue, secret, north.pk)
    questions.close_question(room.facilitator, room.dialogue, second)
    assert queries.room_view(room.dialogue, "en").question.id == second.pk  # type: ignore[union-attr]


@pytest.mark.django_db
def test_a_question_has_two_to_six_different_answers() -> None:
    room = SmallRoom()
    for options in (["One"], [str(n) for n in range(7)], ["Same", " same "]):
        with pytest.raises(ValidationError):
            room.write_question("Which?", *options)
    with pytest.raises(PermissionDenied):
        questions.write_question(
            room.reflection.accounts["participant"],
            room.dialogue,
            body={"en": "?"},
            options=[{"en": "a"}, {"en": "b"}],
        )


@pytest.mark.django_db
def test_only_a_question_that_was_never_opened_is_taken_back() -> None:
    room = SmallRoom()
    second = room.write_question("And then?")
    questions.open_question(room.facilitator, room.dialogue, room.question)
    for question in (room.question, second, second):
        questions.remove_question(room.facilitator, room.dialogue, question)
    assert list(LiveQuestion.objects.all()) == [room.question]


def counts(question: LiveQuestion) -> list[int]:
    return list(LiveOption.objects.filter(question=question).values_list("answer_count", flat=True))


# Leading


@pytest.mark.django_db
def test_a_dialogue_begins_once_with_a_code_and_its_first_item() -> None:
    room = SmallRoom(is_live=False)
    assert room.dialogue.room_code == ""
    facilitating.start_dialogue(room.facilitator, room.dialogue)
    code = room.dialogue.room_code
    facilitating.start_dialogue(room.facilitator, room.dialogue)
    assert (room.dialogue.room_code, len(code)) == (code, 8)
    assert room.dialogue.current_item == ProgrammeItem.objects.all()[0]
    assert AuditEntry.objects.filter(action="dialogues.begin_dialogue").count() == 1
    with pytest.raises(PermissionDenied):
        facilitating.start_dialogue(room.reflection.accounts["partner"], room.dialogue)


@pytest.mark.django_db
def test_items_take_their_time_and_more_or_less() -> None:
    room, now = SmallRoom(), timezone.now()
    second = ProgrammeItem.objects.all()[1]
    facilitating.go_to_item(room.facilitator, room.dialogue, second, now=now)
    facilitating.go_to_item(room.facilitator, room.dialogue, second, now=now + timedelta(minutes=3))
    assert room.dialogue.item_ends_at == now + timedelta(minutes=30)
    facilitating.change_time(room.facilitator, room.dialogue, is_longer=True, now=now)
    assert room.dialogue.item_ends_at == now + timedelta(minutes=35)
    late = now + timedelta(minutes=34)
    facilitating.change_time(room.facilitator, room.dialogue, is_longer=False, now=late)
    assert room.dialogue.item_ends_at == late
    later = now + timedelta(minutes=50)
    facilitating.change_time(room.facilitator, room.dialogue, is_longer=True, now=later)
    assert room.dialogue.item_ends_at == later + timedelta(minutes=5)


# Pages of those present


@pytest.mark.django_db
def test_the_way_in_by_a_code_however_it_is_typed() -> None:
    room, client = SmallRoom(), Client()
    code = room.dialogue.room_code
    address = reverse("dialogues:enter-room")
    assert client.get(address).status_code == 200
    answer = client.post(address, {"code": f" {code[:4].lower()}-{code[4:]} "})
    assert answer["Location"] == room.address("room")
    assert client.post(address, {"code": "HHHH7777"}).status_code == 422
    assert client.get(reverse("dialogues:room", args=["HHHH7777"])).status_code == 404
    assert b"What is known about you" in client.get(room.address("room")).content


@pytest.mark.django_db
def test_a_device_has_a_cookie_of_its_own_and_no_session() -> None:
    room, client = SmallRoom(), Client()
    client.get(room.address("room"))
    answer = client.post(room.address("join-room"), {"key": str(uuid4())})
    (cookie,) = [each for name, each in answer.cookies.items() if name.startswith("placet_room_")]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert "sessionid" not in client.cookies
    assert Presence.objects.get().secret_digest == digest_of_device(cookie.value)
    page = client.get(room.address("room"))
    assert cookie.value not in page.content.decode()
    assert "no-store" in page["Cache-Control"]


@pytest.mark.django_db
def test_the_account_of_somebody_signed_in_is_never_looked_at() -> None:
    room, client = SmallRoom(), Client()
    client.force_login(room.reflection.accounts["participant"])
    client.post(room.address("join-room"), {"key": str(uuid4())})
    with CaptureQueriesContext(connection) as captured:
        client.get(room.address("room"))
        client.post(
            room.address("say-point"), {"body": "A point.", "language": "en", "client_key": str(uuid4())}
        )
    asked = " ".join(query["sql"] for query in captured)
    assert "people_account" not in asked
    assert "django_session" not in asked


@pytest.mark.django_db
def test_the_log_of_requests_holds_neither_code_nor_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    room = SmallRoom()
    client = room.device()
    with caplog.at_level("INFO", logger="placet.access"):
        data = {"body": "Ports come first.", "language": "en", "client_key": str(uuid4())}
        client.post(room.address("say-point"), data)
        client.get(f"{room.address('room-now')}?version=1")
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "/en/room/<str:code>/say/" in logged
    for secret in (room.dialogue.room_code, data["client_key"], "Ports", *client.cookies.values()):
        assert str(getattr(secret, "value", secret)) not in logged


@pytest.mark.django_db
def test_saying_a_point_without_scripts_shows_the_receipt_once() -> None:
    room = SmallRoom()
    client = room.device()
    data = {"body": "Ports come first.", "language": "en", "client_key": str(uuid4())}
    pages = [client.post(room.address("say-point"), data).content.decode() for _ in range(2)]
    receipts = {re.search(r"data-receipt>([\w-]+)<", page).group(1) for page in pages}  # type: ignore[union-attr]
    assert len(receipts) == 1
    assert Point.objects.get().receipt_digest == digest_of(*receipts)
    shown = client.get(room.address("room")).content.decode()
    assert "Ports come first." in shown
    assert next(iter(receipts)) not in shown
    refused = client.post(room.address("say-point"), data | {"body": "", "client_key": str(uuid4())})
    assert refused.status_code == 422


@pytest.mark.django_db
def test_scripts_are_answered_in_json() -> None:
    room = SmallRoom()
    client = room.device()
    data = {"body": "Ports come first.", "language": "en", "client_key": str(uuid4())}
    said = client.post(room.address("say-point"), data, **JSON)  # type: ignore[arg-type]
    assert digest_of(said.json()["receipt"]) == Point.objects.get().receipt_digest
    support = {"point": str(Point.objects.get().pk), "is_supported": "1"}
    assert client.post(room.address("support-point"), support, **JSON).json() == {}  # type: ignore[arg-type]
    refusals = [
        (Client(), "say-point", data, 409),
        (client, "say-point", data | {"language": "xx"}, 422),
        (client, "support-point", {"point": "x", "is_supported": "1"}, 422),
        (client, "support-point", support | {"point": str(uuid4())}, 422),
        (client, "answer-question", {"option": "1"}, 422),
        (client, "answer-question", {"option": str(2**70)}, 422),
    ]
    for who, name, sent, status in refusals:
        answer = who.post(room.address(name), sent, **JSON)  # type: ignore[arg-type]
        assert (answer.status_code, bool(answer.json()["detail"])) == (status, True), (name, sent)
    lost = client.post(reverse("dialogues:say-point", args=["HHHH7777"]), data, **JSON)  # type: ignore[arg-type]
    assert lost.status_code == 404


@pytest.mark.django_db
def test_the_page_marks_what_this_device_did_and_no_other_page_does() -> None:
    room = SmallRoom()
    mine, other = room.device(), room.device()
    point = room.say(room.join())
    questions.open_question(room.facilitator, room.dialogue, room.question)
    option = room.question.options.all()[0]
    back = mine.post(room.address("support-point"), {"point": str(point.pk), "is_supported": "1"})
    assert back["Location"].startswith(room.address("room"))
    mine.post(room.address("answer-question"), {"option": option.pk})
    own, others = (client.get(room.address("room")).content.decode() for client in (mine, other))
    marked = re.compile(r'data-(?:point|option)="[^"]+"[^>]* aria-pressed="true"')
    assert (len(marked.findall(own)), len(marked.findall(others))) == (2, 0)
    shared = mine.get(room.address("room-now")).content.decode()
    assert 'aria-pressed="true"' not in shared
    assert "csrfmiddlewaretoken" not in shared


@pytest.mark.django_db
def test_what_moves_is_asked_for_with_one_query_and_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    room = SmallRoom()
    secret = room.join()
    room.say(secret)
    client, address = Client(), room.address("room-now")
    first = client.get(address).content.decode()
    after = re.search(r'hx-get="([^"]+)"', first).group(1).replace("&amp;", "&")  # type: ignore[union-attr]
    for where, status in ((after, 204), (address, 200)):
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(where)
        assert (answer.status_code, len(captured)) == (status, 1), where
    room.say(secret, "Another one.")
    assert "Another one." in client.get(after).content.decode()
    assert client.get(address + "?version=x&order=y").status_code == 200


@pytest.mark.django_db
def test_a_room_is_drawn_in_a_constant_number_of_queries() -> None:
    room = SmallRoom()
    client = room.device()
    numbers = []
    for n in (1, 12):
        for number in range(n):
            room.say(room.join(), f"Point {number} of {n}.")
        room.small.add_item(f"Item {n}")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(room.address("room")).status_code == 200
        numbers.append(len(captured))
    assert numbers[0] == numbers[1] <= 16


@pytest.mark.django_db
def test_hostile_points_are_shown_as_they_were_said() -> None:
    room = SmallRoom()
    room.say(room.join(), PAYLOAD)
    for client, address in (
        (room.device(), room.address("room")),
        (Client(), room.address("room-now")),
        (room.leader(), reverse("dialogues:facilitate", args=[room.dialogue.reference])),
    ):
        answer = client.get(address)
        assert is_harmless(answer)  # type: ignore[arg-type]
        assert ESCAPED in answer.content.decode()


@pytest.mark.django_db
def test_points_stand_by_support_or_newest_first() -> None:
    room = SmallRoom()
    secret = room.join()
    old, new = room.say(secret, "The old one."), room.say(secret, "The new one.")
    points.support_point(room.dialogue, secret, old.pk, is_supported=True)
    by_support = [point.id for point in queries.room_view(room.dialogue, "en").points]
    newest = [point.id for point in queries.room_view(room.dialogue, "en", order=queries.NEWEST).points]
    assert by_support == [old.pk, new.pk] == newest[::-1]


# The facilitator's screen


@pytest.mark.django_db
def test_the_screen_leads_through_a_dialogue() -> None:
    room = SmallRoom(is_live=False)
    client, reference = room.leader(), room.dialogue.reference
    screen = reverse("dialogues:facilitate", args=[reference])
    assert "Begin the dialogue" in client.get(screen).content.decode()
    client.post(reverse("dialogues:start-dialogue", args=[reference]))
    page = client.get(screen)
    code = room.dialogue.room_code
    assert f"{code[:4]}-{code[4:]}" in page.content.decode()
    assert "<svg" in page.context["qr_code"]
    second = ProgrammeItem.objects.all()[1]
    step = reverse("dialogues:step", args=[reference])
    client.post(step, {"form_key": str(uuid4()), "item": second.pk})
    key = str(uuid4())
    ends_at = room.dialogue.item_ends_at
    for _ in range(2):  # a double click
        client.post(step, {"form_key": key, "minutes": "5"})
    assert ends_at is not None
    assert room.dialogue.item_ends_at == ends_at + timedelta(minutes=5)
    change = reverse("dialogues:change-question", args=[reference, room.question.pk])
    client.post(change, {"deed": "open"})
    assert LiveQuestion.objects.get().state == "open"
    fragment = client.post(change, {"deed": "close"}, HTTP_HX_REQUEST="true")
    assert fragment.content.decode().lstrip().startswith('<div id="screen"')
    assert client.post(change, {"deed": "nonsense"}).status_code == 400


@pytest.mark.django_db
def test_a_question_is_written_on_its_page() -> None:
    room = SmallRoom()
    address = reverse("dialogues:write-question", args=[room.dialogue.reference])
    client = room.leader()
    assert client.get(address).status_code == 200
    data = {
        "form_key": str(uuid4()),
        "body_en": "Now?",
        "option1_en": "Yes",
        "option2_en": "No",
        "option1_fr": "Oui",
    }
    for _ in range(2):
        assert client.post(address, data).status_code == 302
    question = LiveQuestion.objects.get(state="ready", position=2)
    assert question.options.count() == 2
    assert client.post(address, data | {"option2_en": "yes"}).status_code == 422


@pytest.mark.django_db
def test_the_screen_is_for_those_who_lead() -> None:
    room = SmallRoom()
    address = reverse("dialogues:facilitate", args=[room.dialogue.reference])
    client = Client()
    assert client.get(address).status_code == 302
    client.force_login(room.reflection.accounts["participant"])
    assert client.get(address).status_code == 403
    leader = room.leader()
    version = room.dialogue.room_version
    now = reverse("dialogues:facilitate-now", args=[room.dialogue.reference])
    assert leader.get(f"{now}?version={version}").status_code == 204
    assert leader.get(f"{now}?version={version - 1}").status_code == 200


@pytest.mark.django_db
def test_no_screen_shows_a_constituency() -> None:
    room = SmallRoom()
    for _ in range(8):
        room.say(room.join(constituency=room.constituency))
    for client, address in (
        (room.device(), room.address("room")),
        (room.leader(), reverse("dialogues:facilitate", args=[room.dialogue.reference])),
    ):
        assert "Young leaders" not in client.get(address).content.decode()


# Drawing once a second


def test_many_changes_in_a_second_are_drawn_once() -> None:
    drawn: list[int] = []

    def draw(version: int) -> tuple[int, str]:
        drawn.append(version)
        return version, str(version)

    slow = Renderings(least_seconds=60)
    assert [slow.latest("room", n, lambda n=n: draw(n)).version for n in range(5)] == [0] * 5  # type: ignore[misc]
    assert drawn == [0]
    quick = Renderings(least_seconds=0, most=2)
    assert [quick.latest("room", n, lambda n=n: draw(n)).version for n in (5, 5, 6)] == [5, 5, 6]  # type: ignore[misc]
    assert drawn == [0, 5, 6]
    for key in ("a", "b", "room"):
        quick.latest(key, 6, lambda: draw(7))
    assert drawn == [0, 5, 6, 7, 7, 7]
