"""Is yours already here? Found in every language, never stored, never by a second model; and without one."""

import logging
from collections.abc import Callable, Iterator, Sequence
from uuid import uuid4

import numpy as np
import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from placet.sense.text import embedding
from placet.sense.text.extras import MissingExtraError
from placet.stages.consultations.actions import SeedStatement, add_statements, moderate_statement
from placet.stages.consultations.ballots.actions import submit_statement
from placet.stages.consultations.merging import merge_statement
from placet.stages.consultations.models import Statement
from placet.stages.mandates.models import Role
from placet.stages.sensemaking import similar, similar_views, vectors
from placet.stages.sensemaking.models import TextVector
from placet.stages.sensemaking.similar import similar_to
from placet.stages.sensemaking.vectors import all_vectors, corpus_of, coverage_of, embed_query, store_vectors
from tests.stages.pages import PAYLOAD, is_harmless
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ENGLISH = "Train every soldier in first aid."
POLISH = "Każdy żołnierz powinien umieć udzielić pierwszej pomocy."
SUBJECTS = {  # words that are about one thing, in several languages
    "aid": ("first aid", "pierwszej pomocy", "premiers secours"),
    "ships": ("ship", "okręt", "navire"),
    "money": ("budget",),
    "night": ("night train", "nocny pociąg", "train de nuit"),
}


class BySubject:
    """An encoder that knows four subjects: quick, and known in every language."""

    model = "by-subject/1"
    n_dimensions = 5
    languages = frozenset({"en", "fr", "pl"})
    is_cross_language = True

    def __init__(self) -> None:
        self.n_texts = 0

    def embed(self, texts: Sequence[str], languages: Sequence[str]) -> embedding.VectorArray:
        self.n_texts += len(texts)
        found = np.zeros((len(texts), self.n_dimensions), np.float32)
        for row, text in enumerate(texts):
            for place, words in enumerate(SUBJECTS.values()):
                found[row, place] = any(word in text.lower() for word in words)
            found[row, -1] = not found[row].any()
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / lengths, np.float32)


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> Iterator[BySubject]:
    made = BySubject()
    monkeypatch.setitem(embedding._loaded, "fast", made)
    monkeypatch.setattr(similar_views, "pace", similar_views.Pace())
    vectors._kept.clear()
    vectors._all.clear()
    yield made
    vectors._kept.clear()
    vectors._all.clear()


@pytest.fixture
def small() -> SmallReflection:
    made = SmallReflection()
    seeds = [
        SeedStatement({"en": ENGLISH, "fr": "Former chaque soldat aux premiers secours."}, "en"),
        SeedStatement({"en": "Buy more ships."}, "en"),
    ]
    made.statements = add_statements(made.secretariat, made.consultation, seeds)
    return made


def address(small: SmallReflection, language: str = "en") -> str:
    with override(language):
        return reverse("sensemaking:similar", args=[small.consultation.reference])


def found(small: SmallReflection, text: str = POLISH, written_in: str = "pl") -> list[str]:
    return [each.statement.reference for each in similar_to(small.consultation, text, written_in, "en")]


def test_what_says_the_same_is_found_in_another_language(small: SmallReflection) -> None:
    (near,) = similar_to(small.consultation, POLISH, "pl", "fr")
    assert near.statement.wording.body == "Former chaque soldat aux premiers secours."
    assert near.original is not None
    assert near.original.body == ENGLISH
    assert near.is_likely
    assert found(small, "pierwsza pomoc") == []  # 14 characters


def test_a_new_statement_is_found_at_once_and_one_that_left_is_not(
    small: SmallReflection, encoder: BySubject
) -> None:
    text = "Więcej pociągów: nocny pociąg do każdej stolicy."
    assert found(small, text) == []
    new = submit_statement(
        small.consultation,
        small.participant(),
        body="A night train to every capital.",
        language="en",
        client_key=uuid4(),
    )
    assert found(small, text) == []
    n_before = encoder.n_texts
    moderate_statement(small.secretariat, new, accept=True)
    assert found(small, text) == [new.reference]
    assert encoder.n_texts - n_before == 2  # the query and the new one: the rest is known
    merge_statement(small.secretariat, new, small.statements[0])
    assert found(small, text) == []


