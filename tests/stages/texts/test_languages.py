"""Languages of content, and in which direction they are written."""

import pytest
from django.utils.translation import get_language_info

from placet.stages.texts.languages import CONTENT_LANGUAGES, direction_of


@pytest.mark.parametrize(
    ("language", "direction"),
    [
        ("ar", "rtl"),
        ("he", "rtl"),
        ("AR-lb", "rtl"),
        ("fa", "rtl"),
        ("az-Arab", "rtl"),
        ("en", "ltr"),
        ("ur-Latn-PK", "ltr"),
        ("zh", "ltr"),
        ("und", "auto"),
    ],
)
def test_the_direction_follows_the_language_and_the_script_where_it_is_named(
    language: str, direction: str
) -> None:
    assert direction_of(language) == direction


def test_large_languages_and_those_from_right_to_left_are_there() -> None:
    assert {"ar", "he", "ru", "ja", "ko", "zh", "uk", "pl", "tr"} <= CONTENT_LANGUAGES.keys()


@pytest.mark.parametrize("language", ["ar", "he", "ru", "ja", "ko"])
def test_readers_are_told_the_names_of_these_languages(language: str) -> None:
    assert get_language_info(language)["name_translated"]
