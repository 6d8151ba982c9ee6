"""Translations by people: saved, certified, and stale when the original changes."""

from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction

from placet.stages.record.models import AuditEntry
from placet.stages.texts.actions import (
    NewText,
    certify_translation,
    create_text,
    create_texts,
    revise_text,
    save_translation,
)
from placet.stages.texts.models import Origin, Text, Translation, TranslationState
from placet.stages.texts.queries import (
    translation_desk,
    translation_states,
    untranslated,
    wordings,
)

pytestmark = pytest.mark.django_db
SCOPE, ALICE, BOB = UUID(int=1), UUID(int=2), UUID(int=3)


def version_of(text: Text) -> int:
    return wordings([text.id], "")[text.id].version_id


def saved(text: Text, body: str, *, account: UUID = ALICE, version: int | None = None) -> Translation:
    return save_translation(
        account,
        text.id,
        language="fr",
        body=body,
        version_id=version or version_of(text),
        max_length=20,
        scope_id=SCOPE,
        target="the text",
    )


def certified(translation: Translation, *, account: UUID = BOB) -> Translation:
    return certify_translation(account, translation, scope_id=SCOPE, target="the text")


def state(text: Text, language: str = "fr") -> TranslationState:
    found = translation_states([text.id])[text.id].state_in(language)
    assert translation_desk(text.id, language).state == found
    return found


def actions() -> list[str]:
    return list(AuditEntry.objects.filter(scope_id=SCOPE).values_list("action", flat=True))


def test_a_text_goes_from_missing_to_certified_and_back_to_stale() -> None:
    text = create_text({"en": "One"}, original="en")
    assert state(text) == TranslationState.MISSING
    Translation.objects.create(
        version_id=version_of(text), language="fr", body="Hun", origin=Origin.MACHINE, model_name="m-1"
    )
    assert state(text) == TranslationState.MACHINE
    translation = saved(text, "Un")
    assert (translation.number, state(text)) == (2, TranslationState.HUMAN)
    certified(translation)
    assert state(text) == TranslationState.CERTIFIED
    revise_text(text, {"en": "Two", "fr": "Un"}, author_id=None)
    assert state(text) == TranslationState.STALE
    assert state(text, "de") == TranslationState.MISSING


def test_a_translation_left_as_it_was_is_not_carried_over_but_a_changed_one_is() -> None:
    text = create_text({"en": "One", "fr": "Un", "de": "Eins"}, original="en")
    revise_text(text, {"en": "Two", "fr": "Un", "de": "Zwei"}, author_id=None)
    assert (state(text, "fr"), state(text, "de")) == (TranslationState.STALE, TranslationState.HUMAN)
    desk = translation_desk(text.id, "fr")
    assert desk.current is None
    assert desk.older is not None
    assert (desk.older.body, desk.older.version.body, desk.original.body) == ("Un", "One", "Two")
    assert saved(text, "Un").version_id == version_of(text)  # said again of the new version: it still holds
    assert state(text, "fr") == TranslationState.HUMAN


def test_a_reader_is_told_by_whom_a_translation_is_and_gets_the_original_with_it() -> None:
    text = create_text({"ar": "واحد"}, original="ar")
    Translation.objects.create(
        version_id=version_of(text), language="fr", body="Un", origin=Origin.MACHINE, model_name="m-1"
    )
    wording = wordings([text.id], "fr")[text.id]
    assert (wording.origin, wording.model_name, wording.is_certified) == ("machine", "m-1", False)
    assert (wording.original_body, wording.original_direction, wording.direction) == ("واحد", "rtl", "ltr")
    certified(Translation.objects.get())
    assert wordings([text.id], "fr")[text.id].is_certified


def test_the_same_saved_and_certified_twice_changes_nothing() -> None:
    text = create_text({"en": "One"}, original="en")
    first = saved(text, "Un\r\n")
    assert saved(text, " Un", account=BOB) == first
    moment = certified(first).certified_at
    again = certified(first, account=ALICE)
    assert (again.certifier_id, again.certified_at) == (BOB, moment)
    assert actions() == ["texts.save_translation", "texts.certify_translation"]


