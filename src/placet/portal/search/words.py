"""Ranking by words: BM25 (Robertson and Zaragoza, 2009, equation 3.15) over stems of each language.

A query is stemmed in every language that occurs, so that "elections" finds « élection » by its French stem;
each entry is compared with the stems of its own language alone.
"""

import math
from collections import defaultdict
from collections.abc import Mapping

from django.db.models import Avg, Count, Q, QuerySet

from placet.portal.models import STEM_LENGTH, SearchEntry, SearchStem
from placet.sense.text.stemming import fold, stems

SATURATION = 1.2  # k1: how soon more of the same word adds nothing
LENGTH_WEIGHT = 0.75  # b: how much a long text is marked down
MOST_WORDS = 20  # of a query


def rank_by_words(entries: QuerySet[SearchEntry], query: str) -> dict[int, float]:
    """Score of each entry that shares a stem with the query, by the entry's identifier.

    Parameters
    ----------
    entries : queryset
        What the reader may see.
    """
    totals = entries.aggregate(mean_length=Avg("n_stems"))
    languages = list(entries.order_by().values_list("language", flat=True).distinct())
    asked = query_stems(query, languages)
    if not asked or not totals["mean_length"]:
        return {}
    wanted = Q()
    for language, some in asked.items():
        wanted |= Q(entry__language=language, stem__in=some)
    postings = (
        SearchStem.objects.filter(wanted, entry__in=entries.order_by().values("pk"))
        .order_by()
        .values_list("stem", "entry__language", "entry_id", "count", "entry__n_stems")
    )
    by_stem: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
    for stem, language, entry_id, count, length in postings:
        by_stem[stem, language].append((entry_id, count, length))
    sizes = _sizes(entries)
    scores: dict[int, float] = defaultdict(float)
    for (_stem, language), found in by_stem.items():
        weight = _rarity(len(found), sizes[language])
        for entry_id, count, length in found:
            norm = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * length / totals["mean_length"])
            scores[entry_id] += weight * count * (SATURATION + 1) / (count + norm)
    return dict(scores)


def query_stems(query: str, languages: list[str]) -> dict[str, set[str]]:
    """The stems of a query as each language would write them; languages without any are left out."""
    shortened = " ".join(query.split()[:MOST_WORDS])
    found = {language: {stem[:STEM_LENGTH] for stem in stems(shortened, language)} for language in languages}
    return {language: some for language, some in found.items() if some}


def phrases_of(query: str) -> list[str]:
    """What stands between quotation marks, folded: a hit has to contain it."""
    marks = query.translate(str.maketrans("«»“”„", '"""""'))
    return [fold(part.strip()) for part in marks.split('"')[1::2] if part.strip()]


def _sizes(entries: QuerySet[SearchEntry]) -> Mapping[str, int]:
    counted = entries.order_by().values_list("language").annotate(n=Count("pk"))
    return dict(counted)


def _rarity(n_with: int, n_all: int) -> float:
    """Inverse document frequency; never negative, however common the stem."""
    return math.log(1 + (n_all - n_with + 0.5) / (n_with + 0.5))
