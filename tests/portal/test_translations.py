"""The pages of those who translate: what they show, who may use them, and what readers see of it."""

from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placet.portal.translatable_texts import translatable_texts
from placet.portal.translation_queries import translation_table
from placet.stages.consultations import actions as consultations
from placet.stages.consultations.models import Ballot
from placet.stages.mandates import actions as mandates
from placet.stages.record.models import AuditEntry
from placet.stages.texts.actions import add_term
from placet.stages.texts.models import Origin, Term, Text, Translation, TranslationRun, TranslationState
from placet.stages.texts.queries import wordings
from tests.stages.pages import ESCAPED, PAYLOAD, is_harmless, sent
from tests.stages.reflections import SmallReflection
from tests.stages.texts.translation_service import saying, translation_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(client: Client) -> SmallReflection:
    made = SmallReflection()
    client.force_login(made.secretariat)
    return made


def table(slug: str = "small") -> str:
    return reverse("portal:translations", args=[slug])


def desk(text: Text, language: str = "fr", slug: str = "small") -> str:
    return reverse("portal:translation", args=[slug, text.pk, language])


def french(text: Text) -> str:
    return wordings([text.id], "fr")[text.id].body


def introduction(small: SmallReflection) -> Text:
    """A text that nobody has translated."""
    return small.consultation.introduction


def by_machine(text: Text, body: str) -> Translation:
    version = wordings([text.id], "")[text.id].version_id
    return Translation.objects.create(
        version_id=version, language="fr", body=body, origin=Origin.MACHINE, model_name="m-1"
    )


def test_the_table_counts_what_is_missing_and_filters_it(client: Client, small: SmallReflection) -> None:
    page = client.get(table())
    french_count = next(count for count in page.context["counts"] if count.language == "fr")
    counts = dict(french_count.by_state)
    # Names of reflection, two members, a constituency, the question and three statements are translated.
    assert counts[TranslationState.HUMAN] == 9
    assert french_count.total == sum(counts.values()) == 17
    assert counts[TranslationState.MISSING] == 8
    missing = client.get(table(), {"language": "fr", "state": "missing"}).content.decode()
    assert "An introduction." in missing
    assert "Statement 1." not in missing
    assert f"{desk(introduction(small))}?state=missing" in missing
    for nonsense in ({"language": "tlh", "state": "x", "page": "y"}, {"page": "99"}):
        assert client.get(table(), nonsense).status_code == 200


def test_rejected_statements_and_sources_are_not_translated(small: SmallReflection) -> None:
    consultations.moderate_statement(small.secretariat, small.statements[0], accept=False, reason="No.")
    listed = {text.id for text in translatable_texts(small.reflection)}
    assert small.statements[0].text_id not in listed
    assert small.statements[1].text_id in listed


def test_a_translation_is_saved_certified_and_read(client: Client, small: SmallReflection) -> None:
    text = introduction(small)
    answer = sent(client, desk(text), body="Une introduction.", deed="save")
    assert answer.status_code == 302
    assert french(text) == "Une introduction."
    page = client.get(desk(text)).content.decode()
    assert small.secretariat.email in page or str(small.secretariat) in page
    assert 'value="certify"' in page
    sent(client, desk(text), deed="certify")
    row = Translation.objects.get(version__text=text, language="fr")
    assert row.certifier_id == small.secretariat.id
    assert 'value="certify"' not in client.get(desk(text)).content.decode()
    entries = AuditEntry.objects.filter(action__startswith="texts.")
    assert [(e.action, e.target, e.actor_id, e.scope_id) for e in entries] == [
        ("texts.save_translation", small.consultation.reference, small.secretariat.id, small.reflection.id),
        (
            "texts.certify_translation",
            small.consultation.reference,
            small.secretariat.id,
            small.reflection.id,
        ),
    ]
    public = reverse("consultations:consultation", args=[small.consultation.reference])
    read = client.get(public.replace("/en/", "/fr/")).content.decode()
    assert "Une introduction." in read
    assert "An introduction." in read  # behind “show the original”


def test_saving_and_certifying_at_once(client: Client, small: SmallReflection) -> None:
    text = introduction(small)
    sent(client, desk(text), body="Une introduction.", deed="save-and-certify")
    assert wordings([text.id], "fr")[text.id].is_certified


