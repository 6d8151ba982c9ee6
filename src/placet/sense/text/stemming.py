"""Words of a text as they are compared: stems, so that "elections" and "élection" meet in French.

Stemmers are Snowball's (Porter, M. F. (2001), "Snowball: a language for stemming algorithms"), stop words
those of stopwords-iso. Where the optional packages are not installed, and in languages that they do not know,
words are folded and compared whole.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache, lru_cache
from typing import Any, NamedTuple

from placet.sense.text.embedding.centring import primary_subtag

WORD = re.compile(r"[^\W_]+")
APOSTROPHES = re.compile(r"['’ʼ]")
ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french",
    "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
NORWEGIAN = {"nb": "no", "nn": "no"}  # stop words are listed under the language they are both written in
# On the lists of stop words, and yet what an idea may be about.
MEANT = {
    "en": frozenset({
        "area", "areas", "case", "cases", "group", "groups", "help", "home", "important",
        "information", "interest", "interests", "member", "members", "number", "numbers",
        "open", "order", "problem", "problems", "research", "room", "rooms", "state", "states",
        "system", "systems", "thing", "things", "use", "work", "working", "works", "world",
        "year", "years", "young", "younger", "youngest",
    }),
    "es": frozenset({"estado", "estados"}),
    "fr": frozenset({"état", "états", "etat", "etats"}),
    "it": frozenset({"mondo", "paese", "paesi", "stati", "stato"}),
}  # fmt: skip
LEAST_LETTERS = 2
KEPT_WORDS = 100_000  # whose stems are remembered: a stemmer takes 30 µs a word

_local = threading.local()  # a stemmer keeps its state in itself


class Word(NamedTuple):
    """A word as it was written, and its stem."""

    surface: str
    stem: str


def stems(text: str, language: str) -> list[str]:
    """Return the stems of a text, in its order.

    Parameters
    ----------
    text : str
    language : str
        BCP 47 tag, of which the first part counts; "und" where it is not known.

    Returns
    -------
    list of str
        Lower-cased, without accents, stop words left out. In a language without a stemmer, and where the
        packages of ``placet[text]`` are not installed, words are folded and not shortened.

    Notes
    -----
    A stem is not a word and says nothing about meaning: "organ" and "organisation" may share one, "buy" and
    "bought" do not. Compounds are not taken apart.

    Examples
    --------
    >>> from placet.sense.text.stemming import stems
    >>> stems("Les élections de l’Alliance", "fr") == stems("L'ELECTION des alliances", "fr")
    True
    """
    return [word.stem for word in words_of(text, language)]


def words_of(text: str, language: str) -> list[Word]:
    """Return the words of a text that `stems` keeps, each with its stem.

    Parameters
    ----------
    text, language : str
        As for `stems`.

    Returns
    -------
    list of Word
    """
    code = primary_subtag(language)
    pairs = ((surface, _stem(_lower(surface, code), code)) for surface in _surfaces(text, code))
    return [Word(surface, stem) for surface, stem in pairs if stem]


def fold(text: str) -> str:
    """Return text in lower case and without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).replace("ł", "l").replace("ı", "i")
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _surfaces(text: str, code: str) -> list[str]:
    """Words as they are written; elisions ("l’idée") come apart, endings after an apostrophe stay off."""
    plain = unicodedata.normalize("NFC", text)
    if code == "tr":  # an ending is set off from a name: NATO’nun
        plain = re.sub(r"(?<=\w)['’ʼ]\w+", " ", plain)
    elif code == "en":
        plain = re.sub(r"(?<=\w)['’ʼ](?:s|re|ve|ll|d|m|t)\b", "", plain)
    return WORD.findall(APOSTROPHES.sub(" ", plain))


@lru_cache(maxsize=KEPT_WORDS)
def _stem(lowered: str, code: str) -> str:
    """The stem of a word; nothing for a stop word or a single letter."""
    folded = fold(lowered)
    stop_words = _stop_words(code)
    if len(folded) < LEAST_LETTERS or lowered in stop_words or folded in stop_words:
        return ""
    stemmer = _stemmer(code)
    return folded if stemmer is None else fold(stemmer.stemWord(lowered))


def _lower(word: str, code: str) -> str:
    if code == "tr":
        word = word.replace("İ", "i").replace("I", "ı")
    return word.lower()


@cache
def _stop_words(code: str) -> frozenset[str]:
    """Stop words of a language, as they are and folded."""
    try:
        from stopwordsiso import has_lang, stopwords
    except ImportError:
        return frozenset()
    listed = NORWEGIAN.get(code, code)
    if not has_lang(listed):
        return frozenset()
    words = {word.lower() for word in stopwords(listed)} - MEANT.get(code, frozenset())
    # "l’idée" comes apart, and so do the stop words that have an apostrophe.
    parts = {part for word in words for part in APOSTROPHES.split(word) if len(part) > 1}
    return frozenset(words | (parts - MEANT.get(code, frozenset())))


def _stemmer(code: str) -> Any:
    """The stemmer of a language for this thread; None where there is none."""
    stemmers: dict[str, Any] = _local.__dict__
    if code not in stemmers:
        stemmers[code] = _make_stemmer(code)
    return stemmers[code]


def _make_stemmer(code: str) -> Any:
    if code not in ALGORITHMS:
        return None
    try:
        import snowballstemmer
    except ImportError:
        return None
    return snowballstemmer.stemmer(ALGORITHMS[code])
