"""Newcomers: how many from one address, whose address that is, and the join codes that lift the limit."""

import io
import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from placet.config.logs import JsonFormatter
from placet.stages.consultations import arrivals, joining
from placet.stages.consultations.actions import close_consultation
from placet.stages.consultations.arrivals import (
    NEW_PARTICIPANTS,
    WRONG_CODES,
    CrowdError,
    forget_past_arrivals,
    source_of,
    take,
)
from placet.stages.consultations.joining import make_join_code, try_join_code, withdraw_join_code
from placet.stages.consultations.models import ARRIVAL_LIMIT, AddressPace, Ballot, JoinCode, Statement
from placet.stages.mandates.models import Participant
from placet.stages.record.models import AuditEntry
from tests.conftest import ON_POSTGRESQL
from tests.stages.pages import filled, sent
from tests.stages.reflections import SmallReflection, ballot_on

pytestmark = pytest.mark.django_db

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
HALL = "192.0.2.7"
ELSEWHERE = "198.51.100.9"


@pytest.fixture
def small() -> SmallReflection:
    return SmallReflection()


def url(name: str, small: SmallReflection, *more: str) -> str:
    return reverse(f"consultations:{name}", args=[small.consultation.reference, *more])


def ask(small: SmallReflection, address: str = HALL, client: Client | None = None, **headers: str) -> Any:
    """What a browser is answered that asks for a token."""
    return (client or Client()).post(url("token", small), REMOTE_ADDR=address, **headers)


def fill(address: str = HALL, *, now: datetime | None = None, up_to: int = 30) -> None:
    for _each in range(up_to):
        take(NEW_PARTICIPANTS, address, now or timezone.now())


def new_code(small: SmallReflection, **end: float) -> JoinCode:
    return make_join_code(
        small.secretariat,
        small.consultation,
        expires_at=timezone.now() + timedelta(**(end or {"days": 1})),
    )