def test_a_machines_translation_may_be_certified_as_it_is(client: Client, small: SmallReflection) -> None:
    text = introduction(small)
    by_machine(text, "Une introduction.")
    assert "machine: m-1" in client.get(desk(text)).content.decode()
    sent(client, desk(text), deed="certify")
    wording = wordings([text.id], "fr")[text.id]
    assert (wording.is_certified, wording.origin) == (True, "machine")


def test_certifying_never_loses_what_was_typed(client: Client, small: SmallReflection) -> None:
    text = introduction(small)
    answer = sent(client, desk(text), body="Une introduction.", deed="certify")
    assert answer.status_code == 422
    assert "no translation to certify" in answer.content.decode()
    by_machine(text, "Introduction.")
    answer = sent(client, desk(text), body="Une introduction.", deed="certify")
    assert answer.status_code == 422
    assert "Save and certify”" in answer.content.decode()
    assert "Une introduction." in answer.content.decode()
    assert not wordings([text.id], "fr")[text.id].is_certified


def test_the_same_form_sent_again_does_not_bring_an_old_wording_back(
    client: Client, small: SmallReflection
) -> None:
    text = introduction(small)
    key = str(client.get(desk(text)).context["form"]["form_key"].value())
    sent(client, desk(text), body="Première.", form_key=key)
    sent(client, desk(text), body="Seconde.")
    assert sent(client, desk(text), body="Première.", form_key=key, translation="").status_code == 302
    assert french(text) == "Seconde."


def test_two_translators_at_the_same_text_lose_nothing_and_are_told(
    client: Client, small: SmallReflection
) -> None:
    text = introduction(small)
    seen = client.get(desk(text)).context["form"]
    sent(client, desk(text), body="De l’un.")
    late = {
        "version": seen["version"].value(),
        "form_key": str(uuid4()),
        "body": "De l’autre.",
        "deed": "save",
    }
    answer = client.post(desk(text), late, follow=True).content.decode()
    assert "Somebody else had saved" in answer
    assert french(text) == "De l’autre."
    numbers = Translation.objects.filter(version__text=text, language="fr").values_list("number", "body")
    assert list(numbers.order_by("number")) == [(1, "De l’un."), (2, "De l’autre.")]
    assert "De l’un." in answer


def test_an_original_that_changed_meanwhile_is_shown_and_what_was_typed_is_kept(
    client: Client, small: SmallReflection
) -> None:
    text = small.priority.title
    seen = client.get(desk(text)).context["form"]
    mandates.change_priority(
        small.secretariat, small.priority, title={"en": "Foremost"}, description={"en": "Of all."}
    )
    typed = {"version": seen["version"].value(), "form_key": str(uuid4()), "body": "Premier", "deed": "save"}
    answer = client.post(desk(text), typed)
    assert answer.status_code == 422
    body = answer.content.decode()
    for said in ("has changed meanwhile", "Foremost", "Premier"):
        assert said in body
    current = wordings([text.id], "")[text.id].version_id
    assert f'name="version" value="{current}"' in body  # so that saving again works


def test_a_stale_translation_is_a_start_for_the_next(client: Client, small: SmallReflection) -> None:
    text = small.priority.title
    sent(client, desk(text), body="Premier")
    mandates.change_priority(
        small.secretariat, small.priority, title={"en": "Foremost"}, description={"en": "Of all."}
    )
    page = client.get(desk(text))
    assert page.context["desk"].state == TranslationState.STALE
    assert page.context["form"]["body"].value() == "Premier"
    assert "The original has changed since" in page.content.decode()
    assert "Foremost" in client.get(table(), {"language": "fr", "state": "stale"}).content.decode()
    sent(client, desk(text), body="Premier")
    assert french(text) == "Premier"
    assert not translation_table(small.secretariat, small.reflection).filtered("fr", "stale")


def test_one_walks_through_the_filtered_list_though_texts_leave_it(
    client: Client, small: SmallReflection
) -> None:
    rows = translation_table(small.secretariat, small.reflection).filtered("fr", "missing")
    address = desk(Text.objects.get(pk=rows[1].text.id)) + "?state=missing"
    around = client.get(address).context["neighbours"]
    assert (around.previous, around.next) == (rows[0].text, rows[2].text)
    assert (around.position, around.count) == (2, len(rows))
    answer = sent(client, address, body="Traduit.")
    assert answer["Location"].endswith("?state=missing")
    around = client.get(address).context["neighbours"]
    assert (around.previous, around.next) == (rows[0].text, rows[2].text)
    assert (around.position, around.count) == (None, len(rows) - 1)


