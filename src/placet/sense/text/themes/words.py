"""The words of all texts, counted once: by language, by stem, by text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from placet.sense.text.embedding.centring import primary_subtag
from placet.sense.text.stemming import fold, words_of
from placet.sense.votes.arrays import IntArray

LEAST_LETTERS = 3
# Of any proposal, whatever its subject; as words are folded. Stop words are left out already.
SAID_OF_ANYTHING = frozenset({
    "alway", "debe", "deben", "deberia", "deberian", "devaient", "devait", "deve", "devono",
    "devons", "devraient", "devrait", "devrons", "doit", "doivent", "dovrebbe", "dovrebbero",
    "faudrait", "faut", "jamais", "lazim", "mali", "meli", "must", "never", "oblig", "oblige",
    "ought", "pourraient", "pourrait", "powinna", "powinni", "powinno", "powinny", "should",
    "sollte", "sollten", "start", "stop",
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words of the texts in one language.

    Attributes
    ----------
    surfaces : tuple of str
        Each stem as it is written most often.
    texts : int64 array
        Indices of the texts in this language, ascending.
    starts : (n_texts_in_language + 1,) int64
        Where the stems of each of these texts begin in `stems`.
    stems : int64 array
        Numbers of the stems of each text, each once a text.
    """

    surfaces: tuple[str, ...]
    texts: IntArray
    starts: IntArray
    stems: IntArray

    def counts(self, members: IntArray) -> IntArray:
        """Return in how many of these texts each stem stands."""
        rows = np.flatnonzero(np.isin(self.texts, members))
        kept = [self.stems[self.starts[row] : self.starts[row + 1]] for row in rows]
        found = np.concatenate(kept) if kept else np.empty(0, dtype=np.int64)
        return np.bincount(found, minlength=len(self.surfaces)).astype(np.int64)


def read_vocabularies(texts: Sequence[str], languages: Sequence[str]) -> dict[str, Vocabulary]:
    """Return the words of each language that occurs, stop words, numbers and short words left out."""
    by_language: dict[str, list[int]] = defaultdict(list)
    for index, language in enumerate(languages):
        by_language[primary_subtag(language)].append(index)
    return {language: _read(texts, indices, language) for language, indices in sorted(by_language.items())}


def _read(texts: Sequence[str], indices: Sequence[int], language: str) -> Vocabulary:
    number: dict[str, int] = {}
    written: dict[str, Counter[str]] = defaultdict(Counter)
    stems: list[int] = []
    starts = [0]
    for index in indices:
        text = texts[index]
        seen: dict[int, None] = {}
        for place, (surface, stem) in enumerate(words_of(text, language)):
            if len(stem) < LEAST_LETTERS or not stem.isalpha() or fold(surface) in SAID_OF_ANYTHING:
                continue
            is_first = place == 0 and text.lstrip().startswith(surface)
            written[stem][_as_inside(surface) if is_first else surface] += 1
            seen[number.setdefault(stem, len(number))] = None
        stems += seen
        starts.append(len(stems))
    surfaces = tuple(max(written[stem].items(), key=_most_written)[0] for stem in number)
    return Vocabulary(surfaces, np.array(indices), np.array(starts), np.array(stems, dtype=np.int64))


def _as_inside(surface: str) -> str:
    """A word that begins a text as it would stand inside it; what is all capitals stays."""
    return surface if surface.isupper() else surface.lower()


def _most_written(item: tuple[str, int]) -> tuple[int, int, str]:
    """By number, then the shorter, then the alphabet."""
    surface, count = item
    return count, -len(surface), surface
