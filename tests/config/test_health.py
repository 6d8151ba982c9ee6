"""The addresses without a language."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from placet.config import health


@pytest.fixture(autouse=True)
def _nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_is_schema_known_current", False)


def refuse(*arguments: object) -> None:
    raise OperationalError("gone")


def test_health_asks_no_database(client: Client) -> None:
    # Without the mark for the database, any query fails the test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.django_db
def test_it_is_ready_while_the_database_answers(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-cache" in response["Cache-Control"]


@pytest.mark.django_db
def test_once_it_is_ready_asking_again_costs_one_query(client: Client) -> None:
    client.get("/readyz")
    with CaptureQueriesContext(connection) as queries:
        client.get("/readyz")
    assert len(queries) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("is_first", [True, False])
def test_it_says_when_the_database_does_not_answer(client: Client, is_first: bool) -> None:
    if not is_first:
        client.get("/readyz")
    with connection.execute_wrapper(refuse):
        response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"database\n")


@pytest.mark.django_db
def test_it_is_not_ready_before_the_tables_are(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="people").last().delete()  # type: ignore[union-attr]
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"schema\n")
    # A refusal is not kept: the tables may be there the next time.
    recorder = MigrationRecorder(connection)
    for app, name in MigrationExecutor(connection).loader.disk_migrations:
        recorder.record_applied(app, name)
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_health_is_only_read(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


@override_settings(SECURE_SSL_REDIRECT=True)
def test_who_asks_from_inside_is_not_sent_to_https(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    assert client.post("/readyz").status_code == 405
    assert client.get("/metrics").status_code == 301


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
