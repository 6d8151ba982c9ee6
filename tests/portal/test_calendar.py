"""The calendar: what stands in it for whom, narrowed, and month by month."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from placet.stages.dialogues.calendars.linked_data import event_document
from placet.stages.dialogues.models import Dialogue, HouseRule
from placet.stages.dialogues.setting_up.meetings import announce_dialogue, change_dialogue
from tests.portal.test_pages import count_queries
from tests.stages.dialogues.meetings import SmallDialogue, dialogue_frame, in_days
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
ADDRESS = "/en/r/small/calendar/"


@pytest.fixture
def small() -> SmallDialogue:
    return SmallDialogue(SmallReflection())


def page(client: Client, **filters: str) -> str:
    answer = client.get(ADDRESS, filters)
    assert answer.status_code == 200
    return answer.content.decode()


def test_everything_dated_stands_in_one_list(client: Client, small: SmallDialogue) -> None:
    body = page(client)
    for title in ("Launch", "Supply chains", "What first?"):
        assert title in body


def test_filters_narrow_it(client: Client, small: SmallDialogue) -> None:
    assert "Launch" not in page(client, kind="dialogue")
    assert "Supply chains" in page(client, kind="dialogue")
    assert "Launch" not in page(client, series=small.series.reference)
    assert "Supply chains" not in page(client, priority=str(small.reflection.priority.pk))
    assert "Supply chains" in page(client, when="coming")
    assert "Supply chains" not in page(client, when="past")
    Dialogue.objects.filter(pk=small.dialogue.pk).update(starts_at=in_days(-3, 9), ends_at=in_days(-3, 11))
    assert "Supply chains" in page(client, when="past")


@pytest.mark.parametrize("name", ["kind", "priority", "series", "when"])
def test_a_filter_that_is_nonsense_shows_a_page(client: Client, small: SmallDialogue, name: str) -> None:
    for value in ("<script>", "９", "9" * 50, "'", "\x00"[:0] + "draft"):
        body = page(client, **{name: value})
        assert "<script>alert" not in body


def test_a_month_shows_a_dialogue_on_its_day(client: Client, small: SmallDialogue) -> None:
    day = in_days(30)
    body = client.get(f"{ADDRESS}{day.year}/{day.month}/").content.decode()
    assert "Supply chains" in body
    assert f'datetime="{day:%Y-%m-%d}"' in body
    assert "Supply chains" not in client.get(f"{ADDRESS}1999/1/").content.decode()


@pytest.mark.parametrize("month", ["2026/13", "2026/0", "0/1", "9999/12", "99999999999999999999999/1"])
def test_there_is_no_such_month(client: Client, small: SmallDialogue, month: str) -> None:
    assert client.get(f"{ADDRESS}{month}/").status_code == 404


def test_drafts_are_nobodys_and_closed_ones_show_that_they_took_place(client: Client) -> None:
    small = SmallDialogue(
        SmallReflection(),
        HouseRule.CLOSED,
        Dialogue.State.ENDED,
        frame={"admission": Dialogue.Admission.INVITED, "title": {"en": "What nobody may know"}},
    )
    small.add_dialogue(title={"en": "A draft"})
    body = page(client)
    assert "A draft" not in body
    assert "What nobody may know" not in body
    assert "losed dialogue no. 1" in body
    assert "Series of talks" in body
    client.force_login(small.representative)
    assert "What nobody may know" in page(client)


def test_the_number_of_queries_does_not_grow(client: Client, small: SmallDialogue) -> None:
    day = in_days(30)
    addresses = [ADDRESS, f"{ADDRESS}{day.year}/{day.month}/"]
    before = [count_queries(client, address) for address in addresses]
    for number in range(12):
        dialogue = small.add_dialogue(title={"en": f"No. {number}"})
        announce_dialogue(small.representative, dialogue)
    assert [count_queries(client, address) for address in addresses] == before
    assert max(before) <= 30


def test_search_engines_read_an_event_and_no_private_address(small: SmallDialogue) -> None:
    hostile = {"en": "Chains </script><script>alert(1)</script> & ports"}
    change_dialogue(small.representative, small.dialogue, dialogue_frame(title=hostile))
    document = event_document(small.dialogue, "en")
    assert "<" not in document
    event = json.loads(document)
    assert event["@type"] == "Event"
    assert event["name"] == hostile["en"]
    assert event["startDate"].startswith(f"{in_days(30):%Y-%m-%d}T09:00:00")
    assert event["eventAttendanceMode"].endswith("MixedEventAttendanceMode")
    assert event["organizer"][0]["name"] == "Think tank"
    assert "meet.example" not in document
    Dialogue.objects.filter(pk=small.dialogue.pk).update(
        precision=Dialogue.Precision.WITHIN, ends_at=timezone.now() + timedelta(days=90)
    )
    small.dialogue.refresh_from_db()
    assert event_document(small.dialogue, "en") == ""
