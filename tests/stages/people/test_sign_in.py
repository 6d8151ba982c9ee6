"""Signing in and up by e-mailed code: what works, what is refused, what nobody may learn."""

import logging
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from placet.stages.people import actions
from placet.stages.people.models import Account, OutboxMessage
from tests.stages.people.conftest import CODE

pytestmark = pytest.mark.django_db


def last_code() -> str:
    found = CODE.search(str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found.group(1)


def ask(client: Client, email: str, **more: str) -> str:
    response = client.post("/en/account/login/", {"email": email, **more})
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_code_signs_in(client: Client, account: Account) -> None:
    page = client.get("/en/account/login/")
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert ask(client, "Ada@people.example") == "/en/account/login/code/"
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["ada@people.example"]
    response = client.post("/en/account/login/code/", {"code": last_code()})
    assert response["Location"] == "/en/"
    assert is_signed_in(client)


def test_the_code_is_read_however_it_is_typed(client: Client, account: Account) -> None:
    ask(client, account.email)
    client.post("/en/account/login/code/", {"code": f" {last_code().lower().replace('-', ' ')} "})
    assert is_signed_in(client)


def test_an_account_made_without_an_address_row_gets_one_code_not_two(client: Client) -> None:
    Account.objects.create_user("bare@people.example")
    ask(client, "bare@people.example")
    client.post("/en/account/login/code/", {"code": last_code()})
    assert is_signed_in(client)
    assert len(mail.outbox) == 1
    assert EmailAddress.objects.get(email="bare@people.example").verified


def test_pages_and_mails_speak_french(client: Client) -> None:
    account = actions.create_account("luc@people.example", language="fr", is_verified=True)
    page = client.get("/fr/account/login/").content.decode()
    assert "Se connecter" in page
    client.post("/en/account/login/", {"email": account.email})  # an English page, a French reader
    assert mail.outbox[0].subject == "Votre code de connexion"
    assert "Votre code de connexion" in mail.outbox[0].body


def test_the_session_changes_its_key_at_sign_in(client: Client, account: Account) -> None:
    ask(client, account.email)
    before = client.session.session_key
    client.post("/en/account/login/code/", {"code": last_code()})
    assert client.session.session_key != before


def test_three_wrong_codes_end_the_attempt(client: Client, account: Account) -> None:
    ask(client, account.email)
    code = last_code()
    for _ in range(2):
        assert client.post("/en/account/login/code/", {"code": "BBBB-BBBB"}).status_code == 200
    assert client.post("/en/account/login/code/", {"code": "BBBB-BBBB"})["Location"] == "/en/account/login/"
    client.post("/en/account/login/code/", {"code": code})
    assert not is_signed_in(client)


def test_a_code_works_once(client: Client, account: Account) -> None:
    ask(client, account.email)
    code = last_code()
    client.post("/en/account/login/code/", {"code": code})
    client.post("/en/account/logout/")
    assert not is_signed_in(client)
    client.post("/en/account/login/code/", {"code": code})
    assert not is_signed_in(client)
    ask(client, account.email)
    client.post("/en/account/login/code/", {"code": code})
    assert not is_signed_in(client)


def test_a_code_works_only_in_the_window_and_for_the_address_it_was_asked_for(account: Account) -> None:
    actions.create_account("eve@people.example", is_verified=True)
    eve, ada = Client(), Client()
    ask(ada, account.email)
    code = last_code()
    ask(eve, "eve@people.example")
    eve.post("/en/account/login/code/", {"code": code})
    assert not is_signed_in(eve)
    stranger = Client()
    stranger.post("/en/account/login/code/", {"code": code})
    assert not is_signed_in(stranger)


def test_a_new_code_replaces_the_one_before(client: Client, account: Account) -> None:
    ask(client, account.email)
    first = last_code()
    client.post("/en/account/login/code/", {"action": "resend"})
    second = last_code()
    assert first != second
    client.post("/en/account/login/code/", {"code": first})
    assert not is_signed_in(client)
    client.post("/en/account/login/code/", {"code": second})
    assert is_signed_in(client)


def test_a_code_runs_out(client: Client, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    ask(client, account.email)
    later = time.time() + 16 * 60
    monkeypatch.setattr(time, "time", lambda: later)
    response = client.post("/en/account/login/code/", {"code": last_code()})
    assert response["Location"] == "/en/account/login/"
    assert not is_signed_in(client)


def body_of(client: Client, url: str, email: str) -> str:
    text = client.get(url).content.decode().replace(email, "ADDRESS")
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+', r"\1", text)


def test_nobody_learns_from_signing_in_whether_an_address_has_an_account(account: Account) -> None:
    known, unknown = Client(), Client()
    where = [ask(known, account.email), ask(unknown, "nobody@people.example")]
    assert where[0] == where[1]
    assert body_of(known, where[0], account.email) == body_of(unknown, where[1], "nobody@people.example")
    for url in ("/en/account/login/code/",):
        answers = [
            [client.post(url, {"code": "BBBB-BBBB"}).status_code for _ in range(3)]
            for client in (known, unknown)
        ]
        assert answers[0] == answers[1] == [200, 200, 302]
    assert [m.to[0] for m in mail.outbox] == [account.email, "nobody@people.example"]
    assert CODE.search(str(mail.outbox[1].body)) is None


def test_nobody_learns_from_signing_up_whether_an_address_has_an_account(account: Account) -> None:
    known, unknown = Client(), Client()
    for client, email in ((known, account.email), (unknown, "new@people.example")):
        response = client.post("/en/account/signup/", {"email": email, "name": ""})
        assert response["Location"] == "/en/account/signup/code/"
    assert body_of(known, "/en/account/signup/code/", account.email) == body_of(
        unknown, "/en/account/signup/code/", "new@people.example"
    )
    assert Account.objects.count() == 2
    assert CODE.search(str(mail.outbox[0].body)) is None
    for client in (known, unknown):
        assert [
            client.post("/en/account/signup/code/", {"code": "BBBB-BBBB"}).status_code for _ in range(3)
        ] == [200, 200, 302]


def test_a_code_signs_up(client: Client) -> None:
    client.post("/fr/account/signup/", {"email": "Neu@people.example", "name": " Nina\u202e  N. "})
    assert not is_signed_in(client)
    response = client.post("/fr/account/signup/code/", {"code": last_code()})
    assert response["Location"] == "/fr/"
    assert is_signed_in(client)
    account = Account.objects.get()
    assert (account.email, account.name, account.language) == ("neu@people.example", "Nina N.", "fr")
    assert not account.has_usable_password()
    assert not account.may_found_reflections
    assert EmailAddress.objects.get(user=account).verified


def test_signing_up_cannot_set_what_the_form_does_not_ask(client: Client) -> None:
    client.post(
        "/en/account/signup/",
        {
            "email": "x@people.example",
            "may_found_reflections": "on",
            "is_active": "",
            "password1": "abc",
            "id": "1",
        },
    )
    account = Account.objects.get()
    assert account.is_active
    assert not account.may_found_reflections
    assert not account.has_usable_password()


def test_an_address_that_somebody_else_entered_first_still_signs_in(client: Client) -> None:
    Client().post("/en/account/signup/", {"email": "victim@people.example"})
    ask(client, "victim@people.example")
    client.post("/en/account/login/code/", {"code": last_code()})
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/en/account/", "/en/account/"),
        ("https://evil.example/", "/en/"),
        ("//evil.example/", "/en/"),
        ("/\\evil.example/", "/en/"),
        ("javascript:alert(1)", "/en/"),
        ("http:///evil.example", "/en/"),
    ],
)
def test_next_leads_nowhere_else(client: Client, account: Account, target: str, lands: str) -> None:
    client.post("/en/account/login/", {"email": account.email, "next": target})
    response = client.post("/en/account/login/code/", {"code": last_code(), "next": target})
    assert is_signed_in(client)
    assert response["Location"] == lands
    assert client.get("/en/account/login/", {"next": target})["Location"] == lands
    assert client.post("/en/account/logout/", {"next": target})["Location"] == lands


