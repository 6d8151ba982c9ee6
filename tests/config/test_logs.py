"""Log lines: one JSON object each, with the pattern of an address and never what stands in it."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from placet.config.logs import JsonFormatter, PlainFormatter, accepted_request_id, logging_settings
from tests.stages.reflections import SmallReflection

ADDRESS = "person@placet.example"
TOKEN = "wXyZ-secret-token-0123456789"


def fail(request: HttpRequest, token: str) -> HttpResponse:
    raise ValueError(f"{token} of {ADDRESS}")


urlpatterns = [path("faulty/<str:token>/", fail)]
handler500 = "placet.portal.views.errors.server_error"


@pytest.fixture(params=[JsonFormatter, PlainFormatter])
def lines(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the logs hold of a test, in each form, at the lowest level."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    loggers = [logging.getLogger(name) for name in ("", "django.request", "placet.access")]
    levels = [logger.level for logger in loggers]
    loggers[0].addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield stream
    loggers[0].removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["nobody", "participant"])
def test_an_invitations_token_is_in_no_log(lines: io.StringIO, client: Client, who: str) -> None:
    small = SmallReflection()
    if who == "participant":
        client.force_login(small.accounts[who])
    answer = client.get(f"/en/invitation/{TOKEN}/", {"mail": "person@placet.example"})
    client.get(f"/en/nothing/here/{TOKEN}/")
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/en/invitation/{TOKEN}/").status_code == 403
    logged = lines.getvalue()
    assert answer.status_code in (403, 404)
    assert "/en/invitation/<str:token>/" in logged or "<token>" in logged
    assert "csrf" in logged
    assert TOKEN not in logged
    assert "person@" not in logged


@override_settings(ROOT_URLCONF=__name__)
def test_a_fault_says_where_and_not_what(lines: io.StringIO) -> None:
    client = Client(raise_request_exception=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("placet.portal.views.errors.server_error", lambda request: HttpResponse(status=500))
        assert client.get(f"/faulty/{TOKEN}/").status_code == 500
    logged = lines.getvalue()
    assert "ValueError" in logged
    assert "in fail" in logged
    assert "/faulty/<str:token>/" in logged
    assert TOKEN not in logged
    assert "person@" not in logged


def test_what_a_database_refused_is_not_repeated(lines: io.StringIO) -> None:
    try:
        try:
            raise RuntimeError(f"DETAIL: Key (email)=({ADDRESS}) already exists")
        except RuntimeError as error:
            raise IntegrityError(ADDRESS) from error
    except IntegrityError:
        logging.getLogger("placet.stages").exception("could not do it")
    logged = lines.getvalue()
    assert "person@" not in logged
    assert "RuntimeError" in logged
    assert "IntegrityError" in logged
    assert "test_what_a_database_refused" in logged


def test_what_names_code_and_not_data_is_kept(lines: io.StringIO) -> None:
    try:
        None.nothing  # type: ignore[attr-defined]  # noqa: B018
    except AttributeError:
        logging.getLogger("placet").exception("a fault")
    try:
        open(f"/nowhere/{ADDRESS}")  # noqa: PTH123, SIM115
    except OSError:
        logging.getLogger("placet").exception("another")
    assert "no attribute" in lines.getvalue()
    assert "No such file or directory" in lines.getvalue()
    assert "person@" not in lines.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("lines", [JsonFormatter], indirect=True)
def test_the_line_of_a_request(lines: io.StringIO, client: Client) -> None:
    answer = client.get("/en/?q=secret", headers={"x-request-id": "from-proxy-1"})
    assert answer["X-Request-ID"] == "from-proxy-1"
    entries: list[dict[str, Any]] = [json.loads(line) for line in lines.getvalue().splitlines()]
    entry = next(entry for entry in entries if entry["logger"] == "placet.access")
    assert entry.keys() == {
        *("time", "level", "logger", "message", "request_id"),
        *("method", "route", "status", "ms"),
    }
    assert (entry["method"], entry["route"], entry["status"]) == ("GET", "/en/", 200)
    assert entry["request_id"] == "from-proxy-1"
    assert entry["ms"] > 0
    assert "secret" not in lines.getvalue()


@pytest.mark.parametrize("lines", [JsonFormatter], indirect=True)
def test_a_method_that_nobody_uses_and_static_files_have_names_of_ours(
    lines: io.StringIO, client: Client
) -> None:
    client.generic("PERSON@PLACET", "/healthz")
    client.get("/static/person@placet.css")
    assert "person@" not in lines.getvalue().lower()
    assert '"method": "other"' in lines.getvalue()
    assert '"route": "/static/"' in lines.getvalue()


@pytest.mark.parametrize("given", ["", "a b", "person@placet.example", "x" * 65, "a\nb", "é"])
def test_a_request_id_that_is_long_or_odd_is_not_taken(given: str) -> None:
    made = accepted_request_id(given)
    assert made != given
    assert len(made) == 16
    assert accepted_request_id(given) != made


def test_every_line_is_one_object_whatever_is_in_it() -> None:
    record = logging.LogRecord("placet", logging.ERROR, "", 0, 'a "quote"\nand a line: %s', ("é\x00",), None)
    line = JsonFormatter().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == 'a "quote"\nand a line: é\x00'


def test_requests_are_logged_in_json_and_not_in_plain() -> None:
    assert logging_settings("json", "ERROR")["loggers"]["placet.access"]["level"] == "INFO"
    assert logging_settings("plain", "WARNING")["loggers"]["placet.access"]["level"] == "WARNING"


@pytest.mark.parametrize("lines", [JsonFormatter], indirect=True)
def test_what_escaped_to_the_web_server_is_cut_too(lines: io.StringIO) -> None:
    text = (
        "Application callable raised an exception\nTraceback (most recent call last):\n"
        f'  File "x.py", line 1, in f\n    g()\nValueError: of {ADDRESS}\\n'
    )
    record = logging.LogRecord("_granian", logging.ERROR, "", 0, text, (), None)
    said = json.loads(JsonFormatter().format(record))["message"]
    assert 'File "x.py"' in said
    assert "ValueError" in said
    assert "Application callable" in said
    assert f"of {ADDRESS}" not in said
