"""The search: what is found, in which order, and what nobody may find."""

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placet.portal.models import SearchEntry
from placet.portal.search import index, meaning
from placet.portal.search.expansion import shipped_pairs
from placet.portal.search.highlights import highlighted
from placet.portal.search.results import Question, search
from placet.sense.text.embedding import MissingExtraError
from placet.stages.consultations.actions import SeedStatement, add_statements, moderate_statement
from placet.stages.consultations.models import Statement
from placet.stages.mandates.actions import add_priority
from placet.stages.texts.actions import revise_text
from placet.stages.texts.models import Term
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()


@pytest.fixture(autouse=True)
def words_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model is loaded in these tests; what it would find is said where it matters."""

    def missing(*_args: object) -> None:
        raise MissingExtraError("no models here")

    monkeypatch.setattr(meaning, "embed_query", missing)
    monkeypatch.setattr(index, "store_vectors", missing)


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


def add(small: SmallReflection, *bodies: dict[str, str]) -> list[Statement]:
    found = add_statements(
        small.secretariat, small.consultation, [SeedStatement(each, next(iter(each))) for each in bodies]
    )
    index.update_index()
    return list(found)


def references(words: str, *, actor: object = NOBODY, **filters: str) -> list[str]:
    found = search(actor, Question(words, "en", **filters)).found  # type: ignore[arg-type]
    return [each.entry.statement.reference for each in found if each.entry.statement]


def test_words_are_found_in_every_form_of_their_language(small: SmallReflection) -> None:
    english, french = add(
        small,
        {"en": "Hospitals should stockpile medicines."},
        {"fr": "Les élections doivent être protégées de l’étranger."},
    )
    assert references("hospital stockpiling") == [english.reference]
    assert references("élection") == references("ELECTIONS") == [french.reference]
    assert references("submarine") == []


def test_a_translation_is_found_and_its_text_is_one_result(small: SmallReflection) -> None:
    (both,) = add(small, {"en": "Protect the ports.", "fr": "Protéger les ports."})
    assert references("ports") == [both.reference]
    assert references("protéger") == [both.reference]


def test_rarer_words_and_shorter_texts_come_first(small: SmallReflection) -> None:
    common, rare, long = add(
        small,
        {"en": "Train soldiers."},
        {"en": "Train soldiers for avalanches."},
        {"en": "Train soldiers " + "in every country of the alliance and beyond its borders too."},
    )
    assert references("soldiers avalanches")[0] == rare.reference
    found = references("soldiers")
    assert found.index(common.reference) < found.index(long.reference)


def test_a_phrase_between_quotation_marks_has_to_occur(small: SmallReflection) -> None:
    together, _apart = add(small, {"en": "Air defence first."}, {"en": "Defence of the air we breathe."})
    assert references("“air defence”") == [together.reference]
    assert references("« AIR DÉFENCE »") == [together.reference]


def test_what_waits_is_rejected_or_changed_is_not_found(small: SmallReflection) -> None:
    (statement,) = add(small, {"en": "Ban submarines."})
    moderate_statement(small.secretariat, statement, accept=False, reason="off topic")
    assert references("submarines") == []  # at once, before the index knows of it
    moderate_statement(small.secretariat, statement, accept=True)
    revise_text(statement.text, {"en": "Ban airships."}, author_id=None)
    assert index.is_behind()
    index.update_index()
    assert references("submarines") == []
    assert references("airships") == [statement.reference]


def test_drafts_are_found_by_those_alone_who_may_see_them() -> None:
    draft = SmallReflection(slug="draft", prefix="DRAFT", is_published=False)
    index.update_index()
    question = Question("Statement", "en")
    assert search(NOBODY, question).found == []
    assert search(draft.accounts["stranger"], question).found == []
    assert len(search(draft.secretariat, question).found) == 3


def test_a_consultation_in_preparation_is_not_found_by_the_public() -> None:
    small = SmallReflection(is_open=False)
    index.update_index()
    assert references("statement") == []
    assert len(references("statement", actor=small.secretariat)) == 3


def test_counts_are_given_for_each_filter_without_itself(small: SmallReflection) -> None:
    add_priority(small.secretariat, small.reflection, title={"en": "Ports"}, description={"en": "Open."})
    add(small, {"en": "Protect the ports."}, {"fr": "Protéger les ports."})
    results = search(NOBODY, Question("ports", "en", kind="statement"))
    assert {facet.value: facet.count for facet in results.kinds} == {"statement": 2, "priority": 1}
    assert {facet.value: facet.count for facet in results.languages} == {"en": 1, "fr": 1}
    assert len(results.found) == 2


def test_meaning_finds_what_shares_no_word(small: SmallReflection, monkeypatch: pytest.MonkeyPatch) -> None:
    ransom, other = add(small, {"en": "Ransomware must be reported."}, {"en": "Plant trees."})
    near = {ransom.pk: 0.8, other.pk: 0.1}

    entries = list(SearchEntry.objects.exclude(statement=None))
    stored = SimpleNamespace(
        version_ids=[entry.version_id for entry in entries],
        vectors=np.array([[near.get(entry.statement_id, 0.0), 0.0] for entry in entries], np.float32),
    )
    monkeypatch.setattr(meaning, "embed_query", lambda *_: np.array([1.0, 0.0], dtype=np.float32))
    monkeypatch.setattr(meaning, "all_vectors", lambda: stored)
    results = search(NOBODY, Question("chantage", "fr"))
    assert [each.entry.statement_id for each in results.found] == [ransom.pk]
    assert results.is_meaning_searched
    assert not results.found[0].is_by_words


def test_the_index_is_brought_up_to_date_once(small: SmallReflection) -> None:
    first = index.update_index()
    assert first.n_added > 3
    assert index.update_index() == index.Changes(0, 0)
    assert not index.is_behind()


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ("2 texts found", "Follow this search")), ("fr", ("2 textes trouvés", "Suivre cette recherche"))],
)
def test_the_page_says_what_was_found(
    client: Client, small: SmallReflection, language: str, said: Sequence[str]
) -> None:
    add(small, {"en": "Sail <b>far</b>."}, {"en": "Sailing is slow."})
    page = client.get(f"/{language}/search/", {"q": "sail"}).content.decode()
    for each in (*said, "<mark>Sail</mark> &lt;b&gt;far&lt;/b&gt;.", "<mark>Sailing</mark> is slow."):
        assert each in page, each


@pytest.mark.parametrize("q", ["", " ", "%", '"', "'; DROP TABLE", "a" * 5_000, "и", "😀", "(*"])
def test_whatever_is_asked_is_answered(client: Client, small: SmallReflection, q: str) -> None:
    index.update_index()
    assert client.get(reverse("portal:search"), {"q": q, "page": "x", "kind": "?"}).status_code == 200


def test_the_feed_lists_the_newest_first_and_no_drafts(client: Client, small: SmallReflection) -> None:
    draft = SmallReflection(slug="draft", prefix="DRAFT", is_published=False)
    add(small, {"en": "Older ships."}, {"en": "Newer ships & boats."})
    client.force_login(draft.secretariat)
    answer = client.get(reverse("portal:search-feed"), {"q": "ships statement"})
    feed = answer.content.decode()
    assert answer["content-type"].startswith("application/atom+xml")
    assert feed.index("Newer ships &amp; boats.") < feed.index("Older ships.")
    assert "DRAFT-" not in feed


def test_the_number_of_queries_does_not_grow(client: Client, small: SmallReflection) -> None:
    def count() -> int:
        address = reverse("portal:search")
        client.get(address, {"q": "ships"})
        with CaptureQueriesContext(connection) as captured:
            client.get(address, {"q": "ships"})
        return len(captured)

    add(small, {"en": "Ships."})
    before = count()
    add(small, *({"en": f"Ships of harbour {n}.", "fr": f"Navires ships {n}."} for n in range(15)))
    assert count() == before


def test_highlights_join_to_the_text_again() -> None:
    body = "L’élection, les élections; l'électeur."
    parts = highlighted(body, "fr", "élections")
    assert "".join(part.text for part in parts) == body
    assert [part.text for part in parts if part.is_match] == ["L’élection", "élections"]


def test_terms_of_the_field_are_found_under_their_other_name(small: SmallReflection) -> None:
    (english,) = add(small, {"en": "Forbid hospitals to pay after ransomware."})
    assert references("rançongiciel") == references("rançongiciels") == [english.reference]


def test_the_terms_of_a_reflection_widen_a_search(small: SmallReflection) -> None:
    (english,) = add(small, {"en": "Fund the accelerator."})
    assert references("incubateur") == []
    Term.objects.create(
        scope_id=small.reflection.pk,
        source_language="en",
        target_language="fr",
        source="accelerator",
        target="incubateur",
    )
    assert references("incubateur") == [english.reference]


def test_shipped_terms_are_pairs_without_repetition() -> None:
    pairs = shipped_pairs()
    assert len(pairs) > 100
    assert len(set(pairs)) == len(pairs)
    assert all(english.words.strip() and french.words.strip() for english, french in pairs)
