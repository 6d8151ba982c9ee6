"""Messages: put in the outbox once, sent at least once, and through a real mail server."""

import smtplib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from placet.config.mail import mail_settings
from placet.stages.people import actions, queries, tasks
from placet.stages.people.models import Account, OutboxMessage
from tests.demonstration_site import free_port

TEMPLATE = "account/email/login_code"


def queue(key: str = "k", recipient: Account | str = "ada@people.example", **options: Any) -> bool:
    return actions.queue_message(key, recipient, TEMPLATE, {"code": "CODE"}, **options)


def make_due() -> None:
    OutboxMessage.objects.filter(sent_at=None).update(next_attempt_at=timezone.now())


@pytest.mark.django_db
def test_one_key_is_one_message() -> None:
    assert queue() is True
    assert queue() is False
    assert queue("another") is True
    assert actions.deliver_due_messages() == actions.Delivery(2, 0)
    assert queue() is False  # not even after it was sent
    assert actions.deliver_due_messages() == actions.Delivery(0, 0)
    assert len(mail.outbox) == 2


@pytest.mark.django_db
def test_a_message_speaks_the_language_of_its_reader() -> None:
    queue("1", actions.create_account("luc@people.example", language="fr"), language="en")
    queue("2", "ada@people.example", language="fr")
    queue("3", "ada@people.example")
    actions.deliver_due_messages()
    assert [message.subject for message in mail.outbox] == [
        "Votre code de connexion",
        "Votre code de connexion",
        "Your code to sign in",
    ]
    assert mail.outbox[0].extra_headers["Content-Language"] == "fr"


@pytest.mark.django_db
def test_a_message_goes_only_if_the_deed_stands() -> None:
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert not OutboxMessage.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "recipient",
    ["", "x", "a@b.example\nBcc: c@d.example", "a@b.example\r\n\r\nbody", "a@b.example, c@d.example"],
)
def test_a_recipient_is_one_address(recipient: str) -> None:
    with pytest.raises(ValidationError):
        queue("k", recipient)


@pytest.mark.django_db
def test_nothing_in_a_message_becomes_a_header_or_is_escaped(tmp_path: Any, settings: Any) -> None:
    folder = tmp_path / "messages"
    folder.mkdir()
    (folder / "hostile_subject.txt").write_text("Hello {{ name }}")
    (folder / "hostile_message.txt").write_text("Dear {{ name }}, {{ link }}")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    name = "O'Neil <b>\r\nBcc: victim@people.example\r\n\r\n& co"
    actions.queue_message("k", "ada@people.example", "messages/hostile", {"name": name, "link": "/?a=1&b=2"})
    assert actions.deliver_due_messages().n_sent == 1
    message = mail.outbox[0]
    assert message.subject == "Hello O'Neil <b> Bcc: victim@people.example & co"
    assert message.recipients() == ["ada@people.example"]
    assert "Bcc" not in message.message()
    assert "O'Neil <b>" in message.body
    assert "/?a=1&b=2" in message.body


@pytest.mark.django_db
def test_what_fails_is_tried_again_later_and_later_and_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    queue()

    def refuse(message: EmailMessage, *_: object, **__: object) -> int:
        raise smtplib.SMTPRecipientsRefused({message.to[0]: (450, b"busy")})

    monkeypatch.setattr(EmailMessage, "send", refuse)
    waits = []
    for _ in range(queries.MOST_ATTEMPTS):
        assert actions.deliver_due_messages() == actions.Delivery(0, 1)
        assert actions.deliver_due_messages() == actions.Delivery(0, 0)  # not due yet
        waits.append(OutboxMessage.objects.get().next_attempt_at - timezone.now())
        make_due()
    assert waits == sorted(waits)
    assert timedelta(seconds=50) < waits[0] <= timedelta(minutes=1)
    assert waits[-1] <= timedelta(hours=6)
    assert not queries.due_messages().exists()
    assert queries.undeliverable_messages().count() == 1
    assert "people.example" not in caplog.text


@pytest.mark.django_db
def test_a_message_out_of_date_is_not_sent() -> None:
    queue(expires_at=timezone.now() - timedelta(seconds=1))
    queue("other", expires_at=timezone.now() + timedelta(hours=1))
    assert actions.deliver_due_messages() == actions.Delivery(1, 0)
    assert OutboxMessage.objects.get().key == "other"


@pytest.mark.django_db
def test_a_worker_that_dies_leaves_the_message_to_another_later(monkeypatch: pytest.MonkeyPatch) -> None:
    queue()

    class PowerCutError(BaseException):
        pass

    def die(*_: object, **__: object) -> int:
        raise PowerCutError

    with monkeypatch.context() as patch:
        patch.setattr(EmailMessage, "send", die)
        with pytest.raises(PowerCutError):
            actions.deliver_due_messages()
    assert not queries.due_messages().exists()
    assert queries.due_messages(timezone.now() + actions.SENDING_TIME).exists()
    make_due()
    assert actions.deliver_due_messages().n_sent == 1


