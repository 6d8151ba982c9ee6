"""Reading accounts and the outbox."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Q, QuerySet
from django.utils import timezone

from placet.stages.people.models import Account, OutboxMessage

MOST_ATTEMPTS = 10


def account_of(email: str) -> Account | None:
    """The account of an address, whatever the case it is written in."""
    return Account.objects.filter(email=email.strip().lower()).first()


def passkey_count(account: Account) -> int:
    """How many passkeys the account has."""
    return Authenticator.objects.filter(user=account, type=Authenticator.Type.WEBAUTHN).count()


def due_messages(now: datetime | None = None) -> QuerySet[OutboxMessage]:
    """Messages that a worker should send now, the longest due first."""
    now = now or timezone.now()
    return OutboxMessage.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now),
        sent_at=None,
        next_attempt_at__lte=now,
        attempt_count__lt=MOST_ATTEMPTS,
    ).order_by("next_attempt_at", "id")


def undeliverable_messages() -> QuerySet[OutboxMessage]:
    """Messages that were given up after the last attempt; an operator may want to know."""
    return OutboxMessage.objects.filter(sent_at=None, attempt_count__gte=MOST_ATTEMPTS).order_by("id")
