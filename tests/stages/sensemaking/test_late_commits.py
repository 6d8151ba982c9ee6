"""Transactions that commit late: what a reader of everything since a sequence sees of them, and when."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from placet.stages.sensemaking.following.follower import Follower
from placet.stages.sensemaking.models import LiveMap
from tests.conftest import ON_POSTGRESQL
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.opinions import plant
from tests.stages.sensemaking.test_following import assert_as_analysed

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not ON_POSTGRESQL, reason="SQLite has one writer at a time, and its test database one connection"
    ),
]


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_late_commit_is_not_missed(small: SmallReflection) -> None:
    people = plant(small, 40)
    follower = Follower(lambda: 0.0)  # no time passes: it never rests
    follower.tick()
    before = LiveMap.objects.get().last_sequence
    has_written, may_commit = threading.Event(), threading.Event()

    def write_and_wait() -> None:
        with transaction.atomic():
            for participant in people[:20]:
                small.vote(participant, small.statements[2], 0)
            has_written.set()
            assert may_commit.wait(20)

    def write_behind() -> None:
        for participant in people[20:]:
            small.vote(participant, small.statements[3], 0)

    early = in_thread(write_and_wait)
    assert has_written.wait(20)
    late = in_thread(write_behind)  # it waits for the lock: its sequences come after
    assert follower.tick() == 0
    assert LiveMap.objects.get().last_sequence == before
    may_commit.set()
    while late.is_alive() or early.is_alive():
        follower.tick()
    early.join()
    late.join()
    follower.tick()
    assert LiveMap.objects.get().last_sequence == before + 40
    assert_as_analysed(small)
