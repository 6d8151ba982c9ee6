"""Stems: what is compared, and what is left out."""

from __future__ import annotations

import builtins
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from placet.sense.text import stemming
from placet.sense.text.stemming import stems, words_of


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Les élections de l’Alliance", "L'ELECTION des alliances", "fr"),
        ("The members' networks", "a network of a member", "en-GB"),
        ("rançongiciels", "Rancongiciel", "fr"),
        ("NATO’nun zirvesi", "Nato zirvesi", "tr"),
        ("Członkowskie", "czlonkowskie", "und"),
    ],
)
def test_forms_of_a_word_meet(one: str, other: str, language: str) -> None:
    assert stems(one, language)
    assert set(stems(one, language)) == set(stems(other, language))


def test_stop_words_elisions_and_single_letters_are_left_out() -> None:
    assert stems("L’idée est-elle d’aujourd’hui ?", "fr") == ["ide"]
    assert stems("It's the state's, isn't it", "en") == ["state"]
    assert stems("", "en") == stems("?! …", "fr") == []


def test_what_an_idea_may_be_about_is_kept() -> None:
    assert len(stems("members states information system world young", "en")) == 6


def test_an_unknown_language_has_folded_words() -> None:
    assert stems("Żółw ÉTÉ ﬁn", "und") == ["zolw", "ete", "fin"]
    assert stems("日本語 テキスト", "ja")


def test_the_turkish_i() -> None:
    assert stems("IRAK İSTANBUL", "tr") == stems("ırak istanbul", "tr")


def test_a_word_keeps_how_it_was_written() -> None:
    assert [word.surface for word in words_of("The NATO Satellites", "en")] == ["NATO", "Satellites"]


def test_without_the_libraries_words_are_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any, **named: Any) -> Any:
        if name in {"snowballstemmer", "stopwordsiso"}:
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.setattr(stemming, "_local", type("Empty", (), {})())
    stemming._stem.cache_clear()
    stemming._stop_words.cache_clear()
    try:
        assert stems("The Élections", "en") == ["the", "elections"]
    finally:
        stemming._stem.cache_clear()
        stemming._stop_words.cache_clear()


def test_threads_agree() -> None:
    texts = [f"elections of satellites number{i}" for i in range(200)]
    expected = [stems(text, "en") for text in texts]
    stemming._stem.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: stems(text, "en"), texts)) == expected
