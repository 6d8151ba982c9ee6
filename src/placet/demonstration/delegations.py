"""The delegates of the demonstration: invented, one for each member beside the role that anybody may try."""

from collections.abc import Iterable

from placet.demonstration.sign_in import MAIL_DOMAIN
from placet.stages.mandates.models import Member, Reflection, Role, RoleGrant
from placet.stages.people.models import Account, OutboxMessage

SILENCE_LETTERS = "decisions.silence:"


def accredit(reflection: Reflection, members: Iterable[Member]) -> dict[str, Account]:
    """Invented delegates for members, by the member's code; their addresses reach nobody."""
    rows = list(members)
    accounts = Account.objects.bulk_create(
        [
            Account(
                email=f"delegate-{member.code.lower()}.{reflection.slug}@{MAIL_DOMAIN}",
                name=f"Delegate of {member.code}",
            )
            for member in rows
        ]
    )
    RoleGrant.objects.bulk_create(
        [
            RoleGrant(reflection=reflection, account=account, role=Role.DELEGATE, member=member)
            for member, account in zip(rows, accounts, strict=True)
        ]
    )
    return {member.code: account for member, account in zip(rows, accounts, strict=True)}


def retire(delegates: Iterable[Account]) -> None:
    """Nobody signs in as them, and they are told nothing: no nation is given another word than it had."""
    Account.objects.filter(pk__in=[account.pk for account in delegates]).update(is_active=False)


def forget_letters(delegates: Iterable[Account]) -> None:
    """Take out of the outbox what past silence procedures would have told them."""
    emails = [account.email for account in delegates]
    OutboxMessage.objects.filter(key__startswith=SILENCE_LETTERS, recipient_email__in=emails).delete()
