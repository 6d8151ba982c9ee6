"""Work of this stage that is done in the background."""

from datetime import datetime

from django.core.cache import cache
from django_tasks import task

from placet.stages.contributions.attachments import extraction
from placet.stages.contributions.erasing import forget_erased_authors

# A tick that finds the work already handed over leaves it: a large file takes a while.
READING_KEY = "contributions.attachments.handed-over"
READING_SECONDS = 600


@task()
def read_attachments() -> int:
    """Read the text of the files that wait."""
    try:
        return extraction.read_waiting()
    finally:
        cache.delete(READING_KEY)


def enqueue_reading(now: datetime) -> None:
    """Have waiting files read; for the clock, and for whoever has just submitted one."""
    if extraction.waiting_attachments().exists() and cache.add(READING_KEY, now.isoformat(), READING_SECONDS):
        read_attachments.enqueue()


def forget_authors(now: datetime) -> None:
    """Let go of what erased accounts leave behind here; for the clock."""
    forget_erased_authors()
