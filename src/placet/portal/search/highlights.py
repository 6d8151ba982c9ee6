"""Which words of a text matched."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.utils.text import Truncator

from placet.portal.search.words import query_stems
from placet.sense.text.stemming import stems

EXCERPT_LENGTH = 320  # characters
LEAD_LENGTH = 80
WORD = re.compile(r"\w+(?:['’]\w+)*")


class Part(NamedTuple):
    """A stretch of a text, and whether it matched."""

    text: str
    is_match: bool


def highlighted(body: str, language: str, query: str) -> list[Part]:
    """The text in parts; joined, they are the text again."""
    wanted = query_stems(query, [language]).get(language, set())
    return list(_parts(body, language, wanted)) if wanted else [Part(body, is_match=False)]


def excerpt(parts: Sequence[Part]) -> list[Part]:
    """A stretch of a long text around its first match, cut at words; a short text as it is."""
    body = "".join(part.text for part in parts)
    if len(body) <= EXCERPT_LENGTH:
        return list(parts)
    first = next((i for i, part in enumerate(parts) if part.is_match), 0)
    before = "".join(part.text for part in parts[:first])
    lead = _last_words(before, LEAD_LENGTH)
    found = [Part(lead, is_match=False)] if lead else []
    n_left = EXCERPT_LENGTH - len(lead)
    for part in parts[first:]:
        if len(part.text) >= n_left:
            return [*found, Part(Truncator(part.text).chars(max(n_left, 1)), is_match=part.is_match)]
        found.append(part)
        n_left -= len(part.text)
    return found


def _last_words(text: str, length: int) -> str:
    """The end of a text, from the beginning of a word on."""
    if len(text) <= length:
        return text
    return "…" + text[-length:].partition(" ")[2]


def _parts(body: str, language: str, wanted: set[str]) -> Iterator[Part]:
    end = 0
    for word in WORD.finditer(body):
        if wanted.isdisjoint(_stems_of_word(word[0], language)):
            continue
        if word.start() > end:
            yield Part(body[end : word.start()], is_match=False)
        yield Part(word[0], is_match=True)
        end = word.end()
    if end < len(body):
        yield Part(body[end:], is_match=False)


@lru_cache(maxsize=50_000)  # a page of long texts has thousands of words, most of them the same
def _stems_of_word(word: str, language: str) -> frozenset[str]:
    return frozenset(stems(word, language))
