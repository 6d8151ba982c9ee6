"""The follower's process: it looks around until asked to end, whatever the database says meanwhile."""

import logging
import os
import signal
import threading
from typing import Any

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from placet.config import following
from placet.stages.sensemaking.following.follower import Follower


class Failing(Follower):
    """A follower whose database refuses."""

    def tick(self, now: Any = None) -> int:
        refused_row = "the row (1, secret) is refused"
        raise OperationalError(refused_row)


@pytest.mark.django_db
def test_a_good_look_around() -> None:
    assert following.tick(Follower())


def test_a_database_that_fails_is_noted_without_its_data(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(ConnectionHandler, "close_all", lambda self: closed.append("all"))
    with caplog.at_level(logging.ERROR):
        assert not following.tick(Failing())
    assert "OperationalError" in caplog.text
    assert "the row" not in caplog.text
    assert closed == ["all"]  # the next look connects anew


def test_it_ends_when_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Follower] = []
    monkeypatch.setattr(following, "warm_up", lambda: None)
    monkeypatch.setattr(ConnectionHandler, "close_all", lambda self: None)

    def look(follower: Follower) -> bool:
        looks.append(follower)
        return True

    monkeypatch.setattr(following, "tick", look)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    try:
        following.run_follower(interval=0.05)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        timer.join()
    assert len(looks) > 1
    assert len(set(map(id, looks))) == 1
