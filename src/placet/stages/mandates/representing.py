"""Naming who acts for an organisation by an e-mail address: at once, or by an invitation to accept."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from placet.stages.mandates.models import Invitation, Organisation, Representative, Role
from placet.stages.mandates.organisations import name_representative
from placet.stages.mandates.participation import InvitedAs, invite_many
from placet.stages.mandates.permissions import Actor, require_role
from placet.stages.people.actions import queue_message
from placet.stages.people.models import Account
from placet.stages.texts.queries import wordings


@transaction.atomic
def name_by_address(
    actor: Actor, organisation: Organisation, email: str, *, message_language: str
) -> Representative | Invitation:
    """Let whoever has an address act for an organisation.

    Where the address has an account, it acts from now on and gets a message that says so. Where it has none,
    a partner's address gets an invitation: whoever accepts it acts for the partner.

    Returns
    -------
    Representative or Invitation
        The one where the address has an account, the other one where it has none.

    Raises
    ------
    PermissionDenied
        To all but the secretariat.
    ValidationError
        Where the address is wrong, or has no account and the organisation holds no dialogues.
    """
    require_role(actor, organisation.reflection, Role.SECRETARIAT)
    account = Account.objects.filter(email=email.strip().lower(), is_active=True).first()
    if account is not None:
        representative = name_representative(actor, organisation, account)
        _tell(representative, organisation)
        return representative
    if not organisation.is_partner:
        raise ValidationError(
            {"email": _("No account has this address: ask whoever it is to sign up first, then name them.")}
        )
    ((invitation, _token),) = invite_many(
        actor,
        organisation.reflection,
        [email],
        InvitedAs(Role.PARTNER, organisation=organisation),
        message_language=message_language,
    )
    return invitation


def open_invitations_of(organisation: Organisation) -> QuerySet[Invitation]:
    """Who is invited to act for an organisation and has not accepted yet, newest first."""
    return Invitation.objects.filter(organisation=organisation, accepted_at=None, revoked_at=None).order_by(
        "-created_at"
    )


def _tell(representative: Representative, organisation: Organisation) -> None:
    account = representative.account
    reflection = organisation.reflection
    words = wordings([organisation.name_id, reflection.name_id], account.language)
    with override(account.language):
        path = reverse("mandates:manage")
    queue_message(
        f"mandates.representative:{representative.pk}",
        account,
        "mandates/mail/representative",
        {
            "organisation": words[organisation.name_id].body,
            "reflection": words[reflection.name_id].body,
            "url": f"{settings.PUBLIC_URL}{path}",
        },
    )