def test_next_is_written_escaped(client: Client) -> None:
    page = client.get("/en/account/login/", {"next": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_asking_for_codes_is_limited_per_address(client: Client, account: Account) -> None:
    for number in range(3):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        ask(client, account.email)
    client = Client(REMOTE_ADDR="192.0.2.77")
    response = client.post("/en/account/login/", {"email": account.email})
    assert response.status_code == 200
    assert "Too many attempts" in response.content.decode()
    assert len(mail.outbox) == 3


def test_asking_for_codes_is_limited_per_connection_whatever_it_claims_to_come_from() -> None:
    refused = 0
    for number in range(25):
        client = Client(REMOTE_ADDR="192.0.2.9", HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
        response = client.post("/en/account/login/", {"email": f"a{number}@people.example"})
        refused += response.status_code == 200
    assert refused == 5


def test_signing_up_is_limited(client: Client) -> None:
    statuses = [
        Client().post("/en/account/signup/", {"email": f"b{n}@people.example"}).status_code for n in range(22)
    ]
    assert statuses.count(429) == 2
    assert Account.objects.count() == 20


def test_a_closed_account_does_not_sign_in(client: Client, account: Account) -> None:
    ask(client, account.email)
    Account.objects.update(is_active=False)
    response = client.post("/en/account/login/code/", {"code": last_code()})
    assert response["Location"] == "/en/account/inactive/"
    assert client.get(response["Location"]).status_code == 200
    assert not is_signed_in(client)


def test_closing_an_account_ends_its_sessions(client: Client, account: Account) -> None:
    ask(client, account.email)
    client.post("/en/account/login/code/", {"code": last_code()})
    assert client.get("/en/account/").status_code == 200
    Account.objects.update(is_active=False)
    assert client.get("/en/account/").status_code == 302


def test_signing_out_takes_a_post(client: Client, account: Account) -> None:
    ask(client, account.email)
    client.post("/en/account/login/code/", {"code": last_code()})
    assert client.get("/en/account/logout/").status_code == 200
    assert is_signed_in(client)
    assert client.post("/en/account/logout/").status_code == 302
    assert not is_signed_in(client)


def test_forms_need_their_token(account: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    for url in ("/en/account/login/", "/en/account/signup/", "/en/account/logout/"):
        assert client.post(url, {"email": account.email}).status_code == 403
    assert not mail.outbox


def test_logs_hold_neither_addresses_nor_codes(
    client: Client, account: Account, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(client, account.email)
        client.post("/en/account/login/code/", {"code": "BBBB-BBBB"})
        client.post("/en/account/login/code/", {"code": last_code()})
        ask(Client(), "nobody@people.example")
        Client().post("/en/account/signup/", {"email": "not an address"})
        Client(enforce_csrf_checks=True).post("/en/account/login/", {"email": account.email})
    output = caplog.text + "".join(capsys.readouterr())
    codes = [found.group(1) for message in mail.outbox if (found := CODE.search(str(message.body)))]
    assert codes
    for secret in ("people.example", *codes, *(code.replace("-", "") for code in codes)):
        assert secret not in output


def test_what_was_sent_is_not_kept(client: Client, account: Account) -> None:
    ask(client, account.email)
    message = OutboxMessage.objects.get()
    assert message.sent_at is not None
    assert (message.recipient_email, message.subject, message.body) == ("", "", "")


def test_a_mail_server_that_fails_breaks_no_page_and_the_code_comes_later(
    client: Client, account: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import smtplib

    from django.core.mail import EmailMessage
    from django.utils import timezone

    def refuse(*_: object, **__: object) -> int:
        raise smtplib.SMTPRecipientsRefused({account.email: (450, b"busy")})

    with monkeypatch.context() as patch, caplog.at_level(logging.DEBUG):
        patch.setattr(EmailMessage, "send", refuse)
        assert ask(client, account.email) == "/en/account/login/code/"
    assert account.email not in caplog.text
    assert actions.deliver_due_messages().n_sent == 0
    OutboxMessage.objects.update(next_attempt_at=timezone.now())
    assert actions.deliver_due_messages() == actions.Delivery(1, 0)
    client.post("/en/account/login/code/", {"code": last_code()})
    assert is_signed_in(client)


def test_a_session_that_was_going_up_can_come_back_to_sign_in(client: Client, account: Account) -> None:
    ask(client, account.email)
    assert client.get("/en/account/login/")["Location"] == "/en/account/login/code/"
    response = client.post("/en/account/logout/", {"next": reverse("account_login")})
    assert client.get(response["Location"]).status_code == 200