@contextmanager
def what_is_logged() -> Iterator[io.StringIO]:
    """All that is logged meanwhile, as an installation writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root, access = logging.getLogger(), logging.getLogger("placet.access")
    levels = root.level, access.level
    root.addHandler(handler)
    root.setLevel("INFO")
    access.setLevel("INFO")
    yield stream
    root.removeHandler(handler)
    root.setLevel(levels[0])
    access.setLevel(levels[1])


# The rate


def test_thirty_pass_the_thirty_first_waits_and_one_more_passes_after_each_interval() -> None:
    for _each in range(30):
        take(NEW_PARTICIPANTS, HALL, NOW)
    for seconds, wait in ((0, 20), (5, 15), (19.5, 1)):
        with pytest.raises(CrowdError) as refusal:
            take(NEW_PARTICIPANTS, HALL, NOW + timedelta(seconds=seconds))
        assert refusal.value.seconds == wait
    later = NOW + timedelta(minutes=1)
    for _each in range(3):
        take(NEW_PARTICIPANTS, HALL, later)
    with pytest.raises(CrowdError):
        take(NEW_PARTICIPANTS, HALL, later)


def test_after_the_wait_that_was_said_one_passes() -> None:
    fill(now=NOW)
    with pytest.raises(CrowdError) as refusal:
        take(NEW_PARTICIPANTS, HALL, NOW)
    take(NEW_PARTICIPANTS, HALL, NOW + timedelta(seconds=refusal.value.seconds))


def test_two_addresses_and_two_kinds_do_not_disturb_each_other() -> None:
    fill(now=NOW)
    take(NEW_PARTICIPANTS, ELSEWHERE, NOW)
    take(WRONG_CODES, HALL, NOW)
    assert AddressPace.objects.count() == 3


def test_the_rows_of_two_days_have_nothing_in_common_and_the_past_is_forgotten() -> None:
    fill(now=NOW)
    first = AddressPace.objects.get()
    fill(now=NOW + timedelta(days=1))
    assert AddressPace.objects.exclude(pk=first.pk).count() == 1
    assert forget_past_arrivals(NOW + timedelta(hours=12)) == 1
    assert not AddressPace.objects.filter(pk=first.pk).exists()
    assert forget_past_arrivals(NOW + timedelta(days=2)) == 1


def test_a_row_is_not_what_another_installation_would_write(settings: Any) -> None:
    take(NEW_PARTICIPANTS, HALL, NOW)
    settings.SECRET_KEY = "another installation"
    take(NEW_PARTICIPANTS, HALL, NOW)
    assert AddressPace.objects.count() == 2


# Whose address it is


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "expected"),
    [
        (0, "192.0.2.7", None, "192.0.2.7"),
        (0, "192.0.2.7", "203.0.113.5", "192.0.2.7"),
        (1, "10.0.0.1", "203.0.113.5", "203.0.113.5"),
        (1, "10.0.0.1", "1.1.1.1, 203.0.113.5", "203.0.113.5"),
        (2, "10.0.0.1", "203.0.113.5, 10.0.0.2", "203.0.113.5"),
        (2, "10.0.0.1", "1.1.1.1,203.0.113.5, 10.0.0.2", "203.0.113.5"),
        (1, "10.0.0.1", None, "10.0.0.1"),
        (1, "10.0.0.1", "1.1.1.1, nonsense", "10.0.0.1"),
        (2, "10.0.0.1", "1.1.1.1", "10.0.0.1"),  # past the first proxy, or a number too high
        (1, "10.0.0.1", "203.0.113.5:4711", "203.0.113.5"),
        (1, "10.0.0.1", "[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        (0, "2001:db8:1:3::1", None, "2001:db8:1:3::/64"),
        (0, "::ffff:192.0.2.7", None, "192.0.2.7"),
        (0, "", None, ""),
    ],
)
def test_the_address_that_counts(
    settings: Any, proxies: int, remote: str, forwarded: str | None, expected: str
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert source_of(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)) == expected


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_forged_header_opens_nothing(settings: Any, small: SmallReflection, proxies: int) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    seen = f", {HALL}" if proxies else ""  # what our own proxy adds
    fill()
    for number in range(5):
        forged = {
            "HTTP_X_FORWARDED_FOR": f"203.0.113.{number}{seen}",
            "HTTP_X_REAL_IP": f"203.0.113.{number}",
        }
        assert ask(small, "10.0.0.1" if proxies else HALL, **forged).status_code == 429
    assert not Participant.objects.exists()


# Who is counted


def test_thirty_browsers_of_one_address_begin_and_the_next_is_told_when(small: SmallReflection) -> None:
    assert [ask(small).status_code for _each in range(30)] == [200] * 30
    refused = ask(small)
    assert refused.status_code == 429
    assert refused.json()["code"] == "crowd"
    assert "join code" in refused.json()["detail"]
    assert 1 <= int(refused["Retry-After"]) <= 20
    assert Participant.objects.count() == 30
    assert ask(small, ELSEWHERE).status_code == 200


def test_who_is_known_is_never_kept_waiting(small: SmallReflection) -> None:
    known, account = Client(), Client()
    ask(small, client=known)
    account.force_login(small.accounts["participant"])
    fill(up_to=29)
    assert ask(small).status_code == 429
    for client in (known, account):
        assert ask(small, client=client).status_code == 200
        for name in ("consultation", "start", "vote", "statements"):
            assert client.get(url(name, small), REMOTE_ADDR=HALL).status_code == 200


def test_looking_at_pages_counts_nothing(client: Client, small: SmallReflection) -> None:
    for name in ("consultation", "start", "vote", "statements", "add-statement", "own-statements", "join"):
        client.get(url(name, small))
    assert not AddressPace.objects.exists()


def test_a_refused_request_makes_nobody_and_what_is_made_twice_counts_once(
    client: Client, small: SmallReflection
) -> None:
    client.get(url("vote", small))
    cookies = dict(client.cookies.items())
    for _each in range(2):  # two requests with the cookies from before the first answer
        client.cookies.clear()
        client.cookies.update(cookies)
        assert ask(small, client=client).status_code == 200
    fill(up_to=29)
    assert ask(small).status_code == 429
    assert Participant.objects.count() == 1


def test_a_consultation_that_is_closed_counts_nobody(small: SmallReflection) -> None:
    close_consultation(small.secretariat, small.consultation)
    assert ask(small).status_code == 409
    assert not AddressPace.objects.exists()


# Without scripts


def form_data(small: SmallReflection) -> dict[str, dict[str, object]]:
    ballot = ballot_on(small.statements[1], 1)
    return {
        "start": {"member": "", "constituency": ""},
        "vote": {
            "statement": ballot.statement_id,
            "vote": 1,
            "client_key": ballot.client_key,
            "version": ballot.version_id,
            "translation": "",
        },
        "add-statement": {"body": "More trains.", "language": "en", "client_key": str(uuid4())},
    }


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["start", "vote", "add-statement"])
def test_a_form_says_it_in_its_page_and_keeps_what_was_written(
    client: Client, small: SmallReflection, name: str, language: str
) -> None:
    fill()
    address = url(name, small).replace("/en/", f"/{language}/")
    answer = client.post(address, form_data(small)[name], REMOTE_ADDR=HALL)
    page = answer.content.decode()
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert url("join", small).replace("/en/", f"/{language}/") in page
    assert ("Beaucoup de personnes" if language == "fr" else "Many people") in page
    assert {
        "start": "<select",
        "vote": "Énoncé 2." if language == "fr" else "Statement 2.",
        "add-statement": "More trains.",
    }[name] in page
    assert not Participant.objects.exists()
    assert not Ballot.objects.exists()
    assert not Statement.objects.filter(state="submitted").exists()


# Join codes


def test_a_code_lifts_the_limit_for_those_who_entered_it(small: SmallReflection) -> None:
    fill()
    code = new_code(small)
    for number, typed in enumerate((code.code, code.code.lower(), f" {code.code[:4]}-{code.code[4:]} "), 1):
        client = Client(REMOTE_ADDR=HALL)
        answer = client.post(url("join", small), {"code": typed})
        assert (answer.status_code, answer["Location"]) == (302, url("consultation", small))
        assert ask(small, client=client).status_code == 200
        assert ask(small, client=client).status_code == 200
        code.refresh_from_db()
        assert code.arrival_count == number
    assert ask(small).status_code == 429
    assert AddressPace.objects.count() == 1  # a right code is no try


def test_a_link_does_the_same_and_its_address_is_left_at_once(small: SmallReflection) -> None:
    fill()
    client = Client(REMOTE_ADDR=HALL)
    answer = client.get(url("join-by-link", small, new_code(small).code))
    assert answer["Location"] == url("consultation", small)
    assert ask(small, client=client).status_code == 200


@pytest.mark.parametrize("end", ["expired", "withdrawn", "renewed"])
def test_a_code_that_is_over_lets_nobody_in_not_even_who_entered_it_before(
    small: SmallReflection, end: str
) -> None:
    fill()
    code, client = new_code(small), Client(REMOTE_ADDR=HALL)
    client.post(url("join", small), {"code": code.code})
    if end == "expired":
        past = timezone.now() - timedelta(seconds=1)
        JoinCode.objects.update(made_at=past - timedelta(days=1), expires_at=past)
    elif end == "withdrawn":
        withdraw_join_code(small.secretariat, small.consultation)
    else:
        new_code(small)
    assert ask(small, client=client).status_code == 429
    answer = client.post(url("join", small), {"code": code.code})
    assert answer.status_code == 422
    assert "is not the join code" in answer.content.decode()


def test_a_code_of_another_consultation_opens_nothing(small: SmallReflection) -> None:
    fill()
    code = new_code(small)
    client = Client(REMOTE_ADDR=HALL)
    client.post(url("join", small), {"code": code.code})
    small.add_consultation()
    small.consultation.refresh_from_db()
    other = small.add_consultation()
    address = reverse("consultations:join", args=[other.reference])
    assert client.post(address, {"code": code.code}).status_code == 422
    token = reverse("consultations:token", args=[other.reference])
    assert client.post(token).status_code == 429


@pytest.mark.parametrize("typed", ["", " ", "HHHH7777", "é" * 40, "x" * 41, "%00", "' OR 1=1 --"])
def test_a_wrong_code_is_told_in_words(client: Client, small: SmallReflection, typed: str) -> None:
    new_code(small)
    answer = client.post(url("join", small), {"code": typed})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_wrong_codes_are_limited_by_address_and_a_right_one_waits_with_them(small: SmallReflection) -> None:
    code = new_code(small)
    by_form = [
        Client(REMOTE_ADDR=HALL).post(url("join", small), {"code": f"HHHH77{n:02}"}) for n in range(30)
    ]
    by_link = [Client(REMOTE_ADDR=HALL).get(url("join-by-link", small, f"HHHH77{n:02}")) for n in range(31)]
    assert [answer.status_code for answer in by_form + by_link] == [422] * 60 + [429]
    assert int(by_link[-1]["Retry-After"]) >= 1
    assert Client(REMOTE_ADDR=HALL).post(url("join", small), {"code": code.code}).status_code == 429
    right = {"code": code.code}
    assert Client(REMOTE_ADDR=ELSEWHERE).post(url("join", small), right).status_code == 302


def test_a_code_that_leaks_lets_so_many_in_and_no_more(small: SmallReflection) -> None:
    fill()
    code, client = new_code(small), Client(REMOTE_ADDR=HALL)
    client.post(url("join", small), {"code": code.code})
    JoinCode.objects.update(arrival_count=ARRIVAL_LIMIT)
    assert ask(small, client=client).status_code == 429
    with pytest.raises(IntegrityError), transaction.atomic():
        JoinCode.objects.update(arrival_count=ARRIVAL_LIMIT + 1)
    assert ask(small, ELSEWHERE, client).status_code == 200  # and then counts as everybody does


def test_codes_are_of_their_alphabet_and_one_at_a_time(small: SmallReflection) -> None:
    codes = [new_code(small).code for _each in range(20)]
    assert len(set(codes)) == 20
    assert all(re.fullmatch("[3479CDFHJKMNPRTVWXY]{8}", code) for code in codes)
    assert JoinCode.objects.filter(withdrawn_at=None).count() == 1


@pytest.mark.parametrize("who", ["moderator", "analyst", "participant", "stranger"])
def test_codes_are_the_secretariats(small: SmallReflection, who: str) -> None:
    code, actor = new_code(small), small.accounts[who]
    with pytest.raises(PermissionDenied):
        make_join_code(actor, small.consultation, expires_at=timezone.now() + timedelta(days=1))
    with pytest.raises(PermissionDenied):
        withdraw_join_code(actor, small.consultation)
    with pytest.raises(PermissionDenied):
        joining.current_join_code(actor, small.consultation)
    client = Client()
    client.force_login(actor)
    page = client.get(url("manage-consultation", small)).content.decode()
    assert code.code not in page
    assert f"{code.code[:4]}-{code.code[4:]}" not in page


def test_no_code_where_nobody_takes_part_without_an_account(small: SmallReflection) -> None:
    invited = SmallReflection(slug="invited", prefix="INVIT", eligibility="invited")
    close_consultation(small.secretariat, small.consultation)
    for each in (small, invited):
        with pytest.raises(ValidationError):
            new_code(each)
        client = Client()
        client.force_login(each.secretariat)
        assert "Join code" not in client.get(url("manage-consultation", each)).content.decode()


def test_a_code_that_ends_before_it_begins_is_refused(small: SmallReflection) -> None:
    with pytest.raises(ValidationError):
        new_code(small, days=-1)


# The secretariat's pages


def test_the_secretariat_makes_sees_renews_and_withdraws(client: Client, small: SmallReflection) -> None:
    client.force_login(small.secretariat)
    overview = url("manage-consultation", small)
    assert sent(client, url("make-join-code", small))["Location"] == overview
    code = JoinCode.objects.get()
    page = client.get(overview).content.decode()
    assert "</dt><dd></dd>" not in page  # a figure that is not there
    assert f"{code.code[:4]}-{code.code[4:]}" in page
    assert f"http://localhost:8000{url('join-by-link', small, code.code)}" in page
    end = code.expires_at.astimezone(BRUSSELS)
    today = timezone.localdate(timezone=BRUSSELS)
    assert (end.date(), end.hour, end.minute) == (today + timedelta(days=1), 23, 59)
    sent(client, url("make-join-code", small), expires_at="2039-01-01T10:00")
    assert JoinCode.objects.get(withdrawn_at=None).code != code.code
    assert client.get(url("withdraw-join-code", small)).status_code == 200
    assert client.post(url("withdraw-join-code", small))["Location"] == overview
    assert not JoinCode.objects.filter(withdrawn_at=None).exists()
    assert client.post(url("withdraw-join-code", small)).status_code == 302
    entries = AuditEntry.objects.filter(action__contains="join_code")
    assert [entry.action.partition(".")[2] for entry in entries.order_by("pk")] == [
        "make_join_code",
        "withdraw_join_code",
        "make_join_code",
        "withdraw_join_code",
    ]
    codes = JoinCode.objects.values_list("code", flat=True)
    assert not [entry for entry in entries if any(each in str(entry.detail) for each in codes)]


def test_sent_twice_one_code_is_made(client: Client, small: SmallReflection) -> None:
    client.force_login(small.secretariat)
    data = filled(client.get(url("make-join-code", small)).context["form"])
    for _each in range(2):
        assert client.post(url("make-join-code", small), data).status_code == 302
    assert JoinCode.objects.count() == 1


@pytest.mark.parametrize("expires_at", ["2001-01-01T10:00", "soon", ""])
def test_a_wrong_end_is_given_back(client: Client, small: SmallReflection, expires_at: str) -> None:
    client.force_login(small.secretariat)
    assert sent(client, url("make-join-code", small), expires_at=expires_at).status_code == 422
    assert not JoinCode.objects.exists()


def test_a_code_whose_time_is_over_says_so(client: Client, small: SmallReflection) -> None:
    client.force_login(small.secretariat)
    new_code(small)
    past = timezone.now() - timedelta(seconds=1)
    JoinCode.objects.update(made_at=past - timedelta(days=1), expires_at=past)
    assert "time of this code is over" in client.get(url("manage-consultation", small)).content.decode()


@pytest.mark.parametrize("name", ["join", "manage-consultation", "make-join-code"])
def test_pages_cost_the_same_queries_with_few_and_with_many(
    client: Client, small: SmallReflection, name: str
) -> None:
    client.force_login(small.secretariat)
    counts = []
    for n_more in (1, 30):
        for _each in range(n_more):
            new_code(small)
            fill(f"203.0.113.{n_more}", up_to=1)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url(name, small)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


# Nothing personal


def test_no_address_is_stored_and_neither_address_nor_code_is_logged(small: SmallReflection) -> None:
    code = new_code(small)
    with what_is_logged() as lines:
        for client in (Client(REMOTE_ADDR=HALL), Client(REMOTE_ADDR=HALL)):
            client.get(url("join-by-link", small, code.code))
            ask(small, client=client)
            client.get(url("join-by-link", small, "HHHH7777"))
        fill(up_to=30)
        assert ask(small).status_code == 429
    logged = lines.getvalue()
    assert "join/<str:code>/" in logged
    for secret in (HALL, code.code, "HHHH7777"):
        assert secret not in logged
    for model in apps.get_models():
        rows = str([str(row) for row in model._base_manager.values()])
        assert HALL not in rows, model


# At the same moment

at_the_same_moment = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not ON_POSTGRESQL, reason="SQLite has one writer at a time, and its test database one connection"
    ),
]


def all_at_once(work: list[Any]) -> list[object]:
    """The results of all, or what they raised, each in a thread of its own."""
    results: list[object] = [None] * len(work)
    barrier = threading.Barrier(len(work))

    def run(place: int) -> None:
        try:
            barrier.wait(20)
            results[place] = work[place]()
        except CrowdError as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


class TestAtTheSameMoment:
    pytestmark = at_the_same_moment

    def test_forty_of_one_address_at_once_are_thirty(self, small: SmallReflection) -> None:
        results = all_at_once([lambda: ask(small).status_code] * 40)
        assert sorted(map(str, results)) == ["200"] * 30 + ["429"] * 10
        assert Participant.objects.count() == 30

    def test_tries_at_once_are_as_many_tries(self, small: SmallReflection) -> None:
        new_code(small)
        for _each in range(50):
            take(WRONG_CODES, HALL, timezone.now())
        results = all_at_once(
            [lambda: try_join_code(small.consultation, "HHHH7777", source=HALL, now=timezone.now())] * 20
        )
        assert [isinstance(result, CrowdError) for result in results].count(True) == 10

    def test_the_last_places_of_a_code_are_not_given_twice(self, small: SmallReflection) -> None:
        code = new_code(small)
        JoinCode.objects.update(arrival_count=ARRIVAL_LIMIT - 5)
        results = all_at_once(
            [lambda: joining.count_arrival(small.consultation, code.pk, timezone.now())] * 20
        )
        assert results.count(True) == 5

    def test_one_browser_twice_at_once_is_one(self, client: Client, small: SmallReflection) -> None:
        client.get(url("vote", small))

        def again() -> int:
            browser = Client()
            browser.cookies.update(dict(client.cookies.items()))
            status: int = ask(small, client=browser).status_code
            return status

        assert all_at_once([again, again]) == [200, 200]
        assert Participant.objects.count() == 1
        place = NEW_PARTICIPANTS.interval_ms
        left = AddressPace.objects.get().filled_until - arrivals._milliseconds(timezone.now())
        assert left <= place