def test_a_statement_has_room_for_a_translation_and_no_more(client: Client, small: SmallReflection) -> None:
    text = small.statements[0].text
    assert sent(client, desk(text), body="x" * 561).status_code == 422
    assert sent(client, desk(text), body="x" * 560).status_code == 302


@pytest.mark.parametrize("who", ["nobody", "participant", "moderator", "analyst", "stranger", "foreign"])
def test_only_the_secretariat_of_the_reflection_translates(
    client: Client, small: SmallReflection, who: str
) -> None:
    text = introduction(small)
    term = add_term(
        uuid4(), small.reflection.id, source_language="en", target_language="fr", source="a", target="b"
    )
    client.logout()
    if who == "foreign":
        client.force_login(SmallReflection(slug="other", prefix="OTHER").secretariat)
    elif who != "nobody":
        client.force_login(small.accounts[who])
    version = wordings([text.id], "")[text.id].version_id
    data = {"body": "Volé", "version": version, "form_key": str(uuid4()), "language": "fr"}
    terms = reverse("portal:terms", args=["small"])
    for address in (table(), desk(text), terms):
        assert client.get(address).status_code == (302 if who == "nobody" else 403)
    for address in (
        desk(text),
        terms,
        reverse("portal:translate-by-machine", args=["small"]),
        reverse("portal:remove-term", args=["small", term.pk]),
    ):
        assert client.post(address, data).status_code == (302 if who == "nobody" else 403)
    assert french(text) == "An introduction."
    assert Term.objects.exists()
    assert not TranslationRun.objects.exists()


def test_a_text_or_term_of_another_reflection_is_not_found(client: Client, small: SmallReflection) -> None:
    other = SmallReflection(slug="other", prefix="OTHER")
    foreign = introduction(other)
    term = add_term(
        uuid4(), other.reflection.id, source_language="en", target_language="fr", source="a", target="b"
    )
    version = wordings([foreign.id], "")[foreign.id].version_id
    data = {"body": "Volé", "version": version, "form_key": str(uuid4())}
    assert client.get(desk(foreign)).status_code == 404
    assert client.post(desk(foreign), data).status_code == 404
    assert client.post(reverse("portal:remove-term", args=["small", term.pk])).status_code == 404
    assert french(foreign) == "An introduction."
    assert Term.objects.filter(pk=term.pk).exists()


@pytest.mark.parametrize("language", ["en", "tlh", "xx-invalid"])
def test_a_text_is_not_translated_into_its_own_or_an_unknown_language(
    client: Client, small: SmallReflection, language: str
) -> None:
    assert client.get(desk(introduction(small), language)).status_code == 404


def test_languages_from_right_to_left_are_written_so(client: Client, small: SmallReflection) -> None:
    page = client.get(desk(introduction(small), "ar")).content.decode()
    assert 'lang="ar" dir="rtl"' in page
    assert 'lang="en" dir="ltr"' in page
    sent(client, desk(introduction(small), "ar"), body="مقدمة")
    assert "ar" in translation_table(small.secretariat, small.reflection).languages


def test_terms_stand_beside_the_text_and_a_missing_one_is_said(
    client: Client, small: SmallReflection
) -> None:
    page = reverse("portal:terms", args=["small"])
    sent(client, page, source="Introduction", target="préface", note="Not “introduction”.")
    text = introduction(small)
    assert "préface" in client.get(desk(text)).content.decode()
    answer = client.post(
        desk(text),
        {
            "body": "Une introduction.",
            "version": wordings([text.id], "")[text.id].version_id,
            "form_key": str(uuid4()),
            "deed": "save",
        },
        follow=True,
    )
    assert "lacks these terms" in answer.content.decode()  # a warning: it is saved
    assert french(text) == "Une introduction."
    sent(client, desk(text), body="Une préface.")
    assert "lacks these terms" not in client.get(desk(text)).content.decode()


