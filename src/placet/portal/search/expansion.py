"""What else a query may be called: the reflections' term bases, and terms of the field in English and French.

A model of general language does not know the field's words: to it, « rançongiciel » is noise.
"""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from placet.sense.text.stemming import stems
from placet.stages.texts.models import Term

TERMS = Path(__file__).with_name("terms.csv")
MOST_ADDED = 5


class Name(NamedTuple):
    """A term in one language."""

    language: str
    words: str


def expanded(query: str) -> str:
    """The query, with what its terms are called in other languages behind it."""
    pairs = (*shipped_pairs(), *_own_pairs())
    added: dict[str, None] = {}  # an ordered set
    for this, other in (*pairs, *((second, first) for first, second in pairs)):
        if this.words.casefold() != other.words.casefold() and _names(query, this):
            added.setdefault(other.words)
    return " ".join([query, *list(added)[:MOST_ADDED]])


@cache
def shipped_pairs() -> tuple[tuple[Name, Name], ...]:
    """The terms that come with Placet."""
    with TERMS.open(encoding="utf-8", newline="") as file:
        return tuple((Name("en", row["en"]), Name("fr", row["fr"])) for row in csv.DictReader(file))


def _own_pairs() -> Iterable[tuple[Name, Name]]:
    found = Term.objects.values_list("source_language", "source", "target_language", "target")
    return [(Name(one, source), Name(other, target)) for one, source, other, target in found]


def _names(query: str, name: Name) -> bool:
    """Whether all words of a term are in the query, in whatever form."""
    wanted = set(stems(name.words, name.language))
    return bool(wanted) and wanted <= set(stems(query, name.language))
