"""The clock: looks every few seconds for work that has come due, and hands it to the workers."""

import logging
import signal
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import FrameType

from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections
from django.utils import timezone

from placet.portal.lineage.news import queue_news
from placet.portal.tasks import enqueue_search_update
from placet.stages.consultations.arrivals import forget_past_arrivals
from placet.stages.contributions import tasks as contributions
from placet.stages.decisions.silence.pulse import beat
from placet.stages.decisions.silence.settling import settle_due
from placet.stages.dialogues.live.ending import end_overdue_dialogues
from placet.stages.dialogues.registering.actions import give_all_free_places
from placet.stages.people import queries as people
from placet.stages.people import tasks as people_tasks
from placet.stages.sensemaking import actions as sensemaking
from placet.stages.sensemaking.themes.building import tend_runs

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 15.0


def send_due_messages(now: datetime) -> None:
    """Have the outbox delivered if a message is due."""
    if people.due_messages(now).exists():
        people_tasks.deliver_outbox.enqueue()


def settle_silences(now: datetime) -> None:
    """Leave a pulse, then bring silence procedures up to date: both by the clock of the database."""
    beat()
    settle_due()


class OncePerDay:
    """Housekeeping: at the first tick of a day, and of a process."""

    def __init__(self) -> None:
        self.last_date: date | None = None

    def __call__(self, now: datetime) -> None:
        if now.date() != self.last_date:
            people_tasks.forget_unverified_accounts.enqueue()
            SessionStore.clear_expired()
            forget_past_arrivals(now)
            self.last_date = now.date()


DUE_WORK: Mapping[str, Callable[[datetime], object]] = {
    "silence procedures": settle_silences,
    "analyses": sensemaking.enqueue_due_work,
    "themes": tend_runs,
    "messages": send_due_messages,
    "search": enqueue_search_update,
    "rooms left open": end_overdue_dialogues,
    "waiting lists": give_all_free_places,
    "attached files": contributions.enqueue_reading,
    "erased authors": contributions.forget_authors,
    "news of ideas": queue_news,
    "housekeeping": OncePerDay(),
}


def tick(now: datetime) -> None:
    """Look at everything once. What fails is logged and looked at again the next time."""
    close_old_connections()
    for name, enqueue in DUE_WORK.items():
        try:
            enqueue(now)
        except Exception:
            logger.exception("The clock could not look for due %s", name)
    close_old_connections()


def run_clock(interval: float = INTERVAL_SECONDS) -> None:
    """Tick until asked to end."""
    is_asked_to_end = threading.Event()

    def ask_to_end(number: int, frame: FrameType | None) -> None:
        is_asked_to_end.set()

    signal.signal(signal.SIGINT, ask_to_end)
    signal.signal(signal.SIGTERM, ask_to_end)
    while not is_asked_to_end.is_set():
        tick(timezone.now())
        is_asked_to_end.wait(interval)
