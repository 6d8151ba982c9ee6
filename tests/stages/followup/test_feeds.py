"""The calendar and the feed, read by libraries that did not write them."""

from datetime import date, timedelta
from xml.etree import ElementTree as ET

import icalendar
import pytest
import vobject
from django.test import Client
from django.urls import reverse

from placet.stages.followup.models import Precision, ProgressReport
from tests.stages.followup.commitments import SmallCommitment, in_days
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def made() -> SmallCommitment:
    return SmallCommitment(SmallReflection())


def entries(client: Client, address: str) -> list[ET.Element]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    return ET.fromstring(answer.content).findall(f"{ATOM}entry")


def told(entry: ET.Element, name: str) -> str:
    return entry.findtext(f"{ATOM}{name}") or ""


def test_due_dates_and_steps_stand_in_the_calendar(client: Client, made: SmallCommitment) -> None:
    made.step(30)
    made.step(-40, reached=-41)
    made.add(is_published=False)
    made.add(due_date=None, members=())
    answer = client.get(reverse("followup:ics", args=["small"]))
    assert answer["Content-Type"].startswith("text/calendar")
    events = vobject.readOne(answer.content.decode()).vevent_list
    assert {event.summary.value: event.dtstart.value for event in events} == {
        "Due: Build the grid": in_days(100),
        "Milestone: Half way": in_days(30),
        "Reached: Half way": in_days(-40),
    }
    assert all(event.dtend.value - event.dtstart.value == timedelta(days=1) for event in events)
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    parsed = icalendar.Calendar.from_ical(answer.content)
    assert len({str(event["uid"]) for event in parsed.walk("VEVENT")}) == 3
    again = client.get(reverse("followup:ics", args=["small"]))
    assert again.content == answer.content


def test_a_date_that_is_not_known_to_the_day_says_so(client: Client, made: SmallCommitment) -> None:
    kept = made.add(due_date=date(2040, 5, 3), due_precision=Precision.MONTH, title={"en": "Ports"})
    address = reverse("followup:commitment-ics", args=[kept.reference])
    event = vobject.readOne(client.get(address).content.decode()).vevent
    assert event.dtstart.value == date(2040, 5, 31)
    assert "May 2040" in event.description.value
    french = client.get(f"/fr/cm/{kept.reference}/calendar.ics").content.decode()
    assert "mai 2040" in vobject.readOne(french).vevent.description.value


def test_a_commitment_without_days_has_no_calendar(client: Client, made: SmallCommitment) -> None:
    undated = made.add(due_date=None)
    assert client.get(reverse("followup:commitment-ics", args=[undated.reference])).status_code == 404


def test_the_feed_tells_of_reports_and_of_what_time_brought(client: Client, made: SmallCommitment) -> None:
    address = reverse("followup:feed", args=["small"])
    assert entries(client, address) == []
    made.report(days_ago=20)
    late = made.add(title={"en": "Train judges"}, due_date=in_days(-3))
    draft = made.add(is_published=False, title={"en": "Secret"}, due_date=in_days(-3))
    found = entries(client, address)
    assert [told(entry, "title") for entry in found] == [
        f"{made.commitment.reference} – Build the grid: progress",
        f"{late.reference} – Train judges: overdue",
    ]
    assert told(found[0], "summary") == "The first lines stand."
    assert told(found[1], "updated").startswith(in_days(-2).isoformat())
    identifiers = [told(entry, "id") for entry in found]
    made.report(ProgressReport.Kind.FULFILLED, on=late, days_ago=0)
    after = entries(client, address)
    assert set(identifiers) < {told(entry, "id") for entry in after}
    assert len(after) == 3
    assert draft.reference not in str([told(entry, "title") for entry in after])


def test_the_feed_speaks_the_readers_language(client: Client, made: SmallCommitment) -> None:
    made.report()
    (entry,) = entries(client, "/fr/r/small/commitments/feed/")
    assert told(entry, "summary") == "Les premières lignes sont posées."
    assert "Construire le réseau" in told(entry, "title")
