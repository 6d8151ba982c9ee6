"""A person's own agenda: the dialogues registered for, at a secret address that a calendar can subscribe to.

The address says who it is for and is signed; nothing in it opens anything else. A new one makes the former
useless.
"""

from dataclasses import dataclass
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F

from placet.stages.dialogues.models import AgendaAddress, Dialogue, HouseRule, Registration
from placet.stages.people.models import Account
from placet.stages.record.actions import record

SALT = "placet.dialogues.agenda"
FIRST = 1


@dataclass(frozen=True, slots=True)
class Agenda:
    """The dialogues of one account, and those of which it has the address where they are held."""

    account: Account
    dialogues: list[Dialogue]
    links: frozenset[UUID]


def agenda_token(account: Account) -> str:
    """What stands in the address of an account's agenda today."""
    return _signer().sign(f"{account.pk.hex}.{_number(account.pk)}").replace(":", "~")


@transaction.atomic
def renew_agenda(account: Account) -> None:
    """Make the present address useless: whoever has it reads nothing any more."""
    AgendaAddress.objects.get_or_create(account=account)
    AgendaAddress.objects.filter(account=account).update(number=F("number") + 1)
    record("dialogues.renew_agenda", target=str(account.pk), actor_id=account.pk)


def agenda_of(token: str) -> Agenda | None:
    """The agenda behind an address; None where it is wrong, was renewed, or its account is gone.

    A dialogue from which one has withdrawn stays away; a cancelled dialogue stays, as cancelled.
    """
    account = _account_of(token)
    if account is None:
        return None
    held = Registration.objects.filter(account=account).exclude(state=Registration.State.CANCELLED)
    dialogues = (
        Dialogue.objects.filter(pk__in=held.values("dialogue"))
        .exclude(state=Dialogue.State.DRAFT)
        .select_related("series")
        .order_by("starts_at")
    )
    confirmed = held.filter(state=Registration.State.CONFIRMED).values_list("dialogue", flat=True)
    readable = [each for each in dialogues if _may_read(each, set(confirmed))]
    return Agenda(account, readable, frozenset(confirmed))


def _may_read(dialogue: Dialogue, confirmed: set[UUID]) -> bool:
    """Of a closed dialogue those alone read who come to it."""
    return dialogue.house_rule != HouseRule.CLOSED or dialogue.pk in confirmed


def _account_of(token: str) -> Account | None:
    try:
        holder, _dot, number = _signer().unsign(token.replace("~", ":")).partition(".")
        account_id = UUID(holder)
    except (BadSignature, ValueError):
        return None
    if number != str(_number(account_id)):
        return None
    return Account.objects.filter(pk=account_id, is_active=True).first()


def _number(account_id: UUID) -> int:
    """Of the address that is good today; the first one needs no row."""
    numbers = AgendaAddress.objects.filter(account_id=account_id).values_list("number", flat=True)
    return numbers.first() or FIRST


def _signer() -> Signer:
    return Signer(salt=SALT)
