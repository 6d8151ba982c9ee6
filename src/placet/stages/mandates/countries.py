"""Nations by their ISO 3166-1 code, named as the Unicode CLDR names them in each language.

Kosovo stands among them under XK, the code that the CLDR and the European institutions use for it.
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from babel import Locale, UnknownLocaleError

# Two letters that the CLDR knows and ISO 3166-1 does not: groups, reserved codes, made-up regions.
_NOT_NATIONS = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})


@lru_cache(maxsize=64)
def country_names(language: str) -> dict[str, str]:
    """The names of all nations in a language, by code; in English where the CLDR lacks the language."""
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return {
        code: str(name)
        for code, name in locale.territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_NATIONS
    }


def country_choices(language: str) -> list[tuple[str, str]]:
    """Codes and names, sorted as a reader of the language looks for them."""
    return sorted(country_names(language).items(), key=lambda item: _sort_key(item[1]))


def names_in(codes: Iterable[str], languages: Iterable[str]) -> dict[str, dict[str, str]]:
    """For each code its name in each of the languages: what ``actions.add_members`` takes."""
    spoken = list(languages)
    return {code: {language: country_names(language)[code] for language in spoken} for code in codes}


def _sort_key(name: str) -> str:
    """Without accents: ``Égypte`` stands among the E."""
    return "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c)).casefold()
