"""Accounts: made, changed, erased. Messages: put in the outbox, delivered from it."""

import logging
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import IntegrityError, models, transaction
from django.template import Context, Engine
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from placet.stages.people.idea_news import wish_idea_news
from placet.stages.people.models import Account, OutboxMessage
from placet.stages.people.queries import due_messages
from placet.stages.record.actions import record

UNVERIFIED_LIFETIME: Final = timedelta(days=7)
# A worker that took a message has this long to send it; longer than any mail server's time limit.
SENDING_TIME: Final = timedelta(minutes=5)
FIRST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
NAME_LENGTH: Final = 120  # of the column
JOINERS: Final = "\u200c\u200d"  # format characters that some scripts need inside words

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the messages that were due."""

    n_sent: int
    n_failed: int


@transaction.atomic
def create_account(
    email: str,
    *,
    name: str = "",
    language: str = "en",
    is_verified: bool = False,
    may_found_reflections: bool = False,
) -> Account:
    """Make an account for an address; its owner signs in by a code sent there.

    Parameters
    ----------
    is_verified : bool
        The caller knows that the address belongs to the person (an invitation was sent to it).

    Raises
    ------
    ValidationError
        Where the address, name or language is wrong.
    IntegrityError
        Where the address has an account already.
    """
    validate_email(email)
    account = Account.objects.create_user(
        email,
        name=clean_name(name),
        language=clean_language(language),
        may_found_reflections=may_found_reflections,
    )
    EmailAddress.objects.create(user=account, email=account.email, primary=True, verified=is_verified)
    record("people.create_account", target=str(account.id), actor_id=None)
    return account


@transaction.atomic
def let_found_reflections(email: str, *, language: str = "en") -> Account:
    """Let an address found reflections: its account, or a new one where it has none. Repeatable.

    The operator of an installation calls this; no page does.

    Raises
    ------
    ValidationError
        Where the address or the language is wrong, or the account is closed.
    """
    email = email.strip()
    account = Account.objects.select_for_update().filter(email=email.lower()).first()
    if account is None:
        account = create_account(email, language=language)
    if not account.is_active:
        raise ValidationError(_("This account is closed"))
    if not account.may_found_reflections:
        account.may_found_reflections = True
        account.save(update_fields=["may_found_reflections"])
        record("people.let_found_reflections", target=str(account.id), actor_id=None)
    return account


@transaction.atomic
def update_profile(account: Account, *, name: str, language: str, idea_news: str = "") -> None:
    """Change what an account says of its owner; an empty ``idea_news`` leaves that wish as it is.

    Raises
    ------
    ValidationError
        Where the name, language or wish is wrong.
    """
    account.name = clean_name(name)
    account.language = clean_language(language)
    account.save(update_fields=["name", "language"])
    if idea_news:
        wish_idea_news(account, idea_news)
    record("people.update_profile", target=str(account.id), actor_id=account.id)


def erase_account(account: Account) -> bool:
    """Erase an account: who it was, its roles, passkeys, sessions and its link to a pseudonym.

    Votes and statements stay under their pseudonym, which nothing ties to a person any more. Where the
    account founded a reflection, invited somebody or imported votes, the row stays without address and
    name, so that the record of those deeds stays whole.

    Returns
    -------
    bool
        Whether the row itself is gone.
    """
    account_id = account.id
    with transaction.atomic():
        OutboxMessage.objects.filter(recipient_email=account.email, sent_at=None).delete()
        try:
            with transaction.atomic():
                Account.objects.get(pk=account_id).delete()
            is_gone = True
        except models.ProtectedError:
            _empty(account)
            is_gone = False
        record("people.erase_account", target=str(account_id), actor_id=account_id, is_row_gone=is_gone)
    end_sessions(account_id)
    return is_gone


def end_sessions(account_id: UUID) -> int:
    """Sign an account out everywhere; returns how many sessions there were."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    rows: models.QuerySet[Any] = store.get_model_class().objects.filter(expire_date__gt=timezone.now())
    ended = [
        row.session_key
        for row in rows.iterator(chunk_size=1000)
        if row.get_decoded().get(SESSION_KEY) == str(account_id)
    ]
    rows.filter(session_key__in=ended).delete()
    return len(ended)


def forget_unverified_accounts() -> int:
    """Delete accounts whose address nobody confirmed in a week; returns how many.

    Nothing hangs on them: such an account has never been signed in to.
    """
    stale = Account.objects.filter(
        last_login=None, joined_at__lt=timezone.now() - UNVERIFIED_LIFETIME
    ).exclude(pk__in=EmailAddress.objects.filter(verified=True).values("user_id"))
    count = 0
    for account in stale:
        try:
            account.delete()
            count += 1
        except models.ProtectedError:
            continue
    return count


def queue_message(
    key: str,
    recipient: Account | str,
    template: str,
    context: Mapping[str, object] | None = None,
    *,
    language: str = "",
    expires_at: datetime | None = None,
) -> bool:
    """Put a message in the outbox, in the recipient's language; a worker sends it.

    Parameters
    ----------
    key : str
        Names the wish, ``"mandates.invitation:42"``: a second message of the same key is not made.
    recipient : Account or str
        An account, or an address without one.
    template : str
        Path without its ending: ``<template>_subject.txt`` and ``<template>_message.txt`` are plain text,
        and nothing in them is escaped.
    language : str
        Of an address without an account; the account's own is taken otherwise.
    expires_at : datetime, optional
        After this the message is not worth sending.

    Returns
    -------
    bool
        Whether the message is new.

    Raises
    ------
    ValidationError
        Where the recipient is not an address.
    """
    return _put(key, recipient, template, context or {}, language, expires_at, is_claimed=False) is not None


