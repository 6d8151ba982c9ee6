"""Translators leave alone what the members decide on or have adopted; what is open is translated as ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from placet.portal.translatable_texts import settled_texts, translatable_texts
from placet.portal.translation_actions import certify_translation, save_translation, translate_missing
from placet.stages.proposals.freezing import freeze_proposal, frozen_document, mark_adopted, thaw_proposal
from placet.stages.proposals.models import FrozenText
from placet.stages.texts.actions import request_run
from placet.stages.texts.models import Text, Translation
from placet.stages.texts.queries import wordings
from tests.stages.pages import sent
from tests.stages.proposals.amending import Amendable
from tests.stages.proposals.proposals import SmallProposal
from tests.stages.texts.translation_service import saying, translation_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(client: Client) -> SmallProposal:
    made = SmallProposal()
    client.force_login(made.secretariat)
    return made


def texts(made: SmallProposal) -> list[Text]:
    return [made.proposal.title, made.proposal.summary, *(each.text for each in made.clauses)]


def offered(made: SmallProposal) -> set[UUID]:
    return {each.id for each in translatable_texts(made.small.reflection)}


def desk(text: Text, language: str = "fr", *, page: str = "en") -> str:
    with override(page):
        return reverse("portal:translation", args=["small", text.pk, language])


def french(text: Text) -> str:
    return wordings([text.id], "fr")[text.id].body


def test_what_is_frozen_or_adopted_is_not_offered(made: SmallProposal) -> None:
    ids = {text.pk for text in texts(made)}
    assert ids <= offered(made)
    freeze_proposal(made.secretariat, made.proposal)
    assert not ids & offered(made)
    thaw_proposal(made.secretariat, made.proposal, reason="broken")
    assert ids <= offered(made)
    freeze_proposal(made.secretariat, made.proposal)
    mark_adopted(made.proposal)
    assert not ids & offered(made)
    assert {each.id for each in settled_texts(made.small.reflection)} == ids


def test_amendments_of_a_frozen_proposal_are_still_translated() -> None:
    case = Amendable()
    amendment = case.amend()
    amendment.state = "withdrawn"
    amendment.save(update_fields=["state"])
    freeze_proposal(case.world.secretariat, case.proposal)
    assert amendment.wording_id in offered(case.world)


def test_an_open_proposal_is_translated_as_ever(made: SmallProposal, client: Client) -> None:
    clause = made.clauses[0].text
    assert sent(client, desk(clause), body="Autrement.", deed="save-and-certify").status_code == 302
    assert french(clause) == "Autrement."


def test_a_page_that_was_open_when_the_text_was_frozen_is_told_why_and_loses_nothing(
    made: SmallProposal, client: Client
) -> None:
    clause = made.clauses[0].text
    seen = client.get(desk(clause)).context["form"]
    freeze_proposal(made.secretariat, made.proposal)
    late = {
        "version": seen["version"].value(),
        "translation": seen["translation"].value(),
        "form_key": str(uuid4()),
        "body": "Tout autre chose.",
        "deed": "save",
    }
    answer = client.post(desk(clause), late)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"The members decide on {made.proposal.reference}" in page
    assert "Tout autre chose." in page
    answer = client.post(desk(clause, page="fr"), late)
    assert f"Les membres décident de {made.proposal.reference}" in answer.content.decode()
    assert french(clause) == "Texte 1."


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads share no database in memory")
def test_who_translates_while_the_text_is_frozen_goes_before_or_is_refused() -> None:
    made = SmallProposal()
    clause = made.clauses[0].text
    (listed,) = (each for each in translatable_texts(made.small.reflection) if each.id == clause.pk)
    version_id = wordings([clause.pk], "fr")[clause.pk].version_id

    def translate() -> None:
        save_translation(
            made.secretariat,
            made.small.reflection,
            listed,
            language="fr",
            body="Autrement.",
            version_id=version_id,
        )

    def freeze() -> None:
        freeze_proposal(made.secretariat, made.proposal)

    def carry_out(deed: Callable[[], None]) -> None:
        try:
            with suppress(ValidationError):
                deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(carry_out, [translate, freeze]))
    frozen = frozen_document(FrozenText.objects.get()).clauses[0]
    assert frozen.bodies["fr"] == french(clause)


@pytest.mark.parametrize("which", range(3))
def test_the_page_of_a_settled_text_says_why_and_has_no_form(
    made: SmallProposal, client: Client, which: int
) -> None:
    freeze_proposal(made.secretariat, made.proposal)
    mark_adopted(made.proposal)
    text = texts(made)[which]
    page = client.get(desk(text)).content.decode()
    assert f"The members have adopted {made.proposal.reference}" in page
    assert french(text) in page
    assert 'name="body"' not in page
    assert "was not put into this language" in client.get(desk(text, "de")).content.decode()
    assert "Les membres ont adopté" in client.get(desk(text, page="fr")).content.decode()


def test_the_actions_refuse_though_no_page_asks(made: SmallProposal) -> None:
    clause = made.clauses[0].text
    (listed,) = (each for each in translatable_texts(made.small.reflection) if each.id == clause.pk)
    wording = wordings([clause.pk], "fr")[clause.pk]
    freeze_proposal(made.secretariat, made.proposal)
    with pytest.raises(ValidationError, match="decide on"):
        save_translation(
            made.secretariat,
            made.small.reflection,
            listed,
            language="fr",
            body="Tout autre chose.",
            version_id=wording.version_id,
        )
    with pytest.raises(ValidationError, match="decide on"):
        certify_translation(
            made.secretariat,
            made.small.reflection,
            listed,
            language="fr",
            translation_id=wording.translation_id,
            body=wording.body,
        )
    assert Translation.objects.filter(version__text=clause).count() == 1


def test_a_machine_that_is_late_leaves_a_settled_text_alone(
    made: SmallProposal, settings: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list was read before the text was frozen; the summary may be frozen without a translation."""
    listed = translatable_texts(made.small.reflection)
    Translation.objects.filter(version__text=made.proposal.summary).delete()
    freeze_proposal(made.secretariat, made.proposal)
    monkeypatch.setattr("placet.portal.translation_actions.translatable_texts", lambda _reflection: listed)
    with translation_service(saying("Traduit.")) as service:
        settings.TRANSLATION_URL, settings.TRANSLATION_MODEL = service.url, "m-1"  # type: ignore[attr-defined]
        settings.OUTBOUND_HOSTS = ["127.0.0.1"]  # type: ignore[attr-defined]
        run, _is_new = request_run(made.secretariat.pk, made.small.reflection.pk, "fr")
        translate_missing(run.pk)
    assert french(made.small.consultation.introduction) == "Traduit."
    assert french(made.proposal.summary) == "What it asks."
