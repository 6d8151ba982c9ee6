"""Calendar files, as a real calendar library that is not the one which writes them reads them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from placet.stages.dialogues.calendars.agendas import agenda_token
from placet.stages.dialogues.models import Dialogue, HouseRule, Registration
from placet.stages.dialogues.setting_up.meetings import cancel_dialogue, change_dialogue
from placet.stages.people.models import Account
from tests.stages.dialogues.meetings import SmallDialogue, dialogue_frame, in_days
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> SmallDialogue:
    return SmallDialogue(SmallReflection())


def read(client: Client, name: str, *arguments: str) -> Any:
    """The calendar at an address, as vobject reads it."""
    answer = client.get(reverse(f"dialogues:{name}", args=arguments))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    return vobject.readOne(answer.content.decode())


def register(dialogue: Dialogue, account: Account, state: str = Registration.State.CONFIRMED) -> Registration:
    now = timezone.now()
    return Registration.objects.create(
        dialogue=dialogue, account=account, name="Ada", state=state, registered_at=now, confirmed_at=now
    )


def test_a_dialogue_stands_at_its_hour_whatever_the_season(client: Client, small: SmallDialogue) -> None:
    for month, utc_hour in ((7, 7), (12, 8)):
        starts_at = datetime(2031, month, 15, utc_hour, tzinfo=UTC)
        Dialogue.objects.filter(pk=small.dialogue.pk).update(
            starts_at=starts_at, ends_at=starts_at + timedelta(hours=2)
        )
        calendar = read(client, "dialogue-ics", small.dialogue.reference)
        assert calendar.vevent.dtstart.value == starts_at
        assert calendar.vevent.dtend.value == starts_at + timedelta(hours=2)


def test_what_it_is_called_and_where_stands_in_the_readers_language(
    client: Client, small: SmallDialogue
) -> None:
    answer = client.get(f"/fr/dialogue/{small.dialogue.reference}/calendar.ics")
    event = vobject.readOne(answer.content.decode()).vevent
    assert event.summary.value == "Chaînes d’approvisionnement"
    assert event.summary.params["LANGUAGE"] == ["fr"]
    assert event.location.value == "Brussels, Great Hall"
    assert event.url.value.endswith(f"/fr/dialogue/{small.dialogue.reference}/")
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))


def test_an_update_keeps_its_identifier_and_counts_up(client: Client, small: SmallDialogue) -> None:
    before = read(client, "dialogue-ics", small.dialogue.reference).vevent
    change_dialogue(
        small.representative,
        small.dialogue,
        dialogue_frame(starts_at=in_days(40, 9), ends_at=in_days(40, 11)),
    )
    after = read(client, "dialogue-ics", small.dialogue.reference).vevent
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) == int(before.sequence.value) + 1
    assert after.last_modified.value >= before.last_modified.value
    assert after.dtstart.value.date() == in_days(40).date()
    change_dialogue(
        small.representative,
        small.dialogue,
        dialogue_frame(starts_at=in_days(40, 9), ends_at=in_days(40, 11), capacity=30),
    )
    assert (
        read(client, "dialogue-ics", small.dialogue.reference).vevent.sequence.value == after.sequence.value
    )


def test_a_cancelled_one_stays_as_cancelled(client: Client, small: SmallDialogue) -> None:
    before = read(client, "series-ics", small.series.reference).vevent
    cancel_dialogue(small.representative, small.dialogue)
    after = read(client, "series-ics", small.series.reference).vevent
    assert (before.status.value, after.status.value) == ("CONFIRMED", "CANCELLED")
    assert int(after.sequence.value) > int(before.sequence.value)


def test_a_day_without_hours_is_a_day_and_an_unknown_day_is_left_out(
    client: Client, small: SmallDialogue
) -> None:
    midnight = in_days(-20, 0)
    Dialogue.objects.filter(pk=small.dialogue.pk).update(
        precision=Dialogue.Precision.DAY, starts_at=midnight, ends_at=midnight + timedelta(days=1)
    )
    event = read(client, "series-ics", small.series.reference).vevent
    assert event.dtstart.value == midnight.date()
    assert event.dtend.value == midnight.date() + timedelta(days=1)
    Dialogue.objects.filter(pk=small.dialogue.pk).update(precision=Dialogue.Precision.WITHIN)
    assert "vevent" not in read(client, "series-ics", small.series.reference).contents


def test_no_file_for_everybody_says_where_it_is_held_online(client: Client, small: SmallDialogue) -> None:
    for name, reference in (("dialogue-ics", small.dialogue), ("series-ics", small.series)):
        answer = client.get(reverse(f"dialogues:{name}", args=[reference.reference]))
        assert b"meet.example" not in answer.content


@pytest.mark.parametrize("state", [Dialogue.State.ANNOUNCED, Dialogue.State.ENDED])
def test_a_closed_dialogue_is_in_no_file_for_everybody(client: Client, state: Dialogue.State) -> None:
    small = SmallDialogue(
        SmallReflection(), HouseRule.CLOSED, state, frame={"admission": Dialogue.Admission.INVITED}
    )
    assert client.get(reverse("dialogues:dialogue-ics", args=[small.dialogue.reference])).status_code == 404
    assert "vevent" not in read(client, "series-ics", small.series.reference).contents
    client.force_login(small.representative)
    assert "vevent" not in read(client, "series-ics", small.series.reference).contents


def test_ones_own_agenda_has_the_link_once_one_is_confirmed(client: Client, small: SmallDialogue) -> None:
    account = small.reflection.accounts["participant"]
    registration = register(small.dialogue, account, Registration.State.WAITING)
    token = agenda_token(account)
    waiting = read(client, "agenda-ics", token).vevent
    assert "conference" not in waiting.contents
    assert "meet.example" not in waiting.serialize()
    Registration.objects.filter(pk=registration.pk).update(state=Registration.State.CONFIRMED)
    confirmed = read(client, "agenda-ics", token).vevent
    assert confirmed.contents["conference"][0].value == "https://meet.example/room"
    Registration.objects.filter(pk=registration.pk).update(state=Registration.State.CANCELLED)
    assert "vevent" not in read(client, "agenda-ics", token).contents


def test_an_agenda_is_for_its_owner_alone(client: Client, small: SmallDialogue) -> None:
    account, other = small.reflection.accounts["participant"], small.reflection.accounts["stranger"]
    register(small.dialogue, account)
    assert "vevent" not in read(client, "agenda-ics", agenda_token(other)).contents
    token = agenda_token(account)
    swapped = token.replace(account.pk.hex, other.pk.hex)
    for wrong in (swapped, token[:-1], token + "x", "x", "~~", "0" * 300):
        assert client.get(reverse("dialogues:agenda-ics", args=[wrong])).status_code == 404
    answer = client.get(reverse("dialogues:agenda-ics", args=[token]))
    assert answer["Cache-Control"] == "no-store"


def test_a_new_address_makes_the_former_one_useless(client: Client, small: SmallDialogue) -> None:
    account = small.reflection.accounts["participant"]
    before = agenda_token(account)
    client.force_login(account)
    assert client.post(reverse("dialogues:renew-agenda")).status_code == 302
    assert client.get(reverse("dialogues:agenda-ics", args=[before])).status_code == 404
    assert agenda_token(account) != before
    read(client, "agenda-ics", agenda_token(account))
    account.is_active = False
    account.save()
    assert client.get(reverse("dialogues:agenda-ics", args=[agenda_token(account)])).status_code == 404


def test_the_feed_names_what_changed_last_and_no_draft(client: Client, small: SmallDialogue) -> None:
    small.add_dialogue(title={"en": "Not yet announced"})
    address = reverse("dialogues:feed", args=["small"])
    assert "Supply chains" in client.get(address).content.decode()
    cancel_dialogue(small.representative, small.dialogue)
    client.force_login(small.representative)
    body = client.get(address).content.decode()
    assert "Cancelled: Supply chains" in body
    assert f"urn:uuid:{small.dialogue.pk}" in body
    assert "Not yet announced" not in body


def test_hostile_titles_stay_text(client: Client, small: SmallDialogue) -> None:
    hostile = 'Nice\r\nATTENDEE:mailto:x@y.example\n</script><script>alert("x")</script>; \\n'
    change_dialogue(small.representative, small.dialogue, dialogue_frame(title={"en": hostile}))
    event = read(client, "dialogue-ics", small.dialogue.reference).vevent
    assert "attendee" not in event.contents
    assert "ATTENDEE" in event.summary.value
    feed = client.get(reverse("dialogues:feed", args=["small"])).content.decode()
    assert "<script>" not in feed
