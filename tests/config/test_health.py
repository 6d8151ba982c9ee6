"""The addresses without a language."""

import pytest
from django.db import OperationalError, connection
from django.test import Client


@pytest.mark.django_db
def test_health_is_ok_while_the_database_answers(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.django_db
def test_health_says_when_the_database_does_not_answer(client: Client) -> None:
    def refuse(*arguments: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        response = client.get("/healthz")
    assert response.status_code == 503
    assert b"gone" not in response.content


def test_health_is_only_read(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr", "fr"),
        ("fr-CA,fr;q=0.9,en;q=0.5", "fr"),
        ("en-GB", "en"),
        ("de,fr;q=0.4", "fr"),
        ("", "en"),
        ("xx", "en"),
    ],
)
def test_the_root_leads_to_the_browsers_language(client: Client, accepted: str, language: str) -> None:
    response = client.get("/", headers={"accept-language": accepted} if accepted else {})
    assert (response.status_code, response["Location"]) == (302, f"/{language}/")
    assert "Accept-Language" in response["Vary"]


def test_the_root_leads_to_the_language_that_was_chosen(client: Client) -> None:
    client.cookies["django_language"] = "fr"
    assert client.get("/", headers={"accept-language": "en"})["Location"] == "/fr/"
