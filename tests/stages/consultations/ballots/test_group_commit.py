"""The group commit: what waits goes together, nothing is answered before, nothing is lost at the end."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from uuid import uuid4

import pytest
from django.db import IntegrityError, OperationalError

from placet.stages.consultations.ballots.casting import BallotResult, NewBallot, Submission
from placet.stages.consultations.ballots.path.group_commit import BusyError, GroupCommit, UnavailableError

Recorded = list[list[BallotResult]]


def submission(n_ballots: int = 1, number: int = 1) -> Submission:
    ballots = [NewBallot(uuid4(), 1, uuid4(), 1) for _ in range(n_ballots)]
    return Submission(uuid4(), number, ballots)


def results_of(submissions: Sequence[Submission]) -> Recorded:
    return [[BallotResult(ballot.client_key, 1) for ballot in each.ballots] for each in submissions]


class Recorder:
    """Stands in for the database: keeps the batches, and waits where it is told to."""

    def __init__(self, act: Callable[[Sequence[Submission]], None] = lambda _: None) -> None:
        self.batches: list[list[Submission]] = []
        self.act = act

    def __call__(self, submissions: Sequence[Submission]) -> Recorded:
        self.act(submissions)
        self.batches.append(list(submissions))
        return results_of(submissions)


def test_what_gathers_during_a_commit_goes_together() -> None:
    gate = threading.Event()
    recorder = Recorder(lambda _: gate.wait(5) and None)

    async def scenario() -> None:
        commits = GroupCommit(recorder)
        first = asyncio.create_task(commits.submit(submission()))
        await asyncio.sleep(0.05)
        rest = [asyncio.create_task(commits.submit(submission())) for _ in range(50)]
        await asyncio.sleep(0.05)
        assert not first.done()  # nothing is answered before its commit
        gate.set()
        await asyncio.gather(first, *rest)
        await commits.drain()

    asyncio.run(scenario())
    assert [len(batch) for batch in recorder.batches] == [1, 50]


def test_beyond_its_capacity_it_takes_nothing_more_until_there_is_room() -> None:
    gate = threading.Event()

    async def scenario() -> None:
        commits = GroupCommit(Recorder(lambda _: gate.wait(5) and None), capacity=10)
        taken = asyncio.create_task(commits.submit(submission(10)))
        await asyncio.sleep(0.02)
        with pytest.raises(BusyError):
            await commits.submit(submission())
        gate.set()
        await taken
        assert await commits.submit(submission())
        await commits.drain()

    asyncio.run(scenario())


def test_draining_writes_what_waits_and_takes_nothing_new() -> None:
    recorder = Recorder(lambda _: time.sleep(0.05))

    async def scenario() -> None:
        commits = GroupCommit(recorder)
        waiting = [asyncio.create_task(commits.submit(submission())) for _ in range(20)]
        await asyncio.sleep(0)
        await commits.drain()
        assert all(len(each) == 1 for each in await asyncio.gather(*waiting))
        with pytest.raises(BusyError):
            await commits.submit(submission())

    asyncio.run(scenario())
    assert sum(map(len, recorder.batches)) == 20


def test_a_database_that_went_away_is_told_to_all_and_used_again_when_it_is_back() -> None:
    faults = [OperationalError("gone")]

    def act(_: Sequence[Submission]) -> None:
        if faults:
            raise faults.pop()

    async def scenario() -> None:
        commits = GroupCommit(Recorder(act))
        with pytest.raises(UnavailableError):
            await commits.submit(submission())
        assert await commits.submit(submission())
        await commits.drain()

    asyncio.run(scenario())


def test_a_submission_that_cannot_be_recorded_spoils_no_other() -> None:
    gate = threading.Event()

    def act(submissions: Sequence[Submission]) -> None:
        gate.wait(5)
        if any(each.participation_id == 13 for each in submissions):
            raise IntegrityError("row 13")

    async def scenario() -> None:
        commits = GroupCommit(Recorder(act))
        waiting = [asyncio.create_task(commits.submit(submission(number=n))) for n in (1, 13, 2, 3)]
        await asyncio.sleep(0.05)
        gate.set()
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert [isinstance(answer, Exception) for answer in answers] == [False, True, False, False]
        await commits.drain()

    asyncio.run(scenario())


def test_a_client_that_went_away_disturbs_nobody() -> None:
    gate = threading.Event()
    recorder = Recorder(lambda _: gate.wait(5) and None)

    async def scenario() -> None:
        commits = GroupCommit(recorder)
        gone = asyncio.create_task(commits.submit(submission()))
        stays = asyncio.create_task(commits.submit(submission()))
        await asyncio.sleep(0.05)
        gone.cancel()
        gate.set()
        assert await stays
        await commits.drain()

    asyncio.run(scenario())
    assert sum(map(len, recorder.batches)) == 2  # it was taken, so it is recorded
