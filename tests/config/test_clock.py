"""The clock hands due work to the workers, and one fault does not stop the rest."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django_tasks_db.models import DBTaskResult

from placet.config import clock
from placet.stages.consultations.arrivals import NEW_PARTICIPANTS, take
from placet.stages.consultations.models import AddressPace

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_housekeeping_comes_once_a_day() -> None:
    housekeeping = clock.OncePerDay()
    for hours in (0, 1, 11, 12, 13):
        housekeeping(NOW + timedelta(hours=hours))
    assert DBTaskResult.objects.count() == 2


def test_sessions_that_have_ended_are_removed() -> None:
    for key, days in (("past", -1), ("current", 1)):
        Session.objects.create(
            session_key=key, session_data="", expire_date=datetime.now(UTC) + timedelta(days=days)
        )
    clock.OncePerDay()(NOW)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["current"]


def test_the_paces_of_past_addresses_are_removed() -> None:
    for days in (-1, 0):
        take(NEW_PARTICIPANTS, "192.0.2.7", NOW + timedelta(days=days))
    clock.OncePerDay()(NOW)
    assert AddressPace.objects.count() == 1


def test_what_fails_is_logged_and_stops_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[datetime] = []

    def fail(now: datetime) -> None:
        raise RuntimeError("a fault")

    work: dict[str, Callable[[datetime], object]] = {"faulty": fail, "sound": done.append}
    monkeypatch.setattr(clock, "DUE_WORK", work)
    monkeypatch.setattr(clock, "close_old_connections", lambda: None)
    clock.tick(NOW)
    assert done == [NOW]
    assert "faulty" in caplog.text