def test_terms_are_added_refused_and_removed(client: Client, small: SmallReflection) -> None:
    page = reverse("portal:terms", args=["small"])
    assert sent(client, page, source="harbour", target="port").status_code == 302
    assert sent(client, page, source="harbour", target="havre").status_code == 422
    term = Term.objects.get()
    remove = reverse("portal:remove-term", args=["small", term.pk])
    for _twice in range(2):
        assert client.post(remove).status_code == 302
    assert not Term.objects.exists()


def test_payloads_do_nothing(client: Client, small: SmallReflection) -> None:
    text = introduction(small)
    sent(client, reverse("portal:terms", args=["small"]), source="introduction", target=PAYLOAD, note=PAYLOAD)
    sent(client, desk(text), body=PAYLOAD)
    for address in (desk(text), table(), reverse("portal:terms", args=["small"])):
        assert is_harmless(client.get(address))  # type: ignore[arg-type]
    assert ESCAPED in client.get(desk(text)).content.decode()


def test_the_machine_is_offered_where_one_is_set_up_and_works_in_the_background(
    client: Client, small: SmallReflection, settings: LazySettings, run_tasks: object
) -> None:
    assert "by machine:" not in client.get(table()).content.decode()
    refused = client.post(
        reverse("portal:translate-by-machine", args=["small"]), {"language": "fr"}, follow=True
    )
    assert "No translation service is set up." in refused.content.decode()
    with translation_service(saying("Traduit.")) as service:
        settings.TRANSLATION_URL, settings.TRANSLATION_MODEL = service.url, "m-1"
        settings.OUTBOUND_HOSTS = ["127.0.0.1"]
        page = client.get(table()).content.decode()
        assert "Translate what is missing by machine: 8 texts, French" in page
        for _twice in range(2):
            client.post(reverse("portal:translate-by-machine", args=["small"]), {"language": "fr"})
        assert run_tasks() == 1  # type: ignore[operator]
        client.post(reverse("portal:translate-by-machine", args=["small"]), {"language": "de"})
    run = TranslationRun.objects.get()
    assert (run.state, run.translated_count + run.refused_count, run.left_count) == ("done", 8, 0)
    assert french(introduction(small)) == "Traduit."
    assert not translation_table(small.secretariat, small.reflection).filtered("fr", "missing")[
        run.refused_count :
    ]


def test_a_reader_is_told_of_a_machine_and_can_switch_to_the_original(
    client: Client, small: SmallReflection
) -> None:
    by_machine(introduction(small), "Une introduction.")
    address = reverse("consultations:consultation", args=[small.consultation.reference])
    page = client.get(address.replace("/en/", "/fr/")).content.decode()
    assert "m-1" in page
    assert '<p class="wording__original" lang="en" dir="ltr">An introduction.</p>' in page


def test_a_ballot_records_the_translation_that_was_seen_though_a_better_one_came(
    client: Client, small: SmallReflection
) -> None:
    statement = small.statements[0]
    seen = wordings([statement.text_id], "fr")[statement.text_id]
    sent(client, desk(statement.text), body="Un meilleur énoncé.", deed="save-and-certify")
    better = wordings([statement.text_id], "fr")[statement.text_id]
    assert better.translation_id != seen.translation_id
    first, second, third = (small.participant() for _ in range(3))
    small.vote(first, statement, 1, translation_id=seen.translation_id)  # the page was open already
    small.vote(second, statement, 1, language="fr")
    small.vote(third, statement, 1, language="en")
    ballots = Ballot.objects.order_by("sequence").values_list("translation_seen_id", "version_seen_id")
    version = seen.version_id
    assert list(ballots) == [
        (seen.translation_id, version),
        (better.translation_id, version),
        (None, version),
    ]
    assert seen.translation_id is not None
    assert Translation.objects.get(pk=seen.translation_id).body == "Énoncé 1."


@pytest.mark.parametrize("page", ["table", "desk"])
def test_the_number_of_queries_does_not_grow(client: Client, small: SmallReflection, page: str) -> None:
    address = table() if page == "table" else desk(introduction(small)) + "?state=missing"

    def count() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    before = count()
    consultations.add_statements(
        small.secretariat,
        small.consultation,
        [consultations.SeedStatement({"en": f"No. {n}"}, "en") for n in range(1_000)],
    )
    for number in range(20):
        mandates.add_priority(
            small.secretariat, small.reflection, title={"en": f"P {number}"}, description={"en": "D"}
        )
    assert count() == before <= 31
