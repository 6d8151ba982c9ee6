"""The wish to hear what became of one's ideas: set in the account, ended by a signed link in each message."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.people.models import Account
from placet.stages.record.actions import record

SALT: Final = "placet.people.idea_news"
PERIODS: Final = {Account.IdeaNews.DAILY: timedelta(days=1), Account.IdeaNews.WEEKLY: timedelta(days=7)}


@transaction.atomic
def wish_idea_news(account: Account, wish: str, *, now: datetime | None = None) -> None:
    """Say how often an account wishes to hear of its ideas. News counts from the day of the first wish.

    Raises
    ------
    ValidationError
        Where the wish is none of ``Account.IdeaNews``.
    """
    if wish not in Account.IdeaNews.values:
        raise ValidationError(_("Choose how often we may write to you."))
    if wish == account.idea_news:
        return
    if account.idea_news == Account.IdeaNews.NEVER:
        account.idea_news_sent_at = now or timezone.now()
    account.idea_news = wish
    account.save(update_fields=["idea_news", "idea_news_sent_at"])
    record("people.wish_idea_news", target=str(account.id), actor_id=account.id, wish=wish)


def accounts_due_for_news(now: datetime) -> QuerySet[Account]:
    """The accounts whose period is over, those that have waited longest first."""
    due = Q()
    for wish, period in PERIODS.items():
        due |= Q(idea_news=wish, idea_news_sent_at__lte=now - period)
    return Account.objects.filter(due, is_active=True).order_by("idea_news_sent_at", "pk")


def stop_token(account: Account) -> str:
    """What stands in the link that ends the messages. It opens nothing else."""
    return Signer(salt=SALT).sign(account.pk.hex).replace(":", "~")


def account_of_stop_token(token: str) -> Account | None:
    """The account behind such a link; None where it is wrong or the account is gone."""
    try:
        account_id = UUID(Signer(salt=SALT).unsign(token.replace("~", ":")))
    except (BadSignature, ValueError):
        return None
    return Account.objects.filter(pk=account_id, is_active=True).first()