@pytest.mark.django_db
def test_a_repeated_delivery_is_known_by_its_identifier() -> None:
    queue()
    actions.deliver_due_messages()
    OutboxMessage.objects.update(
        sent_at=None, recipient_email="ada@people.example", next_attempt_at=timezone.now()
    )
    actions.deliver_due_messages()
    first, second = (message.message()["Message-ID"] for message in mail.outbox)
    assert first == second


@pytest.mark.django_db
def test_the_task_delivers(run_tasks: Callable[[], int]) -> None:
    queue()
    tasks.deliver_outbox.enqueue()
    assert run_tasks() == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_send_the_same_message() -> None:
    for number in range(20):
        queue(str(number))
    sent: list[int] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            sent.append(actions.deliver_due_messages().n_sent)
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    # An in-memory database of the tests belongs to one thread; a file or PostgreSQL is shared.
    if connection.vendor == "sqlite" and "mode=memory" in str(connection.settings_dict["NAME"]):
        pytest.skip("threads do not share the tests' in-memory database")
    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not errors
    assert sum(sent) == 20
    assert len(mail.outbox) == 20


@dataclass
class Received:
    """What a mail server on loopback was given."""

    envelopes: list[Envelope] = field(default_factory=list)
    refuses: bool = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuses:
            return "450 Mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def mail_server(settings: Any) -> Iterator[Received]:
    """A real SMTP server on loopback, and the settings as EMAIL_URL sets them."""
    received = Received()
    port = free_port()
    controller = Controller(received, hostname="127.0.0.1", port=port)
    controller.start()
    for name, value in mail_settings(f"smtp://127.0.0.1:{port}/").items():
        setattr(settings, name, value)
    settings.DEFAULT_FROM_EMAIL = "Placet <placet@platform.example>"
    yield received
    controller.stop()


@pytest.mark.django_db
def test_a_code_goes_through_a_real_mail_server(mail_server: Received, client: Client) -> None:
    import email
    import email.policy

    account = actions.create_account(
        "amélie@people.example".replace("é", "e"), language="fr", is_verified=True
    )
    client.post("/fr/account/login/", {"email": account.email})
    (envelope,) = mail_server.envelopes
    assert envelope.mail_from == "placet@platform.example"
    assert envelope.rcpt_tos == [account.email]
    assert isinstance(envelope.content, bytes)
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert message["From"] == "Placet <placet@platform.example>"
    assert message["Subject"] == "Votre code de connexion"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    body = message.get_content()
    code = body.split("    ")[1].split()[0]
    assert "Ne communiquez ce code à personne." in body
    client.post("/fr/account/login/code/", {"code": code})
    assert client.session["_auth_user_id"] == str(account.id)


@pytest.mark.django_db
def test_a_mail_server_that_is_busy_gets_the_message_later(mail_server: Received) -> None:
    queue()
    mail_server.refuses = True
    assert actions.deliver_due_messages() == actions.Delivery(0, 1)
    mail_server.refuses = False
    make_due()
    assert actions.deliver_due_messages() == actions.Delivery(1, 0)
    assert len(mail_server.envelopes) == 1


@pytest.mark.django_db
def test_a_mail_server_that_is_away_breaks_nothing(settings: Any, client: Client) -> None:
    for name, value in mail_settings("smtp://127.0.0.1:1/").items():
        setattr(settings, name, value)
    response = client.post("/en/account/login/", {"email": "ada@people.example"})
    assert response.status_code == 302
    assert OutboxMessage.objects.get(sent_at=None).attempt_count == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, None, None, False, False)),
        ("smtp://u:p%40ss@mail.example:2525/", ("mail.example", 2525, "u", "p@ss", False, False)),
        ("submission://u:p@mail.example", ("mail.example", 587, "u", "p", True, False)),
        ("smtp://u:p@mail.example:587/?tls=True", ("mail.example", 587, "u", "p", True, False)),
        ("smtps://u:p@mail.example", ("mail.example", 465, "u", "p", False, True)),
        ("smtps://u:p@mail.example:4650", ("mail.example", 4650, "u", "p", False, True)),
    ],
)
def test_a_mail_address_sets_what_it_says(url: str, expected: tuple[object, ...]) -> None:
    found = mail_settings(url)
    names = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    assert tuple(found[f"EMAIL_{name}"] for name in names) == expected
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert found["EMAIL_TIMEOUT"] == 10


def test_an_unknown_scheme_is_refused_without_showing_the_password() -> None:
    with pytest.raises(ValueError, match="unknown scheme 'imap'") as refused:
        mail_settings("imap://u:secret@mail.example")
    assert "secret" not in str(refused.value)
