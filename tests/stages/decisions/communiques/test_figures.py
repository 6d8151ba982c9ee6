"""Figures in words, and texts in the language that is at hand."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils.translation import override

from placet.stages.decisions.communiques.document import Figure, in_language
from placet.stages.decisions.communiques.edition import day_words
from placet.stages.decisions.communiques.figures import figure_words
from placet.stages.decisions.communiques.renderings import columns_for
from tests.stages.decisions.communiques.documents import AGREE, PEOPLE


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (AGREE, "67% agree (interval 61–73%; 412 votes)"),
        (replace(AGREE, kind="disagree"), "67% disagree (interval 61–73%; 412 votes)"),
        (replace(AGREE, kind="pass", n_votes=1), "67% pass (interval 61–73%; 1 vote)"),
        (
            replace(AGREE, kind="least", high=1.0, n_votes=23),
            "at least 67% agree in each of the 23 members heard",
        ),
        (PEOPLE, "1,240 participants"),
        (replace(PEOPLE, kind="groups", number=3), "3 opinion groups"),
        (replace(PEOPLE, kind="votes", number=1), "1 vote"),
    ],
)
def test_a_figure_says_how_sure_it_is(figure: Figure, words: str) -> None:
    assert figure_words(figure, "en") == words


def test_figures_in_french() -> None:
    with override("fr"):
        assert figure_words(AGREE, "fr").startswith("67\u00a0% d’accord")
        assert figure_words(PEOPLE, "fr") == "1\u202f240 participants"


def test_days_are_written_out() -> None:
    assert day_words(date(2030, 7, 1)) == "1 July 2030"
    with override("fr"):
        assert day_words(date(2030, 7, 1)) == "1er juillet 2030"
        assert day_words(date(2030, 7, 2)) == "2 juillet 2030"


def test_a_missing_language_gives_way_to_the_first_there_is() -> None:
    assert in_language({"en": "a", "fr": "b"}, "fr", ("en", "fr")) == ("b", "fr")
    assert in_language({"en": "a"}, "fr", ("en", "fr")) == ("a", "en")
    assert in_language({"de": "c"}, "fr", ("en", "fr")) == ("c", "de")
    assert in_language({}, "fr", ("en", "fr")) == ("", "fr")


def test_readers_get_the_columns_that_the_document_has() -> None:
    assert columns_for(("en", "fr"), "fr").languages == ("fr",)
    assert columns_for(("en", "fr"), "fr", beside="en").languages == ("fr", "en")
    assert columns_for(("en", "fr"), "fr", first="en", beside="en").languages == ("en",)
    assert columns_for(("pl", "de"), "fr", first="xx").languages == ("pl",)
    assert columns_for(("pl",), "xx").frame == "en"
