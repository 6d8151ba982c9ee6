"""Ranking by meaning: the originals whose vectors are nearest to that of the query, in whatever language."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from placet.portal.models import SearchEntry
from placet.sense.text.embedding import MissingExtraError
from placet.sense.text.neighbours import nearest
from placet.stages.sensemaking.vectors import all_vectors, embed_query

# Below this cosine a text is about something else. On benchmarks/ideas, 97 of 100 pairs of different themes
# lie below it, and 99 of 100 translations of one idea above 0.34.
LEAST_SIMILARITY = 0.28
MOST_FOUND = 100


@dataclass(frozen=True, slots=True)
class Near:
    """An entry near the query, and how near (cosine)."""

    entry_id: int
    similarity: float


def rank_by_meaning(entries: QuerySet[SearchEntry], query: str, language: str) -> list[Near] | None:
    """The nearest originals among the entries, best first; None where no model is installed."""
    try:
        asked = embed_query(query, language)
    except MissingExtraError:
        return None
    stored = all_vectors()
    visible = dict(entries.filter(translation=None).order_by().values_list("version_id", "pk"))
    places = [place for place, version in enumerate(stored.version_ids) if version in visible]
    if not places:
        return []
    found = nearest(asked.reshape(1, -1), stored.vectors[places], n_neighbours=min(MOST_FOUND, len(places)))
    return _near_enough(
        [visible[stored.version_ids[places[index]]] for index in found.indices[0]],
        found.similarity[0].tolist(),
    )


def _near_enough(entry_ids: Sequence[int], similarity: Sequence[float]) -> list[Near]:
    return [
        Near(entry_id, value)
        for entry_id, value in zip(entry_ids, similarity, strict=True)
        if value >= LEAST_SIMILARITY
    ]