def test_vectors_are_stored_once_a_model_and_never_compared_with_others(
    small: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = corpus_of(small.consultation)
    assert corpus_of(small.consultation) is corpus
    assert corpus.vectors.dtype == np.float32
    assert list(corpus.references) == sorted(corpus.references)
    assert TextVector.objects.filter(model="by-subject/1").count() == len(corpus) == 5
    assert coverage_of(small.consultation).is_complete
    other = BySubject()
    other.model = "by-subject/2"
    monkeypatch.setitem(embedding._loaded, "fast", other)
    assert not coverage_of(small.consultation).is_complete
    assert len(all_vectors().version_ids) == 0
    assert found(small) == [small.statements[0].reference]
    assert TextVector.objects.filter(model="by-subject/2").count() == 5
    vectors._kept.clear()
    n_before = other.n_texts
    np.testing.assert_array_equal(corpus_of(small.consultation).vectors, corpus.vectors)
    assert other.n_texts == n_before  # read from the database


def test_all_vectors_grow_with_what_is_stored(small: SmallReflection) -> None:
    corpus = corpus_of(small.consultation)
    stored = all_vectors()
    assert stored.version_ids == corpus.version_ids
    text = small.reflection.name  # not a statement
    version = text.versions.get()
    assert store_vectors([version.pk, *corpus.version_ids]) == 1
    assert all_vectors().version_ids == (*corpus.version_ids, version.pk)
    assert all_vectors() is all_vectors()
    assert embed_query(POLISH, "pl") @ all_vectors().vectors[0:5].T == pytest.approx([0, 0, 0, 1, 0])


def test_many_unread_statements_are_left_to_a_worker(
    small: SmallReflection, monkeypatch: pytest.MonkeyPatch, run_tasks: Callable[[], int]
) -> None:
    monkeypatch.setattr(similar, "EMBEDDED_AT_ONCE", 2)
    assert found(small) == []
    assert found(small) == []
    assert run_tasks() == 1  # asked for once
    assert found(small) == [small.statements[0].reference]


def test_the_same_words_in_the_same_language_alone_without_a_model(
    small: SmallReflection, settings: LazySettings
) -> None:
    settings.TEXT_ENCODER = "text-match"
    assert found(small) == []
    assert found(small, "Train each soldier in first aid!", "en") == [small.statements[0].reference]
    assert found(small, "Train each soldier in first aid!", "fr") == []


def test_while_writing_the_nearest_are_shown_with_their_language(
    client: Client, small: SmallReflection
) -> None:
    response = client.post(address(small), {"body": POLISH, "language": "en"}, headers=HTMX)
    page = response.content.decode()
    assert "Is yours already here?" in page
    assert ENGLISH in page
    assert f"?statement={small.statements[0].reference}" in page
    assert "This looks like Polish – is it?" in page
    assert 'data-sets-language="pl"' in page
    french = client.post(address(small, "fr"), {"body": POLISH, "language": "pl"}, headers=HTMX)
    assert "Former chaque soldat aux premiers secours." in french.content.decode()
    assert "Le vôtre est-il déjà là" in french.content.decode()
    assert "data-sets-language" not in french.content.decode()


def test_opening_the_page_prepares_the_answer(
    client: Client, small: SmallReflection, encoder: BySubject
) -> None:
    assert "<li>" not in client.post(address(small), {"body": ""}, headers=HTMX).content.decode()
    assert encoder.n_texts == 5


def test_what_is_shown_is_escaped_and_what_is_typed_is_not_shown_again(
    client: Client, small: SmallReflection
) -> None:
    add_statements(small.secretariat, small.consultation, [SeedStatement({"en": f"Ship {PAYLOAD}"}, "en")])
    response = client.post(address(small), {"body": f"ship ship {PAYLOAD}", "language": "en"}, headers=HTMX)
    assert "Is yours already here?" in response.content.decode()
    assert is_harmless(response)
    page = client.post(address(small), {"body": f"ship ship {PAYLOAD}", "language": "en", "client_key": "x"})
    assert "Send it all the same" in page.content.decode()
    assert is_harmless(page)


def test_without_scripts_the_page_asks_once_and_sends_on(client: Client, small: SmallReflection) -> None:
    sent = {"body": POLISH, "language": "pl", "client_key": str(uuid4())}
    asked = client.post(address(small), sent)
    assert asked.status_code == 200
    assert sent["client_key"] in asked.content.decode()
    assert ENGLISH in asked.content.decode()
    new = client.post(address(small), sent | {"body": "Something else entirely, about budgets."})
    assert new.status_code == 307
    compared = client.post(address(small), sent | {"was_compared": "1"}, follow=True)
    assert compared.redirect_chain[0][1] == 307
    assert Statement.objects.get(author__isnull=False).text.versions.get().body == POLISH
    again = client.post(reverse("consultations:add-statement", args=[small.consultation.reference]), sent)
    assert again.status_code == 302
    assert Statement.objects.filter(author__isnull=False).count() == 1


@pytest.mark.parametrize("body", ["", "   ", "x" * 281, "short"])
def test_what_cannot_be_compared_is_sent_on_and_clears_the_list(
    client: Client, small: SmallReflection, body: str
) -> None:
    assert client.post(address(small), {"body": body}).status_code == 307
    fragment = client.post(address(small), {"body": body, "language": "en"}, headers=HTMX)
    assert fragment.status_code == 200
    assert "<li>" not in fragment.content.decode()


def test_what_is_typed_is_neither_stored_nor_logged(
    client: Client, small: SmallReflection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    corpus_of(small.consultation)
    with CaptureQueriesContext(connection) as captured:
        client.post(address(small), {"body": POLISH, "language": "pl"}, headers=HTMX)
    assert not [query for query in captured if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert POLISH not in caplog.text
    assert all(POLISH not in query["sql"] for query in captured)
    assert client.get(address(small), {"body": POLISH}).status_code == 405


def test_whoever_asks_without_end_is_no_longer_answered(client: Client, small: SmallReflection) -> None:
    pace = similar_views.Pace()
    assert all(pace.take("here", 0.0) for _ in range(similar_views.BURST))
    assert not pace.take("here", 0.0)
    assert pace.take("elsewhere", 0.0)
    assert pace.take("here", similar_views.SECONDS_EACH)
    while similar_views.pace.take("127.0.0.1", 1e12):
        pass
    fragment = client.post(address(small), {"body": POLISH, "language": "pl"}, headers=HTMX)
    assert "<li>" not in fragment.content.decode()
    assert client.post(address(small), {"body": POLISH, "language": "pl"}).status_code == 307


def test_a_moderator_is_shown_likely_duplicates_and_brings_them_together(
    client: Client, small: SmallReflection
) -> None:
    client.force_login(small.accounts[Role.MODERATOR])
    waiting = submit_statement(
        small.consultation, small.participant(), body=POLISH, language="pl", client_key=uuid4()
    )
    duplicates = reverse("sensemaking:duplicates", args=[waiting.reference])
    queue = client.get(reverse("consultations:moderation", args=[small.consultation.reference]))
    assert f'hx-get="{duplicates}?origin=moderation"' in queue.content.decode()
    for headers in (HTMX, {}):
        page = client.get(duplicates, headers=headers).content.decode()
        assert ENGLISH in page
        assert f'name="into" value="{small.statements[0].reference}"' in page
    client.post(
        reverse("consultations:merge", args=[waiting.reference]), {"into": small.statements[0].reference}
    )
    waiting.refresh_from_db()
    assert waiting.state == "merged"


@pytest.mark.parametrize("who", ["participant", "analyst", "moderator of another"])
def test_duplicates_are_for_the_moderators_of_the_reflection(
    client: Client, small: SmallReflection, who: str
) -> None:
    other = SmallReflection(slug="other", prefix="OTHER")
    client.force_login(
        other.accounts[Role.MODERATOR] if who == "moderator of another" else small.accounts[who]
    )
    for name, reference in (
        ("duplicates", small.statements[0].reference),
        ("encoder", small.consultation.reference),
    ):
        assert client.get(reverse(f"sensemaking:{name}", args=[reference])).status_code == 403


def test_without_the_extra_nothing_is_suggested_and_the_queue_says_why(
    client: Client, small: SmallReflection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise MissingExtraError("not here")

    monkeypatch.setitem(embedding.ENCODERS, "fast", missing)
    monkeypatch.delitem(embedding._loaded, "fast")
    assert found(small) == []
    assert client.post(address(small), {"body": POLISH, "language": "pl"}).status_code == 307
    client.force_login(small.secretariat)
    encoder = reverse("sensemaking:encoder", args=[small.consultation.reference])
    assert "placet[text]" in client.get(encoder, headers=HTMX).content.decode()


def test_a_moderator_sees_how_much_is_read_and_has_the_rest_read(
    client: Client, small: SmallReflection, run_tasks: Callable[[], int]
) -> None:
    client.force_login(small.secretariat)
    encoder = reverse("sensemaking:encoder", args=[small.consultation.reference])
    assert "0 / 5" in client.get(encoder, headers=HTMX).content.decode()
    client.post(encoder)
    assert run_tasks() == 1
    assert "Every statement has been read." in client.get(encoder).content.decode()


def test_the_number_of_queries_does_not_grow(client: Client, small: SmallReflection) -> None:
    counts = []
    for _round in range(2):
        seeds = [SeedStatement({"en": f"Ship number {n}.", "fr": f"Navire {n}."}, "en") for n in range(20)]
        add_statements(small.secretariat, small.consultation, seeds)
        corpus_of(small.consultation)
        with CaptureQueriesContext(connection) as captured:
            client.post(address(small), {"body": "A new ship, please.", "language": "en"}, headers=HTMX)
        counts.append(len(captured))
    assert counts[0] == counts[1]
