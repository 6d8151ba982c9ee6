"""``/metrics``: for whoever holds the token, and with nothing personal in it."""

import re

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings

from tests.stages.reflections import SmallReflection

TOKEN = "a-token-for-prometheus"


def read(client: Client, token: str = TOKEN) -> str:
    answer = client.get("/metrics", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def value(text: str, name: str) -> float:
    [found] = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found)


@pytest.mark.django_db
@pytest.mark.parametrize("sent", ["", "Bearer ", f"Bearer {TOKEN}"])
def test_without_a_token_in_the_settings_it_does_not_exist(client: Client, sent: str) -> None:
    assert client.get("/metrics", headers={"authorization": sent}).status_code == 404


@override_settings(METRICS_TOKEN=TOKEN)
@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wrong", TOKEN, f"Basic {TOKEN}", "é"])
def test_another_token_opens_nothing(client: Client, sent: str) -> None:
    answer = client.get("/metrics", headers={"authorization": sent})
    assert (answer.status_code, answer["WWW-Authenticate"], answer.content) == (401, "Bearer", b"")


@pytest.mark.django_db
@override_settings(METRICS_TOKEN=TOKEN)
def test_what_the_database_says(client: Client) -> None:
    small = SmallReflection()
    participant = small.participant()
    before = value(read(client), "placet_ballots")
    for statement in small.statements:
        small.vote(participant, statement, 1)
    text = read(client)
    assert value(text, "placet_ballots") == before + len(small.statements)
    assert value(text, "placet_consultations_open") == 1
    assert value(text, "placet_tasks_waiting") >= 0
    assert value(text, "placet_messages_due") >= 0
    assert value(text, "placet_database_up") == 1


@pytest.mark.django_db
@override_settings(METRICS_TOKEN=TOKEN)
def test_requests_are_counted_by_pattern(client: Client) -> None:
    series = 'placet_http_request_seconds_count{method="GET",route="/readyz",status="2xx"}'
    client.get("/readyz")
    before = value(read(client), series)
    client.get("/readyz?x=1")
    client.get("/readyz")
    assert value(read(client), series) == before + 2
    client.get("/en/invitation/some-token-of-somebody/")
    assert "some-token" not in read(client)


@pytest.mark.django_db
@override_settings(METRICS_TOKEN=TOKEN)
def test_a_database_that_does_not_answer_is_a_value(client: Client) -> None:
    def refuse(*arguments: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        text = read(client)
    assert value(text, "placet_database_up") == 0
    assert "\nplacet_ballots " not in text
    assert "gone" not in text
