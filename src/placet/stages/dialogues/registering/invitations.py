"""Inviting addresses to a dialogue: each by a link that is good for that address, once, until it begins."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from placet.stages.dialogues.models import Dialogue, DialogueInvitation, Registration
from placet.stages.dialogues.permissions import require_organiser
from placet.stages.dialogues.recording import record_deed
from placet.stages.dialogues.registering import letters
from placet.stages.dialogues.registering.actions import RegistrationFrame, enter, locked
from placet.stages.dialogues.registering.queries import is_taking_registrations
from placet.stages.mandates.participation import INVITATIONS_AT_ONCE
from placet.stages.mandates.permissions import Actor
from placet.stages.people.models import Account

REFUSALS_SHOWN = 20


@transaction.atomic
def invite(
    actor: Actor,
    dialogue: Dialogue,
    emails: Sequence[str],
    *,
    message_language: str = "",
    now: datetime | None = None,
) -> list[tuple[DialogueInvitation, str]]:
    """Invite addresses to register: all of them, or none.

    An open invitation of the same address is replaced: its link dies.

    Parameters
    ----------
    message_language : str
        Send each a message with its link, in this language of the interface; nothing is sent where it is
        empty. Whoever has an account is written to in the language of the account.

    Returns
    -------
    list of tuple of DialogueInvitation and str
        Each invitation and its token, which is stored nowhere: only its digest is, and the message until
        it is sent.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    ValidationError
        Where the dialogue is not by invitation, not announced or has begun; where an address is wrong or
        registered already, or there are more than 500.
    """
    account = require_organiser(actor, dialogue.series)
    moment = now or timezone.now()
    current = locked(dialogue)
    _check_inviting(current, moment)
    addresses = list(dict.fromkeys(email.strip().lower() for email in emails))
    if len(addresses) > INVITATIONS_AT_ONCE:
        raise ValidationError(_("At most %(limit)d addresses at once.") % {"limit": INVITATIONS_AT_ONCE})
    for address in addresses:
        validate_email(address)
    _check_not_registered(current, addresses)
    _open(current).filter(email__in=addresses).update(revoked_at=moment)
    tokens = [secrets.token_urlsafe(32) for _address in addresses]
    invitations = DialogueInvitation.objects.bulk_create(
        [
            DialogueInvitation(dialogue=current, email=address, token_digest=_digest(token), sent_at=moment)
            for address, token in zip(addresses, tokens, strict=True)
        ]
    )
    made = list(zip(invitations, tokens, strict=True))
    if message_language:
        letters.send_invitations(current, made, message_language)
    record_deed("invite", current, account, count=len(made))
    return made


@transaction.atomic
def revoke_invitation(actor: Actor, invitation: DialogueInvitation, *, now: datetime | None = None) -> None:
    """Take an invitation back before it is accepted. Asked twice, it does nothing the second time.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    """
    account = require_organiser(actor, invitation.dialogue.series)
    current = _open(invitation.dialogue).filter(pk=invitation.pk)
    if current.update(revoked_at=now or timezone.now()):
        record_deed("revoke_invitation", invitation.dialogue, account)


@transaction.atomic
def accept_invitation(
    account: Account, token: str, frame: RegistrationFrame, *, now: datetime | None = None
) -> Registration:
    """Register by an invitation, with the account of the address that was invited, and no other.

    Raises
    ------
    PermissionDenied
        Where the invitation is for another address, used, revoked or unknown, or the dialogue has begun.
    ValidationError
        Where the name is missing or too long.
    """
    moment = now or timezone.now()
    invitation = find_invitation(token, now=moment)
    if invitation is None or invitation.email != account.email.lower() or not account.is_active:
        raise PermissionDenied(_("This invitation is not for your account, or is no longer valid."))
    current = locked(invitation.dialogue)
    # Once more under the lock: it may have been revoked, or accepted in another window.
    if not _open(current).filter(pk=invitation.pk).update(accepted_at=moment):
        raise PermissionDenied(_("This invitation is not for your account, or is no longer valid."))
    return enter(current, account, frame, moment)


def find_invitation(token: str, *, now: datetime | None = None) -> DialogueInvitation | None:
    """The open invitation of a token; None where it is unknown, used, revoked or too late."""
    found = (
        DialogueInvitation.objects.filter(token_digest=_digest(token), accepted_at=None, revoked_at=None)
        .select_related("dialogue__series__reflection")
        .first()
    )
    if found is None or not is_taking_registrations(found.dialogue, now):
        return None
    return found


def accepted_dialogue(account: Account, token: str) -> Dialogue | None:
    """The dialogue for which this very account has used the token: it was asked twice."""
    found = DialogueInvitation.objects.filter(
        token_digest=_digest(token), email=account.email.lower(), accepted_at__isnull=False
    )
    invitation = found.select_related("dialogue").first()
    return invitation.dialogue if invitation else None


def invitations_of(actor: Actor, dialogue: Dialogue) -> QuerySet[DialogueInvitation]:
    """Who was invited and has not answered, by address.

    Raises
    ------
    PermissionDenied
        To all but those who hold the dialogue.
    """
    require_organiser(actor, dialogue.series)
    return _open(dialogue).order_by("email")


def find_invitation_of(actor: Actor, dialogue: Dialogue, pk: int) -> DialogueInvitation:
    """That invitation of this dialogue, for those who hold it; Http404 where it is another's or none."""
    require_organiser(actor, dialogue.series)
    found = DialogueInvitation.objects.filter(dialogue=dialogue, pk=pk)
    invitation = found.select_related("dialogue__series__reflection").first()
    if invitation is None:
        raise Http404
    return invitation


def may_invite(dialogue: Dialogue, now: datetime | None = None) -> bool:
    """Whether people may be invited to it today."""
    return dialogue.admission == Dialogue.Admission.INVITED and is_taking_registrations(dialogue, now)


def _open(dialogue: Dialogue) -> QuerySet[DialogueInvitation]:
    return DialogueInvitation.objects.filter(dialogue=dialogue, accepted_at=None, revoked_at=None)


def _check_inviting(dialogue: Dialogue, now: datetime) -> None:
    if dialogue.admission != Dialogue.Admission.INVITED:
        raise ValidationError(_("Set registration to “by invitation” first."))
    if not is_taking_registrations(dialogue, now):
        raise ValidationError(_("People are invited once the dialogue is announced, and until it begins."))


def _check_not_registered(dialogue: Dialogue, addresses: Sequence[str]) -> None:
    registered = Registration.objects.filter(dialogue=dialogue, account__email__in=addresses)
    coming = set(
        registered.exclude(state=Registration.State.CANCELLED).values_list("account__email", flat=True)
    )
    refusals = [
        ValidationError(_("%(address)s is registered already."), params={"address": address})
        for address in addresses
        if address in coming
    ]
    if refusals:
        raise ValidationError({"addresses": refusals[:REFUSALS_SHOWN]})


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
