"""Work for the background: the index of the search."""

from datetime import datetime

from django.core.cache import cache
from django_tasks import task

from placet.portal.search import index

# A tick that finds the work already handed over leaves it: the first index of a large platform takes minutes.
HANDED_OVER_KEY = "portal.search.handed-over"
HANDED_OVER_SECONDS = 600


@task()
def update_search_index() -> dict[str, int]:
    """Bring the index of the search up to date."""
    try:
        changes = index.update_index()
    finally:
        cache.delete(HANDED_OVER_KEY)
    return {"added": changes.n_added, "removed": changes.n_removed}


def enqueue_search_update(now: datetime) -> None:
    """Have the index brought up to date where it is behind; for the clock."""
    if index.is_behind() and cache.add(HANDED_OVER_KEY, now.isoformat(), HANDED_OVER_SECONDS):
        update_search_index.enqueue()
