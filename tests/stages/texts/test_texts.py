"""Texts: originals, versions, translations, and what a reader gets to see."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from placet.stages.texts.actions import NewText, create_text, create_texts, revise_text
from placet.stages.texts.models import Text, TextVersion, Translation
from placet.stages.texts.queries import all_wordings, texts_containing, wordings

pytestmark = pytest.mark.django_db


def body(text: Text, language: str) -> str:
    return wordings([text.id], language)[text.id].body


def test_a_reader_gets_the_translation_where_there_is_one_and_the_original_otherwise() -> None:
    text = create_text({"fr": "Des trains la nuit.", "en": "Trains at night."}, original="fr")
    english, polish = wordings([text.id], "en")[text.id], wordings([text.id], "pl")[text.id]
    assert (english.body, english.language, english.is_original) == ("Trains at night.", "en", False)
    assert (polish.body, polish.language, polish.is_original) == ("Des trains la nuit.", "fr", True)


def test_a_text_without_its_original_is_refused_and_nothing_of_the_batch_is_written() -> None:
    with pytest.raises(ValidationError, match="original language"):
        create_texts([NewText({"en": "Kept?"}, "en"), NewText({"en": "Only a translation", "fr": " "}, "fr")])
    assert not Text.objects.exists()


def test_a_changed_original_is_a_new_version_and_makes_its_translations_stale() -> None:
    text = create_text({"en": "One", "fr": "Un"}, original="en")
    assert revise_text(text, {"en": "Two"}, author_id=None)
    assert body(text, "en") == "Two"
    assert body(text, "fr") == "Two"  # the translation of the first version no longer counts
    assert [version.body for version in TextVersion.objects.order_by("number")] == ["One", "Two"]


def test_a_corrected_translation_is_a_new_row_and_the_one_that_was_seen_stays() -> None:
    text = create_text({"en": "One", "fr": "Hun"}, original="en")
    seen = wordings([text.id], "fr")[text.id]
    assert revise_text(text, {"en": "One", "fr": "Un"}, author_id=None)
    assert body(text, "fr") == "Un"
    assert Translation.objects.get(pk=seen.translation_id).body == "Hun"
    assert TextVersion.objects.count() == 1


def test_the_same_bodies_again_change_nothing() -> None:
    text = create_text({"en": "One", "fr": "Un"}, original="en")
    assert not revise_text(text, {"en": "One ", "fr": "Un"}, author_id=None)
    assert (TextVersion.objects.count(), Translation.objects.count()) == (1, 1)


def test_all_wordings_begins_with_the_original() -> None:
    text = create_text({"fr": "Un", "en": "One", "de": "Eins"}, original="fr")
    assert [(wording.language, wording.body) for wording in all_wordings(text.id)] == [
        ("fr", "Un"),
        ("de", "Eins"),
        ("en", "One"),
    ]


def test_the_database_refuses_to_change_a_version() -> None:
    text = create_text({"en": "As it was said"}, original="en")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        TextVersion.objects.filter(text=text).update(body="As it suits")
    assert body(text, "en") == "As it was said"


@pytest.mark.parametrize("n_texts", [10, 1_000])
def test_wordings_take_two_queries_however_many_the_texts(
    n_texts: int, django_assert_num_queries: object
) -> None:
    texts = create_texts([NewText({"en": f"No. {n}", "fr": f"N° {n}"}, "en") for n in range(n_texts)])
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = wordings([text.id for text in texts], "fr")
    assert len(found) == n_texts


@pytest.mark.parametrize("words", ["énoncé", "ENONCE", "Énoncé", "statement", "STATE"])
def test_words_are_found_in_any_language_whatever_their_case_and_accents(words: str) -> None:
    text = create_text({"fr": "Un Énoncé.", "en": "A statement."}, original="fr")
    other = create_text({"fr": "Rien.", "en": "Nothing."}, original="fr")
    assert texts_containing([text.id, other.id], words) == {text.id}