def send_message(
    key: str,
    recipient: Account | str,
    template: str,
    context: Mapping[str, object] | None = None,
    *,
    language: str = "",
    expires_at: datetime | None = None,
) -> bool:
    """Send a message at once, as ``queue_message`` writes it; where that fails, a worker tries again.

    For what somebody waits for on the screen. Never raises what the mail server answers.

    Returns
    -------
    bool
        Whether it was sent just now.
    """
    message = _put(key, recipient, template, context or {}, language, expires_at, is_claimed=True)
    return message is not None and _send(message)


def deliver_due_messages(*, most: int = 500) -> Delivery:
    """Send what is due in the outbox, one message after another.

    A message is taken in a transaction of its own and sent outside of it, so that a slow mail server
    holds no lock. Two workers never take the same one. A worker that dies after the mail server has
    accepted a message leaves it to be sent again: delivery is *at least once*, and the repeated message
    has the same Message-ID.
    """
    OutboxMessage.objects.filter(sent_at=None, expires_at__lte=timezone.now()).delete()
    n_sent = n_failed = 0
    while n_sent + n_failed < most and due_messages().exists():
        message = _take()
        if message is None:
            break
        if _send(message):
            n_sent += 1
        else:
            n_failed += 1
    return Delivery(n_sent, n_failed)


def clean_name(name: str) -> str:
    """A name on one line, without characters that hide or turn what is shown.

    Raises
    ------
    ValidationError
        Where it is longer than the column.
    """
    visible = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", name)
        if character.isspace() or character in JOINERS or unicodedata.category(character)[0] != "C"
    )
    cleaned = " ".join(visible.split())
    if len(cleaned) > NAME_LENGTH:
        raise ValidationError(_("This name is too long."))
    return cleaned


def clean_language(language: str) -> str:
    """One of the languages of the interface.

    Raises
    ------
    ValidationError
        Where it is not one.
    """
    if language not in dict(settings.LANGUAGES):
        raise ValidationError(_("The interface does not speak this language."))
    return language


def _empty(account: Account) -> None:
    """Take everything personal from an account whose row must stay."""
    for relation in Account._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.on_delete is models.CASCADE:
            relation.related_model._base_manager.filter(**{relation.field.name: account}).delete()
    account.email = f"erased-{account.id}@erased.invalid"
    account.name = ""
    account.is_active = False
    account.may_found_reflections = False
    account.idea_news, account.idea_news_sent_at = Account.IdeaNews.NEVER, None
    account.last_login = None
    account.set_unusable_password()
    account.save()


def _put(
    key: str,
    recipient: Account | str,
    template: str,
    context: Mapping[str, object],
    language: str,
    expires_at: datetime | None,
    *,
    is_claimed: bool,
) -> OutboxMessage | None:
    address, language = (
        (recipient.email, recipient.language)
        if isinstance(recipient, Account)
        else (recipient, language or settings.LANGUAGE_CODE)
    )
    validate_email(address)
    subject, body = render_message(template, context, language)
    message = OutboxMessage(
        key=key,
        recipient_email=address,
        language=language,
        subject=subject,
        body=body,
        expires_at=expires_at,
        attempt_count=1 if is_claimed else 0,
        next_attempt_at=timezone.now() + (SENDING_TIME if is_claimed else timedelta()),
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        return None
    return message


def render_message(template: str, context: Mapping[str, object], language: str) -> tuple[str, str]:
    """Subject, on one line and no longer than its column, and body of a plain-text message."""
    engine = Engine.get_default()
    values = Context({"public_url": settings.PUBLIC_URL, **context}, autoescape=False)
    with override(language):
        subject = engine.get_template(f"{template}_subject.txt").render(values)
        body = engine.get_template(f"{template}_message.txt").render(values)
    return " ".join(subject.split())[:200], body.strip() + "\n"


@transaction.atomic
def _take() -> OutboxMessage | None:
    """The next due message, promised to this worker for a while."""
    # On SQLite the transaction is IMMEDIATE (see the settings): nobody else writes meanwhile.
    message = due_messages().select_for_update(skip_locked=True).first()
    if message is not None:
        message.attempt_count += 1
        message.next_attempt_at = timezone.now() + SENDING_TIME
        message.save(update_fields=["attempt_count", "next_attempt_at"])
    return message


def _send(message: OutboxMessage) -> bool:
    domain = urlsplit(settings.PUBLIC_URL).hostname
    mail = EmailMessage(
        message.subject,
        message.body,
        settings.DEFAULT_FROM_EMAIL,
        [message.recipient_email],
        headers={
            "Message-ID": f"<{uuid5(NAMESPACE_URL, message.key)}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": message.language,
        },
    )
    row = OutboxMessage.objects.filter(pk=message.pk)
    try:
        mail.send()
    except (OSError, ValueError) as error:  # SMTP, network and folder; an impossible header or encoding
        # The error's text names the recipient: only its kind goes to the log.
        logger.warning(
            "Message %s was not sent (%s), attempt %s",
            message.pk,
            type(error).__name__,
            message.attempt_count,
        )
        wait = min(FIRST_WAIT * 2 ** (message.attempt_count - 1), LONGEST_WAIT)
        row.update(next_attempt_at=timezone.now() + wait)
        return False
    row.update(sent_at=timezone.now(), recipient_email="", subject="", body="")
    return True
