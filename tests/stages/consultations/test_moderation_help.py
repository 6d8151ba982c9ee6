"""What a moderator is told beside a statement: with its reason, escaped, and not where nothing can tell."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from placet.sense.text.extras import MissingExtraError
from placet.stages.consultations import moderation_help
from placet.stages.consultations.actions import moderate_statement
from placet.stages.consultations.ballots.actions import submit_statement
from placet.stages.consultations.models import Statement
from placet.stages.mandates.models import Role
from tests.stages.pages import is_harmless
from tests.stages.reflections import SmallReflection

pytestmark = pytest.mark.django_db
POLISH = "Potrzebujemy wspólnych ćwiczeń cyberobrony we wszystkich krajach członkowskich."


@pytest.fixture
def small(client: Client) -> SmallReflection:
    made = SmallReflection()
    client.force_login(made.accounts[Role.MODERATOR])
    return made


def submitted(small: SmallReflection, body: str, language: str = "en") -> Statement:
    return submit_statement(
        small.consultation, small.participant(), body=body, language=language, client_key=uuid4()
    )


def queue(client: Client, small: SmallReflection, language: str = "en") -> str:
    with override(language):
        address = reverse("consultations:moderation", args=[small.consultation.reference])
    response = client.get(address)
    assert response.status_code == 200
    assert is_harmless(response)
    return response.content.decode()


def test_a_text_in_another_language_than_said_is_pointed_at(client: Client, small: SmallReflection) -> None:
    submitted(small, POLISH, "fr")
    assert "Said to be in French; it looks like Polish." in queue(client, small)
    assert "langue probable\xa0: polonais." in queue(client, small, "fr")


def test_a_text_in_the_language_said_is_not(client: Client, small: SmallReflection) -> None:
    submitted(small, POLISH, "pl")
    assert "looks like" not in queue(client, small)


def test_personal_data_are_named_and_marked(client: Client, small: SmallReflection) -> None:
    submitted(small, 'Write to <b>"me"</b> at jan.kowalski@example.org or +48 601 234 567, and soon.')
    page = queue(client, small)
    assert "an e-mail address, a telephone number." in page
    assert "<mark>jan.kowalski@example.org</mark>" in page
    assert "<mark>+48 601 234 567</mark>" in page
    assert "&lt;b&gt;&quot;me&quot;&lt;/b&gt;" in page


def test_a_flood_is_counted(client: Client, small: SmallReflection) -> None:
    for number in range(6):
        submitted(small, f"Vote for my great plan to build more bridges now {'!' * number}")
    submitted(small, "Something else entirely about the training of pilots.")
    assert queue(client, small).count("5 other waiting statements are nearly identical.") == 6


def test_what_was_decided_has_no_hints(client: Client, small: SmallReflection) -> None:
    statement = submitted(small, POLISH, "fr")
    moderate_statement(small.secretariat, statement, accept=True)
    page = client.get(reverse("consultations:manage-statement", args=[statement.reference]))
    assert "looks like" not in page.content.decode()


@pytest.mark.parametrize("missing", ["detect_language", "find_personal_data"])
def test_without_the_extra_the_queue_works_and_says_so(
    client: Client, small: SmallReflection, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise MissingExtraError("not here")

    monkeypatch.setattr(moderation_help, missing, refuse)
    submitted(small, "Write to jan.kowalski@example.org, please.")
    page = queue(client, small)
    assert "placet[text]" in page
    assert ("<mark>" in page) == (missing == "detect_language")


def test_the_number_of_queries_does_not_grow(client: Client, small: SmallReflection) -> None:
    counts = []
    for _round in range(2):
        for number in range(6):
            submitted(small, f"{POLISH} {number}", "fr")
        with CaptureQueriesContext(connection) as captured:
            queue(client, small)
        counts.append(len(captured))
    assert counts[0] == counts[1]
