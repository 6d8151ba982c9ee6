"""Which words of a text matched."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from placet.portal.search.words import query_stems
from placet.sense.text.stemming import stems

WORD = re.compile(r"\w+(?:['’]\w+)*")


class Part(NamedTuple):
    """A stretch of a text, and whether it matched."""

    text: str
    is_match: bool


def highlighted(body: str, language: str, query: str) -> list[Part]:
    """The text in parts; joined, they are the text again."""
    wanted = query_stems(query, [language]).get(language, set())
    return list(_parts(body, language, wanted)) if wanted else [Part(body, is_match=False)]


def _parts(body: str, language: str, wanted: set[str]) -> Iterator[Part]:
    end = 0
    for word in WORD.finditer(body):
        if wanted.isdisjoint(stems(word[0], language)):
            continue
        if word.start() > end:
            yield Part(body[end : word.start()], is_match=False)
        yield Part(word[0], is_match=True)
        end = word.end()
    if end < len(body):
        yield Part(body[end:], is_match=False)
