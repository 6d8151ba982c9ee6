"""What is searched: the current wordings of everything published, and their stems.

The clock brings the index up to date (see ``is_behind``). Whether a reader may see an entry is decided when
it is read, never here.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from placet.portal.models import STEM_LENGTH, SearchEntry, SearchStem
from placet.portal.search.sources import Item, searched_items, state_of_sources
from placet.sense.text.embedding import MissingExtraError
from placet.sense.text.stemming import stems
from placet.stages.sensemaking.vectors import store_vectors
from placet.stages.texts.models import Text, TextVersion
from placet.stages.texts.queries import all_wordings_of

logger = logging.getLogger(__name__)

AT_ONCE = 1_000
PLACES = [place for place in fields(Item) if place.name != "text_id"]
STATE_KEY = "portal.search.state"


@dataclass(frozen=True, slots=True)
class Changes:
    """What an update did."""

    n_added: int
    n_removed: int


def is_behind() -> bool:
    """Whether anything may have changed since the last update; a handful of aggregates."""
    return bool(cache.get(STATE_KEY) != _state())


def update_index() -> Changes:
    """Bring the index to what the stages say now: what is new is added, what is gone or changed removed."""
    state = _state()
    wanted = dict(_wanted_entries())
    present = {
        (version, translation): pk
        for pk, version, translation in SearchEntry.objects.values_list("pk", "version_id", "translation_id")
    }
    gone = [pk for key, pk in present.items() if key not in wanted]
    new = [entry for key, entry in wanted.items() if key not in present]
    for start in range(0, len(gone), AT_ONCE):
        SearchEntry.objects.filter(pk__in=gone[start : start + AT_ONCE]).delete()
    for start in range(0, len(new), AT_ONCE):
        _add(new[start : start + AT_ONCE])
    _store_meanings([entry for entry, _body in new])
    cache.set(STATE_KEY, (*state[:-1], SearchEntry.objects.count()), timeout=None)
    return Changes(len(new), len(gone))


def _state() -> tuple[object, ...]:
    """What the index was made from, and how large it is."""
    return (*state_of_sources(), SearchEntry.objects.count())


def _wanted_entries() -> Iterator[tuple[tuple[int, int | None], tuple[SearchEntry, str]]]:
    """Each current wording of each item, by version and translation, with its body."""
    items = {item.text_id: item for item in searched_items()}
    text_ids = list(items)
    for start in range(0, len(text_ids), AT_ONCE):
        some = text_ids[start : start + AT_ONCE]
        written = _written_at(some)
        for text_id, wordings in all_wordings_of(some).items():
            item = items[text_id]
            for wording in wordings:
                entry = SearchEntry(
                    **{place.name: getattr(item, place.name) for place in PLACES},
                    version_id=wording.version_id,
                    translation_id=wording.translation_id,
                    language=wording.language,
                    written_at=written[wording.version_id],
                )
                yield (wording.version_id, wording.translation_id), (entry, wording.body)


def _written_at(text_ids: Iterable[UUID]) -> dict[int, datetime]:
    texts = Text.objects.filter(pk__in=list(text_ids))
    return dict(TextVersion.objects.filter(text__in=texts).values_list("pk", "created_at"))


@transaction.atomic
def _add(entries: list[tuple[SearchEntry, str]]) -> None:
    """Add entries with their stems; what another process added meanwhile is left as it is."""
    counts = []
    for entry, body in entries:
        found = Counter(stem[:STEM_LENGTH] for stem in stems(body, entry.language))
        entry.n_stems = found.total()
        counts.append(found)
    SearchEntry.objects.bulk_create([entry for entry, _body in entries])
    SearchStem.objects.bulk_create(
        [
            SearchStem(entry=entry, stem=stem, count=count)
            for (entry, _body), found in zip(entries, counts, strict=True)
            for stem, count in found.items()
        ],
        batch_size=5_000,
    )


def _store_meanings(entries: Iterable[SearchEntry]) -> None:
    """Vectors of the originals, where the models are installed."""
    originals = [entry.version_id for entry in entries if entry.translation_id is None]
    try:
        store_vectors(originals)
    except MissingExtraError as error:
        logger.info("search by words alone: %s", error)
