"""Which terms of a term base stand in a text. Words are compared, nothing is stemmed; no database."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from unicodedata import normalize

# Written without spaces, or with articles and particles joined on: a word's edge is not to be seen.
_WITHOUT_WORD_EDGES: Final = frozenset({"ar", "he", "ja", "ko", "th", "zh"})
_DOTTED_AND_DOTLESS_I: Final = frozenset({"az", "tr"})
_LONGEST_ENDING: Final = 3  # letters that a declension or a plural may add to a term


@dataclass(frozen=True, slots=True)
class TermPair:
    """A term and how it is to be put in another language."""

    source: str
    target: str
    note: str = ""


def terms_in(text: str, language: str, terms: Iterable[TermPair]) -> list[TermPair]:
    """Those of the terms whose source stands in a text, as whole words, whatever the letter case.

    Parameters
    ----------
    language : str
        BCP 47 tag of the text: it decides what lower case is, and whether words have edges.
    """
    folded = _folded(text, language)
    return [term for term in terms if _pattern(term.source, language, 0).search(folded)]


def absent_terms(text: str, language: str, terms: Iterable[TermPair]) -> list[TermPair]:
    """Those of the terms whose target is missing from a translation; a short ending is allowed."""
    folded = _folded(text, language)
    return [term for term in terms if not _pattern(term.target, language, _LONGEST_ENDING).search(folded)]


@lru_cache(maxsize=4096)
def _pattern(term: str, language: str, longest_ending: int) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in _folded(term, language).split())
    if _base(language) in _WITHOUT_WORD_EDGES:
        return re.compile(words)
    return re.compile(rf"(?<!\w){words}\w{{0,{longest_ending}}}(?!\w)")


def _folded(text: str, language: str) -> str:
    text = normalize("NFKC", text).replace("’", "'")
    if _base(language) in _DOTTED_AND_DOTLESS_I:
        text = text.replace("İ", "i").replace("I", "ı")
    return text.casefold()


def _base(language: str) -> str:
    return language.lower().partition("-")[0]