@pytest.mark.parametrize(
    ("body", "said"), [(" ", "Write the translation"), ("x" * 21, "at most 20 characters")]
)
def test_a_translation_that_says_nothing_or_too_much_is_refused(body: str, said: str) -> None:
    text = create_text({"en": "One"}, original="en")
    with pytest.raises(ValidationError, match=said):
        saved(text, body)
    assert not actions()


@pytest.mark.parametrize("language", ["en", "tlh"])
def test_a_translation_into_the_original_or_an_unknown_language_is_refused(language: str) -> None:
    text = create_text({"en": "One"}, original="en")
    with pytest.raises(ValidationError, match="another language"):
        save_translation(
            ALICE,
            text.id,
            language=language,
            body="x",
            version_id=version_of(text),
            max_length=9,
            scope_id=SCOPE,
            target="",
        )


def test_what_was_written_for_an_original_that_has_changed_is_refused() -> None:
    text = create_text({"en": "One"}, original="en")
    seen = version_of(text)
    translation = saved(text, "Un")
    revise_text(text, {"en": "Two"}, author_id=None)
    with pytest.raises(ValidationError) as refusal:
        saved(text, "Un !", version=seen)
    assert refusal.value.code == "changed"
    with pytest.raises(ValidationError, match="changed meanwhile"):
        certified(translation)


def test_what_somebody_else_has_corrected_meanwhile_is_not_certified() -> None:
    text = create_text({"en": "One"}, original="en")
    seen = saved(text, "Un")
    saved(text, "Une")
    with pytest.raises(ValidationError, match="changed meanwhile"):
        certified(seen)
    assert state(text) == TranslationState.HUMAN


def test_a_correction_of_a_certified_translation_is_not_certified() -> None:
    text = create_text({"en": "One"}, original="en")
    first = certified(saved(text, "Un"))
    assert saved(text, "Une").number == first.number + 1
    assert state(text) == TranslationState.HUMAN
    assert [each.body for each in translation_desk(text.id, "fr").earlier] == ["Un"]


def test_the_database_refuses_to_change_what_was_translated_or_certified() -> None:
    text = create_text({"en": "One"}, original="en")
    translation = saved(text, "Un")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Translation.objects.update(body="Deux")
    with pytest.raises(IntegrityError), transaction.atomic():
        Translation.objects.update(certifier_id=ALICE)
    certified(translation)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Translation.objects.update(certifier_id=ALICE)


def test_machines_are_left_what_no_person_has_worked_on() -> None:
    bodies = [{"en": "a"}, {"en": "b", "fr": "B"}, {"fr": "c"}, {"en": "d", "fr": "D"}, {"en": "e"}]
    texts = [create_text(each, original=next(iter(each))) for each in bodies]
    Translation.objects.create(
        version_id=version_of(texts[4]), language="fr", body="E", origin=Origin.MACHINE, model_name="m"
    )
    for text in texts[3:]:  # stale now: one by a person, one by a machine
        revise_text(text, {"en": "New"}, author_id=None)
    assert untranslated([text.id for text in texts], "fr") == [texts[0].id, texts[4].id]


@pytest.mark.parametrize("n_texts", [10, 1_000])
def test_states_take_two_queries_however_many_the_texts(
    n_texts: int, django_assert_num_queries: object
) -> None:
    texts = create_texts([NewText({"en": f"No. {n}", "fr": f"N° {n}"}, "en") for n in range(n_texts)])
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = translation_states([text.id for text in texts])
    assert {each.state_in("fr") for each in found.values()} == {TranslationState.HUMAN}
    assert len(found) == n_texts


@pytest.mark.django_db(transaction=True)
def test_two_translators_at_once_get_two_numbers_and_nothing_is_lost() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("threads share no database in memory")
    text = create_text({"en": "One"}, original="en")
    version, start = version_of(text), Barrier(2)

    def save(account: UUID, body: str) -> None:
        start.wait()
        saved(text, body, account=account, version=version)
        connection.close()

    threads = [Thread(target=save, args=pair) for pair in ((ALICE, "Un"), (BOB, "Une"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = Translation.objects.order_by("number").values_list("number", "body")
    assert {number for number, _ in rows} == {1, 2}
    assert {body for _, body in rows} == {"Un", "Une"}
