"""What waits is written together: one thread, one transaction at a time, answers after the commit.

While a transaction commits, ballots gather; the next transaction takes them all. The busier it is, the more
ballots share one ``fsync``. The queue is bounded: beyond it, a request is told to come again.
"""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from placet.stages.consultations.ballots.casting import BallotResult, Submission
from placet.stages.consultations.ballots.path import figures

CAPACITY = 20_000  # ballots that may wait: a few seconds' worth
BALLOTS_AT_ONCE = 1_000  # in one transaction
DRAIN_SECONDS = 3.0
# Where several came together the time before, the first to come waits until as many are there again, but not
# for long: a commit of one costs as much as a commit of fifty. Whoever is alone is never kept waiting.
GATHER_SECONDS = 0.008
GLANCE_SECONDS = 0.001

Recorder = Callable[[Sequence[Submission]], list[list[BallotResult]]]

logger = logging.getLogger(__name__)


class BusyError(Exception):
    """The queue is full, or the server is about to stop: nothing was taken."""


class UnavailableError(Exception):
    """The database did not confirm: whether it was written is unknown: send the same keys again."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    submission: Submission
    answer: "asyncio.Future[list[BallotResult]]"


class GroupCommit:
    """Gathers the submissions of one event loop and records them in a thread of its own."""

    def __init__(self, record: Recorder, *, capacity: int = CAPACITY) -> None:
        self._record = record
        self._capacity = capacity
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._n_waiting = 0  # touched by the event loop alone
        self._is_stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)

    async def submit(self, submission: Submission) -> list[BallotResult]:
        """Record a submission and return its results once they are durable.

        Raises
        ------
        BusyError
            Where it was not taken.
        UnavailableError
            Where the database did not confirm it.
        """
        if self._is_stopping or self._n_waiting + len(submission.ballots) > self._capacity:
            raise BusyError
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread.start()
        answer: asyncio.Future[list[BallotResult]] = self._loop.create_future()
        self._n_waiting += len(submission.ballots)
        self._queue.put(_Waiting(submission, answer))
        return await answer

    async def drain(self) -> None:
        """Take nothing more, write what waits, and end the thread."""
        self._is_stopping = True
        if self._loop is not None:
            self._queue.put(None)
            await asyncio.to_thread(self._thread.join, DRAIN_SECONDS)

    def _run(self) -> None:
        n_before = 0
        while (first := self._queue.get()) is not None:
            self._gather(n_before)
            batch = [first, *self._more(BALLOTS_AT_ONCE - len(first.submission.ballots))]
            is_last = batch[-1] is None
            taken = [each for each in batch if each is not None]
            n_before = len(taken)
            self._answer(taken, self._recorded(taken))
            if is_last:
                break
        connection.close()

    def _gather(self, n_before: int) -> None:
        """Wait until as many have come together as the time before, within bounds."""
        until = time.monotonic() + GATHER_SECONDS
        while self._queue.qsize() + 1 < n_before and time.monotonic() < until:
            time.sleep(GLANCE_SECONDS)

    def _more(self, n_free: int) -> list[_Waiting | None]:
        """What waits besides, as far as it fits into this transaction."""
        found: list[_Waiting | None] = []
        while n_free > 0:
            try:
                each = self._queue.get_nowait()
            except queue.Empty:
                break
            found.append(each)
            if each is None:
                break
            n_free -= len(each.submission.ballots)
        return found

    def _recorded(self, batch: Sequence[_Waiting]) -> list[list[BallotResult] | Exception]:
        """The results of each, or why there are none; what one submission spoils is tried one by one."""
        began_at = time.perf_counter()
        try:
            figures.waiting(self._n_waiting)
            results = self._record([each.submission for each in batch])
            figures.committed(results, time.perf_counter() - began_at)
        except (OperationalError, InterfaceError) as error:
            logger.error("ballots could not be recorded: %s", type(error).__name__)
            connection.close()
            return [UnavailableError()] * len(batch)
        except Exception as error:  # noqa: BLE001 - one submission must not spoil the others
            if len(batch) > 1:
                return [self._recorded([each])[0] for each in batch]
            logger.error("a submission could not be recorded: %s", type(error).__name__)
            connection.close()
            return [error if isinstance(error, DatabaseError) else UnavailableError()]
        return list(results)

    def _answer(self, batch: Sequence[_Waiting], results: Sequence[list[BallotResult] | Exception]) -> None:
        def set_answers() -> None:
            for each, result in zip(batch, results, strict=True):
                self._n_waiting -= len(each.submission.ballots)
                if each.answer.done():  # the client went away; what it sent is recorded all the same
                    continue
                if isinstance(result, Exception):
                    each.answer.set_exception(result)
                else:
                    each.answer.set_result(result)

        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(set_answers)
