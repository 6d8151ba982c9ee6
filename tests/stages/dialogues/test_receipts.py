"""Following a point by its receipt: what it tells, to whom, and what is left behind of having asked."""

import logging
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.stages.consultations.models import AddressPace
from placet.stages.dialogues.live.ending import end_dialogue
from placet.stages.dialogues.live.points import say_point
from placet.stages.dialogues.live.presence import join_room
from placet.stages.dialogues.models import Dialogue, Point
from placet.stages.dialogues.receipts import new_receipt
from placet.stages.dialogues.reporting.following import WRONG_RECEIPTS, follow_point
from placet.stages.dialogues.reporting.gathering import hide_point
from placet.stages.dialogues.reporting.publishing import publish_report
from placet.stages.dialogues.reporting.statements import make_statement
from placet.stages.people.models import Account
from tests.stages.dialogues.reports import Reporting

pytestmark = pytest.mark.django_db
ADDRESS = "/en/receipt/"


def say(reporting: Reporting, body: str) -> str:
    """Join the room as somebody new and say a point; the receipt."""
    secret = join_room(
        reporting.dialogue, key=uuid4(), constituency=None, source="192.0.2.1", now=timezone.now()
    )
    return say_point(reporting.dialogue, secret, body=body, language="en", client_key=uuid4())


def followed(receipt: str, client: Client | None = None) -> Any:
    return (client or Client()).post(ADDRESS, {"receipt": receipt})


def live_and_ended(body: str = "Chips come from one island.") -> tuple[Reporting, str, Point]:
    reporting = Reporting(state=Dialogue.State.LIVE)
    receipt = say(reporting, body)
    end_dialogue(reporting.meeting.representative, reporting.dialogue)
    return reporting, receipt, Point.objects.get()


def test_a_receipt_leads_to_its_point_and_to_what_became_of_it() -> None:
    reporting, receipt, point = live_and_ended()
    page = followed(receipt).content.decode()
    assert "Chips come from one island." in page
    assert "the report of this dialogue is not published" in page
    takeaway = reporting.takeaway([point])
    assert takeaway.reference not in followed(receipt).content.decode()
    reporting.summary()
    publish_report(reporting.rapporteur, reporting.dialogue)
    statement = make_statement(
        reporting.small.secretariat,
        point,
        reporting.small.consultation,
        {"en": "Chips should come from two islands."},
        original="en",
    )
    for typed in (receipt, receipt.lower(), receipt.replace("-", " "), f" {receipt} "):
        page = followed(typed).content.decode()
        assert takeaway.reference in page
        assert "Chips are scarce." in page
        assert statement.reference in page
    french = Client().post("/fr/receipt/", {"receipt": receipt}).content.decode()
    assert "Les puces sont rares." in french


def test_a_hidden_point_is_still_told_to_whoever_said_it() -> None:
    reporting, receipt, point = live_and_ended()
    hide_point(reporting.rapporteur, point, is_hidden=True)
    page = followed(receipt).content.decode()
    assert "Chips come from one island." in page
    assert "This point is hidden" in page


def test_every_wrong_receipt_gets_the_same_answer() -> None:
    live_and_ended()
    other, _digest = new_receipt()
    wrong = [other, "", "x", "x" * 500, "'; DROP TABLE", "é" * 20]
    answers = [followed(receipt) for receipt in wrong]
    assert {answer.status_code for answer in answers} == {422}
    bodies = {
        answer.content.decode().partition('<div class="field')[2].partition("<input")[0] for answer in answers
    }
    assert len(bodies) == 1
    assert "No point has this receipt." in bodies.pop()


def test_wrong_receipts_are_paced_by_address_and_right_ones_are_not_counted() -> None:
    _reporting, receipt, _point = live_and_ended()
    now, source = timezone.now(), "192.0.2.7"
    before = AddressPace.objects.count()
    for _try in range(3):
        assert follow_point(receipt, "en", source=source, now=now) is not None
    assert AddressPace.objects.count() == before
    for _try in range(WRONG_RECEIPTS.burst):
        assert follow_point("wrong", "en", source=source, now=now) is None
    assert AddressPace.objects.count() == before + 1
    client = Client(REMOTE_ADDR=source)
    answer = followed(receipt, client)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert "Chips" not in answer.content.decode()
    assert followed(receipt).status_code == 200  # from another address
    later = now + timedelta(minutes=30)
    assert follow_point(receipt, "en", source=source, now=later) is not None


def test_nothing_is_kept_of_having_asked() -> None:
    reporting, receipt, _point = live_and_ended()
    account = reporting.small.accounts["participant"]
    client = reporting.client(account)
    session = Session.objects.get(session_key=client.session.session_key)
    before = session.session_data, session.expire_date
    signed_in_at = Account.objects.get(pk=account.pk).last_login
    assert followed(receipt, client).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        answer = followed(receipt, client)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert client.get(ADDRESS)["Cache-Control"] == "no-store"
    # The pace is counted and taken back; a session or an account is not even read.
    assert not [query["sql"] for query in queries if "session" in query["sql"] or "account" in query["sql"]]
    session.refresh_from_db()
    assert (session.session_data, session.expire_date) == before
    assert Account.objects.get(pk=account.pk).last_login == signed_in_at
    assert "sessionid" not in answer.cookies
    assert account.email not in answer.content.decode()
    assert receipt not in answer.content.decode()


def test_a_receipt_stands_in_no_address_and_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    _reporting, receipt, _point = live_and_ended()
    caplog.set_level(logging.DEBUG)
    followed(receipt)
    followed("PRIVATE-WRONG-RECEIPT")
    Client().get(ADDRESS, {"receipt": receipt})
    lines = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("placet"))
    for secret in (receipt, receipt.replace("-", ""), "PRIVATE-WRONG-RECEIPT"):
        assert secret not in lines
    assert reverse("dialogues:receipt") == ADDRESS
    assert "Chips" not in Client().get(ADDRESS, {"receipt": receipt}).content.decode()
